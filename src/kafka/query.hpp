#pragma once
/// Questions to the cluster with a deadline of our own (librdkafka's synchronous ones overrun theirs, facts 7): the
/// asynchronous admin calls, each with its answer on a queue.
#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "kafka/client.hpp"

namespace scoreline::kafka {

inline constexpr std::chrono::milliseconds kQueryLimit{10'000};

/// One question under way. Several may be asked before the first answer is awaited.
class Question {
 public:
  /// `what` begins every error text: "topic tracking.events".
  Question(rd_kafka_t* rk, std::string what, rd_kafka_admin_op_t operation,
           std::chrono::milliseconds limit = kQueryLimit);
  rd_kafka_queue_t* queue() const { return queue_.get(); }
  rd_kafka_AdminOptions_t* options() const { return options_.get(); }
  /// Throws base::Unavailable: no answer in time, or an error for the whole question.
  Event answer();
  [[noreturn]] void fail(rd_kafka_resp_err_t error) const;

 private:
  std::string what_;
  std::int64_t deadline_us_;
  Queue queue_;
  AdminOptions options_;
};

/// Offsets by `spec` (RD_KAFKA_OFFSET_SPEC_EARLIEST, _LATEST, or milliseconds since 1970: the first record at or after
/// it; the end where there is none) of partitions of a topic. LATEST is what a reader of committed records reaches.
class OffsetQuestion {
 public:
  OffsetQuestion(rd_kafka_t* rk, const std::string& topic, std::span<const std::int32_t> partitions, std::int64_t spec,
                 std::chrono::milliseconds limit = kQueryLimit);
  /// In the order asked; -1: no record at or after that time. Throws base::Unavailable.
  std::vector<std::int64_t> answer();

 private:
  std::vector<std::int32_t> partitions_;
  Question question_;
};

/// Number of partitions of a topic. Throws base::Unavailable, also when there is no such topic.
std::int32_t partition_count(rd_kafka_t* rk, const std::string& topic, std::chrono::milliseconds limit = kQueryLimit);

}  // namespace scoreline::kafka
