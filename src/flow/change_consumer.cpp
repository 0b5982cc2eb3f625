#include "flow/change_consumer.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "wire/firing_record.hpp"
#include "wire/lead_change.hpp"
#include "wire/place_text.hpp"

namespace scoreline::flow {

using core::FiringRecord;
using core::LeadChange;
using core::Place;
using Kind = core::LeadChange::Kind;

namespace {

constexpr std::string_view kFired = "scoreline.lead.fired.v1";

bool in_parts(Kind kind) { return kind == Kind::merged || kind == Kind::taken; }

}  // namespace

ChangeConsumer::ChangeConsumer(ConsumerSpec spec, LeadTable& leads, RuleBooks& books, ChangeRows& rows,
                               MakeChangeHandler make, std::function<std::int64_t()> steady_us,
                               ChangeConsumerOptions options)
    : spec_(std::move(spec)),
      books_(books),
      rows_(rows),
      make_(std::move(make)),
      steady_us_(std::move(steady_us)),
      options_(options),
      batch_(leads, nullptr, true),
      activities_(spec_.partitions) {}

LockMode ChangeConsumer::handle(std::span<LaneWork> lanes, LockMode lock) {
  batch_.clear();
  rows_.clear();
  std::vector<Plan> plans;
  std::vector<std::pair<LeadId, std::int32_t>> ids;
  std::vector<LeadId> merging;
  for (LaneWork& work : lanes) {
    plans.push_back(plan(work));
    for (const Taken& taken : plans.back().changes) {
      ids.emplace_back(taken.change.lead, work.lane);
      if (taken.change.kind == Kind::merged) merging.push_back(taken.change.lead);
    }
  }
  batch_.load(ids);
  if (!merging.empty()) rows_.load(merging);
  for (Plan& plan : plans)
    if (plan.work->halt.empty() && !plan.work->idle) run(plan);
  return lock;
}

ChangeConsumer::Plan ChangeConsumer::plan(LaneWork& work) {
  Plan plan;
  plan.work = &work;
  while (work.halt.empty()) {
    const bool loose = work.taken < work.records.size() && work.records[work.taken].loose;
    const std::size_t end = loose ? work.taken + 1 : group_end(work, work.taken);
    if (end == 0) break;
    take_group(plan, end);
  }
  if (work.halt.empty()) work.halt = gaps_.overdue(work.lane, steady_us_(), options_.gap_limit_us);
  work.idle = !work.records.empty() && work.taken == 0;
  return plan;
}

// A change with what triggers made of it; one that comes in parts with all of them. 0: not complete here.
std::size_t ChangeConsumer::group_end(const LaneWork& work, std::size_t from) const {
  std::uint32_t next_part = 0;
  for (std::size_t end = from; end < work.records.size(); ++end) {
    const InRecord& raw = work.records[end];
    if (raw.input != 0) continue;
    if (next_part == 0 && (raw.value.find("\"parts\":") == std::string_view::npos ||
                           peek(raw.place, work.state->inputs[0].last_seq) != Arrival::apply))
      return end + 1;
    const auto change = wire::decode_lead_change(raw.value);
    const bool numbered = change && in_parts(change->kind);
    if (next_part == 0 && !numbered) return end + 1;
    // Between the parts there may be ones that a producer sent again.
    if (!numbered || change->part != next_part) continue;
    if (++next_part >= change->parts) return end + 1;
  }
  return 0;
}

void ChangeConsumer::take_group(Plan& plan, std::size_t end) {
  LaneWork& work = *plan.work;
  std::vector<FiringRecord> firings;
  for (; work.taken < end; ++work.taken) {
    const InRecord& raw = work.records[work.taken];
    const bool fresh = gaps_.settle(raw, *work.state, steady_us_());
    if (raw.input == 0) plan.last_offset = raw.offset;
    if (!fresh || raw.mark) continue;
    if (raw.input == 0) {
      take_change(plan, raw, std::move(firings));
      firings.clear();
      if (!work.halt.empty()) return;
      continue;
    }
    auto firing = wire::decode_firing_record(raw.value);
    if (firing)
      firings.push_back(std::move(*firing));
    else
      work.dead_letters.push_back(dead_letter_of(spec_, raw, firing.error()));
  }
}

void ChangeConsumer::take_change(Plan& plan, const InRecord& raw, std::vector<FiringRecord> firings) {
  LaneWork& work = *plan.work;
  auto change = raw.tombstone ? base::Result<LeadChange>(base::Error{"invalid_json", "the record has no value", ""})
                              : wire::decode_lead_change(raw.value);
  if (!change) return work.dead_letters.push_back(dead_letter_of(spec_, raw, change.error()));
  work.state->now = std::max(work.state->now, change->now);
  if (change->kind == Kind::mark) return;
  work.state->rulebook_version = std::max(work.state->rulebook_version, change->rulebook);
  if (change->rulebook != 0) work.halt = books_.problem(change->rulebook);
  if (!work.halt.empty()) return;
  if (in_parts(change->kind) && change->part > 0) {
    Taken& whole = plan.changes.back();
    whole.change.payload += change->payload;
    whole.firings.insert(whole.firings.end(), std::make_move_iterator(firings.begin()),
                         std::make_move_iterator(firings.end()));
    return;
  }
  plan.changes.push_back({std::move(*change), &raw, std::move(firings)});
}

void ChangeConsumer::run(Plan& plan) {
  for (Taken& taken : plan.changes) handle_change(*plan.work, taken);
  if (options_.writes_firings && plan.last_offset >= 0) mark(plan);
}

void ChangeConsumer::handle_change(LaneWork& work, Taken& taken) {
  const LeadChange& change = taken.change;
  Lead& lead = batch_.at(change.lead);
  if (lead.row.erased || (lead.row.forward_to && change.kind != Kind::erased)) return;
  ChangeHandler& deciding = handler(change.rulebook);
  lead.changed = true;
  lead.codec = &deciding;
  ChangeContext context{
      change.lead,   work.lane, change.now, taken.raw->offset, taken.raw->offset < work.state->live_from,
      taken.firings, {}};
  if (options_.writes_firings)
    context.emit = [&](std::string_view type, std::string value) {
      emit(work, Topic::lead_firings, work.lane, std::to_string(change.lead.value), type, value,
           std::max(change.now, Instant{0}));
    };
  switch (change.kind) {
    case Kind::changed:
    case Kind::retracted:
      return deciding.decide(context, change, lead.data);
    case Kind::merged:
      return hand_over(work, lead, taken, context, deciding);
    case Kind::taken:
      return take(lead, change, context, deciding);
    case Kind::erased:
      deciding.decide(context, change, lead.data);
      lead.data = LeadData{};
      lead.row.erased = true;
      return;
    case Kind::mark:
      return;
  }
}

void ChangeConsumer::hand_over(LaneWork& work, Lead& lead, const Taken& taken, const ChangeContext& context,
                               ChangeHandler& deciding) {
  deciding.hand_over(context, lead.data);
  deciding.encode(lead.data);
  Handover::Part own{spec_.name, std::move(lead.data.state), std::move(lead.data.personal), taken.change.rulebook};
  lead.data = LeadData{};
  lead.row.forward_to = taken.change.other;
  if (options_.writes_firings) return emit_part(taken.change, context, {{std::move(own)}, {}});
  if (!options_.hands_over) return;
  auto kept = decode_handover(taken.change.payload);
  SCORELINE_CHECK(kept.has_value(), "what was kept for a merged lead cannot be read: it must not be skipped");
  std::string payload;
  for (const FiringRecord& firing : taken.firings)
    if (firing.kind == FiringRecord::Kind::part) payload += firing.payload;
  auto fired = decode_handover(payload);
  SCORELINE_CHECK(fired.has_value(), "what triggers kept for a merged lead cannot be read: it must not be skipped");
  for (Handover::Part& part : fired->parts) kept->parts.push_back(std::move(part));
  kept->parts.push_back(std::move(own));
  emit_handover(work, taken.change, *kept);
}

void ChangeConsumer::emit_handover(LaneWork& work, const LeadChange& change, const Handover& kept) {
  core::LeadRecord out;
  out.kind = core::RecordKind::handover;
  out.lead = change.other;
  out.other = change.lead;
  out.merge_id = change.merge_id;
  for_each_part(encode(kept), options_.part_bytes, [&](std::uint32_t part, std::uint32_t parts, std::string payload) {
    out.part = part;
    out.parts = parts;
    out.payload = std::move(payload);
    activities_.emit(work, out, change.now);
  });
}

void ChangeConsumer::emit_part(const LeadChange& change, const ChangeContext& context, const Handover& kept) {
  FiringRecord out;
  out.kind = FiringRecord::Kind::part;
  out.lead = change.lead;
  out.other = change.other;
  out.cause = Place::of_record(context.offset);
  out.now = change.now;
  for_each_part(encode(kept), options_.part_bytes, [&](std::uint32_t part, std::uint32_t parts, std::string payload) {
    out.part = part;
    out.parts = parts;
    out.payload = std::move(payload);
    std::string value;
    wire::encode(out, value);
    context.emit("scoreline.lead.part.v1", std::move(value));
  });
}

void ChangeConsumer::take(Lead& lead, const LeadChange& change, const ChangeContext& context, ChangeHandler& deciding) {
  const auto taken = decode_handover(change.payload);
  SCORELINE_CHECK(taken.has_value(), "a handover that cannot be read: it must not be skipped");
  for (const Handover::Part& part : taken->parts) {
    if (part.consumer != spec_.name) continue;
    LeadData other;
    other.state = part.state;
    other.personal = part.personal;
    deciding.merge(context, other, lead.data);
  }
}

void ChangeConsumer::mark(const Plan& plan) {
  LaneWork& work = *plan.work;
  FiringRecord record;
  record.kind = FiringRecord::Kind::mark;
  record.cause = Place::end_of_record(plan.last_offset);
  record.now = work.state->now;
  std::string value;
  wire::encode(record, value);
  emit(work, Topic::lead_firings, work.lane, "", "scoreline.mark.v1", value, std::max(work.state->now, Instant{0}));
}

ChangeHandler& ChangeConsumer::handler(std::uint64_t version) {
  auto& handler = handlers_[version];
  if (handler == nullptr) {
    const auto book = books_.book(version);
    SCORELINE_CHECK(book != nullptr, "a change names a rule book that nobody knows");
    handler = make_(book);
  }
  return *handler;
}

void ChangeConsumer::save() {
  batch_.save();
  rows_.save();
}

bool ChangeConsumer::may_skip(const InRecord& raw) const {
  if (raw.input != 0) return false;
  const auto change = wire::decode_lead_change(raw.value);
  return change.ok() &&
         (change->kind == Kind::changed || change->kind == Kind::retracted || change->kind == Kind::mark);
}

void ChangeConsumer::finish(bool) {
  batch_.clear();
  rows_.clear();
}

}  // namespace scoreline::flow
