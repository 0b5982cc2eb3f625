#pragma once
/// Triggers: what fires on a change (semantics 7). Decides from records of `lead.changes` alone; leaves a firing, and
/// for each of its actions a row for who does it, and tells sequences whom to enrol.
#include <memory>

#include "core/trigger.hpp"
#include "flow/change_handler.hpp"
#include "flow/change_view.hpp"
#include "flow/effect_rows.hpp"

namespace scoreline::consumers {

class TriggersHandler final : public flow::ChangeHandler {
 public:
  /// `rows` must outlive the handler.
  TriggersHandler(std::shared_ptr<const core::RuleBook> book, flow::FiringRows& rows);

  void decide(const flow::ChangeContext& context, const core::LeadChange& change, flow::LeadData& lead) override;
  void hand_over(const flow::ChangeContext& context, flow::LeadData& lead) override;
  void merge(const flow::ChangeContext& context, flow::LeadData& other, flow::LeadData& lead) override;
  void encode(flow::LeadData& lead) override;

 private:
  void fire(const flow::ChangeContext& context, const core::LeadChange& change, const core::FiringDecision& decision,
            std::uint32_t n, core::TriggerState& state);
  std::vector<flow::ActionRow> actions_of(const flow::FiringRow& firing, const core::LeadChange& change,
                                          const core::Trigger& trigger) const;

  core::TriggerRules rules_;
  flow::ChangeView view_;
  flow::FiringRows& rows_;
};

}  // namespace scoreline::consumers
