#pragma once
/// The handler side of a consumer of `lead.activities` (customers, scoring, intent, stages): one lead at a time, one
/// screen of code. Merges, holding, forwarding, sweeps, rule books and positions are the flow's (flow/lead_consumer);
/// a handler sees what it keeps of a lead, an activity, a fact, a day.
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "core/activity.hpp"
#include "core/fact_record.hpp"
#include "core/place.hpp"
#include "core/rulebook.hpp"

namespace scoreline::flow {

/// A derived record as a handler writes it: `type` (ce_type) and JSON object text; the flow adds key, time and sequence.
using EmitRecord = std::function<void(std::string_view type, std::string value)>;

struct LeadContext {
  core::LeadId lead;
  std::int32_t lane = 0;
  core::Instant now;               // `at` of what is decided (a sweep: that midnight)
  core::Instant log_time;          // of the record at hand, which may lie before `now`; of a sweep: `now`
  core::Place place;               // why a decision is made; phase rulebook: promote what was staged, then decide by it
  const core::Activity* activity = nullptr;  // none: a sweep, a rule book
  bool retraction = false;         // `activity` is taken back
  bool replay = false;             // from before the consumer was first started: decided, but nothing may fire
  std::uint64_t rulebook = 0;      // the version that decides
  bool fire = false;               // phase rulebook: published so that what only the new rules changed fires, too
  EmitRecord emit;                 // into the consumer's own output topic
  std::function<void(base::Error)> complain;  // a dead letter beside the record, which counts all the same
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
  std::uint64_t rulebook = 0;      // of what merge() takes in: the version that was active where it was counted
};

class LeadCodec {
 public:
  virtual ~LeadCodec() = default;
  /// Brings state and personal up to date with `decoded`.
  virtual void encode(LeadData& lead) = 0;
};

/// Which rule book an activity is counted for. Matches that both books share belong to the active one.
struct CountFor {
  bool active = true, prepared = false;
};

/// One handler decides by one pair of rule books (active, prepared); the flow makes one for each pair its lanes are at.
class LeadHandler : public LeadCodec {
 public:
  /// Counts an activity (sign +1) or takes one back (sign -1), and keeps its traits where `which.active`.
  virtual void count(const core::Activity& activity, int sign, CountFor which, LeadData& lead) = 0;
  /// Keeps what another consumer found out about the lead; evaluate() follows. Only for consumers with several inputs.
  virtual void learn(const core::FactRecord&, LeadData&) {}
  /// The lead is gone for good: what was written about it elsewhere must go, too; its row does by itself.
  virtual void erase(const LeadContext&) {}
  /// Brings value, tier or level up to date as of `context.now`, emits what changed, sets wake_on.
  virtual void evaluate(const LeadContext& context, LeadData& lead) = 0;
  /// Adds what was kept for another lead (semantics 3, Merge), silently. wake_on becomes the earlier one.
  virtual void merge(const LeadContext& context, LeadData& other, LeadData& lead) = 0;
};

/// Makes the handler for a pair of books; `prepared` may be null.
using MakeLeadHandler =
    std::function<std::unique_ptr<LeadHandler>(std::shared_ptr<const core::RuleBook> active, std::shared_ptr<const core::RuleBook> prepared)>;

}  // namespace scoreline::flow
