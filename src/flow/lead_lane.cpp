#include "flow/lead_lane.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "base/metrics.hpp"

namespace scoreline::flow {

using core::LeadRecord;
using core::RecordKind;

namespace {

void counted(const char* what) {
  base::metrics::counter("lead_records_late_total", "records of leads that are gone, by what became of them", {{"outcome", what}}).add();
}

}  // namespace

void LeadLane::apply(LeadRecord record, std::int64_t offset, Instant log_time, std::string_view raw) {
  offset_ = offset;
  Lead& lead = batch_.at(record.lead);
  const bool held_back = !lead.row.erased && !lead.row.forward_to && (lead.flow.waiting() || !lead.waiting.empty());
  const bool at_once = record.kind == RecordKind::erased || (record.kind == RecordKind::handover && lead.flow.awaits(record.other));
  if (held_back && !at_once) {
    lead.waiting.push_back({{record.lead, offset, 0, log_time, std::string(raw)}, std::move(record)});
    lead.queue_changed = true;
    lead.changed = true;
    return;
  }
  handle(lead, std::move(record), offset);
  if (!lead.waiting.empty()) drain(lead);
}

void LeadLane::handle(Lead& lead, LeadRecord record, std::int64_t offset) {
  if (lead.row.erased) return counted("dropped");
  if (lead.row.forward_to) return forward(lead, std::move(record));
  switch (record.kind) {
    case RecordKind::activity: {
      const core::Activity& activity = record.activity;
      count(lead, activity, 1, offset);
      evaluate(lead, {offset_, std::nullopt, false, &activity}, work_.state->now);
      return;
    }
    case RecordKind::retraction:
      count(lead, record.activity, -1, offset);
      evaluate(lead, {offset_, std::nullopt, false, nullptr}, work_.state->now);
      return;
    case RecordKind::absorbs:
      touch(lead);
      lead.flow.balance(record.other, 1);
      return;
    case RecordKind::handover: return take_handover(lead, std::move(record));
    case RecordKind::merged: return hand_over(lead, record, offset);
    case RecordKind::erased: return erase(lead);
    case RecordKind::count_back: {
      LeadData found;
      found.state = std::move(record.payload);
      touch(lead);
      handler_.merge(found, lead.data);
      // Sent on by a lane that was ready already, it may come behind the switch: then it counts from now on.
      if (record.version <= work_.state->rulebook_version) evaluate(lead, {offset_, std::nullopt, false, nullptr}, work_.state->now);
      return;
    }
    default: SCORELINE_CHECK(false, "a record about a lead that is about none");
  }
}

void LeadLane::touch(Lead& lead) {
  lead.changed = true;
  lead.handler = &handler_;
}

void LeadLane::count(Lead& lead, const core::Activity& activity, int sign, std::int64_t offset) {
  const CountBack& back = work_.state->count_back;
  // A count-back skips what is held while it passes; once released, such a record counts here. What is released before
  // the count-back gets there is found by it.
  const bool passed = draining_ && back.next_offset > offset;
  const CountFor which{true, back.version != 0 && (offset >= back.prepared_offset || passed)};
  touch(lead);
  handler_.count(activity, sign, which, lead.data);
}

void LeadLane::evaluate(Lead& lead, const Cause& cause, Instant now) {
  touch(lead);
  const LeadContext context{lead.row.lead, now, cause, [&](std::string_view type, std::string value) {
                              const std::string key = std::to_string(lead.row.lead.value);
                              emit(work_, options_.output, work_.lane, key, type, value, now);
                            }};
  handler_.evaluate(context, lead.data);
}

// Not evaluated here: the merging activity itself stands behind lead.absorbs in the log, and one activity gives one
// evaluation (semantics 4.4).
void LeadLane::take_handover(Lead& lead, LeadRecord record) {
  touch(lead);
  auto whole = lead.flow.take_piece(record.other, record.part, record.parts, std::move(record.payload));
  if (!whole) return;
  const auto handover = decode_handover(*whole);
  SCORELINE_CHECK(handover.has_value(), "a handover that cannot be read: it must not be skipped");
  for (const Handover::Part& part : handover->parts) {
    if (part.consumer != options_.consumer) continue;
    LeadData other;
    other.state = part.state;
    other.personal = part.personal;
    handler_.merge(other, lead.data);
  }
  for (const std::uint64_t early : handover->early) lead.flow.balance({early}, -1);
  lead.flow.balance(record.other, -1);
}

void LeadLane::hand_over(Lead& lead, const LeadRecord& record, std::int64_t offset) {
  touch(lead);
  handler_.encode(lead.data);
  Handover handover;
  handover.parts.push_back({options_.consumer, lead.data.state, lead.data.personal});
  for (const auto& [early, count] : lead.flow.awaited) {
    SCORELINE_CHECK(count < 0, "a lead hands over while it waits");
    handover.early.push_back(early);
  }
  const auto pieces = std::move(lead.flow.pieces);
  lead.data = LeadData{};
  lead.flow = LeadFlow{};
  lead.flow.merged_offset = offset;
  lead.row.forward_to = record.other;
  if (!options_.hands_over) return;
  forward_pieces(lead, pieces);
  const std::string payload = encode(handover);
  LeadRecord out;
  out.kind = RecordKind::handover;
  out.lead = record.other;
  out.other = lead.row.lead;
  out.merge_id = record.merge_id;
  out.parts = static_cast<std::uint32_t>(std::max<std::size_t>(1, (payload.size() + options_.handover_part_bytes - 1) / options_.handover_part_bytes));
  for (out.part = 0; out.part < out.parts; ++out.part) {
    out.payload = payload.substr(out.part * options_.handover_part_bytes, options_.handover_part_bytes);
    activities_.emit(work_, out, work_.state->now);
  }
}

// Parts of a handover whose other parts will come here late, and be forwarded: they must meet at the survivor.
void LeadLane::forward_pieces(const Lead& lead, const std::map<std::uint64_t, std::vector<std::string>>& all) {
  for (const auto& [other, pieces] : all)
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      if (pieces[i].empty()) continue;
      LeadRecord out;
      out.kind = RecordKind::handover;
      out.other = {other};
      out.part = static_cast<std::uint32_t>(i);
      out.parts = static_cast<std::uint32_t>(pieces.size());
      out.payload = pieces[i];
      forward(lead, std::move(out));
    }
}

