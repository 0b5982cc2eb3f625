#pragma once
/// Scoring: how many points a lead has and in which tier that puts it (semantics 4). Decides from `lead.activities`
/// alone; emits a tier_changed record whenever the tier changes.
#include <memory>
#include <vector>

#include "core/score.hpp"
#include "core/score_state.hpp"
#include "flow/event_matcher.hpp"
#include "flow/lead_handler.hpp"

namespace scoreline::consumers {

class ScoringHandler final : public flow::LeadHandler {
 public:
  /// `prepared` may be null.
  ScoringHandler(std::shared_ptr<const core::RuleBook> active, std::shared_ptr<const core::RuleBook> prepared);

  void count(const core::Activity& activity, int sign, flow::CountFor which, flow::LeadData& lead) override;
  void evaluate(const flow::LeadContext& context, flow::LeadData& lead) override;
  void merge(flow::LeadData& other, flow::LeadData& lead) override;
  void encode(flow::LeadData& lead) override;

 private:
  /// Matches that only the prepared book counts.
  struct Prepared {
    std::shared_ptr<const core::RuleBook> book;
    std::vector<std::uint64_t> hashes;  // ascending
    std::unique_ptr<flow::EventMatcher> matcher;
  };
  void prepare(std::shared_ptr<const core::RuleBook> book);

  std::shared_ptr<const core::RuleBook> active_;
  std::vector<std::uint64_t> active_hashes_;  // of the active book's matches, ascending
  core::Scorer scorer_;
  flow::EventMatcher matcher_;
  Prepared prepared_;
  core::Score score_;                   // memory reused from lead to lead
};

}  // namespace scoreline::consumers
