#pragma once
/// What people and programs see of a lead: the report of semantics 10, and the parts that `leads`, `lead` and `explain`
/// share. Reads what identity and scoring keep; decides nothing.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/lead_parts.hpp"
#include "core/identity.hpp"
#include "core/score.hpp"
#include "flow/event_matcher.hpp"
#include "flow/ports.hpp"

namespace scoreline::app {

/// A lead's score as of a day, computed from its scoring row.
struct ScoredLead {
  core::ScoreState state;
  core::Score score;         // contributions sorted by id
  std::string tier;          // "" = none
};

class LeadReporter {
 public:
  explicit LeadReporter(std::shared_ptr<const core::RuleBook> book);

  const core::Scorer& scorer() const { return scorer_; }
  /// `row` may be missing: a lead for which nothing was counted yet. nullopt: bytes that are not a scoring row.
  std::optional<ScoredLead> score(const flow::LeadRow* row, base::Day today);
  /// Finds out which fits hold, if that is not known.
  void refresh(core::ScoreState& state);
  /// The score at an earlier day: what is dated after it is left out.
  core::Points score_back_then(const ScoredLead& lead, base::Day then);
  /// One object of `--report leads`; `lead` and `partition` stand before the fields of semantics 10.
  std::string report(core::LeadId lead, std::int32_t partition, const core::LeadIdentity& identity, const ScoredLead& scored, const LeadParts& parts);
  std::shared_ptr<const core::RuleBook> book() const { return book_; }

 private:
  std::shared_ptr<const core::RuleBook> book_;
  core::Scorer scorer_;
  flow::EventMatcher matcher_;
};

/// "anon:a", "user:u" ... sorted by bytes.
std::vector<std::string> sorted_identifiers(const core::LeadIdentity& identity);

}  // namespace scoreline::app
