#include "flow/lead_lane.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "base/metrics.hpp"

namespace scoreline::flow {

using core::FactRecord;
using core::LeadRecord;
using core::Place;
using core::RecordKind;

namespace {

void counted(const char* what) {
  base::metrics::counter("lead_records_late_total", "records of leads that are gone, by what became of them", {{"outcome", what}}).add();
}

/// The parts that other consumers found at one place, put together from their pieces.
std::vector<Handover::Part> parts_of(std::span<const Fact> facts, std::uint32_t n) {
  std::map<std::string_view, std::string> payloads;
  for (const Fact& fact : facts)
    if (fact.record.kind == FactRecord::Kind::part && fact.record.cause.n == n) payloads[fact.consumer] += fact.record.payload;
  std::vector<Handover::Part> parts;
  for (const auto& [consumer, payload] : payloads) {
    auto kept = decode_handover(payload);
    SCORELINE_CHECK(kept.has_value() && kept->parts.size() == 1, "a part that cannot be read: it must not be skipped");
    parts.push_back(std::move(kept->parts.front()));
  }
  return parts;
}

}  // namespace

void LeadLane::apply(Arrived arrived) {
  offset_ = arrived.offset;
  n_ = 0;
  facts_ = arrived.facts;
  LeadRecord& record = arrived.record;
  Lead& lead = batch_.at(record.lead);
  const bool held_back = !lead.row.erased && !lead.row.forward_to && (lead.flow.waiting() || !lead.waiting.empty());
  const bool at_once = record.kind == RecordKind::erased || (record.kind == RecordKind::handover && lead.flow.awaits(record.other));
  if (held_back && !at_once) {
    lead.waiting.push_back({{record.lead, offset_, 0, arrived.log_time, std::string(arrived.raw)}, std::move(record)});
    lead.queue_changed = true;
    lead.changed = true;
    return;
  }
  handle(lead, std::move(record), {offset_, arrived.log_time, false});
  if (!lead.waiting.empty()) drain(lead);
}

void LeadLane::handle(Lead& lead, LeadRecord record, const Now& when) {
  if (lead.row.erased) return counted("dropped");
  // Whose survivor is erased, too: what he had is not only on its way to that one, it also stands here still.
  if (lead.row.forward_to && record.kind == RecordKind::erased) return erase(lead, record, when);
  if (lead.row.forward_to) return forward(lead, std::move(record));
  const bool learned = learn(lead);
  switch (record.kind) {
    case RecordKind::activity:
      count(lead, record.activity, 1, when);
      return evaluate(lead, context_of(lead, record, when));
    case RecordKind::retraction: {
      count(lead, record.activity, -1, when);
      const LeadContext context = context_of(lead, record, when);
      output_.pass_on(context, record, nullptr);
      return evaluate(lead, context);
    }
    case RecordKind::absorbs:
      touch(lead);
      return lead.flow.balance(record.other, 1);
    case RecordKind::handover: return take_handover(lead, std::move(record), when);
    case RecordKind::merged: return hand_over(lead, record, when);
    case RecordKind::erased: return erase(lead, record, when);
    case RecordKind::count_back: return take_count_back(lead, std::move(record), when, learned);
    default: SCORELINE_CHECK(false, "a record about a lead that is about none");
  }
}

// What was found from the record at hand is known before it is evaluated.
bool LeadLane::learn(Lead& lead) {
  bool learned = false;
  for (const Fact& fact : facts_) {
    if (fact.record.kind == FactRecord::Kind::part || fact.record.cause.n != n_) continue;
    touch(lead);
    handler_.learn(fact.record, lead.data);
    learned = true;
  }
  return learned;
}

void LeadLane::touch(Lead& lead) {
  lead.changed = true;
  lead.codec = &handler_;
}

void LeadLane::count(Lead& lead, const core::Activity& activity, int sign, const Now& when) {
  const CountBack& back = work_.state->count_back;
  // A count-back skips what is held while it passes; once released, such a record counts here. What is released before
  // the count-back gets there is found by it.
  const bool passed = when.released && back.next_offset > when.offset;
  const CountFor which{true, back.version != 0 && (when.offset >= back.prepared_offset || passed)};
  touch(lead);
  handler_.count(activity, sign, which, lead.data);
}

LeadContext LeadLane::context_of(Lead& lead, const LeadRecord& record, const Now& when) {
  LeadContext context;
  context.lead = lead.row.lead;
  context.lane = work_.lane;
  context.now = work_.state->now;
  context.log_time = when.log_time;
  context.place = Place::of_record(offset_, n_);
  if (record.kind == RecordKind::activity || record.kind == RecordKind::retraction) context.activity = &record.activity;
  context.retraction = record.kind == RecordKind::retraction;
  context.replay = offset_ < work_.state->live_from;
  context.rulebook = work_.state->rulebook_version;
  context.emit = [this, id = lead.row.lead, now = context.now](std::string_view type, std::string value) {
    emit(work_, options_.output, work_.lane, std::to_string(id.value), type, value, now);
  };
  context.complain = [this, offset = when.offset](const base::Error& error) { complain(error, offset); };
  return context;
}

void LeadLane::evaluate(Lead& lead, const LeadContext& context) {
  touch(lead);
  handler_.evaluate(context, lead.data);
}

void LeadLane::sweep(Lead& lead, const Place& place, Instant now, std::span<const Fact> facts) {
  offset_ = place.offset;
  n_ = 0;
  facts_ = facts;
  if (lead.row.erased || lead.row.forward_to) return;
  lead.swept = true;
  learn(lead);
  LeadContext context = context_of(lead, {}, {place.offset, now, false});
  context.activity = nullptr;
  context.place = place;
  context.now = now;
  context.fire = work_.state->sweep.fire;
  context.emit = [this, id = lead.row.lead, now](std::string_view type, std::string value) {
    emit(work_, options_.output, work_.lane, std::to_string(id.value), type, value, now);
  };
  evaluate(lead, context);
}

// The record counts all the same, so it is named, not kept.
void LeadLane::complain(const base::Error& error, std::int64_t offset) {
  work_.dead_letters.push_back({options_.consumer, Topic::lead_activities, work_.lane, offset, work_.state->now, error.code, error.message, error.where, "", ""});
}

void LeadLane::mark(const Place& place) {
  output_.mark(place, work_.state->now, [&](std::string_view type, std::string value) {
    emit(work_, options_.output, work_.lane, "", type, value, std::max(work_.state->now, Instant{0}));
  });
}

// Not evaluated here: the merging activity itself stands behind lead.absorbs in the log, and one activity gives one
// evaluation (semantics 4.4).
void LeadLane::take_handover(Lead& lead, LeadRecord record, const Now& when) {
  touch(lead);
  auto whole = lead.flow.take_piece(record.other, record.part, record.parts, std::move(record.payload));
  if (!whole) return;
  const auto handover = decode_handover(*whole);
  SCORELINE_CHECK(handover.has_value(), "a handover that cannot be read: it must not be skipped");
  const LeadContext context = context_of(lead, record, when);
  for (const Handover::Part& part : handover->parts) {
    if (part.consumer != options_.consumer) continue;
    LeadData other;
    other.state = part.state;
    other.personal = part.personal;
    other.rulebook = part.rulebook;
    handler_.merge(context, other, lead.data);
  }
  for (const std::uint64_t early : handover->early) lead.flow.balance({early}, -1);
  lead.flow.balance(record.other, -1);
  output_.pass_on(context, record, &*handover);
}

// Sent on by a lane that was ready already, it may come behind the switch: then it counts from now on. Others learn what
// followed from that.
void LeadLane::take_count_back(Lead& lead, LeadRecord record, const Now& when, bool learned) {
  const bool ours = record.consumer == options_.consumer;
  const LeadContext context = context_of(lead, record, when);
  if (ours) {
    LeadData found;
    found.state = std::move(record.payload);
    touch(lead);
    handler_.merge(context, found, lead.data);
  }
  if (learned || (ours && record.version <= work_.state->rulebook_version)) evaluate(lead, context);
}

void LeadLane::hand_over(Lead& lead, const LeadRecord& record, const Now& when) {
  touch(lead);
  handler_.encode(lead.data);
  Handover kept;
  kept.parts = parts_of(facts_, n_);
  kept.parts.push_back({options_.consumer, lead.data.state, lead.data.personal, work_.state->rulebook_version});
  for (const auto& [early, count] : lead.flow.awaited) {
    SCORELINE_CHECK(count < 0, "a lead hands over while it waits");
    kept.early.push_back(early);
  }
  const auto pieces = std::move(lead.flow.pieces);
  lead.data = LeadData{};
  lead.flow = LeadFlow{};
  lead.flow.merged_offset = when.offset;
  lead.row.forward_to = record.other;
  output_.hand_over(context_of(lead, record, when), record, kept);
  if (options_.forwards) forward_pieces(lead, pieces);
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

void LeadLane::erase(Lead& lead, const LeadRecord& record, const Now& when) {
  touch(lead);
  const LeadContext context = context_of(lead, record, when);
  handler_.erase(context);
  output_.pass_on(context, record, nullptr);
  lead.data = LeadData{};
  lead.flow = LeadFlow{};
  lead.row.erased = true;
  lead.queue_changed = lead.queue_changed || !lead.waiting.empty();
  lead.waiting.clear();
}

void LeadLane::forward(const Lead& lead, LeadRecord record) {
  if (!options_.forwards) return counted("dropped");
  counted("forwarded");
  record.lead = lead.row.forward_to;
  record.forwarded = true;
  activities_.emit(work_, record, work_.state->now);
}

// Goes on with what was held, in log order, as far as it goes: while the lead waits, only the handover that it waits for
// may overtake.
void LeadLane::drain(Lead& lead) {
  while (!lead.waiting.empty()) {
    auto next = lead.waiting.begin();
    if (lead.flow.waiting())
      next = std::find_if(lead.waiting.begin(), lead.waiting.end(), [&](const Waiting& waiting) {
        return waiting.record.kind == RecordKind::handover && lead.flow.awaits(waiting.record.other);
      });
    if (next == lead.waiting.end()) break;
    LeadRecord record = std::move(next->record);
    const Now when{next->held.offset, next->held.log_time, true};
    lead.waiting.erase(next);
    lead.queue_changed = true;
    ++n_;
    handle(lead, std::move(record), when);
  }
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
    out.consumer = options_.consumer;
    out.version = version;
    out.payload = found.state;
    activities_.emit(work_, out, work_.state->now);
  }
  found_for_others_.clear();
}

}  // namespace scoreline::flow
