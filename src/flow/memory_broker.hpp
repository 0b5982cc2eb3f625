#pragma once
/// Kafka in memory, for simulations and tests: logs, sources, readers and sinks with the faults that tests inject.
/// Single-threaded.
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "flow/ports.hpp"

namespace scoreline::flow {

struct StoredRecord {
  Instant time;
  std::string key, value, stream, type, write_key;
  std::uint64_t seq = 0;
  bool untrusted = false;
  std::uint64_t order = 0;  // over all logs, given by the broker: a simulation reads several topics in file order
};

/// All logs. Offsets are positions in the vectors.
class MemoryBroker {
 public:
  explicit MemoryBroker(std::int32_t partitions) : partitions_(partitions) {}
  std::int32_t partitions() const { return partitions_; }
  std::vector<StoredRecord>& log(Topic topic, std::int32_t partition) { return logs_[{topic, partition}]; }
  void append(Topic topic, std::int32_t partition, StoredRecord record);
  /// As an external producer: into the partition of `key`. Returns the partition.
  std::int32_t append(Topic topic, StoredRecord record);
  /// Group offsets, as hints.
  std::map<std::tuple<std::string, Topic, std::int32_t>, std::int64_t> committed;
  std::string topic_id = "memory";

 private:
  std::int32_t partitions_;
  std::uint64_t last_order_ = 0;
  std::map<std::pair<Topic, std::int32_t>, std::vector<StoredRecord>> logs_;
};

/// One member of one group; the test (or simulation) says which lanes are its.
class MemorySource final : public Source {
 public:
  MemorySource(MemoryBroker& broker, std::string group, std::vector<Topic> inputs)
      : broker_(broker), group_(std::move(group)), inputs_(std::move(inputs)) {}
  /// The assignment from now on.
  void assign(std::set<std::int32_t> lanes);
  /// Called before each poll; tests break things here.
  std::function<void()> on_poll;
  /// How far an input of a lane has been read; -1: it is not read.
  std::int64_t read_up_to(std::int32_t lane, std::size_t input) const;

  PollResult poll(const PollRequest& request) override;
  void start(std::int32_t lane, std::span<const std::int64_t> next_offsets) override;
  void stop(std::int32_t lane) override { positions_.erase(lane); }
  void hint(std::int32_t lane, std::span<const std::int64_t> next_offsets) override;

 private:
  MemoryBroker& broker_;
  std::string group_;
  std::vector<Topic> inputs_;
  std::set<std::int32_t> assigned_;
  PollResult news_;
  std::map<std::int32_t, std::vector<std::int64_t>> positions_;
};

class MemoryReader final : public LogReader {
 public:
  explicit MemoryReader(MemoryBroker& broker) : broker_(broker) {}
  LogState state(Topic topic, std::int32_t partition, const std::string& group) override;
  std::vector<InRecord> read(Topic topic, std::int32_t partition, std::int64_t from, std::int64_t to, std::size_t max_records) override;

 private:
  MemoryBroker& broker_;
};

/// Writes at once and acknowledges at the next poll, unless told otherwise.
class MemorySink final : public Sink {
 public:
  explicit MemorySink(MemoryBroker& broker) : broker_(broker) {}
  void send(const std::string& stream, BatchId id, const OutBatch& batch) override;
  SinkEvents poll(std::chrono::milliseconds wait) override;
  void reset() override;
  /// Faults: fail for good after this many further records (-1: never); keep acknowledgements back; hold records back.
  std::int64_t fail_after = -1;
  bool withhold_acks = false;
  bool delay_records = false;
  /// Topics whose records are acknowledged and vanish: a replay must not write into the log that it reads.
  std::set<Topic> forgets;
  /// Writes what was delayed.
  void deliver_delayed();

 private:
  struct Delayed {
    Topic topic;
    std::int32_t partition;
    StoredRecord record;
  };
  MemoryBroker& broker_;
  std::vector<BatchId> acks_;
  std::vector<Delayed> delayed_;
  bool failed_ = false;
};

}  // namespace scoreline::flow
