#include "kafka/log_reader.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "base/errors.hpp"
#include "base/log.hpp"
#include "base/time.hpp"
#include "kafka/message.hpp"
#include "kafka/query.hpp"

namespace scoreline::kafka {
namespace {

// A count-back reads beside the batch loop; it must not cost much memory.
constexpr int kQueuedKbytes = 4'096;
constexpr std::int64_t kReadLimitUs = 10 * base::kSecondUs;

Conf reader_conf(const Settings& settings) {
  return make_conf(settings, Role::consumer,
                   {{"group.id", settings.prefix + "scoreline.reader"},  // never joined; librdkafka wants a name
                    {"enable.partition.eof", "true"},
                    {"queued.max.messages.kbytes", std::to_string(kQueuedKbytes)},
                    {"fetch.max.bytes", "2097152"},
                    {"fetch.message.max.bytes", "1048576"}});
}

template <typename T>
using Owned = std::unique_ptr<T, void (*)(T*)>;

std::string topic_id_of(Question& question) {
  const Event event = question.answer();
  std::size_t count = 0;
  const rd_kafka_TopicDescription_t** topics =
      rd_kafka_DescribeTopics_result_topics(rd_kafka_event_DescribeTopics_result(event.get()), &count);
  if (count != 1) question.fail(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
  if (const rd_kafka_error_t* error = rd_kafka_TopicDescription_error(topics[0]); error && rd_kafka_error_code(error))
    question.fail(rd_kafka_error_code(error));
  return rd_kafka_Uuid_base64str(rd_kafka_TopicDescription_topic_id(topics[0]));
}

/// -1: nothing was committed.
std::int64_t committed_of(Question& question) {
  const Event event = question.answer();
  std::size_t count = 0;
  const rd_kafka_group_result_t** groups = rd_kafka_ListConsumerGroupOffsets_result_groups(
      rd_kafka_event_ListConsumerGroupOffsets_result(event.get()), &count);
  if (count != 1) return -1;
  if (const rd_kafka_error_t* error = rd_kafka_group_result_error(groups[0])) {
    if (rd_kafka_error_code(error) == RD_KAFKA_RESP_ERR_GROUP_ID_NOT_FOUND) return -1;
    question.fail(rd_kafka_error_code(error));
  }
  const rd_kafka_topic_partition_list_t* offsets = rd_kafka_group_result_partitions(groups[0]);
  if (offsets->cnt != 1) return -1;
  if (offsets->elems[0].err) question.fail(offsets->elems[0].err);
  return std::max<std::int64_t>(-1, offsets->elems[0].offset);
}

}  // namespace

KafkaLogReader::KafkaLogReader(Settings settings)
    : settings_(std::move(settings)),
      questions_(Role::admin, make_conf(settings_, Role::admin, {}), nullptr),
      reader_(Role::consumer, reader_conf(settings_), nullptr) {
  rd_kafka_poll_set_consumer(reader_.get());
  reader_queue_.reset(rd_kafka_queue_get_consumer(reader_.get()));
}

flow::LogState KafkaLogReader::state(flow::Topic topic, std::int32_t partition, const std::string& group) {
  rd_kafka_t* rk = questions_.get();
  const std::string name = topic_name(settings_, topic);
  // All asked at once: a take-over waits for the slowest, not for the sum.
  OffsetQuestion begin(rk, name, {&partition, 1}, RD_KAFKA_OFFSET_SPEC_EARLIEST);
  OffsetQuestion end(rk, name, {&partition, 1}, RD_KAFKA_OFFSET_SPEC_LATEST);
  Question describe(rk, "topic " + name, RD_KAFKA_ADMIN_OP_DESCRIBETOPICS);
  const char* raw_name = name.c_str();
  const Owned<rd_kafka_TopicCollection_t> names(rd_kafka_TopicCollection_of_topic_names(&raw_name, 1),
                                                rd_kafka_TopicCollection_destroy);
  rd_kafka_DescribeTopics(rk, names.get(), describe.options(), describe.queue());
  flow::LogState state;
  if (!group.empty()) state.committed = committed(name, partition, group);
  state.topic_id = topic_id_of(describe);
  state.begin = begin.answer()[0];
  state.end = end.answer()[0];
  return state;
}

// A broker that has just started, or just made the offsets topic, has no coordinator for some seconds: asked again
// until the limit of one question is over.
std::int64_t KafkaLogReader::committed(const std::string& topic, std::int32_t partition, const std::string& group) {
  const std::int64_t deadline_us = base::steady_us() + std::chrono::microseconds(kQueryLimit).count();
  const Partitions one = make_partitions();
  rd_kafka_topic_partition_list_add(one.get(), topic.c_str(), partition);
  while (true) {
    Question hint(questions_.get(), "group " + group, RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS);
    const Owned<rd_kafka_ListConsumerGroupOffsets_t> asked(
        rd_kafka_ListConsumerGroupOffsets_new(group.c_str(), one.get()), rd_kafka_ListConsumerGroupOffsets_destroy);
    rd_kafka_ListConsumerGroupOffsets_t* raw_asked = asked.get();
    rd_kafka_ListConsumerGroupOffsets(questions_.get(), &raw_asked, 1, hint.options(), hint.queue());
    try {
      return committed_of(hint);
    } catch (const base::Unavailable&) {
      if (base::steady_us() > deadline_us) throw;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
}

// No seek: assign again with the new offset (librdkafka #3959).
void KafkaLogReader::move_to(const Place& place) {
  const Partitions one = make_partitions();
  rd_kafka_topic_partition_list_add(one.get(), place.topic.c_str(), place.partition)->offset = place.next;
  if (const auto error = rd_kafka_assign(reader_.get(), one.get()))
    throw base::Unavailable(fmt::format("Kafka, reading {}/{}: {}", place.topic, place.partition, meaning(error)));
  place_ = place;
}

std::vector<flow::InRecord> KafkaLogReader::read(flow::Topic topic, std::int32_t partition, std::int64_t from,
                                                 std::int64_t to, std::size_t max_records) {
  std::vector<flow::InRecord> records;
  if (from >= to || max_records == 0) return records;
  const Place wanted{topic_name(settings_, topic), partition, from};
  if (place_ != wanted) move_to(wanted);
  const std::int64_t deadline_us = base::steady_us() + kReadLimitUs;
  while (records.empty()) {
    Message first(rd_kafka_consumer_poll(reader_.get(), 200));
    if (first) {
      if (!take(std::move(first), to, records)) return records;
    } else if (base::steady_us() > deadline_us) {
      place_.reset();
      throw base::Unavailable(fmt::format("Kafka, reading {}/{} from offset {}: {}", wanted.topic, partition, from,
                                          meaning(RD_KAFKA_RESP_ERR__TIMED_OUT)));
    }
  }
  buffer_.resize(max_records - 1);
  const ssize_t count =
      buffer_.empty() ? 0 : rd_kafka_consume_batch_queue(reader_queue_.get(), 0, buffer_.data(), buffer_.size());
  bool more = true;
  for (ssize_t i = 0; i < count; ++i) {
    Message message(buffer_[static_cast<std::size_t>(i)]);
    if (more) more = take(std::move(message), to, records);
  }
  return records;
}

bool KafkaLogReader::take(Message message, std::int64_t to, std::vector<flow::InRecord>& records) {
  const rd_kafka_resp_err_t error = message->err;
  const bool elsewhere = message->rkt == nullptr || message->partition != place_->partition ||
                         rd_kafka_topic_name(message->rkt) != place_->topic;
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
    if (elsewhere || message->offset < place_->next) return true;  // fetched for an earlier read
    if (message->offset >= to) {
      place_.reset();  // it is taken from the queue: the next read begins anew
      return false;
    }
    place_->next = message->offset + 1;
    records.push_back(to_record(std::move(message), 0));
    return true;
  }
  if (error == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
    if (elsewhere) return true;
    // Reported once: the next read must begin anew to hear it again.
    place_.reset();
    return false;
  }
  if (error == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET && !elsewhere) {
    Place place = *place_;
    place_.reset();
    const std::int64_t begin =
        OffsetQuestion(questions_.get(), place.topic, {&place.partition, 1}, RD_KAFKA_OFFSET_SPEC_EARLIEST).answer()[0];
    if (place.next >= begin) return false;  // beyond the end
    place.next = begin;
    if (begin >= to) return false;
    move_to(place);
    return true;
  }
  if (!elsewhere) {
    const std::string text = fmt::format("Kafka, reading {}/{}: {} ({})", place_->topic, place_->partition,
                                         rd_kafka_message_errstr(message.get()), meaning(error));
    place_.reset();
    throw base::Unavailable(text);
  }
  base::log::debug("reading has trouble; waiting", {{"error", rd_kafka_message_errstr(message.get())}});
  return true;
}

}  // namespace scoreline::kafka
