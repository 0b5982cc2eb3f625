#include "app/simulate_lines.hpp"

#include <vector>

#include "wire/json.hpp"

namespace scoreline::app {
namespace {

using base::Error;

struct Line {
  std::string_view topic, time, value, trusted, source;
};

base::Result<std::string> text_member(std::string_view raw, const char* pointer) {
  std::string text;
  if (raw.empty() || raw == "null") return text;
  if (!wire::json_string(raw, text)) return Error{"invalid_type", "expected a string", pointer};
  return text;
}

base::Result<flow::Topic> topic_of(const std::string& name) {
  for (const flow::Topic topic : {flow::Topic::tracking_events, flow::Topic::crm_events, flow::Topic::erp_changes})
    if (name == flow::declaration(topic).name) return topic;
  return Error{"unknown_topic", "topic is none of tracking.events, crm.events, erp.changes", "/topic"};
}

std::string_view received_at(std::string_view value) {
  std::string_view found;
  wire::json_members(value, [&](std::string_view key, std::string_view raw) {
    if (key == "receivedAt") found = raw;
  });
  return found;
}

}  // namespace

base::Result<SimulatedRecord> read_event_line(std::string_view line) {
  // Limits are those of one event inside; the line itself may be deeper by its own object.
  if (auto checked = wire::check_json(line, {33, 10'000, 64 * 1024}); !checked.ok()) return checked.error();
  Line parts;
  const bool object = wire::json_members(line, [&](std::string_view key, std::string_view raw) {
    if (key == "topic") parts.topic = raw;
    if (key == "time") parts.time = raw;
    if (key == "value") parts.value = raw;
    if (key == "trusted") parts.trusted = raw;
    if (key == "source") parts.source = raw;
  });
  if (!object) return Error{"invalid_json", "a line is a JSON object", ""};
  if (parts.value.empty() || parts.value.front() != '{') return Error{"missing_value", "a line needs an object as `value`", "/value"};
  const auto topic = text_member(parts.topic, "/topic");
  const auto source = text_member(parts.source, "/source");
  if (!topic.ok()) return topic.error();
  if (!source.ok()) return source.error();
  SimulatedRecord record;
  if (!topic->empty()) {
    const auto known = topic_of(*topic);
    if (!known.ok()) return known.error();
    record.topic = *known;
  }
  const bool own_time = !parts.time.empty() && parts.time != "null";
  const auto time = text_member(own_time ? parts.time : received_at(parts.value), own_time ? "/time" : "/value/receivedAt");
  if (!time.ok()) return Error{"invalid_time", "not an RFC 3339 time", own_time ? "/time" : "/value/receivedAt"};
  const auto instant = base::parse_rfc3339(*time);
  if (!instant) return Error{"invalid_time", "neither `time` nor value.receivedAt is an RFC 3339 time", own_time ? "/time" : "/value/receivedAt"};
  record.record.time = *instant;
  record.record.value = std::string(parts.value);
  record.record.write_key = source->empty() ? "default" : *source;
  record.record.untrusted = parts.trusted == "false";
  return record;
}

base::Result<SimulatedRecord> read_activity_line(std::string_view line) {
  if (auto checked = wire::check_json(line, {33, 10'000, 16 * 1024 * 1024}); !checked.ok()) return checked.error();
  SimulatedRecord record;
  record.topic = flow::Topic::lead_activities;
  std::string_view payload, ts, offset, headers;
  const bool object = wire::json_members(line, [&](std::string_view key, std::string_view raw) {
    if (key == "payload") payload = raw;
    if (key == "ts") ts = raw;
    if (key == "offset") offset = raw;
    if (key == "headers") headers = raw;
  });
  core::Number time, place;
  if (!object || !wire::json_number(ts, time) || !wire::json_string(payload, record.record.value))
    return Error{"invalid_record", "expected an object with ts and payload, as kcat -J prints them", ""};
  record.record.time = base::Instant{time.integer * 1000};
  if (wire::json_number(offset, place)) record.offset = place.integer;
  std::vector<std::string> flat;
  wire::json_elements(headers, [&](std::string_view raw) { wire::json_string(raw, flat.emplace_back()); });
  for (std::size_t i = 0; i + 1 < flat.size(); i += 2) {
    constexpr std::string_view kPrefix = "/scoreline/";
    if (flat[i] == "ce_source" && flat[i + 1].starts_with(kPrefix)) record.record.stream = flat[i + 1].substr(kPrefix.size());
    if (flat[i] == "ce_sequence") record.record.seq = std::strtoull(flat[i + 1].c_str(), nullptr, 10);
  }
  if (record.record.seq == 0) record.record.stream.clear();
  return record;
}

}  // namespace scoreline::app