void LeadLane::erase(Lead& lead) {
  touch(lead);
  lead.data = LeadData{};
  lead.flow = LeadFlow{};
  lead.row.erased = true;
  lead.queue_changed = lead.queue_changed || !lead.waiting.empty();
  lead.waiting.clear();
}

void LeadLane::forward(const Lead& lead, LeadRecord record) {
  if (!options_.hands_over) return counted("dropped");
  counted("forwarded");
  record.lead = lead.row.forward_to;
  record.forwarded = true;
  activities_.emit(work_, record, work_.state->now);
}

// Goes on with what was held, in log order, as far as it goes: while the lead waits, only the handover that it waits for
// may overtake.
void LeadLane::drain(Lead& lead) {
  draining_ = true;
  while (!lead.waiting.empty()) {
    auto next = lead.waiting.begin();
    if (lead.flow.waiting())
      next = std::find_if(lead.waiting.begin(), lead.waiting.end(), [&](const Waiting& waiting) {
        return waiting.record.kind == RecordKind::handover && lead.flow.awaits(waiting.record.other);
      });
    if (next == lead.waiting.end()) break;
    LeadRecord record = std::move(next->record);
    const std::int64_t offset = next->held.offset;
    lead.waiting.erase(next);
    lead.queue_changed = true;
    handle(lead, std::move(record), offset);
  }
  draining_ = false;
}

void LeadLane::count_back(LeadRecord record, std::int64_t offset) {
  if (record.kind != RecordKind::activity && record.kind != RecordKind::retraction) return;
  Lead& lead = batch_.at(record.lead);
  if (lead.row.erased) return;
  if (lead.row.forward_to && offset > lead.flow.merged_offset) return;
  const bool held = std::any_of(lead.waiting.begin(), lead.waiting.end(), [&](const Waiting& waiting) { return waiting.held.offset == offset; });
  if (held) return;
  const int sign = record.kind == RecordKind::activity ? 1 : -1;
  if (lead.row.forward_to) {
    LeadData& found = found_for_others_[{lead.row.forward_to.value, lead.row.lead.value}];
    return handler_.count(record.activity, sign, {false, true}, found);
  }
  touch(lead);
  handler_.count(record.activity, sign, {false, true}, lead.data);
}

void LeadLane::send_counted_back(std::uint64_t version) {
  for (auto& [leads, found] : found_for_others_) {
    handler_.encode(found);
    if (found.state.empty()) continue;
    LeadRecord out;
    out.kind = RecordKind::count_back;
    out.lead = {leads.first};
    out.other = {leads.second};
    out.version = version;
    out.payload = found.state;
    activities_.emit(work_, out, work_.state->now);
  }
  found_for_others_.clear();
}

}  // namespace scoreline::flow
