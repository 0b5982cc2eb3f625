#include "flow/lead_consumer.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/check.hpp"
#include "wire/fact_record.hpp"
#include "wire/lead_record.hpp"

namespace scoreline::flow {

using core::LeadRecord;
using core::Place;
using core::RecordKind;

namespace {

bool about_a_lead(RecordKind kind) {
  return kind != RecordKind::tick && kind != RecordKind::count_back_done && kind != RecordKind::rulebook_prepared &&
         kind != RecordKind::rulebook_activated;
}

/// Who writes a topic of facts.
std::string_view finder_of(Topic topic) {
  switch (topic) {
    case Topic::lead_customers: return "customers";
    case Topic::lead_scores: return "scoring";
    case Topic::lead_intents: return "intent";
    default: SCORELINE_CHECK(false, "a topic that holds no facts");
  }
  return {};
}

}  // namespace

LeadConsumer::LeadConsumer(ConsumerSpec spec, LeadConsumerParts parts, std::unique_ptr<LeadOutput> output, std::function<std::int64_t()> steady_us,
                           LeadConsumerOptions options)
    : spec_(std::move(spec)),
      leads_(parts.leads),
      books_(parts.books),
      reader_(parts.reader),
      rows_(parts.rows),
      output_(std::move(output)),
      steady_us_(std::move(steady_us)),
      options_(std::move(options)),
      batch_(parts.leads, &parts.held, options_.sparse),
      activities_(spec_.partitions) {
  options_.lane.consumer = spec_.name;
}

LockMode LeadConsumer::handle(std::span<LaneWork> lanes, LockMode lock) {
  batch_.clear();
  progress_.clear();
  if (rows_ != nullptr) rows_->clear();
  std::vector<Plan> plans;
  for (LaneWork& work : lanes) plans.push_back(plan(work));
  load(plans);
  for (Plan& plan : plans)
    if (plan.work->halt.empty() && !plan.work->idle) run(plan);
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
  work.idle = spec_.ordered && !work.records.empty() && work.taken == 0 && !plan.sweeping && plan.reread.empty();
  return plan;
}

// A record and what was found from it are taken together, or not yet.
void LeadConsumer::plan_records(Plan& plan) {
  LaneWork& work = *plan.work;
  Instant now = work.state->now;
  while (work.halt.empty() && work.taken < work.records.size()) {
    const InRecord& next = work.records[work.taken];
    if (next.loose) {
      take_facts(work, work.taken + 1);
      continue;
    }
    if (next.order.phase != Place::Phase::record) {
      if (sweeps_before(plan, next)) return;
      continue;
    }
    std::size_t end = work.taken;
    while (end < work.records.size() && work.records[end].input != 0) ++end;
    if (end == work.records.size() || !plan_group(plan, end, now)) return;
  }
}

// True when it stops here. What was found in a sweep begins that sweep; behind one there is its mark.
bool LeadConsumer::sweeps_before(Plan& plan, const InRecord& next) {
  LaneWork& work = *plan.work;
  if (next.mark) {
    gaps_.settle(next, *work.state, steady_us_());
    ++work.taken;
    return false;
  }
  if (!plan.records.empty()) return true;
  if (next.order.phase == Place::Phase::rulebook) {
    work.halt = fmt::format("a sweep for a rule book is found at offset {}, but this lane activated none there: rebuild this consumer", next.order.offset);
    return true;
  }
  const Day first = day_of(work.state->now) + 1;
  const auto wake = leads_.next_wake(work.lane);
  const Day own = wake ? std::max(first, *wake) : next.order.day;
  work.state->sweep = {Sweep::Kind::day, std::min(own, next.order.day), 0, false};
  return true;
}

// Takes the records up to `end`, which is the log's own. False: not in this batch.
bool LeadConsumer::plan_group(Plan& plan, std::size_t end, Instant& now) {
  LaneWork& work = *plan.work;
  const InRecord& raw = work.records[end];
  const bool fresh = peek(raw.place, work.state->inputs[0].last_seq) == Arrival::apply;
  auto record = !fresh ? base::Result<LeadRecord>(base::Error{})
                : raw.tombstone ? base::Result<LeadRecord>(base::Error{"invalid_json", "the record has no value", ""})
                                : wire::decode_lead_record(raw.value);
  if (record) {
    const bool new_day = now != base::kNever && day_of(raw.log_time) > day_of(now);
    if (new_day && (!plan.records.empty() || !begin_sweep(work, day_of(raw.log_time)))) return false;
    if (stops_before(plan, raw, *record, plan.records.empty())) return false;
  }
  std::vector<Fact> facts = take_facts(work, end);
  gaps_.settle(raw, *work.state, steady_us_());
  plan.last_offset = raw.offset;
  work.taken = end + 1;
  if (!record) {
    if (fresh) work.dead_letters.push_back(dead_letter_of(spec_, raw, record.error()));
    return true;
  }
  now = std::max(now, raw.log_time);
  // One of a rule book is dealt with by now, or, where those are ignored, time passing like any other.
  const bool of_rulebook = record->kind == RecordKind::rulebook_prepared || record->kind == RecordKind::rulebook_activated;
  if (!of_rulebook || options_.ignore_rulebook_records) plan.records.push_back({std::move(*record), &raw, std::move(facts)});
  // Where a rule book was activated its sweep comes before everything else.
  return work.state->sweep.kind == Sweep::Kind::none;
}

std::vector<Fact> LeadConsumer::take_facts(LaneWork& work, std::size_t end) {
  std::vector<Fact> facts;
  for (; work.taken < end; ++work.taken) {
    const InRecord& raw = work.records[work.taken];
    if (!gaps_.settle(raw, *work.state, steady_us_()) || raw.mark) continue;
    auto record = wire::decode_fact_record(raw.value);
    if (record)
      facts.push_back({finder_of(spec_.inputs[raw.input]), std::move(*record)});
    else
      work.dead_letters.push_back(dead_letter_of(spec_, raw, record.error()));
  }
  return facts;
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
  state.sweep = {Sweep::Kind::rulebook, {}, 0, record.fire};
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
  LeadLane lane(batch_, work, books_.handler(state.rulebook_version, state.count_back.version), *output_, activities_, options_.lane);
  // First: it passes over what is held now; what the records release behind it is counted as they release it.
  if (state.count_back.version != 0) run_count_back(plan, lane);
  for (Taken& taken : plan.records) {
    state.now = std::max(state.now, taken.raw->log_time);
    if (taken.record.kind == RecordKind::count_back_done)
      note_done(state, taken.record);
    else if (about_a_lead(taken.record.kind))
      lane.apply({std::move(taken.record), taken.raw->offset, taken.raw->log_time, taken.raw->value, taken.facts});
  }
  // "Complete up to here": readers of several topics wait for it.
  if (plan.last_offset) lane.mark(Place::end_of_record(*plan.last_offset));
  if (plan.sweeping) run_sweep(plan, lane);
  if (state.count_back.version != 0) note_progress(work);
}

void LeadConsumer::save() {
  batch_.save();
  if (rows_ != nullptr) rows_->save();
  for (const auto& [version, progress] : progress_) books_.note_progress(version, progress);
}

// Merges, handovers, erasures, rule books, and what others found: whoever waits for one would wait for ever.
bool LeadConsumer::may_skip(const InRecord& raw) const {
  if (raw.input != 0) return false;
  const auto record = wire::decode_lead_record(raw.value);
  return record.ok() && (record->kind == RecordKind::activity || record->kind == RecordKind::retraction || record->kind == RecordKind::tick);
}

void LeadConsumer::finish(bool) {
  batch_.clear();
  progress_.clear();
  if (rows_ != nullptr) rows_->clear();
}

}  // namespace scoreline::flow
