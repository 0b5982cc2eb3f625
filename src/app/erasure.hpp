#pragma once
/// Making a person disappear (semantics 9): one record of crm.events, then waiting until every consumer has handled it.
/// What is needed of the world is behind small functions.
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/hash.hpp"
#include "base/time.hpp"
#include "core/ids.hpp"
#include "kafka/record_producer.hpp"

namespace scoreline::app {

/// `lead.erased` for crm.events, keyed as identity keys it. Names the lead by its number, so that neither key nor value
/// is personal; asked twice, it is the same message.
kafka::OwnedRecord erasure_record(core::LeadId lead, base::Instant at, const base::HashKey& hash_key);

struct ErasureWorld {
  /// Consumers that have not handled it, in the order of the flow.
  std::function<std::vector<std::string>()> waiting;
  std::function<void(const std::string& line)> progress;
  /// Sleeps a little; false: the user wants to stop.
  std::function<bool()> wait;
  std::function<std::int64_t()> steady_us;
};
/// Those that had not handled it when `timeout_us` was over; empty: it is done.
std::vector<std::string> await_erasure(const ErasureWorld& world, std::int64_t timeout_us);

/// What is gone.
struct Erased {
  core::LeadId lead;
  std::int64_t merged_leads = 0, identifiers = 0, traits = 0, activities = 0, deals = 0, mails = 0, actions = 0;
};
/// "4 identifiers, 7 traits, ...": what would be, or was, erased.
std::string to_text(const Erased& erased);
std::string to_json(const Erased& erased, const std::vector<std::string>& waiting);

}  // namespace scoreline::app
