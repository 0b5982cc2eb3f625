#include "kafka/record_producer.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <mutex>

#include "base/check.hpp"
#include "base/errors.hpp"
#include "base/log.hpp"
#include "kafka/client.hpp"

namespace scoreline::kafka {

struct RecordProducer::Instance {
  Handle handle;
  std::map<flow::Topic, TopicHandle> topics;  // after the handle: they go first
};

RecordProducer::RecordProducer(Settings settings, std::vector<flow::Topic> topics)
    : settings_(std::move(settings)), topics_(std::move(topics)), instance_(open()) {
  poller_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

RecordProducer::~RecordProducer() { close(std::chrono::seconds(2)); }

std::shared_ptr<RecordProducer::Instance> RecordProducer::open() {
  Conf conf = make_conf(settings_, Role::producer,
                        {{"enable.idempotence", "true"},
                         {"acks", "all"},
                         {"max.in.flight", "5"},
                         {"partitioner", "murmur2_random"},
                         {"delivery.timeout.ms", std::to_string(settings_.delivery_timeout_ms)},
                         {"linger.ms", std::to_string(settings_.linger_ms)},
                         {"compression.codec", settings_.compression},
                         {"queue.buffering.max.messages", "500000"},
                         {"queue.buffering.max.kbytes", std::to_string(settings_.producer_max_kbytes)}});
  rd_kafka_conf_set_dr_msg_cb(conf.get(), on_delivery);
  auto instance = std::make_shared<Instance>();
  instance->handle = Handle(Role::producer, std::move(conf), this);
  for (const flow::Topic topic : topics_)
    instance->topics[topic].reset(
        rd_kafka_topic_new(instance->handle.get(), topic_name(settings_, topic).c_str(), nullptr));
  return instance;
}

std::shared_ptr<RecordProducer::Instance> RecordProducer::current() const {
  const std::shared_lock lock(mutex_);
  return instance_;
}

void RecordProducer::warm_up(std::chrono::milliseconds limit) {
  const auto instance = current();
  SCORELINE_CHECK(instance, "a closed producer is not warmed up");
  const std::int64_t deadline_us = base::steady_us() + limit.count() * 1000;
  for (const auto& [topic, handle] : instance->topics) {
    const std::int64_t left_ms = std::max<std::int64_t>(1, (deadline_us - base::steady_us()) / 1000);
    const rd_kafka_metadata_t* raw = nullptr;
    rd_kafka_resp_err_t error =
        rd_kafka_metadata(instance->handle.get(), 0, handle.get(), &raw, static_cast<int>(left_ms));
    if (!error) {
      error = raw->topic_cnt == 1 ? raw->topics[0].err : RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
      rd_kafka_metadata_destroy(raw);
    }
    if (error)
      throw base::Unavailable(fmt::format("Kafka, topic {}: {}", topic_name(settings_, topic), meaning(error)));
  }
}

Produced RecordProducer::produce(const Outgoing& record, Callback done) {
  const std::shared_lock lock(mutex_);
  if (!instance_ || dead_.load(std::memory_order_relaxed)) return Produced::unavailable;
  const auto topic = instance_->topics.find(record.topic);
  SCORELINE_CHECK(topic != instance_->topics.end(), "a producer writes only to the topics it was made for");
  rd_kafka_headers_t* headers = rd_kafka_headers_new(record.headers.size());
  for (const Header& header : record.headers)
    rd_kafka_header_add(headers, header.name.data(), static_cast<ssize_t>(header.name.size()), header.value.data(),
                        static_cast<ssize_t>(header.value.size()));
  auto callback = std::make_unique<Callback>(std::move(done));
  // librdkafka takes a null pointer for "none": an empty value is not a tombstone, an empty key is no key.
  void* value = record.tombstone ? nullptr : const_cast<char*>(record.value.empty() ? "" : record.value.data());
  const char* key = record.key.empty() ? nullptr : record.key.data();
  const std::int64_t time_ms = record.time == base::kNever ? 0 : record.time.us / 1000;
  in_flight_.fetch_add(1, std::memory_order_relaxed);
  const rd_kafka_resp_err_t error = rd_kafka_producev(
      instance_->handle.get(), RD_KAFKA_V_RKT(topic->second.get()), RD_KAFKA_V_PARTITION(record.partition),
      RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_VALUE(value, record.tombstone ? 0 : record.value.size()),
      RD_KAFKA_V_KEY(key, record.key.size()), RD_KAFKA_V_TIMESTAMP(time_ms), RD_KAFKA_V_HEADERS(headers),
      RD_KAFKA_V_OPAQUE(callback.get()), RD_KAFKA_V_END);
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
    (void)callback.release();  // on_delivery takes it
    return Produced::queued;
  }
  in_flight_.fetch_sub(1, std::memory_order_relaxed);
  rd_kafka_headers_destroy(headers);
  if (error == RD_KAFKA_RESP_ERR__QUEUE_FULL) return Produced::queue_full;
  if (error == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE) return Produced::too_large;
  if (error == RD_KAFKA_RESP_ERR__FATAL) dead_ = true;
  return Produced::unavailable;
}

void RecordProducer::on_delivery(rd_kafka_t*, const rd_kafka_message_t* message, void* self) {
  auto* producer = static_cast<RecordProducer*>(self);
  const std::unique_ptr<Callback> done(static_cast<Callback*>(message->_private));
  Delivery delivery;
  delivery.ok = message->err == RD_KAFKA_RESP_ERR_NO_ERROR;
  delivery.partition = message->partition;
  delivery.offset = delivery.ok ? message->offset : -1;
  if (!delivery.ok)
    delivery.reason = fmt::format("Kafka, topic {}: {}", rd_kafka_topic_name(message->rkt), meaning(message->err));
  if (message->err == RD_KAFKA_RESP_ERR__FATAL) producer->dead_ = true;
  producer->in_flight_.fetch_sub(1, std::memory_order_relaxed);
  if (*done) (*done)(delivery);
}

void RecordProducer::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    // Only this thread replaces the instance, so it may look at it without the lock.
    rd_kafka_poll(instance_->handle.get(), 100);
    if (dead_) replace_after_fatal_error();
  }
}

