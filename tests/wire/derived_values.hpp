#pragma once
/// Random records of the topics behind lead.activities.
#include <rapidcheck.h>

#include <set>
#include <string>
#include <vector>

#include "core/fact_record.hpp"
#include "core/firing_record.hpp"
#include "core/lead_change.hpp"
#include "tests/wire/record_values.hpp"

namespace scoreline::wire {

inline core::FactRecord any_fact() {
  core::FactRecord record;
  record.kind = static_cast<core::FactRecord::Kind>(*rc::gen::inRange(0, 6));
  const bool mark = record.kind == core::FactRecord::Kind::mark;
  if (!mark) record.lead = any_lead();
  if (record.kind == core::FactRecord::Kind::part || flag()) record.other = any_lead();
  record.intent = "i" + any_text();
  record.from = any_text();
  record.to = any_text();
  record.value = any_text();
  if (flag()) record.customer = R"({"orders":2,"channel":null})";
  record.churn_alarm = flag();
  record.cause = mark ? any_end() : any_place(record.lead);
  if (flag()) record.now = any_instant();
  record.parts = *rc::gen::inRange<std::uint32_t>(1, 5);
  record.part = *rc::gen::inRange<std::uint32_t>(0, record.parts);
  record.payload = *rc::gen::arbitrary<std::string>();
  return record;
}

inline core::FiringRecord any_firing() {
  core::FiringRecord record;
  record.kind = static_cast<core::FiringRecord::Kind>(*rc::gen::inRange(0, 4));
  const std::int64_t offset = *rc::gen::inRange<std::int64_t>(0, INT64_MAX);
  const bool mark = record.kind == core::FiringRecord::Kind::mark;
  if (!mark) record.lead = any_lead();
  if (record.kind == core::FiringRecord::Kind::part || flag()) record.other = any_lead();
  record.trigger = "t" + any_text();
  record.key = "k" + any_text();
  record.cause_key = "c" + any_text();
  record.occasion = *rc::gen::inRange<std::uint32_t>(0, 4);
  record.suppressed = any_text();
  record.enrol = *rc::gen::container<std::vector<std::string>>(rc::gen::exec(any_text));
  record.cause = mark ? core::Place::end_of_record(offset)
                      : core::Place::of_record(offset, *rc::gen::inRange<std::uint32_t>(0, 3));
  if (flag()) record.now = any_instant();
  record.rulebook = *rc::gen::inRange<std::uint64_t>(0, 9);
  record.parts = *rc::gen::inRange<std::uint32_t>(1, 5);
  record.part = *rc::gen::inRange<std::uint32_t>(0, record.parts);
  record.payload = *rc::gen::arbitrary<std::string>();
  return record;
}

inline std::vector<std::pair<std::string, std::string>> any_pairs() {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const std::string& key : *rc::gen::container<std::set<std::string>>(rc::gen::exec(any_text)))
    pairs.emplace_back(key, any_text());
  return pairs;
}

inline core::Signal any_signal() {
  core::Signal signal;
  signal.kind = static_cast<core::Signal::Kind>(*rc::gen::inRange(0, 4));
  signal.subject = "s" + any_text();
  signal.from = any_text();
  signal.to = "t" + any_text();
  signal.value = any_text();
  signal.deal = "d" + any_text();
  signal.by = any_text();
  signal.manual = flag();
  return signal;
}

inline core::ChangeFacts any_facts() {
  core::ChangeFacts facts;
  facts.tier = any_text();
  facts.levels = any_pairs();
  facts.stages = any_pairs();
  if (flag()) facts.customer = R"({"orders":2,"channel":null})";
  for (int n = *rc::gen::inRange(0, 3); n > 0; --n)
    facts.did.emplace_back(*rc::gen::arbitrary<std::uint64_t>(), *rc::gen::inRange(0, INT32_MAX));
  for (int n = *rc::gen::inRange(0, 3); n > 0; --n)
    facts.traits.push_back({any_text(), R"({"a":[1]})", any_instant(), any_text()});
  return facts;
}

inline core::LeadChange any_change() {
  core::LeadChange change;
  change.kind = static_cast<core::LeadChange::Kind>(*rc::gen::inRange(0, 6));
  const bool mark = change.kind == core::LeadChange::Kind::mark;
  if (!mark) change.lead = any_lead();
  if (change.kind == core::LeadChange::Kind::merged || change.kind == core::LeadChange::Kind::taken || flag())
    change.other = any_lead();
  change.cause = mark ? any_end() : any_place(change.lead);
  change.cause_key = "c" + any_text();
  if (flag()) change.now = any_instant();
  change.log_time = any_instant();
  change.rulebook = *rc::gen::inRange<std::uint64_t>(0, 9);
  change.suppressed = any_text();
  change.retracted = flag();
  change.depth = *rc::gen::inRange(0, 10);
  if (flag()) change.activity = any_activity();
  for (int n = *rc::gen::inRange(0, 4); n > 0; --n) change.signals.push_back(any_signal());
  change.facts = any_facts();
  change.refused = any_text();
  change.merge_id = any_text();
  change.parts = *rc::gen::inRange<std::uint32_t>(1, 5);
  change.part = *rc::gen::inRange<std::uint32_t>(0, change.parts);
  change.payload = *rc::gen::arbitrary<std::string>();
  return change;
}

}  // namespace scoreline::wire
