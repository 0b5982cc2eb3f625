#include "flow/emit.hpp"

#include <charconv>

#include "base/check.hpp"
#include "base/hash.hpp"
#include "wire/lead_record.hpp"

namespace scoreline::flow {
namespace {

/// Decimal text of a lead id without an allocation.
class LeadKey {
 public:
  explicit LeadKey(core::LeadId lead) { end_ = std::to_chars(text_, text_ + sizeof text_, lead.value).ptr; }
  std::string_view view() const { return {text_, static_cast<std::size_t>(end_ - text_)}; }

 private:
  char text_[20];
  char* end_;
};

bool for_every_partition(core::RecordKind kind) {
  return kind == core::RecordKind::tick || kind == core::RecordKind::count_back_done;
}

}  // namespace

std::string_view type_of(core::RecordKind kind) {
  switch (kind) {
    case core::RecordKind::activity: return "scoreline.lead.activity.v1";
    case core::RecordKind::retraction: return "scoreline.lead.retraction.v1";
    case core::RecordKind::tick: return "scoreline.time.tick.v1";
    case core::RecordKind::erased: return "scoreline.lead.erased.v1";
    case core::RecordKind::absorbs: return "scoreline.lead.absorbs.v1";
    case core::RecordKind::merged: return "scoreline.lead.merged.v1";
    case core::RecordKind::handover: return "scoreline.lead.handover.v1";
    case core::RecordKind::count_back: return "scoreline.rulebook.count_back.v1";
    case core::RecordKind::count_back_done: return "scoreline.rulebook.count_back_done.v1";
    case core::RecordKind::rulebook_prepared: return "scoreline.rulebook.prepared.v1";
    case core::RecordKind::rulebook_activated: return "scoreline.rulebook.activated.v1";
  }
  SCORELINE_CHECK(false, "a record kind without a type");
  return {};
}

std::int32_t partition_of(core::LeadId lead, std::int32_t partitions) { return base::partition_of(LeadKey(lead).view(), partitions); }

void emit(LaneWork& lane, Topic topic, std::int32_t partition, std::string_view key, std::string_view type, std::string_view value,
          Instant time) {
  std::uint64_t& next = lane.state->next_seq.try_emplace({topic, partition}, 1).first->second;
  lane.out.append({topic, partition, next, time, key, value, type});
  ++next;
}

std::string_view ActivityEmitter::emit(LaneWork& lane, const core::LeadRecord& record, Instant time) {
  buffer_.clear();
  wire::encode(record, buffer_);
  const std::string_view type = type_of(record.kind);
  if (for_every_partition(record.kind)) {
    for (std::int32_t p = 0; p < partitions_; ++p) flow::emit(lane, Topic::lead_activities, p, "", type, buffer_, time);
    return buffer_;
  }
  const LeadKey key(record.lead);
  flow::emit(lane, Topic::lead_activities, base::partition_of(key.view(), partitions_), key.view(), type, buffer_, time);
  return buffer_;
}

}  // namespace scoreline::flow
