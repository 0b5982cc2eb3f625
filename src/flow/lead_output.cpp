#include "flow/lead_output.hpp"

#include "core/cause_key.hpp"
#include "core/lead_change.hpp"
#include "wire/fact_record.hpp"
#include "wire/lead_change.hpp"

namespace scoreline::flow {
namespace {

constexpr std::string_view kMark = "scoreline.mark.v1";

template <typename Record>
std::string encoded(const Record& record) {
  std::string value;
  wire::encode(record, value);
  return value;
}

core::LeadChange change_of(const LeadContext& context, core::LeadChange::Kind kind) {
  core::LeadChange change;
  change.kind = kind;
  change.lead = context.lead;
  change.cause = context.place;
  change.now = context.now;
  change.log_time = context.log_time;
  change.rulebook = context.rulebook;
  return change;
}

void emit_parts(const LeadContext& context, core::LeadChange change, const Handover& handover, std::size_t part_bytes,
                std::string_view type) {
  for_each_part(encode(handover), part_bytes, [&](std::uint32_t part, std::uint32_t parts, std::string payload) {
    change.part = part;
    change.parts = parts;
    change.payload = std::move(payload);
    context.emit(type, encoded(change));
  });
}

}  // namespace

void FactOutput::mark(const core::Place& place, Instant now, const EmitRecord& emit) {
  core::FactRecord record;
  record.kind = core::FactRecord::Kind::mark;
  record.cause = place;
  record.now = now;
  emit(kMark, encoded(record));
}

void FactOutput::hand_over(const LeadContext& context, const core::LeadRecord& merged, const Handover& kept) {
  core::FactRecord record;
  record.kind = core::FactRecord::Kind::part;
  record.lead = context.lead;
  record.other = merged.other;
  record.cause = context.place;
  record.now = context.now;
  for_each_part(encode(kept), part_bytes_, [&](std::uint32_t part, std::uint32_t parts, std::string payload) {
    record.part = part;
    record.parts = parts;
    record.payload = std::move(payload);
    context.emit("scoreline.lead.part.v1", encoded(record));
  });
}

void ChangeOutput::mark(const core::Place& place, Instant now, const EmitRecord& emit) {
  core::LeadChange change;
  change.kind = core::LeadChange::Kind::mark;
  change.cause = place;
  change.now = now;
  emit(kMark, encoded(change));
}

void ChangeOutput::hand_over(const LeadContext& context, const core::LeadRecord& merged, const Handover& kept) {
  core::LeadChange change = change_of(context, core::LeadChange::Kind::merged);
  change.other = merged.other;
  change.merge_id = merged.merge_id;
  emit_parts(context, std::move(change), kept, part_bytes_, "scoreline.lead.merged.v1");
}

void ChangeOutput::pass_on(const LeadContext& context, const core::LeadRecord& record, const Handover* taken) {
  switch (record.kind) {
    case core::RecordKind::retraction: {
      core::LeadChange change = change_of(context, core::LeadChange::Kind::retracted);
      change.cause_key = core::cause_key(record.activity);
      context.emit("scoreline.lead.retracted.v1", encoded(change));
      return;
    }
    case core::RecordKind::erased:
      context.emit("scoreline.lead.erased.v1", encoded(change_of(context, core::LeadChange::Kind::erased)));
      return;
    case core::RecordKind::handover: {
      core::LeadChange change = change_of(context, core::LeadChange::Kind::taken);
      change.other = record.other;
      change.merge_id = record.merge_id;
      emit_parts(context, std::move(change), *taken, part_bytes_, "scoreline.lead.taken.v1");
      return;
    }
    default:
      return;
  }
}

}  // namespace scoreline::flow
