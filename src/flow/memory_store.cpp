#include "flow/memory_store.hpp"

#include "base/check.hpp"
#include "base/errors.hpp"

namespace scoreline::flow {

void MemorySession::begin(LockMode mode) {
  SCORELINE_CHECK(writes_.empty(), "begin inside a transaction");
  for (const auto& [other, held] : database_.locks)
    if (other != this && mode != LockMode::none && (mode == LockMode::exclusive || held == LockMode::exclusive))
      throw base::Unavailable("another session holds the lock of identity");
  if (mode != LockMode::none) database_.locks[this] = mode;
}

void MemorySession::rollback() noexcept {
  writes_.clear();
  database_.locks.erase(this);
}

bool MemorySession::commit() {
  CommitFault fault = CommitFault::none;
  if (!faults.empty()) {
    fault = faults.front();
    faults.erase(faults.begin());
  }
  auto writes = std::exchange(writes_, {});
  database_.locks.erase(this);
  if (fault == CommitFault::unavailable) throw base::Unavailable("the database went away before COMMIT");
  if (fault == CommitFault::lost_reply_not_committed) return false;
  for (const auto& write : writes) write();
  return fault == CommitFault::none;
}

LaneRow MemoryLanes::take_over(const std::string& consumer, std::int32_t lane) {
  auto& lanes = session_.database().lanes;
  const bool created = !lanes.contains({consumer, lane});
  auto& entry = lanes[{consumer, lane}];
  ++entry.epoch;
  return {lane, entry.epoch, entry.state, created, session_.database().replays[consumer]};
}

std::vector<std::int32_t> MemoryLanes::claim(const std::string& consumer, std::span<const LaneMove> moves) {
  if (session_.on_claim) std::exchange(session_.on_claim, nullptr)();
  std::vector<std::int32_t> lost;
  auto& lanes = session_.database().lanes;
  for (const LaneMove& move : moves) {
    auto& entry = lanes[{consumer, move.lane}];
    if (entry.epoch != move.epoch || entry.state.batch_no != move.expected_batch_no) {
      lost.push_back(move.lane);
      continue;
    }
    session_.stage([&entry, next = *move.next] { entry.state = next; });
  }
  return lost;
}

std::vector<LaneRow> MemoryLanes::look(const std::string& consumer, std::span<const std::int32_t> lanes) {
  std::vector<LaneRow> rows;
  for (const std::int32_t lane : lanes) {
    const auto& entry = session_.database().lanes[{consumer, lane}];
    rows.push_back({lane, entry.epoch, entry.state, false, false});
  }
  return rows;
}

void MemoryLanes::note_halt(const std::string& consumer, std::int32_t lane, std::uint64_t epoch, const std::string& reason) {
  auto& entry = session_.database().lanes[{consumer, lane}];
  if (entry.epoch == epoch) entry.halted = reason;
}

void MemoryOutbox::append(const std::string& consumer, std::span<const OutboxRow> rows) {
  for (const OutboxRow& row : rows)
    session_.stage([this, consumer, lane = row.lane, batch_no = row.batch_no, bytes = row.batch->bytes()] {
      session_.database().outbox[{consumer, lane}][batch_no] = bytes;
    });
}

void MemoryOutbox::remove(const std::string& consumer, std::span<const BatchId> up_to) {
  for (const BatchId& id : up_to)
    session_.stage([this, consumer, id] {
      auto& rows = session_.database().outbox[{consumer, id.lane}];
      rows.erase(rows.begin(), rows.upper_bound(id.batch_no));
    });
}

std::vector<std::pair<std::uint64_t, OutBatch>> MemoryOutbox::pending(const std::string& consumer, std::int32_t lane, std::uint64_t acked_batch) {
  std::vector<std::pair<std::uint64_t, OutBatch>> result;
  const auto& rows = session_.database().outbox[{consumer, lane}];
  for (auto row = rows.upper_bound(acked_batch); row != rows.end(); ++row) result.emplace_back(row->first, OutBatch(row->second));
  return result;
}

void MemoryDeadLetters::append(std::span<const DeadLetter> letters) {
  for (const DeadLetter& letter : letters) session_.stage([this, letter] { session_.database().dead_letters.push_back(letter); });
}

std::vector<LeadRow> MemoryLeads::load(std::span<const LeadId> leads) {
  std::vector<LeadRow> rows;
  const auto& all = session_.database().leads[consumer_];
  for (const LeadId lead : leads)
    if (const auto found = all.find(lead); found != all.end()) rows.push_back(found->second);
  return rows;
}

void MemoryLeads::save(std::span<const LeadRow> rows) {
  for (const LeadRow& row : rows) session_.stage([this, row]() mutable { put(std::move(row)); });
}

void MemoryLeads::put(LeadRow row) {
  auto& all = session_.database().leads[consumer_];
  auto& wakes = session_.database().wakes[consumer_];
  const auto found = all.find(row.lead);
  if (found != all.end()) {
    const auto& old = found->second.wake_on;
    const bool later = old && (!row.wake_on || *row.wake_on > *old);
    if (later && !row.rewrite_wake) row.wake_on = old;
    if (old) wakes.erase({found->second.lane, *old, row.lead});
  }
  if (row.wake_on) wakes.insert({row.lane, *row.wake_on, row.lead});
  row.rewrite_wake = false;
  const LeadId lead = row.lead;
  all.insert_or_assign(lead, std::move(row));
}

std::vector<LeadRow> MemoryLeads::due(std::int32_t lane, std::optional<Day> day, LeadId after, std::size_t limit) {
  const auto& all = session_.database().leads[consumer_];
  std::vector<LeadRow> rows;
  if (!day) {
    for (auto row = all.upper_bound(after); row != all.end() && rows.size() < limit; ++row)
      if (row->second.lane == lane && !row->second.forward_to && !row->second.erased) rows.push_back(row->second);
    return rows;
  }
  std::set<LeadId> due;
  const auto& wakes = session_.database().wakes[consumer_];
  for (auto wake = wakes.lower_bound({lane, Day{INT32_MIN}, LeadId{}}); wake != wakes.end(); ++wake) {
    const auto& [of_lane, on, lead] = *wake;
    if (of_lane != lane || on > *day) break;
    if (lead > after) due.insert(lead);
  }
  for (const LeadId lead : due) {
    if (rows.size() >= limit) break;
    rows.push_back(all.at(lead));
  }
  return rows;
}

std::optional<Day> MemoryLeads::next_wake(std::int32_t lane) {
  const auto& wakes = session_.database().wakes[consumer_];
  const auto first = wakes.lower_bound({lane, Day{INT32_MIN}, LeadId{}});
  if (first == wakes.end() || std::get<0>(*first) != lane) return std::nullopt;
  return std::get<1>(*first);
}

void MemoryHeld::append(std::span<const HeldRecord> records) {
  for (const HeldRecord& record : records)
    session_.stage([this, record] { session_.database().held[consumer_][record.lead].push_back(record); });
}

std::vector<HeldRecord> MemoryHeld::load(std::span<const LeadId> leads) {
  std::vector<HeldRecord> records;
  for (const LeadId lead : leads) {
    const auto& held = session_.database().held[consumer_][lead];
    records.insert(records.end(), held.begin(), held.end());
  }
  return records;
}

void MemoryHeld::remove(std::span<const LeadId> leads) {
  for (const LeadId lead : leads) session_.stage([this, lead] { session_.database().held[consumer_].erase(lead); });
}

}  // namespace scoreline::flow
