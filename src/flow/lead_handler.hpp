#pragma once
/// The handler side of a consumer of `lead.activities` (scoring, later intent and customers): one lead at a time, one
/// screen of code. Merges, holding, forwarding, sweeps, rule books and positions are the flow's (flow/lead_consumer);
/// a handler sees what it keeps of a lead, an activity, a day.
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/activity.hpp"
#include "core/rulebook.hpp"

namespace scoreline::flow {

/// Why a decision is made: its place in the order of semantics 1.1 (design 5, One order for decisions).
struct Cause {
  std::int64_t offset = 0;         // in lead.activities[lane]; a sweep: the record that begins the day or activated the book
  std::optional<core::Day> day;    // of a sweep: the midnight
  bool rulebook = false;           // a rule book was activated: promote what was staged for it, then decide by it
  const core::Activity* activity = nullptr;  // none: a sweep or a rule book
};

/// A derived record as a handler writes it: `type` (ce_type) and JSON object text; the flow adds key, time and sequence.
using EmitRecord = std::function<void(std::string_view type, std::string value)>;

struct LeadContext {
  core::LeadId lead;
  core::Instant now;               // `at` of what is decided (a sweep: that midnight)
  Cause cause;
  EmitRecord emit;                 // into the consumer's own output topic
};

/// What a handler keeps of one lead.
struct LeadData {
  /// A handler's decoded form, kept while the batch lasts.
  struct Decoded {
    virtual ~Decoded() = default;
  };
  std::string state, personal;     // its own encodings; empty for a new lead. `personal` is the sealable part
  std::unique_ptr<Decoded> decoded;
  std::optional<core::Day> wake_on;  // never later than the first day on which something may change by time
};

/// Which rule book an activity is counted for. Matches that both books share belong to the active one.
struct CountFor {
  bool active = true, prepared = false;
};

/// One handler decides by one pair of rule books (active, prepared); the flow makes one for each pair its lanes are at.
class LeadHandler {
 public:
  virtual ~LeadHandler() = default;
  /// Counts an activity (sign +1) or takes one back (sign -1), and keeps its traits where `which.active`.
  virtual void count(const core::Activity& activity, int sign, CountFor which, LeadData& lead) = 0;
  /// Brings value, tier or level up to date as of `context.now`, emits what changed, sets wake_on.
  virtual void evaluate(const LeadContext& context, LeadData& lead) = 0;
  /// Adds what was kept for another lead (semantics 3, Merge), silently. wake_on becomes the earlier one.
  virtual void merge(LeadData& other, LeadData& lead) = 0;
  /// Brings state and personal up to date with `decoded`.
  virtual void encode(LeadData& lead) = 0;
};

/// Makes the handler for a pair of books; `prepared` may be null.
using MakeLeadHandler =
    std::function<std::unique_ptr<LeadHandler>(std::shared_ptr<const core::RuleBook> active, std::shared_ptr<const core::RuleBook> prepared)>;

}  // namespace scoreline::flow
