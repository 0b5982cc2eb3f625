#include "app/erasure.hpp"

#include <fmt/core.h>

#include "app/table_print.hpp"
#include "wire/json_writer.hpp"

namespace scoreline::app {

kafka::OwnedRecord erasure_record(core::LeadId lead, base::Instant at, const base::HashKey& hash_key) {
  const std::string number = std::to_string(lead.value), time = base::format_rfc3339(at);
  const std::string message_id = "lead.erased:" + number;
  kafka::OwnedRecord record;
  record.topic = flow::Topic::crm_events;
  record.key = base::to_hex(base::keyed_hash(hash_key, "lead:" + number));
  wire::JsonWriter json(record.value);
  json.begin_object().key("event").string("lead.erased").key("messageId").string(message_id);
  json.key("leadId").string(number).key("timestamp").string(time).key("receivedAt").string(time).end_object();
  record.headers = {{"content-type", "application/json"},
                    {"ce_specversion", "1.0"},
                    {"ce_type", "scoreline.crm.event.v1"},
                    {"ce_source", "/scoreline-erase"},
                    {"ce_id", message_id}};
  return record;
}

std::vector<std::string> await_erasure(const ErasureWorld& world, std::int64_t timeout_us) {
  const std::int64_t deadline_us = world.steady_us() + timeout_us;
  while (true) {
    const std::vector<std::string> waiting = world.waiting();
    if (waiting.empty()) return waiting;
    std::string names;
    for (const std::string& consumer : waiting) names += (names.empty() ? "" : ", ") + consumer;
    world.progress("waiting for " + names);
    if (world.steady_us() >= deadline_us || !world.wait()) return waiting;
  }
}

std::string to_text(const Erased& erased) {
  const std::pair<std::int64_t, std::pair<const char*, const char*>> parts[] = {
      {erased.merged_leads, {"lead merged into it", "leads merged into it"}},
      {erased.identifiers, {"identifier", "identifiers"}},
      {erased.traits, {"trait", "traits"}},
      {erased.activities, {"activity's personal data", "activities' personal data"}},
      {erased.deals, {"deal", "deals"}},
      {erased.mails, {"waiting mail", "waiting mails"}},
      {erased.actions, {"waiting action", "waiting actions"}}};
  std::string text;
  for (const auto& [count, words] : parts)
    if (count > 0) text += (text.empty() ? "" : ", ") + counted(count, words.first, words.second);
  return text.empty() ? "nothing was kept of it" : text;
}

std::string to_json(const Erased& erased, const std::vector<std::string>& waiting) {
  std::string text;
  wire::JsonWriter json(text);
  json.begin_object().key("lead").integer(erased.lead.value).key("erased").boolean(waiting.empty());
  json.key("merged_leads").integer(erased.merged_leads).key("identifiers").integer(erased.identifiers);
  json.key("traits").integer(erased.traits).key("activities").integer(erased.activities);
  json.key("deals").integer(erased.deals).key("mails").integer(erased.mails).key("actions").integer(erased.actions);
  json.key("waiting_for").begin_array();
  for (const std::string& consumer : waiting) json.string(consumer);
  json.end_array().end_object();
  return text;
}

}  // namespace scoreline::app
