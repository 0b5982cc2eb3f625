/// Runner: which lanes are ours. Take-over, anchors, halts, fencing, commits in doubt, shutdown.
#include <fmt/core.h>

#include <algorithm>

#include "base/hash.hpp"
#include "base/log.hpp"
#include "flow/runner.hpp"

namespace scoreline::flow {

void Runner::take_events(PollResult polled) {
  for (const std::int32_t lane : polled.lanes_lost) {
    wanted_.erase(lane);
    drop(lane);
  }
  for (const std::int32_t lane : polled.lanes_gained) wanted_[lane] = options_.steady_us();
  for (InRecord& record : polled.records) {
    const auto lane = lanes_.find(record.lane);
    if (lane == lanes_.end() || !lane->second.halted.empty()) continue;
    lane->second.queue.push(std::move(record));
    lane->second.stalled = false;
  }
  for (const auto& [lane, reason] : polled.lanes_broken) halt(lane, reason);
}

void Runner::gain_lanes() {
  const std::int64_t now = options_.steady_us();
  std::vector<std::int32_t> due;
  for (const auto& [lane, when] : wanted_)
    if (when <= now) due.push_back(lane);
  for (const std::int32_t lane : due) {
    gain(lane);
    wanted_.erase(lane);
  }
}

// A peer may go away anywhere in here: until all is there the lane is none of ours, and it is taken over once more.
void Runner::gain(std::int32_t lane) {
  const ConsumerSpec& spec = consumer_.spec();
  drop(lane);
  LaneRow row = ports_.lanes.take_over(spec.name, lane);
  row.state.inputs.resize(spec.inputs.size());
  std::vector<LogState> logs;
  const std::string problem = anchor_problem(row, logs);
  // Not row.created: whoever made the row may have died before his first batch.
  if (row.state.batch_no == 0 && !logs.empty()) row.state.live_from = row.replays ? logs[0].end : 0;
  auto pending = ports_.outbox.pending(spec.name, lane, row.state.acked_batch);
  cache_.adopt(row);
  Lane mine;
  mine.epoch = row.epoch;
  for (const LogState& log : logs) mine.topic_ids.push_back(log.topic_id);
  mine.last_output = pending.empty() ? 0 : pending.back().first;
  mine.state = std::move(row.state);
  if (spec.ordered) mine.queue = LaneQueue(mine.state.inputs);
  publisher_.adopt(lane, mine.state.acked_batch);
  for (auto& [batch_no, batch] : pending) publisher_.publish({lane, batch_no}, std::move(batch));
  const Lane& ours = lanes_[lane] = std::move(mine);
  if (!problem.empty()) return halt(lane, problem);
  unnoted_.insert(lane);
  std::vector<std::int64_t> offsets;
  for (const InputPosition& input : ours.state.inputs) offsets.push_back(input.next_offset);
  ports_.source.start(lane, offsets);
  base::log::debug("lane taken over", {{"consumer", spec.name}, {"lane", lane}, {"epoch", ours.epoch}});
}

// The log that we have read from must still be there (design 5, Take-over).
std::string Runner::anchor_problem(const LaneRow& row, std::vector<LogState>& logs) {
  const ConsumerSpec& spec = consumer_.spec();
  std::string problem;
  for (std::size_t i = 0; i < spec.inputs.size(); ++i) {
    logs.push_back(ports_.reader.state(spec.inputs[i], row.lane, options_.group));
    if (problem.empty()) problem = input_problem(row.state.inputs[i], spec.inputs[i], row.lane, logs.back());
  }
  return problem;
}

std::string Runner::input_problem(const InputPosition& input, Topic topic, std::int32_t lane, const LogState& log) {
  const std::string_view name = declaration(topic).name;
  const Anchor& anchor = input.anchor;
  if (log.committed > input.next_offset)
    return fmt::format("{}/{}: Kafka knows offset {} of us, the database only {}: the database was set back; restore the newer one, or delete the group's offsets to accept this", name, lane, log.committed, input.next_offset);
  if (anchor.set && anchor.topic_id != log.topic_id)
    return fmt::format("{}/{}: log identity changed (topic {} instead of {}): the topic was deleted and made anew", name, lane, log.topic_id, anchor.topic_id);
  if (input.next_offset < log.begin)
    return fmt::format("{}/{}: offset {} below log start {}: records were removed before they were read", name, lane, input.next_offset, log.begin);
  if (input.next_offset > log.end)
    return fmt::format("{}/{}: offset {} beyond log end {}: the log is shorter than what was read", name, lane, input.next_offset, log.end);
  if (!anchor.set || input.next_offset - 1 < log.begin) return {};
  const auto last = ports_.reader.read(topic, lane, input.next_offset - 1, input.next_offset, 1);
  if (last.empty() || last[0].offset != input.next_offset - 1) return {};  // removed by retention or compaction meanwhile
  if (base::checksum(last[0].value) == anchor.checksum) return {};
  return fmt::format("{}/{}: the record at offset {} is not the one that was handled: the log was replaced", name, lane, input.next_offset - 1);
}

void Runner::drop(std::int32_t lane) {
  publisher_.drop(lane);
  cache_.drop(lane);
  lanes_.erase(lane);
}

void Runner::halt(std::int32_t lane, const std::string& reason) {
  const auto found = lanes_.find(lane);
  if (found == lanes_.end() || !found->second.halted.empty()) return;
  found->second.halted = reason;
  found->second.queue.clear();
  ports_.source.stop(lane);
  base::log::error("lane halted", {{"consumer", consumer_.spec().name}, {"lane", lane}, {"reason", reason}, {"next", "mend the cause and restart this process; the other lanes go on"}});
  unnoted_.insert(lane);
}

// For `scoreline status`; apart from halt(), which happens inside of transactions, too, and must not fail.
void Runner::note_halts() {
  while (!unnoted_.empty()) {
    const auto lane = lanes_.find(*unnoted_.begin());
    if (lane != lanes_.end()) ports_.lanes.note_halt(consumer_.spec().name, lane->first, lane->second.epoch, lane->second.halted);
    unnoted_.erase(unnoted_.begin());
  }
}

bool Runner::drop_halted(Attempt& attempt) {
  bool any = false;
  for (std::size_t i = attempt.works.size(); i > 0; --i) {
    LaneWork& work = attempt.works[i - 1];
    if (work.halt.empty()) continue;
    any = true;
    halt(work.lane, work.halt);
    const auto at = static_cast<std::ptrdiff_t>(i - 1);
    attempt.works.erase(attempt.works.begin() + at);
    attempt.records.erase(attempt.records.begin() + at);
    attempt.states.erase(attempt.states.begin() + at);
    attempt.horizons.erase(attempt.horizons.begin() + at);
  }
  return any;
}

// When no lane could do anything there is nothing to commit. An idle lane beside busy ones commits its empty batch with
// them. Result::done: somebody is busy.
Runner::Result Runner::drop_idle(Attempt& attempt) {
  bool busy = false, reaches = false;
  for (const LaneWork& work : attempt.works) {
    Lane& lane = lanes_.at(work.lane);
    // What belongs together may be more than one batch holds: the next one takes more.
    const bool all_is_here = work.idle && !lane.queue.empty();
    if (all_is_here) lane.reach = 2 * work.records.size();
    lane.stalled = work.idle && !all_is_here;
    reaches = reaches || all_is_here;
    busy = busy || !does_nothing(work);
  }
  if (busy) return Result::done;
  // It has said what it can do by itself; without this a lane that was just taken would be asked for ever.
  for (const LaneWork& work : attempt.works) lanes_.at(work.lane).more = work.more;
  give_back(attempt);
  return reaches ? Result::nothing : Result::idle;
}

// A lane's first batch is committed even if it is empty: from then on it is known where it began.
bool Runner::does_nothing(const LaneWork& work) const {
  const Lane& lane = lanes_.at(work.lane);
  if (work.idle) return true;
  // The acknowledgement of an empty batch is not worth another one.
  const bool notes_acks = work.state->acked_batch > lane.state.acked_batch && lane.last_output > lane.state.acked_batch;
  return lane.state.batch_no > 0 && work.taken == 0 && !work.more && work.out.empty() && work.dead_letters.empty() && !notes_acks;
}

// Lanes that did not match: lost to another owner. They are dropped, and taken again later if Kafka still gives them to
// us; the rest is repeated.
Runner::Result Runner::resolve_lost(Attempt& attempt, const std::vector<std::int32_t>& lost) {
  ports_.session.rollback();
  consumer_.finish(false);
  for (const std::int32_t lane : lost) {
    base::log::warn("lane fenced", {{"consumer", consumer_.spec().name}, {"lane", lane}, {"epoch", lanes_.at(lane).epoch}, {"next", "nothing: another process owns it now"}});
    ports_.source.stop(lane);
    drop(lane);
    wanted_[lane] = options_.steady_us() + std::chrono::microseconds(options_.retake_after).count();
  }
  give_back(attempt);
  return Result::nothing;
}

// The reply to COMMIT was lost. The compare-and-set waits for the old backend and then tells (design 5, Batch 1).
void Runner::resolve_doubt(Attempt& attempt) {
  std::vector<LaneMove> moves;
  std::vector<std::int32_t> numbers;
  for (const LaneWork& work : attempt.works) {
    const Lane& lane = lanes_.at(work.lane);
    moves.push_back({work.lane, lane.epoch, lane.state.batch_no, work.state});
    numbers.push_back(work.lane);
  }
  base::log::warn("the answer to COMMIT was lost; looking whether it happened", {{"consumer", consumer_.spec().name}, {"next", "nothing"}});
  std::int64_t pause_us = options_.backoff_us_min;
  while (true) {
    try {
      ports_.session.begin(LockMode::none);
      const bool open = ports_.lanes.claim(consumer_.spec().name, moves).empty();
      ports_.session.rollback();
      if (open) break;
      bool committed = false;
      for (const LaneRow& row : ports_.lanes.look(consumer_.spec().name, numbers))
        committed = committed || (row.epoch == lanes_.at(row.lane).epoch && row.state.batch_no == lanes_.at(row.lane).state.batch_no + 1);
      if (committed) return apply(attempt);
      break;
    } catch (const base::Unavailable&) {
      ports_.session.rollback();
      publisher_.poll(std::chrono::milliseconds(pause_us / 1000));
      pause_us = std::min(pause_us * 2, options_.backoff_us_max);
    } catch (const base::Conflict&) {
      ports_.session.rollback();
    }
  }
  consumer_.finish(false);
  give_back(attempt);
}

void Runner::shut_down(std::chrono::milliseconds limit) {
  const std::int64_t deadline = options_.steady_us() + std::chrono::microseconds(limit).count();
  while (!publisher_.idle() && options_.steady_us() < deadline) publisher_.poll(std::chrono::milliseconds(50));
  // One more, empty batch notes the acknowledgements, so that the next owner has nothing to publish again.
  for (auto& [number, lane] : lanes_) {
    lane.queue.clear();
    lane.more = false;
  }
  try {
    if (publisher_.idle()) work();
  } catch (const base::Unavailable& away) {
    base::log::warn("could not note acknowledgements; the next owner publishes them again", {{"reason", away.what()}, {"next", "nothing: readers drop what comes twice"}});
  }
  while (!publisher_.idle() && options_.steady_us() < deadline) publisher_.poll(std::chrono::milliseconds(50));
}

std::vector<LaneView> Runner::view() const {
  std::vector<LaneView> result;
  for (const auto& [number, lane] : lanes_) result.push_back({number, lane.halted.empty(), lane.halted, lane.state});
  for (const auto& [number, when] : wanted_)
    if (!lanes_.contains(number)) result.push_back({number, false, "", {}});
  return result;
}

}  // namespace scoreline::flow
