#pragma once
/// Derived records leave a lane here: place, key and dense sequence number.
#include <string>
#include <string_view>

#include "core/activity.hpp"
#include "flow/consumer.hpp"

namespace scoreline::flow {

/// ce_type of a record of lead.activities.
std::string_view type_of(core::RecordKind kind);

/// The partition of a lead's records in every lead.* topic.
std::int32_t partition_of(core::LeadId lead, std::int32_t partitions);

/// Appends one record to the lane's batch, with the next number of its (topic, partition).
void emit(LaneWork& lane, Topic topic, std::int32_t partition, std::string_view key, std::string_view type, std::string_view value, Instant time);

/// Writes records of `lead.activities`; reuses one buffer.
class ActivityEmitter {
 public:
  explicit ActivityEmitter(std::int32_t partitions) : partitions_(partitions) {}
  /// Into the partition of record.lead; ticks, and marks of count-backs, into every partition. Returns the record's
  /// text, valid until the next call.
  std::string_view emit(LaneWork& lane, const core::LeadRecord& record, Instant time);

 private:
  std::int32_t partitions_;
  std::string buffer_;
};

}  // namespace scoreline::flow
