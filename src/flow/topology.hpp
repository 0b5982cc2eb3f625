#pragma once
/// Every consumer of scoreline on one page: what it reads, where it writes, how it counts (design 3). Processes,
/// status, publishing of rule books and the in-memory house go by this table.
#include <string>
#include <string_view>
#include <vector>

#include "flow/consumer.hpp"
#include "flow/topics.hpp"

namespace scoreline::flow {

struct ConsumerDeclaration {
  std::string_view name;
  std::vector<Topic> inputs;  // ordered consumers: the log first, then what was found from it
  Topic output;               // marks and decisions; identity and sequences: lead.activities
  bool ordered;               // inputs are merged by cause
  bool by_lead;               // keeps a row per lead, counts by rule books, must be ready before one is activated
};

/// In the order of the flow: nobody waits for one that stands behind it.
inline const std::vector<ConsumerDeclaration>& consumers() {
  using enum Topic;
  static const std::vector<ConsumerDeclaration> kConsumers{
      {"identity", {tracking_events, crm_events, erp_changes}, lead_activities, false, false},
      {"customers", {lead_activities}, lead_customers, false, true},
      {"scoring", {lead_activities}, lead_scores, false, true},
      {"intent", {lead_activities}, lead_intents, false, true},
      {"stages", {lead_activities, lead_customers, lead_scores, lead_intents}, lead_changes, true, true},
      {"triggers", {lead_changes}, lead_firings, false, false},
      {"sequences", {lead_changes, lead_firings}, lead_activities, true, false},
  };
  return kConsumers;
}

/// nullptr: there is none of that name.
inline const ConsumerDeclaration* find_consumer(std::string_view name) {
  for (const ConsumerDeclaration& one : consumers())
    if (one.name == name) return &one;
  return nullptr;
}

/// Those that must be ready before a rule book is activated.
inline std::vector<std::string> counting_consumers() {
  std::vector<std::string> names;
  for (const ConsumerDeclaration& one : consumers())
    if (one.by_lead) names.emplace_back(one.name);
  return names;
}

}  // namespace scoreline::flow
