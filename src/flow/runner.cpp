#include "flow/runner.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "base/hash.hpp"
#include "base/log.hpp"
#include "base/metrics.hpp"
#include "flow/stream_check.hpp"

namespace scoreline::flow {
namespace {

/// The one of a group that is no mark and was not dropped; nullptr: there are several, or none.
const InRecord* only_content(std::span<const InRecord> records) {
  const auto says_something = [](const InRecord& record) { return !record.mark && !record.loose; };
  const auto first = std::find_if(records.begin(), records.end(), says_something);
  if (first == records.end() || std::count_if(first, records.end(), says_something) > 1) return nullptr;
  return &*first;
}

}  // namespace

Runner::Runner(Consumer& consumer, LaneCache& cache, RunnerPorts ports, RunnerOptions options)
    : consumer_(consumer),
      cache_(cache),
      ports_(ports),
      options_(std::move(options)),
      publisher_(ports.sink, consumer.spec().name, options_.publisher),
      lock_(consumer.spec().lock) {}

bool Runner::step() {
  bool busy = publisher_.poll(std::chrono::milliseconds(0));
  std::size_t queued = 0;
  bool work_waits = false;
  for (const auto& [number, lane] : lanes_) {
    if (!lane.stalled) queued += lane.queue.size();  // a stalled lane needs more
    const bool can = (!lane.queue.empty() && !lane.stalled) || lane.more;
    work_waits = work_waits || (can && lane.halted.empty() && !publisher_.full(number));
  }
  const bool pausing = options_.steady_us() < wait_until_us_;
  try {
    // A full queue is still polled now and then: whoever does not poll for minutes loses his membership.
    const bool overdue = last_poll_us_ != 0 && options_.steady_us() - last_poll_us_ > 60 * base::kSecondUs;
    if (consumer_.spec().ordered || queued < 2 * options_.batch_records || overdue) {
      last_poll_us_ = options_.steady_us();
      PollResult polled = ports_.source.poll(poll_request(overdue, work_waits && !pausing));
      busy = busy || !polled.records.empty() || !polled.lanes_gained.empty() || !polled.lanes_lost.empty();
      take_events(std::move(polled));
    } else if (pausing) {
      publisher_.poll(options_.poll_wait);
    }
    if (pausing) return busy;
    gain_lanes();
    if (work()) busy = true;
    note_halts();
    trouble_.clear();  // also where there is nothing to do: whoever lost his lanes meanwhile is well
  } catch (const base::Unavailable& away) {
    back_off(away.what());
  } catch (const base::Conflict& beaten) {
    back_off(beaten.what());  // of a take-over; those of batches are repeated at once
  }
  return busy;
}

// A plain queue is bounded as a whole. In an ordered one an input that is far ahead must not keep the others from coming.
PollRequest Runner::poll_request(bool overdue, bool busy) const {
  PollRequest request{options_.batch_records, busy ? std::chrono::milliseconds(0) : options_.poll_wait, {}};
  if (!consumer_.spec().ordered) {
    if (overdue) request.max_records = 1;
    return request;
  }
  const std::size_t queues = std::max<std::size_t>(1, lanes_.size() * consumer_.spec().inputs.size());
  const std::size_t room = std::max<std::size_t>(64, options_.waiting_records / queues);
  request.wants = [this, room](std::int32_t lane, std::size_t input) {
    const auto mine = lanes_.find(lane);
    return mine != lanes_.end() && mine->second.queue.size_of(input) < room;
  };
  return request;
}

void Runner::back_off(const std::string& why) {
  backoff_us_ = std::clamp(backoff_us_ * 2, options_.backoff_us_min, options_.backoff_us_max);
  wait_until_us_ = options_.steady_us() + backoff_us_;
  if (trouble_ != why)
    base::log::warn("a peer is away; trying again",
                    {{"consumer", consumer_.spec().name}, {"reason", why}, {"wait_ms", backoff_us_ / 1000}, {"next", "bring it back; nothing is lost meanwhile"}});
  trouble_ = why;
}

bool Runner::work() {
  Attempt attempt = prepare();
  if (attempt.works.empty()) return false;
  while (true) {
    Result result = Result::again;
    std::string why;
    try {
      result = run(attempt);
    } catch (const base::Conflict&) {
      ports_.session.rollback();
      consumer_.finish(false);
      // Twice beaten to it: the third time alone (design 5, Races in identity).
      if (++conflicts_ >= 2) lock_ = LockMode::exclusive;
    } catch (const base::Refused& refused) {
      ports_.session.rollback();
      consumer_.finish(false);
      why = refused.what();
    } catch (const base::Unavailable&) {
      ports_.session.rollback();
      consumer_.finish(false);
      give_back(attempt);
      throw;
    }
    if (!why.empty()) {
      refuse(attempt, why);
      return true;
    }
    if (result == Result::done) break;
    if (result == Result::nothing) return true;
    if (result == Result::idle) return false;
  }
  conflicts_ = 0;
  lock_ = consumer_.spec().lock;
  backoff_us_ = 0;
  trouble_.clear();
  return true;
}

// What every lane contributes: its next records, in order. One by one after the database refused a batch.
Runner::Attempt Runner::prepare() {
  Attempt attempt;
  attempt.states.reserve(lanes_.size());
  attempt.records.reserve(lanes_.size());
  for (auto& [number, lane] : lanes_) {
    if (!lane.halted.empty() || publisher_.full(number)) continue;
    // An empty batch notes the last acknowledgements; it has none of its own to wait for.
    const bool unnoted_acks = lane.last_output > lane.state.acked_batch && publisher_.idle();
    const bool can = (!lane.queue.empty() && !lane.stalled) || lane.more;
    if (!can && !waits_too_long(lane) && (!unnoted_acks || single_ > 0)) continue;
    attempt.records.push_back(can ? lane.queue.take(std::max(lane.reach, single_ > 0 ? std::size_t{1} : options_.lane_records)) : std::vector<InRecord>{});
    attempt.horizons.push_back(lane.queue.horizon());
    LaneWork& work = attempt.works.emplace_back();
    work.lane = number;
    attempt.single = single_ > 0;
    if (attempt.single) break;
  }
  attempt.states.resize(attempt.works.size());
  return attempt;
}

// Nothing can be handled while one input lacks something: the consumer is asked now and then whether that is a gap which
// nobody fills any more.
bool Runner::waits_too_long(Lane& lane) const {
  constexpr std::int64_t kLookEveryUs = 5 * base::kSecondUs;
  const std::int64_t now = options_.steady_us();
  if (!consumer_.spec().ordered || lane.queue.waits_for() < 0 || now - lane.looked_at_us < kLookEveryUs) return false;
  lane.looked_at_us = now;
  return true;
}

Runner::Result Runner::run(Attempt& attempt) {
  ports_.session.begin(lock_);
  for (std::size_t i = 0; i < attempt.works.size(); ++i) {
    const std::int32_t number = attempt.works[i].lane;
    attempt.states[i] = lanes_.at(number).state;
    LaneState& next = attempt.states[i];
    next.batch_no += 1;
    next.acked_batch = std::max(next.acked_batch, publisher_.acknowledged(number));
    LaneWork fresh;
    fresh.lane = number;
    fresh.state = &next;
    fresh.records = attempt.records[i];
    fresh.horizon = attempt.horizons[i];
    attempt.works[i] = std::move(fresh);
  }
  const LockMode needed = consumer_.handle(attempt.works, lock_);
  if (needed > lock_) {
    ports_.session.rollback();
    consumer_.finish(false);
    lock_ = needed;
    return Result::again;
  }
  if (drop_halted(attempt)) {
    ports_.session.rollback();
    consumer_.finish(false);
    return attempt.works.empty() ? Result::nothing : Result::again;
  }
  if (const Result idle = drop_idle(attempt); idle != Result::done) {
    ports_.session.rollback();
    consumer_.finish(false);
    return idle;
  }
  for (std::size_t i = 0; i < attempt.works.size(); ++i)
    advance(lanes_.at(attempt.works[i].lane), attempt.works[i], attempt.records[i]);
  return decide(attempt);
}

// Moves the positions behind what was taken.
void Runner::advance(Lane& lane, LaneWork& work, std::vector<InRecord>& records) {
  std::vector<const InRecord*> last(consumer_.spec().inputs.size(), nullptr);
  for (std::size_t k = 0; k < work.taken; ++k) last[records[k].input] = &records[k];
  work.state->inputs.resize(last.size());
  for (std::size_t i = 0; i < last.size(); ++i) {
    if (last[i] == nullptr) continue;
    InputPosition& input = work.state->inputs[i];
    input.next_offset = last[i]->offset + 1;
    input.anchor = {lane.topic_ids.empty() ? std::string() : lane.topic_ids[i], last[i]->leader_epoch, base::checksum(last[i]->value), true};
  }
}

Runner::Result Runner::decide(Attempt& attempt) {
  std::vector<LaneMove> moves;
  std::vector<OutboxRow> rows;
  std::vector<BatchId> settled;
  std::vector<DeadLetter> letters;
  for (LaneWork& work : attempt.works) {
    const Lane& lane = lanes_.at(work.lane);
    moves.push_back({work.lane, lane.epoch, lane.state.batch_no, work.state});
    if (!work.out.empty()) rows.push_back({work.lane, work.state->batch_no, &work.out});
    if (work.state->acked_batch > lane.state.acked_batch) settled.push_back({work.lane, work.state->acked_batch});
    letters.insert(letters.end(), work.dead_letters.begin(), work.dead_letters.end());
  }
  const std::string& name = consumer_.spec().name;
  const std::vector<std::int32_t> lost = ports_.lanes.claim(name, moves);
  if (!lost.empty()) return resolve_lost(attempt, lost);
  consumer_.save();
  if (!rows.empty()) ports_.outbox.append(name, rows);
  if (!settled.empty()) ports_.outbox.remove(name, settled);
  if (!letters.empty()) ports_.dead_letters.append(letters);
  if (ports_.session.commit())
    apply(attempt);
  else
    resolve_doubt(attempt);
  return Result::done;
}

void Runner::apply(Attempt& attempt) {
  static auto& seconds = base::metrics::histogram("batch_records", "records per committed batch", {}, {1, 10, 100, 1000, 5000, 10'000, 50'000});
  std::size_t taken = 0;
  consumer_.finish(true);
  for (std::size_t i = 0; i < attempt.works.size(); ++i) {
    LaneWork& work = attempt.works[i];
    taken += work.taken;
    Lane& lane = lanes_.at(work.lane);
    lane.state = std::move(attempt.states[i]);
    lane.more = work.more;
    if (work.taken > 0) lane.reach = 0;
    lane.queue.put_back(std::move(attempt.records[i]), work.taken);
    if (!work.out.empty()) lane.last_output = lane.state.batch_no;
    publisher_.publish({work.lane, lane.state.batch_no}, std::move(work.out));
    if (work.taken > 0) {
      std::vector<std::int64_t> offsets;
      for (const InputPosition& input : lane.state.inputs) offsets.push_back(input.next_offset);
      ports_.source.hint(work.lane, offsets);
    }
  }
  seconds.observe(static_cast<double>(taken));
  if (single_ > 0) single_ -= std::min(single_, std::max<std::size_t>(1, taken));
}

void Runner::give_back(Attempt& attempt) {
  for (std::size_t i = 0; i < attempt.works.size(); ++i) {
    const auto lane = lanes_.find(attempt.works[i].lane);
    if (lane == lanes_.end()) continue;
    lane->second.queue.put_back(std::move(attempt.records[i]), 0);
  }
  attempt = Attempt{};
}

// PostgreSQL refused the data: the records of this batch go one by one; the one that is refused alone is the culprit.
void Runner::refuse(Attempt& attempt, const std::string& why) {
  if (!attempt.single && (attempt.works.size() > 1 || attempt.records[0].size() > 1)) {
    single_ = 0;
    for (const auto& records : attempt.records) single_ += std::max<std::size_t>(1, records.size());
    base::log::warn("the database refused a batch; handling it record by record",
                    {{"consumer", consumer_.spec().name}, {"reason", why}, {"next", "see the dead letters"}});
    return give_back(attempt);
  }
  // A sweep or a count-back has no input that could be set aside, and some inputs must never be.
  const InRecord* culprit = attempt.works[0].taken == attempt.records[0].size() ? only_content(attempt.records[0]) : nullptr;
  if (culprit == nullptr || !consumer_.may_skip(*culprit)) {
    halt(attempt.works[0].lane, "the database refuses what this lane writes: " + why);
    single_ = 0;
    return;
  }
  try {
    skip(attempt, *culprit, why);
  } catch (...) {
    ports_.session.rollback();
    give_back(attempt);
    throw;
  }
}

// Nothing of the one record is left but its dead letter, and its place: what follows in its stream goes on behind it.
void Runner::skip(Attempt& attempt, const InRecord& record, const std::string& why) {
  LaneWork& work = attempt.works[0];
  const Lane& lane = lanes_.at(work.lane);
  attempt.states[0] = lane.state;
  LaneWork fresh;
  fresh.lane = work.lane;
  fresh.state = &attempt.states[0];
  fresh.state->batch_no += 1;
  fresh.state->inputs.resize(consumer_.spec().inputs.size());
  for (const InRecord& taken : attempt.records[0]) judge(taken.place, fresh.state->inputs[taken.input].last_seq);
  fresh.records = attempt.records[0];
  fresh.taken = fresh.records.size();
  fresh.more = true;
  fresh.dead_letters.push_back({consumer_.spec().name, consumer_.spec().inputs[record.input], record.lane, record.offset, record.log_time,
                                "refused_by_database", why, "", std::string(record.key), std::string(record.value)});
  work = std::move(fresh);
  advance(lanes_.at(work.lane), work, attempt.records[0]);
  ports_.session.begin(LockMode::none);
  const LaneMove move{work.lane, lane.epoch, lane.state.batch_no, work.state};
  if (!ports_.lanes.claim(consumer_.spec().name, {&move, 1}).empty()) {
    ports_.session.rollback();
    return give_back(attempt);
  }
  ports_.dead_letters.append(work.dead_letters);
  if (ports_.session.commit())
    apply(attempt);
  else
    give_back(attempt);  // it did or did not happen: the next claim tells
}

}  // namespace scoreline::flow
