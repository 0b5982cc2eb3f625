#include "app/tail_format.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "app/table_print.hpp"
#include "app/tail_words.hpp"
#include "wire/json.hpp"
#include "wire/json_writer.hpp"

namespace scoreline::app {
namespace {

// How many bytes of well-formed UTF-8 begin here; 0: none.
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const auto tail = [&](std::size_t i) { return (byte(i) & 0xC0u) == 0x80u; };
  const unsigned lead = byte(0), next = byte(1);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return tail(1) ? 2 : 0;
  if ((lead & 0xF0u) == 0xE0u) {
    const bool lawful = (lead != 0xE0 || next >= 0xA0) && (lead != 0xED || next < 0xA0);
    return tail(1) && tail(2) && lawful ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    const bool lawful = (lead != 0xF0 || next >= 0x90) && (lead != 0xF4 || next < 0x90);
    return tail(1) && tail(2) && tail(3) && lawful ? 4 : 0;
  }
  return 0;
}

std::string readable(std::string_view bytes) {
  std::string text;
  while (!bytes.empty()) {
    const std::size_t length = sequence_length(bytes);
    text += length == 0 ? std::string_view("\uFFFD") : bytes.substr(0, length);
    bytes.remove_prefix(std::max<std::size_t>(1, length));
  }
  return text;
}

void write_optional(wire::JsonWriter& json, const std::optional<std::string_view>& bytes) {
  if (bytes)
    json.string(readable(*bytes));
  else
    json.null();
}

std::string_view header(const kafka::TailRecord& record, std::string_view name) {
  for (const kafka::TailHeader& one : record.headers)
    if (one.name == name) return one.value.value_or("");
  return {};
}

std::string one_line(std::string_view bytes) {
  std::string text = readable(bytes);
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  return text;
}

}  // namespace

std::string kcat_line(const kafka::TailRecord& record) {
  std::string line;
  wire::JsonWriter json(line);
  json.begin_object().key("topic").string(record.topic).key("partition").integer(record.partition).key("offset").integer(record.offset);
  json.key("tstype").string(record.time_type).key("ts").integer(record.time_ms).key("broker").integer(record.broker);
  if (!record.headers.empty()) {
    json.key("headers").begin_array();
    for (const kafka::TailHeader& one : record.headers) {
      json.string(readable(one.name));
      write_optional(json, one.value);
    }
    json.end_array();
  }
  json.key("key");
  write_optional(json, record.key);
  json.key("payload");
  write_optional(json, record.payload);
  json.end_object();
  return line;
}

std::string people_line(flow::Topic topic, const kafka::TailRecord& record, bool colours) {
  const std::string place = fmt::format("{} {}/{}", base::format_rfc3339({record.time_ms * 1000}), record.partition, record.offset);
  const std::string key = record.key && !record.key->empty() ? one_line(*record.key) : "-";
  const std::string head = fmt::format("{}  {}  ", painted(place, Colour::dim, colours), painted(key, Colour::bold, colours));
  if (!record.payload) return head + "(no value)";
  if (const auto words = tail_words(topic, *record.payload)) return head + one_line(*words);
  const std::string_view type = header(record, "ce_type");
  return fmt::format("{}{}{}{}", head, type, type.empty() ? "" : "  ", one_line(*record.payload));
}

std::optional<std::string> simulate_line(std::string_view name, const kafka::TailRecord& record) {
  if (!record.payload || header(record, "ce_type") == "scoreline.time.tick.v1") return std::nullopt;
  const auto checked = wire::check_json(*record.payload, {64, 10'000, 16 * 1024 * 1024});
  if (!checked.ok() || checked->kind != '{') return std::nullopt;
  std::string line;
  wire::JsonWriter json(line);
  json.begin_object().key("topic").string(name).key("time").string(base::format_rfc3339({record.time_ms * 1000}));
  json.key("trusted").boolean(header(record, "ce_trusted") != "false");
  if (const std::string_view source = header(record, "ce_writekey"); !source.empty()) json.key("source").string(readable(source));
  std::string value(*record.payload);
  std::replace_if(
      value.begin(), value.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');  // white space between values
  json.key("value").raw(value).end_object();
  return line;
}

base::Result<kafka::TailPlace> parse_tail_place(std::string_view text) {
  using Kind = kafka::TailPlace::Kind;
  if (text == "begin") return kafka::TailPlace{Kind::begin, 0, {}};
  if (text == "end") return kafka::TailPlace{Kind::end, 0, {}};
  std::int64_t offset = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), offset);
  if (parsed.ec == std::errc() && parsed.ptr == text.data() + text.size() && offset >= 0) return kafka::TailPlace{Kind::offset, offset, {}};
  if (const auto instant = base::parse_rfc3339(text)) return kafka::TailPlace{Kind::time, 0, *instant};
  if (const auto day = base::parse_date(text)) return kafka::TailPlace{Kind::time, 0, base::midnight(*day)};
  return base::Error{"place", "expected begin, end, an offset, or an instant such as 2026-06-01T00:00:00Z", std::string(text)};
}

}  // namespace scoreline::app
