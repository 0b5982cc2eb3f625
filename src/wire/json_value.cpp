/// Numbers, strings and the canonical form of JSON texts.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <vector>

#include "wire/json.hpp"
#include "wire/json_writer.hpp"

namespace scoreline::wire {
namespace {

bool digit(char c) { return c >= '0' && c <= '9'; }

/// The grammar of JSON numbers, which from_chars alone does not know ("01", "1.", "inf").
bool is_number(std::string_view text, bool& integer) {
  std::size_t at = 0;
  const auto digits = [&] {
    const std::size_t begin = at;
    while (at < text.size() && digit(text[at])) ++at;
    return at > begin;
  };
  if (at < text.size() && text[at] == '-') ++at;
  const bool zero = at < text.size() && text[at] == '0';
  const std::size_t begin = at;
  if (!digits() || (zero && at - begin > 1)) return false;
  integer = at == text.size();
  if (at < text.size() && text[at] == '.') {
    ++at;
    if (!digits()) return false;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    if (!digits()) return false;
  }
  return at == text.size();
}

void append_canonical_number(std::string& out, const core::Number& number) {
  char text[40];
  if (number.is_integer) {
    out.append(text, std::to_chars(text, text + sizeof text, number.integer).ptr);
    return;
  }
  // Whole numbers within int64 by their digits, whatever they were written like: 1e2 is 100.
  constexpr double kTwo63 = 9223372036854775808.0;
  if (number.real >= -kTwo63 && number.real < kTwo63 && std::trunc(number.real) == number.real) {
    out.append(text, std::to_chars(text, text + sizeof text, static_cast<std::int64_t>(number.real)).ptr);
    return;
  }
  out.append(text, std::to_chars(text, text + sizeof text, number.real).ptr);
}

bool append_canonical(std::string& out, std::string_view text, std::uint32_t depth);

bool append_canonical_object(std::string& out, std::string_view text, std::uint32_t depth) {
  std::vector<std::pair<std::string, std::string_view>> members;
  if (!json_members(text, [&](std::string_view key, std::string_view value) { members.emplace_back(key, value); }))
    return false;
  std::stable_sort(members.begin(), members.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  out.push_back('{');
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (i > 0) out.push_back(',');
    append_json_string(out, members[i].first);
    out.push_back(':');
    if (!append_canonical(out, members[i].second, depth + 1)) return false;
  }
  out.push_back('}');
  return true;
}

bool append_canonical_array(std::string& out, std::string_view text, std::uint32_t depth) {
  JsonCursor cursor(text);
  if (!cursor.enter('[')) return false;
  out.push_back('[');
  for (bool first = true; cursor.next_element(); first = false) {
    if (!first) out.push_back(',');
    if (!append_canonical(out, cursor.raw_value(), depth + 1)) return false;
  }
  out.push_back(']');
  return cursor.ok() && cursor.at_end();
}

bool append_canonical(std::string& out, std::string_view text, std::uint32_t depth) {
  if (text.empty() || depth > kCanonicalDepth) return false;
  switch (text.front()) {
    case '{':
      return append_canonical_object(out, text, depth);
    case '[':
      return append_canonical_array(out, text, depth);
    case '"': {
      std::string content;
      if (!json_string(text, content)) return false;
      append_json_string(out, content);
      return true;
    }
    case 't':
    case 'f':
    case 'n':
      out.append(text);
      return text == "true" || text == "false" || text == "null";
    default: {
      core::Number number;
      if (!json_number(text, number)) return false;
      append_canonical_number(out, number);
      return true;
    }
  }
}

}  // namespace

bool json_number(std::string_view text, core::Number& out) {
  bool integer = false;
  if (!is_number(text, integer)) return false;
  const char* end = text.data() + text.size();
  if (integer) {
    const auto read = std::from_chars(text.data(), end, out.integer);
    out.is_integer = read.ec == std::errc();
    out.real = 0;
    if (out.is_integer) return true;
  }
  out.is_integer = false;
  out.integer = 0;
  const auto read = std::from_chars(text.data(), end, out.real);
  // Too small for a double is 0 by value; too large is no number here.
  if (read.ec == std::errc::result_out_of_range) {
    out.real = std::strtod(std::string(text).c_str(), nullptr);
    return std::isfinite(out.real);
  }
  return read.ec == std::errc() && read.ptr == end && std::isfinite(out.real);
}

bool json_string(std::string_view text, std::string& out) {
  JsonCursor cursor(text);
  const JsonText content = cursor.text();
  if (!cursor.ok() || !cursor.at_end()) return false;
  out.clear();
  if (content.escaped) return unescape(content.raw, out);
  out.assign(content.raw);
  return true;
}

std::string canonical_json(std::string_view text) {
  std::string out;
  JsonCursor cursor(text);
  const std::string_view value = cursor.raw_value();
  if (!cursor.ok() || !cursor.at_end() || !append_canonical(out, value, 1)) return {};
  return out;
}

}  // namespace scoreline::wire
