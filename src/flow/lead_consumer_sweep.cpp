/// LeadConsumer: midnights, rule-book sweeps, and count-backs.
#include <algorithm>

#include "base/check.hpp"
#include "flow/lead_consumer.hpp"
#include "wire/fact_record.hpp"
#include "wire/lead_record.hpp"

namespace scoreline::flow {

using core::LeadRecord;
using core::Place;
using core::RecordKind;

namespace {

bool of_sweep(const InRecord& raw, const Sweep& sweep, std::int64_t offset) {
  const bool daily = sweep.kind == Sweep::Kind::day;
  if (raw.loose) return true;
  if (raw.mark || raw.order.offset != offset) return false;
  return daily ? raw.order.phase == Place::Phase::day && raw.order.day == sweep.day : raw.order.phase == Place::Phase::rulebook;
}

Place place_in(const Sweep& sweep, std::int64_t offset, LeadId lead) {
  return sweep.kind == Sweep::Kind::day ? Place::of_day(offset, sweep.day, lead) : Place::of_rulebook(offset, lead);
}

}  // namespace

// True when no lead has anything to do at the midnights up to `target`: the lane simply moves on.
bool LeadConsumer::begin_sweep(LaneWork& work, Day target) {
  LaneState& state = *work.state;
  const auto first = leads_.next_wake(work.lane);
  if (!first || *first > target) {
    state.now = midnight(target);
    return true;
  }
  state.sweep = {Sweep::Kind::day, std::max(day_of(state.now) + 1, *first), 0};
  return false;
}

// A day comes before the record that begins it, a rule book behind the one that activated it: places in the log both,
// however it was cut into batches.
void LeadConsumer::plan_sweep(Plan& plan) {
  LaneWork& work = *plan.work;
  LaneState& state = *work.state;
  const bool daily = state.sweep.kind == Sweep::Kind::day;
  while (work.taken < work.records.size() && work.records[work.taken].loose) take_facts(work, work.taken + 1);
  if (daily && work.taken == work.records.size()) return;  // the record that let it begin comes again from the log
  plan.sweep_offset = daily ? work.records[work.taken].order.offset : plan.last_offset.value_or(state.inputs[0].next_offset - 1);
  std::size_t facts_end = work.taken;
  while (facts_end < work.records.size() && of_sweep(work.records[facts_end], state.sweep, plan.sweep_offset)) ++facts_end;
  std::uint64_t bound = known_up_to(plan, facts_end);
  plan.swept = leads_.due(work.lane, daily ? std::optional(state.sweep.day) : std::nullopt, {state.sweep.after_lead}, options_.sweep_leads);
  const bool all_due = plan.swept.size() < options_.sweep_leads;
  plan.sweep_done = all_due && bound == UINT64_MAX;
  if (!all_due) bound = std::min(bound, plan.swept.back().lead.value);
  std::erase_if(plan.swept, [&](const LeadRow& row) { return row.lead.value > bound; });
  const std::size_t before = work.taken;
  take_swept_facts(plan, bound);
  plan.sweeping = plan.sweep_done || !plan.swept.empty() || work.taken > before;
  work.more = plan.sweeping;
}

// Up to which lead everything is here that was found in this sweep.
std::uint64_t LeadConsumer::known_up_to(const Plan& plan, std::size_t facts_end) const {
  const LaneWork& work = *plan.work;
  const Sweep& sweep = work.state->sweep;
  if (facts_end < work.records.size() || work.horizon > place_in(sweep, plan.sweep_offset, {UINT64_MAX})) return UINT64_MAX;
  if (work.horizon <= place_in(sweep, plan.sweep_offset, {})) return 0;
  return work.horizon.lead.value - 1;
}

void LeadConsumer::take_swept_facts(Plan& plan, std::uint64_t bound) {
  LaneWork& work = *plan.work;
  const Sweep& sweep = work.state->sweep;
  while (work.taken < work.records.size()) {
    const InRecord& raw = work.records[work.taken];
    if (!of_sweep(raw, sweep, plan.sweep_offset) || (!raw.loose && raw.order.lead.value > bound)) return;
    for (Fact& fact : take_facts(work, work.taken + 1)) {
      const LeadId lead = fact.record.lead;
      if (plan.swept_facts.empty() || plan.swept_facts.back().first != lead) plan.swept_facts.emplace_back(lead, std::vector<Fact>{});
      plan.swept_facts.back().second.push_back(std::move(fact));
    }
  }
}

void LeadConsumer::run_sweep(Plan& plan, LeadLane& lane) {
  LaneWork& work = *plan.work;
  LaneState& state = *work.state;
  const bool daily = state.sweep.kind == Sweep::Kind::day;
  const Instant now = daily ? midnight(state.sweep.day) : state.now;
  std::map<LeadId, std::span<const Fact>> leads;
  for (const LeadRow& row : plan.swept) leads[row.lead] = {};
  batch_.take(std::move(plan.swept));
  std::vector<std::pair<LeadId, std::int32_t>> others;
  for (const auto& [id, facts] : plan.swept_facts) {
    leads[id] = facts;
    others.emplace_back(id, work.lane);
  }
  batch_.load(others);
  for (const auto& [id, facts] : leads) {
    Lead& lead = batch_.at(id);
    state.sweep.after_lead = id.value;
    lane.sweep(lead, place_in(state.sweep, plan.sweep_offset, id), now, facts);
    SCORELINE_CHECK(!lead.data.wake_on || *lead.data.wake_on > day_of(now), "a swept lead wants to be woken on the same day");
  }
  if (!plan.sweep_done) return;
  if (daily)
    state.now = now;
  else
    lane.mark(Place::end_of_rulebook(plan.sweep_offset));
  state.sweep = Sweep{};
}

void LeadConsumer::plan_count_back(Plan& plan) {
  LaneState& state = *plan.work->state;
  CountBack& back = state.count_back;
  if (back.version == 0 || back.read_all || reader_ == nullptr) return;
  if (!options_.counts_back) back.next_offset = back.prepared_offset;
  plan.reread = reader_->read(spec_.inputs[0], plan.work->lane, back.next_offset, back.prepared_offset, options_.count_back_records);
  for (const InRecord& raw : plan.reread) {
    back.next_offset = raw.offset + 1;
    if (judge(raw.place, back.last_seq) != Arrival::apply || raw.tombstone) continue;
    auto record = wire::decode_lead_record(raw.value);
    if (record && (record->kind == RecordKind::activity || record->kind == RecordKind::retraction))
      plan.counted_back.push_back({std::move(*record), raw.offset});
  }
  back.read_all = plan.reread.empty() || back.next_offset >= back.prepared_offset;
  if (back.read_all) back.next_offset = back.prepared_offset;
  plan.work->more = !back.read_all;
}

void LeadConsumer::run_count_back(Plan& plan, LeadLane& lane) {
  LaneWork& work = *plan.work;
  CountBack& back = work.state->count_back;
  for (CountedBack& counted : plan.counted_back) lane.count_back(std::move(counted.record), counted.offset);
  lane.send_counted_back(back.version);
  const bool read_now = back.read_all && std::find(back.lanes_done.begin(), back.lanes_done.end(), -1 - work.lane) == back.lanes_done.end();
  if (read_now) {
    // Our own end mark goes to every lane, this one included; -1 - lane notes that it was written.
    LeadRecord done;
    done.kind = RecordKind::count_back_done;
    done.version = back.version;
    done.consumer = spec_.name;
    done.part = static_cast<std::uint32_t>(work.lane);
    activities_.emit(work, done, work.state->now);
    back.lanes_done.push_back(-1 - work.lane);
  }
}

// Another lane's end mark may come before this one has been told to prepare at all.
void LeadConsumer::note_done(LaneState& state, const LeadRecord& record) const {
  if (record.consumer != spec_.name) return;
  const auto from = static_cast<std::int32_t>(record.part);
  CountBack& back = state.count_back;
  if (record.version == back.version) {
    if (std::find(back.lanes_done.begin(), back.lanes_done.end(), from) == back.lanes_done.end()) back.lanes_done.push_back(from);
  } else if (record.version > std::max(back.version, state.rulebook_version)) {
    state.early_done.emplace_back(record.version, from);
  }
}

void LeadConsumer::note_progress(const LaneWork& work) {
  const CountBack& back = work.state->count_back;
  const auto marks = std::count_if(back.lanes_done.begin(), back.lanes_done.end(), [](std::int32_t from) { return from >= 0; });
  const bool ready = marks >= spec_.partitions;
  progress_.emplace_back(back.version, CountBackProgress{spec_.name, work.lane, back.next_offset, back.prepared_offset, ready});
}

}  // namespace scoreline::flow