void RecordProducer::replace_after_fatal_error() {
  std::array<char, 256> text{};
  rd_kafka_fatal_error(instance_->handle.get(), text.data(), text.size());
  base::log::error(
      "the producer had a fatal error; a new one takes over",
      {{"reason", std::string_view(text.data())}, {"next", "nothing unless this repeats: then look at the broker"}});
  std::shared_ptr<Instance> old = open();
  {
    const std::unique_lock lock(mutex_);
    std::swap(instance_, old);
    dead_ = false;
  }
  rd_kafka_purge(old->handle.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  rd_kafka_flush(old->handle.get(), 2'000);
  dead_ = false;  // what was reported meanwhile was about the old one
}

void RecordProducer::close(std::chrono::milliseconds limit) noexcept {
  if (!poller_.joinable()) return;
  poller_.request_stop();
  poller_.join();
  std::shared_ptr<Instance> last;
  {
    const std::unique_lock lock(mutex_);
    last = std::exchange(instance_, nullptr);
  }
  if (rd_kafka_flush(last->handle.get(), static_cast<int>(limit.count()))) {
    rd_kafka_purge(last->handle.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    rd_kafka_flush(last->handle.get(), 2'000);
  }
}

void send_all_and_wait(RecordProducer& producer, std::span<const OwnedRecord> records,
                       std::chrono::milliseconds limit) {
  struct Progress {
    std::mutex mutex;
    std::condition_variable changed;
    std::size_t written = 0, failed = 0;
    std::string reason;
  };
  // Shared: callbacks may come after we gave up.
  const auto progress = std::make_shared<Progress>();
  const auto deadline = std::chrono::steady_clock::now() + limit;
  std::string refused;
  for (const OwnedRecord& record : records) {
    std::vector<Header> headers;
    for (const auto& [name, value] : record.headers) headers.push_back({name, value});
    const Outgoing outgoing{record.topic, record.key,       record.value, record.tombstone,
                            headers,      record.partition, record.time};
    Produced answer = Produced::unavailable;
    while (true) {
      answer = producer.produce(outgoing, [progress](const Delivery& delivery) {
        const std::lock_guard lock(progress->mutex);
        (delivery.ok ? progress->written : progress->failed) += 1;
        if (!delivery.ok) progress->reason = delivery.reason;
        progress->changed.notify_all();
      });
      if (answer == Produced::queued || answer == Produced::too_large || std::chrono::steady_clock::now() > deadline)
        break;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    if (answer == Produced::queued) continue;
    refused = answer == Produced::too_large ? meaning(RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE)
                                            : "no room for more records; check that the brokers keep up";
    break;
  }
  std::unique_lock lock(progress->mutex);
  const auto settled = [&] {
    return progress->written + progress->failed == records.size() || progress->failed > 0 || !refused.empty();
  };
  progress->changed.wait_until(lock, deadline, settled);
  if (progress->written == records.size()) return;
  const std::string reason = !refused.empty()           ? refused
                             : progress->reason.empty() ? meaning(RD_KAFKA_RESP_ERR__MSG_TIMED_OUT)
                                                        : progress->reason;
  throw base::Unavailable(fmt::format("{} of {} records are not acknowledged: {}", records.size() - progress->written,
                                      records.size(), reason));
}

}  // namespace scoreline::kafka
