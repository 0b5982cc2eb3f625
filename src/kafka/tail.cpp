#include "kafka/tail.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "base/errors.hpp"
#include "base/log.hpp"
#include "kafka/query.hpp"

namespace scoreline::kafka {
namespace {

constexpr std::int64_t kSilenceLimitUs = 30 * base::kSecondUs;

struct Range {
  std::int64_t next = 0, to = 0;  // the end is exclusive
};

Handle make_reader(const Settings& settings) {
  return Handle(Role::consumer,
                make_conf(settings, Role::consumer,
                          {{"group.id", settings.prefix + "scoreline.tail"},  // never joined; librdkafka wants a name
                           {"enable.partition.eof", "true"},
                           {"queued.max.messages.kbytes", "8192"},
                           {"fetch.max.bytes", "4194304"}}),
                nullptr);
}

std::vector<std::int64_t> resolve(rd_kafka_t* rk, const std::string& topic, const std::vector<std::int32_t>& partitions,
                                  const TailPlace& place) {
  switch (place.kind) {
    case TailPlace::Kind::begin:
      return OffsetQuestion(rk, topic, partitions, RD_KAFKA_OFFSET_SPEC_EARLIEST).answer();
    case TailPlace::Kind::end:
      return OffsetQuestion(rk, topic, partitions, RD_KAFKA_OFFSET_SPEC_LATEST).answer();
    case TailPlace::Kind::offset:
      return std::vector<std::int64_t>(partitions.size(), place.offset);
    case TailPlace::Kind::time:
      break;
  }
  std::vector<std::int64_t> found =
      OffsetQuestion(rk, topic, partitions, std::max<std::int64_t>(0, place.time.us / 1000)).answer();
  const std::vector<std::int64_t> ends = OffsetQuestion(rk, topic, partitions, RD_KAFKA_OFFSET_SPEC_LATEST).answer();
  for (std::size_t i = 0; i < found.size(); ++i)
    if (found[i] < 0) found[i] = ends[i];  // nothing is that young yet
  return found;
}

// Clamped to what is there: an offset that retention removed means "the oldest".
std::map<std::int32_t, Range> ranges_of(rd_kafka_t* rk, const TailRequest& request) {
  const std::int32_t count = partition_count(rk, request.topic);
  std::vector<std::int32_t> partitions = request.partitions;
  if (partitions.empty()) {
    partitions.resize(static_cast<std::size_t>(count));
    std::iota(partitions.begin(), partitions.end(), 0);
  }
  for (const std::int32_t partition : partitions)
    if (partition < 0 || partition >= count)
      throw base::UsageError(
          fmt::format("topic {} has no partition {}; it has 0 to {}", request.topic, partition, count - 1));
  const auto begins = resolve(rk, request.topic, partitions, {TailPlace::Kind::begin, 0, {}});
  const auto ends = resolve(rk, request.topic, partitions, {TailPlace::Kind::end, 0, {}});
  const auto from = resolve(rk, request.topic, partitions, request.from);
  const auto to = request.follow ? std::vector<std::int64_t>(partitions.size(), INT64_MAX)
                                 : resolve(rk, request.topic, partitions, request.to);
  std::map<std::int32_t, Range> ranges;
  for (std::size_t i = 0; i < partitions.size(); ++i) {
    const Range range{std::clamp(from[i], begins[i], ends[i]), request.follow ? INT64_MAX : std::min(to[i], ends[i])};
    if (range.next < range.to) ranges[partitions[i]] = range;
  }
  return ranges;
}

TailRecord record_of(const rd_kafka_message_t* message) {
  TailRecord record;
  record.topic = rd_kafka_topic_name(message->rkt);
  record.partition = message->partition;
  record.offset = message->offset;
  rd_kafka_timestamp_type_t type{};
  record.time_ms = rd_kafka_message_timestamp(message, &type);
  record.time_type = type == RD_KAFKA_TIMESTAMP_CREATE_TIME       ? "create"
                     : type == RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME ? "logappend"
                                                                  : "unknown";
  record.broker = rd_kafka_message_broker_id(message);
  if (message->key) record.key = view(message->key, message->key_len);
  if (message->payload) record.payload = view(message->payload, message->len);
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(message, &headers)) return record;
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  for (std::size_t i = 0; !rd_kafka_header_get_all(headers, i, &name, &value, &size); ++i)
    record.headers.push_back({name, value ? std::optional(view(value, size)) : std::nullopt});
  return record;
}

class Tail {
 public:
  Tail(const Settings& settings, const TailRequest& request)
      : reader_(make_reader(settings)), topic_(request.topic), follow_(request.follow) {
    rd_kafka_poll_set_consumer(reader_.get());
    ranges_ = ranges_of(reader_.get(), request);
    const Partitions assigned = make_partitions();
    for (const auto& [partition, range] : ranges_)
      rd_kafka_topic_partition_list_add(assigned.get(), topic_.c_str(), partition)->offset = range.next;
    if (const auto error = rd_kafka_assign(reader_.get(), assigned.get()))
      throw base::Unavailable(fmt::format("Kafka, reading {}: {}", topic_, meaning(error)));
  }

