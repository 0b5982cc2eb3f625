#pragma once
/// The queues of a KafkaSource that reads its inputs apart: one per partition, beside the reader's common queue. What
/// nobody reads fills its own queue up to librdkafka's bound and then stays in the broker; nobody waits behind it.
///
/// One thread; librdkafka's threads only say which queue was empty and is not any more, so that neither reading nor
/// waiting looks at all queues. Goes before the reader's handle.
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "kafka/handles.hpp"

namespace scoreline::kafka {

class PartitionQueues {
 public:
  /// `reader` is borrowed.
  explicit PartitionQueues(rd_kafka_t* reader) : reader_(reader) {}
  ~PartitionQueues();
  PartitionQueues(const PartitionQueues&) = delete;
  PartitionQueues& operator=(const PartitionQueues&) = delete;

  /// From now on what comes for this partition stays in its own queue. To be called before every assignment of it and
  /// after its end: a partition that librdkafka had forgotten in between has a new queue, which would be forwarded.
  /// `place` is the caller's number for it, from 0 on without large gaps.
  void separate(std::size_t place, const std::string& topic, std::int32_t partition);
  /// Hands over at most `max` messages (records, or errors of a partition) of wanted places, each place's in order, the
  /// same share from each as far as it has so many. `wants` is asked once for each place that may hold something.
  void read(std::size_t max, const std::function<bool(std::size_t place)>& wants,
            const std::function<void(Message)>& take);
  /// Until something came to a queue that was empty, since the last read(); at most `limit`.
  void wait(std::chrono::milliseconds limit);

 private:
  struct Part {
    PartitionQueues* owner = nullptr;
    std::size_t place = 0;
    Queue queue;
    bool filled = false;  // is in filled_
  };

  static void on_filled(rd_kafka_t* reader, void* part);
  void mute(Part& part);
  void note_filled(Part& part);
  std::size_t read_one(Part& part, std::size_t max, const std::function<void(Message)>& take);

  rd_kafka_t* reader_;
  std::vector<std::unique_ptr<Part>> parts_;  // by place; librdkafka knows their addresses
  // Not empty when last seen, or never seen. Every queue that holds something is in here or in signalled_: it leaves
  // when it was read empty, and the next message then signals.
  std::vector<Part*> filled_;
  std::vector<Part*> turn_;
  std::vector<rd_kafka_message_t*> buffer_;
  std::mutex mutex_;  // signalled_ alone
  std::condition_variable came_;
  std::vector<Part*> signalled_;
};

}  // namespace scoreline::kafka
