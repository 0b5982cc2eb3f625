#include "wire/input_event_values.hpp"

#include <charconv>
#include <cmath>
#include <vector>

#include "wire/json.hpp"
#include "wire/json_writer.hpp"

namespace scoreline::wire::input {
namespace {

bool absent(std::string_view raw) { return raw.empty() || raw == "null"; }

/// 7 and 7.0 are "7", 1e2 is "100", 7.5 is "7.5".
std::string decimal_text(const core::Number& number) {
  char text[400];
  char* end =
      number.is_integer
          ? std::to_chars(text, text + sizeof text, number.integer).ptr
          : std::to_chars(text, text + sizeof text, number.real == 0 ? 0.0 : number.real, std::chars_format::fixed).ptr;
  return {text, end};
}

}  // namespace

void Values::refuse(std::string_view code, std::string_view message, std::string_view where) {
  if (ok()) error_ = {std::string(code), std::string(message), std::string(where)};
}

void Values::id(std::string_view raw, std::string_view where, std::string& value) {
  core::Number number;
  if (absent(raw)) {
    value.clear();
  } else if (json_string(raw, value)) {
    // as it is
  } else if (json_number(raw, number)) {
    value = decimal_text(number);
  } else {
    value.clear();
    refuse("invalid_value", "an id must be a string or a number", where);
  }
  if (value.size() > kIdBytesMax) refuse("too_large", "an id is too long", where);
}

std::string Values::id(std::string_view raw, std::string_view where) {
  std::string value;
  id(raw, where, value);
  return value;
}

std::string Values::person(std::string_view raw, std::string_view where) {
  if (raw == "true" || raw == "false") return {};
  std::string value = id(raw, where);
  if (core::is_nobody(value)) value.clear();
  return value;
}

void Values::text(std::string_view raw, std::string_view where, std::string& value) {
  value.clear();
  if (absent(raw) || json_string(raw, value)) return;
  value.clear();
  refuse("invalid_value", "this must be a string", where);
}

std::string Values::text(std::string_view raw, std::string_view where) {
  std::string value;
  text(raw, where, value);
  return value;
}

bool Values::flag(std::string_view raw, std::string_view where) {
  if (!absent(raw) && raw != "true" && raw != "false") refuse("invalid_value", "this must be true or false", where);
  return raw == "true";
}

std::optional<core::Number> Values::number(std::string_view raw, std::string_view where) {
  core::Number number;
  if (absent(raw)) return std::nullopt;
  if (json_number(raw, number)) return number;
  refuse("invalid_value", "this must be a number", where);
  return std::nullopt;
}

std::optional<std::int64_t> Values::integer(std::string_view raw, std::string_view where) {
  const auto read = number(raw, where);
  if (!read) return std::nullopt;
  if (read->is_integer) return read->integer;
  constexpr double kExact = 9007199254740992.0;  // 2^53: beyond, a double may stand for another integer
  if (std::trunc(read->real) == read->real && std::fabs(read->real) <= kExact)
    return static_cast<std::int64_t>(read->real);
  refuse("invalid_value", "this must be an integer", where);
  return std::nullopt;
}

std::string_view Values::object(std::string_view raw, std::string_view where) {
  if (absent(raw)) return {};
  if (raw.front() == '{') return raw;
  refuse("invalid_value", "this must be an object", where);
  return {};
}

std::string_view Values::array(std::string_view raw, std::string_view where) {
  if (absent(raw)) return {};
  if (raw.front() == '[') return raw;
  refuse("invalid_value", "this must be an array", where);
  return {};
}

std::optional<base::Instant> Values::instant(std::string_view raw, std::string_view where) {
  if (absent(raw) || raw == "\"\"") return std::nullopt;
  std::optional<base::Instant> read;
  if (raw.front() == '"' && raw.find('\\') == std::string_view::npos)
    read = base::parse_rfc3339(raw.substr(1, raw.size() - 2));
  if (!read) refuse("invalid_time", "a time must be written as in RFC 3339, such as 2026-05-01T10:00:00Z", where);
  return read;
}

std::optional<base::Day> Values::date(std::string_view raw, std::string_view where) {
  if (absent(raw) || raw == "\"\"") return std::nullopt;
  std::optional<base::Day> read;
  if (raw.front() == '"') read = base::parse_date(raw.substr(1, raw.size() - 2));
  if (!read) refuse("invalid_time", "a date must be written as 2026-05-01", where);
  return read;
}

void Values::message_id(std::string_view raw, std::string& value) {
  id(raw, "/messageId", value);
  if (value.empty())
    refuse("missing_message_id", "messageId is missing: without it a repetition could not be told from a new event",
           "/messageId");
}

std::string Values::message_id(std::string_view raw) {
  std::string value;
  message_id(raw, value);
  return value;
}

base::Instant settled(std::optional<base::Instant> at, base::Instant received_at) {
  if (!at || at->us < 0 || *at > base::Instant{received_at.us + base::kDayUs}) return received_at;
  return *at;
}

std::string_view member(std::string_view object, std::string_view key) {
  JsonCursor cursor(object);
  std::string_view name;
  if (!cursor.enter('{')) return {};
  while (cursor.next_member(name)) {
    const bool found = name == key;
    const std::string_view value = cursor.raw_value();
    if (found) return value;
  }
  return {};
}

std::string string_member(std::string_view object, std::string_view key) {
  std::string value;
  if (!json_string(member(object, key), value)) value.clear();
  return value;
}

std::string without(std::string_view object, std::string_view key) {
  std::string out;
  JsonWriter writer(out);
  writer.begin_object();
  json_members(object, [&](std::string_view name, std::string_view value) {
    if (name != key) writer.key(name).raw(value);
  });
  writer.end_object();
  return out;
}

std::string with(std::string_view object, std::string_view key, std::string_view value) {
  std::string out = without(object, key);
  const bool empty = out.size() == 2;
  out.pop_back();
  if (!empty) out.push_back(',');
  append_json_string(out, key);
  out.push_back(':');
  out.append(value);
  out.push_back('}');
  return out;
}

std::string merged(std::string_view over, std::string_view under) {
  if (over.empty()) return std::string(under);
  if (under.empty()) return std::string(over);
  std::string out;
  JsonWriter writer(out);
  std::vector<std::string> taken;
  writer.begin_object();
  json_members(over, [&](std::string_view key, std::string_view value) {
    taken.emplace_back(key);
    writer.key(key).raw(value);
  });
  json_members(under, [&](std::string_view key, std::string_view value) {
    for (const std::string& name : taken)
      if (name == key) return;
    writer.key(key).raw(value);
  });
  writer.end_object();
  return out;
}

void add(core::InputEvent& event, core::IdentifierKind kind, std::string value) {
  if (!value.empty()) event.identifiers.push_back({kind, std::move(value)});
}

std::string key_of(const core::InputEvent& event) {
  return event.identifiers.empty() ? std::string() : core::to_text(event.identifiers.front());
}

}  // namespace scoreline::wire::input
