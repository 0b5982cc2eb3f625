#pragma once
/// Intent: what a lead seems to be up to (semantics 5). Decides from `lead.activities` alone; emits an intent_changed
/// record whenever the level of an intent changes.
#include <memory>
#include <vector>

#include "core/intent.hpp"
#include "flow/lead_handler.hpp"
#include "flow/match_counter.hpp"

namespace scoreline::consumers {

class IntentHandler final : public flow::LeadHandler {
 public:
  /// `prepared` may be null.
  IntentHandler(std::shared_ptr<const core::RuleBook> active, std::shared_ptr<const core::RuleBook> prepared);

  void count(const core::Activity& activity, int sign, flow::CountFor which, flow::LeadData& lead) override;
  void evaluate(const flow::LeadContext& context, flow::LeadData& lead) override;
  void merge(const flow::LeadContext& context, flow::LeadData& other, flow::LeadData& lead) override;
  void encode(flow::LeadData& lead) override;

 private:
  core::IntentScorer scorer_;
  flow::MatchCounter counter_;
  std::vector<core::IntentValue> values_;  // memory reused from lead to lead
  std::vector<core::Bucket> scratch_;
};

}  // namespace scoreline::consumers