  void run(const std::function<bool(const TailRecord&)>& show, const std::function<bool()>& idle) {
    std::int64_t heard_us = base::steady_us(), asked_us = heard_us;
    while (!ranges_.empty()) {
      const Message message(rd_kafka_consumer_poll(reader_.get(), 250));
      const std::int64_t now_us = base::steady_us();
      if (now_us - asked_us > base::kSecondUs / 4) {
        asked_us = now_us;
        if (!idle()) return;
      }
      if (message && !message->err) {
        heard_us = now_us;
        if (!shown(*message, show)) return;
      } else if (message) {
        failed(*message);
      } else if (!follow_ && now_us - heard_us > kSilenceLimitUs) {
        throw base::Unavailable(fmt::format("Kafka, reading {}: {}", topic_, meaning(RD_KAFKA_RESP_ERR__TIMED_OUT)));
      }
    }
  }

 private:
  bool shown(const rd_kafka_message_t& message, const std::function<bool(const TailRecord&)>& show) {
    const auto range = ranges_.find(message.partition);
    if (range == ranges_.end()) return true;
    if (message.offset < range->second.to && !show(record_of(&message))) return false;
    if (message.offset + 1 >= range->second.to) finish(message.partition);
    return true;
  }

  void failed(const rd_kafka_message_t& message) {
    if (message.err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
      if (!follow_) finish(message.partition);  // compaction or a transaction took the last offsets
      return;
    }
    const bool of_partition = message.rkt != nullptr && message.partition >= 0;
    if (of_partition || !is_transient(message.err))
      throw base::Unavailable(
          fmt::format("Kafka, reading {}: {} ({})", topic_, rd_kafka_message_errstr(&message), meaning(message.err)));
    if (repeated_.say(message.err))
      base::log::warn(
          "reading has trouble; waiting",
          {{"topic", topic_}, {"error", rd_kafka_message_errstr(&message)}, {"next", meaning(message.err)}});
  }

  void finish(std::int32_t partition) {
    if (ranges_.erase(partition) == 0) return;
    const Partitions done = make_partitions();
    rd_kafka_topic_partition_list_add(done.get(), topic_.c_str(), partition);
    rd_kafka_pause_partitions(reader_.get(), done.get());
  }

  Handle reader_;
  std::string topic_;
  bool follow_;
  std::map<std::int32_t, Range> ranges_;  // partitions that are not finished
  Repeated repeated_;
};

}  // namespace

void tail(const Settings& settings, const TailRequest& request, const std::function<bool(const TailRecord&)>& show,
          const std::function<bool()>& idle) {
  Tail(settings, request).run(show, idle);
}

}  // namespace scoreline::kafka
