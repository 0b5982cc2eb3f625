#include "flow/lead_consumer.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/check.hpp"
#include "base/metrics.hpp"
#include "wire/lead_record.hpp"
#include "wire/score_record.hpp"

namespace scoreline::flow {

using core::LeadRecord;
using core::RecordKind;

namespace {

bool about_a_lead(RecordKind kind) {
  return kind != RecordKind::tick && kind != RecordKind::count_back_done && kind != RecordKind::rulebook_prepared &&
         kind != RecordKind::rulebook_activated;
}

}  // namespace

LeadConsumer::LeadConsumer(ConsumerSpec spec, LeadTable& leads, HeldTable& held, RuleBooks& books, LogReader* reader,
                           std::function<std::int64_t()> steady_us, LeadConsumerOptions options)
    : spec_(std::move(spec)),
      leads_(leads),
      books_(books),
      reader_(reader),
      steady_us_(std::move(steady_us)),
      options_(std::move(options)),
      batch_(leads, held),
      activities_(spec_.partitions) {
  options_.lane.consumer = spec_.name;
}

LockMode LeadConsumer::handle(std::span<LaneWork> lanes, LockMode lock) {
  batch_.clear();
  progress_.clear();
  std::vector<Plan> plans;
  for (LaneWork& work : lanes) plans.push_back(plan(work));
  load(plans);
  for (Plan& plan : plans)
    if (plan.work->halt.empty()) run(plan);
  return lock;
}

LeadConsumer::Plan LeadConsumer::plan(LaneWork& work) {
  Plan plan;
  plan.work = &work;
  LaneState& state = *work.state;
  for (const std::uint64_t version : {state.rulebook_version, state.count_back.version}) {
    if (version != 0) work.halt = books_.problem(version);
    if (!work.halt.empty()) return plan;
  }
  if (state.sweep.kind == Sweep::Kind::none) {
    plan_records(plan);
    // Afterwards: what fills a gap may have waited here while this process could not go on.
    if (work.halt.empty()) work.halt = gaps_.overdue(work.lane, steady_us_(), options_.gap_limit_us);
    if (!work.halt.empty()) return plan;
  }
  if (state.sweep.kind != Sweep::Kind::none && plan.records.empty()) plan_sweep(plan);
  if (!plan.sweeping) plan_count_back(plan);
  return plan;
}

void LeadConsumer::plan_records(Plan& plan) {
  LaneWork& work = *plan.work;
  auto& last_seq = work.state->inputs[0].last_seq;
  Instant now = work.state->now;
  for (const InRecord& raw : work.records) {
    const Arrival arrival = peek(raw.place, last_seq);
    if (arrival != Arrival::apply) {
      if (arrival == Arrival::beyond_gap) {
        const auto last = last_seq.find(raw.place.stream);
        gaps_.saw_gap(work.lane, raw.place, last == last_seq.end() ? 0 : last->second, steady_us_());
      }
      ++work.taken;
      continue;
    }
    auto record = raw.tombstone ? base::Result<LeadRecord>(base::Error{"invalid_json", "the record has no value", ""})
                                : wire::decode_lead_record(raw.value);
    if (!record) {
      judge(raw.place, last_seq);
      refuse(work, raw, record.error());
      ++work.taken;
      continue;
    }
    const bool new_day = now != base::kNever && day_of(raw.log_time) > day_of(now);
    if (new_day && (!plan.records.empty() || !begin_sweep(work, day_of(raw.log_time)))) return;
    if (stops_before(plan, raw, *record, plan.records.empty())) return;
    judge(raw.place, last_seq);
    gaps_.moved(work.lane, raw.place.stream, raw.place.seq, steady_us_());
    ++work.taken;
    now = std::max(now, raw.log_time);
    if (about_a_lead(record->kind) || record->kind == RecordKind::tick || record->kind == RecordKind::count_back_done)
      plan.records.push_back({std::move(*record), &raw});
    else if (work.state->sweep.kind != Sweep::Kind::none)
      return;  // a rule book was activated: its sweep comes before everything else
  }
}

// Records that change how all others are handled stand at the beginning of a batch.
bool LeadConsumer::stops_before(Plan& plan, const InRecord& raw, const LeadRecord& record, bool first) {
  if (record.kind != RecordKind::rulebook_prepared && record.kind != RecordKind::rulebook_activated) return false;
  if (options_.ignore_rulebook_records) return false;
  if (!first) return true;
  // Live, nobody activates before all lanes are ready; a lane that reads the log again gets here before its count-back.
  const CountBack& back = plan.work->state->count_back;
  if (record.kind == RecordKind::rulebook_activated && record.version == back.version && !back.read_all) return true;
  plan.work->state->now = std::max(plan.work->state->now, raw.log_time);
  take_rulebook_record(plan, record, raw.offset);
  return !plan.work->halt.empty();
}

void LeadConsumer::take_rulebook_record(Plan& plan, const LeadRecord& record, std::int64_t offset) {
  LaneState& state = *plan.work->state;
  if (record.version <= state.rulebook_version) return;  // repeated
  const std::string problem = books_.problem(record.version);
  if (!problem.empty()) {
    plan.work->halt = problem;
    return;
  }
  if (record.kind == RecordKind::rulebook_prepared) {
    if (record.version == state.count_back.version) return;
    state.count_back = CountBack{};
    state.count_back.version = record.version;
    state.count_back.prepared_offset = offset;
    for (const auto& [version, lane] : state.early_done)
      if (version == record.version) state.count_back.lanes_done.push_back(lane);
    std::erase_if(state.early_done, [&](const auto& early) { return early.first <= record.version; });
    return;
  }
  if (record.version != state.count_back.version) {
    plan.work->halt = fmt::format("rule book {} is activated, but it was never prepared here: publish it again", record.version);
    return;
  }
  state.rulebook_version = record.version;
  state.count_back = CountBack{};
  state.sweep = {Sweep::Kind::rulebook, {}, 0};
}

void LeadConsumer::refuse(LaneWork& work, const InRecord& raw, const base::Error& error) {
  work.dead_letters.push_back({spec_.name, spec_.inputs[raw.input], raw.lane, raw.offset, raw.log_time, error.code, error.message, error.where,
                               std::string(raw.key), std::string(raw.value)});
}

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

void LeadConsumer::plan_sweep(Plan& plan) {
  LaneWork& work = *plan.work;
  LaneState& state = *work.state;
  const bool daily = state.sweep.kind == Sweep::Kind::day;
  if (daily && work.records.empty()) return;  // the record that let it begin comes again from the log
  plan.sweeping = true;
  plan.swept = leads_.due(work.lane, daily ? std::optional(state.sweep.day) : std::nullopt, {state.sweep.after_lead}, options_.sweep_leads);
  plan.sweep_done = plan.swept.size() < options_.sweep_leads;
  work.more = true;
}

void LeadConsumer::plan_count_back(Plan& plan) {
  LaneState& state = *plan.work->state;
  CountBack& back = state.count_back;
  if (back.version == 0 || back.read_all || reader_ == nullptr) return;
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

void LeadConsumer::load(std::span<Plan> plans) {
  std::vector<std::pair<LeadId, std::int32_t>> ids;
  for (const Plan& plan : plans) {
    for (const Taken& taken : plan.records)
      if (about_a_lead(taken.record.kind)) ids.emplace_back(taken.record.lead, plan.work->lane);
    for (const CountedBack& counted : plan.counted_back) ids.emplace_back(counted.record.lead, plan.work->lane);
  }
  batch_.load(ids);
}

void LeadConsumer::run(Plan& plan) {
  LaneWork& work = *plan.work;
  LaneState& state = *work.state;
  LeadLane lane(batch_, work, books_.handler(state.rulebook_version, state.count_back.version), activities_, options_.lane);
  // First: it passes over what is held now; what the records release behind it is counted as they release it.
  if (state.count_back.version != 0) run_count_back(plan, lane);
  for (Taken& taken : plan.records) {
    state.now = std::max(state.now, taken.raw->log_time);
    if (taken.record.kind == RecordKind::count_back_done) {
      note_done(state, taken.record);
    } else if (about_a_lead(taken.record.kind)) {
      lane.apply(std::move(taken.record), taken.raw->offset, taken.raw->log_time, taken.raw->value);
    }
  }
  if (plan.sweeping) run_sweep(plan, lane);
  if (state.count_back.version != 0) note_progress(work);
  if (options_.marks && work.taken > 0) mark(work);
}

void LeadConsumer::run_sweep(Plan& plan, LeadLane& lane) {
  LaneWork& work = *plan.work;
  LaneState& state = *work.state;
  const bool daily = state.sweep.kind == Sweep::Kind::day;
  const Instant now = daily ? midnight(state.sweep.day) : state.now;
  // A day comes before the record that begins it, a rule book behind the one that activated it: places in the log both,
  // however it was cut into batches.
  const std::int64_t activated = work.taken > 0 ? work.records[work.taken - 1].offset : state.inputs[0].next_offset - 1;
  Cause cause{daily ? work.records[work.taken].offset : activated, daily ? std::optional(state.sweep.day) : std::nullopt, !daily, nullptr};
  for (Lead* lead : batch_.take(std::move(plan.swept))) {
    state.sweep.after_lead = lead->row.lead.value;
    if (lead->row.erased || lead->row.forward_to) continue;
    lead->swept = true;
    lane.evaluate(*lead, cause, now);
    SCORELINE_CHECK(!lead->data.wake_on || *lead->data.wake_on > day_of(now), "a swept lead wants to be woken on the same day");
  }
  if (!plan.sweep_done) return;
  if (daily) state.now = now;
  state.sweep = Sweep{};
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
    done.part = static_cast<std::uint32_t>(work.lane);
    activities_.emit(work, done, work.state->now);
    back.lanes_done.push_back(-1 - work.lane);
  }
}

// Another lane's end mark may come before this one has been told to prepare at all.
void LeadConsumer::note_done(LaneState& state, const LeadRecord& record) {
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

// "Complete up to here": readers of several topics wait for it (design 5, One order for decisions).
void LeadConsumer::mark(LaneWork& work) {
  core::ScoreRecord record;
  record.kind = core::ScoreRecord::Kind::mark;
  record.cause.offset = work.records[work.taken - 1].offset;
  record.now = work.state->now;
  std::string value;
  wire::encode(record, value);
  emit(work, options_.lane.output, work.lane, "", "scoreline.mark.v1", value, std::max(work.state->now, Instant{0}));
}

void LeadConsumer::save() {
  batch_.save();
  for (const auto& [version, progress] : progress_) books_.note_progress(version, progress);
}

// Merges, handovers, erasures and rule books: whoever waits for one would wait for ever.
bool LeadConsumer::may_skip(const InRecord& raw) const {
  const auto record = wire::decode_lead_record(raw.value);
  return record.ok() && (record->kind == RecordKind::activity || record->kind == RecordKind::retraction || record->kind == RecordKind::tick);
}

void LeadConsumer::finish(bool) {
  batch_.clear();
  progress_.clear();
}

}  // namespace scoreline::flow
