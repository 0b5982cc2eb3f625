#pragma once
/// Scoring: how many points a lead has and in which tier that puts it (semantics 4). Decides from `lead.activities`
/// alone; emits a tier_changed record whenever the tier changes.
#include <memory>

#include "core/score.hpp"
#include "core/score_state.hpp"
#include "flow/lead_handler.hpp"
#include "flow/match_counter.hpp"

namespace scoreline::consumers {

class ScoringHandler final : public flow::LeadHandler {
 public:
  /// `prepared` may be null.
  ScoringHandler(std::shared_ptr<const core::RuleBook> active, std::shared_ptr<const core::RuleBook> prepared);

  void count(const core::Activity& activity, int sign, flow::CountFor which, flow::LeadData& lead) override;
  void evaluate(const flow::LeadContext& context, flow::LeadData& lead) override;
  void merge(const flow::LeadContext& context, flow::LeadData& other, flow::LeadData& lead) override;
  void encode(flow::LeadData& lead) override;

 private:
  core::Scorer scorer_;
  flow::MatchCounter counter_;
  core::Score score_;                   // memory reused from lead to lead
};

}  // namespace scoreline::consumers
