#pragma once
/// Every topic of scoreline on one page: name, what it holds, who writes, who reads, how long it is kept (design 3).
/// `scoreline topics apply` creates them from here, never anything else; the prefix is the installation's.
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace scoreline::flow {

/// Stored for ever as its place here (outbox and lane rows): new ones go to the end.
enum class Topic : std::uint8_t {
  tracking_events,
  crm_events,
  erp_changes,
  lead_activities,
  lead_scores,
  config_keys,
  lead_customers,
  lead_intents,
  lead_changes,
  lead_firings
};

struct TopicDeclaration {
  Topic topic;
  std::string_view name;          // without the prefix
  std::string_view purpose;
  std::string_view key;           // what the record key is
  std::string_view writers, readers;  // names, separated by ", "
  bool log_append_time;           // broker's clock (inputs), else the writer's (log time of the cause)
  bool compacted;                 // one partition, latest value per key
  std::int64_t retention_ms;      // -1: for good
  std::string_view schema;        // file below schemas/, "" for none
};

inline constexpr std::int64_t kThirtyDaysMs = 30LL * 86'400'000;

inline constexpr std::array<TopicDeclaration, 10> kTopics{{
    {Topic::tracking_events, "tracking.events", "calls of tracking SDKs as the collector accepted them", "anonymousId, else userId (keyed hash)",
     "collector", "identity", true, false, kThirtyDaysMs, "tracking.events.json"},
    {Topic::crm_events, "crm.events", "facts from mail, sales people and other systems; ticks of the clock", "whom it is about (keyed hash)",
     "collector, mailer, clock", "identity", true, false, kThirtyDaysMs, "crm.events.json"},
    {Topic::erp_changes, "erp.changes", "versions of ERP documents", "source:customer (keyed hash)", "erp connectors", "identity", true, false,
     kThirtyDaysMs, "erp.changes.json"},
    {Topic::lead_activities, "lead.activities", "the one log of what happens to leads, merges and rule-book switches included", "lead id",
     "identity, scoring, intent, stages, sequences, rulebook publish", "customers, scoring, intent, stages, analysts", false, false, -1,
     "lead.activities.json"},
    {Topic::lead_scores, "lead.scores", "tier changes and scores with their cause", "lead id", "scoring", "stages, analysts", false, false, -1,
     "lead.scores.json"},
    {Topic::config_keys, "config.keys", "write keys and collector settings (hashes only)", "key id", "keys", "collector", false, true, -1, ""},
    {Topic::lead_customers, "lead.customers", "figures from ERP documents and churn alarms with their cause", "lead id", "customers",
     "stages, analysts", false, false, -1, "lead.customers.json"},
    {Topic::lead_intents, "lead.intents", "changes of intent levels with their cause", "lead id", "intent", "stages, analysts", false, false, -1,
     "lead.intents.json"},
    {Topic::lead_changes, "lead.changes", "per lead and cause all that changed, and the facts as they stood then", "lead id", "stages",
     "triggers, sequences, analysts", false, false, -1, "lead.changes.json"},
    {Topic::lead_firings, "lead.firings", "what triggers made of the changes, suppressed or not", "lead id", "triggers", "sequences, analysts",
     false, false, -1, "lead.firings.json"},
}};

constexpr const TopicDeclaration& declaration(Topic topic) { return kTopics[static_cast<std::size_t>(topic)]; }

}  // namespace scoreline::flow
