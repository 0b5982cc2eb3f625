#pragma once
/// Small rule books of pipelines, triggers and sequences in code, and a lead's facts for them.
#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/fact_sheet.hpp"
#include "core/lead_change.hpp"
#include "core/rulebook.hpp"
#include "support/score_book.hpp"

namespace scoreline::test {

using base::Instant;

inline Instant at(std::string_view rfc3339) {
  const auto instant = base::parse_rfc3339(rfc3339);
  REQUIRE_MESSAGE(instant.has_value(), rfc3339);
  return *instant;
}
inline Day day(std::string_view date) {
  const auto parsed = base::parse_date(date);
  REQUIRE_MESSAGE(parsed.has_value(), date);
  return *parsed;
}

inline core::Condition group(core::ConditionKind kind, std::vector<core::Condition> children = {}) {
  core::Condition out;
  out.kind = kind;
  out.children = std::move(children);
  return out;
}
inline core::Condition always() { return group(core::ConditionKind::all); }
inline core::Condition never() { return group(core::ConditionKind::any); }
inline core::Condition did(std::uint32_t match, std::int32_t within_days = 0) {
  core::Condition out;
  out.kind = core::ConditionKind::did;
  out.match = match;
  out.within_days = within_days;
  return out;
}
inline core::Condition tier_at_least(std::string id) {
  core::Condition out;
  out.kind = core::ConditionKind::tier;
  out.op = core::Operator::gte;
  out.text = std::move(id);
  return out;
}
inline core::Condition stage_is(std::string pipeline, std::string stage) {
  core::Condition out;
  out.kind = core::ConditionKind::stage;
  out.subject = std::move(pipeline);
  out.text = std::move(stage);
  return out;
}

/// A stage; "won" and "lost" close.
inline core::Stage stage(std::string id) {
  const core::Outcome outcome =
      id == "won" ? core::Outcome::won : (id == "lost" ? core::Outcome::lost : core::Outcome::none);
  return {id, id, "", "", outcome};
}
inline core::Pipeline pipeline(std::string id, const std::vector<std::string>& stages) {
  core::Pipeline out;
  out.id = std::move(id);
  for (const std::string& one : stages) out.stages.push_back(stage(one));
  return out;
}
inline void add_advance(core::Pipeline& pipeline, std::string id, const std::string& to, core::Condition when) {
  const auto place = std::find_if(pipeline.stages.begin(), pipeline.stages.end(),
                                  [&](const core::Stage& one) { return one.id == to; });
  pipeline.advances.push_back(
      {std::move(id), static_cast<std::uint32_t>(place - pipeline.stages.begin()), std::move(when)});
}

inline core::Occasion on_activity(std::uint32_t match) { return {core::Occasion::Kind::activity, match, "", ""}; }
inline core::Occasion on_tier(std::string id) { return {core::Occasion::Kind::tier, 0, "", std::move(id)}; }
inline core::Occasion on_intent(std::string intent, std::string level) {
  return {core::Occasion::Kind::intent, 0, std::move(intent), std::move(level)};
}
inline core::Occasion on_stage(std::string pipeline, std::string stage) {
  return {core::Occasion::Kind::stage, 0, std::move(pipeline), std::move(stage)};
}
inline core::Occasion on_churn_risk() { return {core::Occasion::Kind::churn_risk, 0, "", ""}; }

inline core::Signal tier_change(std::string from, std::string to) {
  core::Signal out;
  out.from = std::move(from);
  out.to = std::move(to);
  return out;
}
inline core::Signal intent_change(std::string intent, std::string from, std::string to) {
  core::Signal out = tier_change(std::move(from), std::move(to));
  out.kind = core::Signal::Kind::intent;
  out.subject = std::move(intent);
  return out;
}
inline core::Signal stage_entry(std::string pipeline, std::string from, std::string to) {
  core::Signal out = intent_change(std::move(pipeline), std::move(from), std::move(to));
  out.kind = core::Signal::Kind::stage;
  return out;
}
inline core::Signal churn_risk() {
  core::Signal out;
  out.kind = core::Signal::Kind::churn_risk;
  return out;
}

/// Facts without traits; what a `did` answers is set by match.
struct Facts {
  explicit Facts(const core::RuleBook& book) : sheet(book, fields) {
    fields.reset(book.paths.size());
    sheet.did = [this](std::uint64_t match, std::int32_t) { return done.contains(match); };
  }
  Facts(const Facts&) = delete;

  core::Fields fields;
  std::set<std::uint64_t> done;  // Match::hash
  core::FactSheet sheet;
};

/// A change of a lead: an activity, signals, or both. Activities are dated when they are handled.
inline core::LeadChange change(std::string_view now, std::string cause_key, std::string activity,
                               std::vector<core::Signal> signals = {}) {
  core::LeadChange out;
  out.now = out.log_time = at(now);
  out.cause_key = std::move(cause_key);
  out.rulebook = 7;
  out.signals = std::move(signals);
  if (activity.empty()) return out;
  out.activity.emplace();
  out.activity->name = std::move(activity);
  out.activity->at = out.activity->received_at = out.now;
  return out;
}

/// Cold 0, warm 30, hot 50, burning 80.
inline std::vector<core::Level> four_tiers() {
  return {level("cold", 0, 0), level("warm", 30, 30), level("hot", 50, 50), level("burning", 80, 80)};
}

}  // namespace scoreline::test
