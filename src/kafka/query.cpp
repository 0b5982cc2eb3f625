#include "kafka/query.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/errors.hpp"
#include "base/time.hpp"

namespace scoreline::kafka {

Question::Question(rd_kafka_t* rk, std::string what, rd_kafka_admin_op_t operation, std::chrono::milliseconds limit)
    : what_(std::move(what)),
      deadline_us_(base::steady_us() + limit.count() * 1000),
      queue_(rd_kafka_queue_new(rk)),
      options_(rd_kafka_AdminOptions_new(rk, operation)) {
  std::array<char, 256> text{};
  rd_kafka_AdminOptions_set_request_timeout(options_.get(), static_cast<int>(limit.count()), text.data(), text.size());
}

void Question::fail(rd_kafka_resp_err_t error) const {
  throw base::Unavailable(fmt::format("Kafka, {}: {}", what_, meaning(error)));
}

Event Question::answer() {
  // Half a second more than librdkafka has: its own error says more than "no answer".
  const std::int64_t left_ms = std::max<std::int64_t>(0, (deadline_us_ - base::steady_us()) / 1000) + 500;
  Event event(rd_kafka_queue_poll(queue_.get(), static_cast<int>(left_ms)));
  if (!event) fail(RD_KAFKA_RESP_ERR__TIMED_OUT);
  if (rd_kafka_event_error(event.get())) fail(rd_kafka_event_error(event.get()));
  return event;
}

OffsetQuestion::OffsetQuestion(rd_kafka_t* rk, const std::string& topic, std::span<const std::int32_t> partitions,
                               std::int64_t spec, std::chrono::milliseconds limit)
    : partitions_(partitions.begin(), partitions.end()),
      question_(rk, "offsets of " + topic, RD_KAFKA_ADMIN_OP_LISTOFFSETS, limit) {
  const Error refused(
      rd_kafka_AdminOptions_set_isolation_level(question_.options(), RD_KAFKA_ISOLATION_LEVEL_READ_COMMITTED));
  const Partitions asked = make_partitions(static_cast<int>(partitions.size()));
  for (const std::int32_t partition : partitions)
    rd_kafka_topic_partition_list_add(asked.get(), topic.c_str(), partition)->offset = spec;
  rd_kafka_ListOffsets(rk, asked.get(), question_.options(), question_.queue());
}

std::vector<std::int64_t> OffsetQuestion::answer() {
  const Event event = question_.answer();
  std::size_t count = 0;
  const rd_kafka_ListOffsetsResultInfo_t** infos =
      rd_kafka_ListOffsets_result_infos(rd_kafka_event_ListOffsets_result(event.get()), &count);
  std::vector<std::int64_t> offsets(partitions_.size(), -1);
  for (std::size_t i = 0; i < count; ++i) {
    const rd_kafka_topic_partition_t* found = rd_kafka_ListOffsetsResultInfo_topic_partition(infos[i]);
    if (found->err) question_.fail(found->err);
    const auto place = std::find(partitions_.begin(), partitions_.end(), found->partition);
    if (place != partitions_.end()) offsets[static_cast<std::size_t>(place - partitions_.begin())] = found->offset;
  }
  return offsets;
}

std::int32_t partition_count(rd_kafka_t* rk, const std::string& topic, std::chrono::milliseconds limit) {
  Question question(rk, "topic " + topic, RD_KAFKA_ADMIN_OP_DESCRIBETOPICS, limit);
  const char* name = topic.c_str();
  const std::unique_ptr<rd_kafka_TopicCollection_t, decltype(&rd_kafka_TopicCollection_destroy)> names(
      rd_kafka_TopicCollection_of_topic_names(&name, 1), rd_kafka_TopicCollection_destroy);
  rd_kafka_DescribeTopics(rk, names.get(), question.options(), question.queue());
  const Event event = question.answer();
  std::size_t count = 0;
  const rd_kafka_TopicDescription_t** topics =
      rd_kafka_DescribeTopics_result_topics(rd_kafka_event_DescribeTopics_result(event.get()), &count);
  if (count != 1) question.fail(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
  if (const rd_kafka_error_t* error = rd_kafka_TopicDescription_error(topics[0]); error && rd_kafka_error_code(error))
    question.fail(rd_kafka_error_code(error));
  std::size_t partitions = 0;
  rd_kafka_TopicDescription_partitions(topics[0], &partitions);
  return static_cast<std::int32_t>(partitions);
}

}  // namespace scoreline::kafka
