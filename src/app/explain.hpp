#pragma once
/// Why a lead has its score (design 2, Explained): points by rule, cuts, the activities behind them, and what changes
/// next by time alone. Pure; `explain` prints it for people or as JSON.
#include <optional>
#include <string>
#include <vector>

#include "app/lead_history.hpp"
#include "app/lead_report.hpp"

namespace scoreline::app {

struct RuleShare {
  core::RuleExplanation points;         // by day, raw, decayed, limited
  std::string category;                 // "": none
  std::string kind;                     // rule, fit, inactivity
  std::vector<std::size_t> activities;  // indices into the history, ascending by at
};

struct NextChange {
  base::Day on;
  core::Points score = 0;
  struct Step {
    std::string rule;
    core::Points from = 0, to = 0;
  };
  std::vector<Step> rules;  // by id, those that contribute something else then
};

struct Explanation {
  core::LeadId lead;
  core::LeadId asked;  // another id when it was merged into `lead`
  std::string name;
  std::vector<std::string> identifiers;
  base::Instant as_of;
  std::uint64_t rulebook_version = 0;
  std::optional<std::string> tier;  // not known at other instants than now
  core::ScoreExplanation score;
  std::vector<RuleShare> rules;          // by id
  std::vector<std::size_t> not_counted;  // indices: machine, retracted
  std::optional<NextChange> next;
  LeadHistory history;  // up to as_of
};

/// `state` with its fits not necessarily fresh; `history` as of `as_of` (later arrivals left out).
Explanation explain(LeadReporter& reporter, core::ScoreState state, LeadHistory history, base::Instant as_of);

struct ExplainText {
  bool colours = false;
  std::size_t activities_per_rule = 5;  // newest first; the rest is counted
};
std::string to_text(const Explanation& explanation, const core::RuleBook& book, const ExplainText& how);
std::string to_json(const Explanation& explanation);

}  // namespace scoreline::app
