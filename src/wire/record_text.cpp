#include "wire/record_text.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace scoreline::wire::record {
namespace {

// Years 0001 to 9999.
constexpr base::Instant kFirst{-62'135'596'800 * base::kSecondUs}, kLast{253'402'300'800 * base::kSecondUs - 1};

constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::array<std::int8_t, 256> kValues = [] {
  std::array<std::int8_t, 256> values{};
  values.fill(-1);
  for (std::size_t i = 0; i < kDigits.size(); ++i)
    values[static_cast<unsigned char>(kDigits[i])] = static_cast<std::int8_t>(i);
  return values;
}();

template <typename T>
bool read_whole(std::string_view text, T& out) {
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, out);
  return read.ec == std::errc() && read.ptr == end && !text.empty();
}

}  // namespace

base::Error Reader::error() const {
  if (!error_.code.empty()) return error_;
  return {"invalid_json", "the record is not a JSON object", ""};
}

void Reader::refuse(std::string_view code, std::string_view message, std::string_view where) {
  if (error_.code.empty()) error_ = {std::string(code), std::string(message), within_ + std::string(where)};
}

bool Reader::enter(char bracket, std::string_view where) {
  if (cursor_.enter(bracket)) return true;
  refuse("invalid_value", bracket == '{' ? "this must be an object" : "this must be an array", where);
  return false;
}

std::size_t Reader::place_of_word(std::span<const std::string_view> words, std::string_view where,
                                  std::string_view code, std::string_view message) {
  const std::string_view word = content(where);
  const auto found = std::find(words.begin(), words.end(), word);
  if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
  refuse(code, message, where);
  return 0;
}

// A string's content: a slice of the text, or of scratch_ where it has escapes.
std::string_view Reader::content(std::string_view where) {
  if (cursor_.peek() != '"') {
    refuse("invalid_value", "this must be a string", where);
    cursor_.raw_value();
    return {};
  }
  const JsonText text = cursor_.text();
  if (!text.escaped) return text.raw;
  scratch_.clear();
  if (!unescape(text.raw, scratch_)) refuse("invalid_value", "this is not a lawful string", where);
  return scratch_;
}

void Reader::text(std::string& out, std::string_view where) { out.assign(content(where)); }

void Reader::text_or_null(std::string& out, std::string_view where) {
  if (cursor_.peek() == 'n') {
    out.clear();
    if (cursor_.raw_value() != "null") refuse("invalid_value", "this must be a string or null", where);
  } else {
    text(out, where);
  }
}

void Reader::raw_object(std::string& out, std::string_view where) {
  if (cursor_.peek() != '{') refuse("invalid_value", "this must be an object", where);
  out.assign(cursor_.raw_value());
}

void Reader::raw_object_or_null(std::string& out, std::string_view where) {
  if (cursor_.peek() == 'n') {
    out.clear();
    if (cursor_.raw_value() != "null") refuse("invalid_value", "this must be an object or null", where);
  } else {
    raw_object(out, where);
  }
}

void Reader::base64(std::string& out, std::string_view where) {
  if (!from_base64(content(where), out)) refuse("invalid_value", "this must be base64", where);
}

void Reader::flag(bool& out, std::string_view where) {
  const std::string_view raw = cursor_.raw_value();
  out = raw == "true";
  if (!out && raw != "false") refuse("invalid_value", "this must be true or false", where);
}

void Reader::integer(std::int64_t& out, std::string_view where) {
  if (!read_whole(cursor_.raw_value(), out)) refuse("invalid_value", "this must be an integer", where);
}

void Reader::natural(std::uint64_t& out, std::string_view where) {
  if (!read_whole(cursor_.raw_value(), out)) refuse("invalid_value", "this must be a natural number", where);
}

void Reader::natural32(std::uint32_t& out, std::string_view where) {
  if (!read_whole(cursor_.raw_value(), out)) refuse("invalid_value", "this must be a natural number", where);
}

void Reader::natural31(std::int32_t& out, std::string_view where) {
  if (!read_whole(cursor_.raw_value(), out) || out < 0)
    refuse("invalid_value", "this must be a small natural number", where);
}

void Reader::hex64(std::uint64_t& out, std::string_view where) {
  const std::string_view text = content(where);
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, out, 16);
  if (text.size() != 16 || read.ec != std::errc() || read.ptr != end)
    refuse("invalid_value", "this must be sixteen hexadecimal digits", where);
}

void Reader::lead(core::LeadId& out, std::string_view where) {
  if (!read_whole(content(where), out.value)) refuse("invalid_value", "this must be a lead id", where);
}

void Reader::instant(base::Instant& out, std::string_view where) {
  const auto read = base::parse_rfc3339(content(where));
  if (read)
    out = *read;
  else
    refuse("invalid_value", "this must be an RFC 3339 time", where);
}

void Reader::day(base::Day& out, std::string_view where) {
  const auto read = base::parse_date(content(where));
  if (read)
    out = *read;
  else
    refuse("invalid_value", "this must be a date", where);
}

void write_text(JsonWriter& writer, std::string_view key, std::string_view text) {
  if (!text.empty()) writer.key(key).string(text);
}

void write_raw(JsonWriter& writer, std::string_view key, std::string_view json) {
  if (!json.empty()) writer.key(key).raw(json);
}

void write_flag(JsonWriter& writer, std::string_view key, bool flag) {
  if (flag) writer.key(key).boolean(true);
}

void write_text_or_null(JsonWriter& writer, std::string_view key, std::string_view text) {
  writer.key(key);
  if (text.empty())
    writer.null();
  else
    writer.string(text);
}

void write_raw_or_null(JsonWriter& writer, std::string_view key, std::string_view json) {
  writer.key(key).raw(json.empty() ? "null" : json);
}

void write_hex64(JsonWriter& writer, std::string_view key, std::uint64_t value) {
  writer.key(key).string(fmt::format("{:016x}", value));
}

void write_lead(JsonWriter& writer, std::string_view key, core::LeadId lead) {
  char text[20];
  const char* end = std::to_chars(text, text + sizeof text, lead.value).ptr;
  writer.key(key).string({text, static_cast<std::size_t>(end - text)});
}

void write_instant(std::string& out, JsonWriter& writer, std::string_view key, base::Instant at) {
  writer.key(key).raw("\"");
  base::append_rfc3339(out, std::clamp(at, kFirst, kLast));
  out.push_back('"');
}

std::string to_base64(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t left = std::min<std::size_t>(bytes.size() - i, 3);
    std::uint32_t block = 0;
    for (std::size_t k = 0; k < 3; ++k) block = block << 8 | (k < left ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k) out.push_back(k <= left ? kDigits[block >> (18 - 6 * k) & 63] : '=');
  }
  return out;
}

bool from_base64(std::string_view text, std::string& bytes) {
  bytes.clear();
  if (text.size() % 4 != 0) return false;
  std::size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
  bytes.reserve(text.size() / 4 * 3);
  for (std::size_t i = 0; i < text.size(); i += 4) {
    const std::size_t digits = i + 4 == text.size() ? 4 - padding : 4;
    std::uint32_t block = 0;
    for (std::size_t k = 0; k < 4; ++k) {
      const int value = k < digits ? kValues[static_cast<unsigned char>(text[i + k])] : 0;
      if (value < 0) return false;
      block = block << 6 | static_cast<std::uint32_t>(value);
    }
    for (std::size_t k = 0; k + 1 < digits; ++k) bytes.push_back(static_cast<char>(block >> (16 - 8 * k) & 255));
  }
  return true;
}

}  // namespace scoreline::wire::record
