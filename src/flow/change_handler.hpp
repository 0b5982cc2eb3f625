#pragma once
/// The handler side of a consumer of `lead.changes` (triggers, sequences): one change of one lead at a time, one screen
/// of code. Positions, merges and marks are the flow's (flow/change_consumer).
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/firing_record.hpp"
#include "core/lead_change.hpp"
#include "core/rulebook.hpp"
#include "flow/lead_handler.hpp"

namespace scoreline::flow {

struct ChangeContext {
  core::LeadId lead;
  std::int32_t lane = 0;
  core::Instant now;
  std::int64_t offset = 0;                      // of the change, in lead.changes[lane]
  bool replay = false;                          // from before the consumer was first started
  std::span<const core::FiringRecord> firings;  // what triggers made of this change; for sequences
  EmitRecord emit;                              // into the consumer's own output topic, if it has one
};

/// One handler decides by one rule book; the flow makes one for each version that changes name.
class ChangeHandler : public LeadCodec {
 public:
  /// Kinds changed, retracted and erased. Of an erased lead nothing is kept afterwards.
  virtual void decide(const ChangeContext& context, const core::LeadChange& change, LeadData& lead) = 0;
  /// What goes to the lead that takes this one in, and what is left of its rows until then.
  virtual void hand_over(const ChangeContext& context, LeadData& lead) = 0;
  /// Adds what was kept for another lead (semantics 3 and 7), silently.
  virtual void merge(const ChangeContext& context, LeadData& other, LeadData& lead) = 0;
};

using MakeChangeHandler = std::function<std::unique_ptr<ChangeHandler>(std::shared_ptr<const core::RuleBook> book)>;

}  // namespace scoreline::flow
