#include "flow/memory_broker.hpp"

#include <algorithm>

#include "base/hash.hpp"

namespace scoreline::flow {
namespace {

// Views into a copy of the stored strings that the record owns.
InRecord read_record(const StoredRecord& stored, std::uint8_t input, std::int32_t partition, std::int64_t offset) {
  auto copy = std::make_unique<StoredRecord>(stored);
  InRecord record;
  record.input = input;
  record.lane = partition;
  record.offset = offset;
  record.leader_epoch = 0;
  record.log_time = copy->time;
  record.key = copy->key;
  record.value = copy->value;
  record.place = {copy->stream, copy->seq};
  record.write_key = copy->write_key;
  record.untrusted = copy->untrusted;
  record.owner = {copy.release(), [](void* memory) { delete static_cast<StoredRecord*>(memory); }};
  return record;
}

}  // namespace

std::int32_t MemoryBroker::append(Topic topic, StoredRecord record) {
  const std::int32_t partition = base::partition_of(record.key, partitions_);
  append(topic, partition, std::move(record));
  return partition;
}

void MemoryBroker::append(Topic topic, std::int32_t partition, StoredRecord record) {
  record.order = ++last_order_;
  log(topic, partition).push_back(std::move(record));
}

void MemorySource::assign(std::set<std::int32_t> lanes) {
  for (const std::int32_t lane : assigned_)
    if (!lanes.contains(lane)) {
      news_.lanes_lost.push_back(lane);
      std::erase(news_.lanes_gained, lane);
      positions_.erase(lane);
    }
  for (const std::int32_t lane : lanes)
    if (!assigned_.contains(lane)) news_.lanes_gained.push_back(lane);
  assigned_ = std::move(lanes);
}

PollResult MemorySource::poll(const PollRequest& request) {
  if (on_poll) on_poll();
  PollResult result = std::exchange(news_, {});
  for (auto& [lane, offsets] : positions_)
    while (result.records.size() < request.max_records) {
      const StoredRecord* next = nullptr;
      std::size_t input = 0;
      for (std::size_t i = 0; i < inputs_.size(); ++i) {
        const auto& log = broker_.log(inputs_[i], lane);
        if (offsets[i] >= static_cast<std::int64_t>(log.size()) || (request.wants && !request.wants(lane, i))) continue;
        const StoredRecord& candidate = log[static_cast<std::size_t>(offsets[i])];
        if (next != nullptr && next->order < candidate.order) continue;
        next = &candidate;
        input = i;
      }
      if (next == nullptr) break;
      result.records.push_back(read_record(*next, static_cast<std::uint8_t>(input), lane, offsets[input]++));
    }
  return result;
}

std::int64_t MemorySource::read_up_to(std::int32_t lane, std::size_t input) const {
  const auto offsets = positions_.find(lane);
  return offsets == positions_.end() ? -1 : offsets->second.at(input);
}

void MemorySource::start(std::int32_t lane, std::span<const std::int64_t> next_offsets) {
  if (assigned_.contains(lane)) positions_[lane].assign(next_offsets.begin(), next_offsets.end());
}

void MemorySource::hint(std::int32_t lane, std::span<const std::int64_t> next_offsets) {
  for (std::size_t i = 0; i < inputs_.size(); ++i) broker_.committed[{group_, inputs_[i], lane}] = next_offsets[i];
}

LogState MemoryReader::state(Topic topic, std::int32_t partition, const std::string& group) {
  const auto hint = broker_.committed.find({group, topic, partition});
  return {broker_.topic_id, 0, static_cast<std::int64_t>(broker_.log(topic, partition).size()), hint == broker_.committed.end() ? -1 : hint->second};
}

std::vector<InRecord> MemoryReader::read(Topic topic, std::int32_t partition, std::int64_t from, std::int64_t to, std::size_t max_records) {
  std::vector<InRecord> records;
  const auto& log = broker_.log(topic, partition);
  const auto end = std::min(to, static_cast<std::int64_t>(log.size()));
  for (std::int64_t offset = from; offset < end && records.size() < max_records; ++offset)
    records.push_back(read_record(log[static_cast<std::size_t>(offset)], 0, partition, offset));
  return records;
}

void MemorySink::send(const std::string& stream, BatchId id, const OutBatch& batch) {
  bool whole = true;
  batch.for_each([&](const OutRecord& out) {
    if (failed_ || fail_after == 0) {
      failed_ = true;
      whole = false;
      return;
    }
    if (fail_after > 0) --fail_after;
    if (forgets.contains(out.topic)) return;
    StoredRecord record{out.time, std::string(out.key), std::string(out.value), stream, std::string(out.type), "", out.seq, false};
    if (delay_records)
      delayed_.push_back({out.topic, out.partition, std::move(record)});
    else
      broker_.append(out.topic, out.partition, std::move(record));
  });
  if (whole) acks_.push_back(id);
}

void MemorySink::deliver_delayed() {
  for (Delayed& delayed : delayed_) broker_.append(delayed.topic, delayed.partition, std::move(delayed.record));
  delayed_.clear();
}

SinkEvents MemorySink::poll(std::chrono::milliseconds) {
  SinkEvents events;
  if (failed_) return {{}, true, "told to fail"};
  if (withhold_acks || !delayed_.empty()) return events;
  events.acknowledged = std::exchange(acks_, {});
  return events;
}

void MemorySink::reset() {
  failed_ = false;
  fail_after = -1;
  acks_.clear();
  delayed_.clear();
}

}  // namespace scoreline::flow
