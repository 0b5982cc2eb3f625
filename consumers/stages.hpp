#pragma once
/// Stages: the only place where facts meet (semantics 6; design 3). Learns what customers, scoring and intent found
/// from the same activity, moves deals, and emits one self-contained record of `lead.changes` per lead and cause that
/// is an occasion for anything: the activity where a rule names it, signals, stage entries, and the facts as they
/// stand.
#include <memory>
#include <vector>

#include "core/change_needs.hpp"
#include "core/lead_change.hpp"
#include "core/stage_rules.hpp"
#include "core/stage_state.hpp"
#include "flow/activity_fields.hpp"
#include "flow/effect_rows.hpp"
#include "flow/lead_handler.hpp"
#include "flow/match_counter.hpp"

namespace scoreline::consumers {

class StagesHandler final : public flow::LeadHandler {
 public:
  /// `prepared` may be null; `rows` must outlive the handler.
  StagesHandler(std::shared_ptr<const core::RuleBook> active, std::shared_ptr<const core::RuleBook> prepared,
                flow::DealRows& rows);

  void count(const core::Activity& activity, int sign, flow::CountFor which, flow::LeadData& lead) override;
  void learn(const core::FactRecord& fact, flow::LeadData& lead) override;
  void erase(const flow::LeadContext& context) override { rows_.remove(context.lead); }
  void evaluate(const flow::LeadContext& context, flow::LeadData& lead) override;
  void merge(const flow::LeadContext& context, flow::LeadData& other, flow::LeadData& lead) override;
  void encode(flow::LeadData& lead) override;

 private:
  core::FactSheet facts_of(core::StageState& state, core::Day today);
  core::StageRules::Outcome move_deals(const flow::LeadContext& context, core::LeadChange& change,
                                       core::StageState& state, core::FactSheet& facts);
  bool is_occasion(const core::Activity& activity);
  core::ChangeFacts told_facts(const core::StageState& state, const core::FactSheet& facts) const;
  void put_row(const flow::LeadContext& context, const core::Deal& deal, bool merged);

  core::StageRules rules_;
  flow::MatchCounter counter_;
  flow::EventMatcher occasions_;
  core::ChangeNeeds needs_;
  flow::CustomerView customer_;  // of the lead at hand
  flow::DealRows& rows_;
};

}  // namespace scoreline::consumers
