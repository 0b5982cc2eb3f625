#include "kafka/sink.hpp"

#include <fmt/core.h>
#include <fmt/format.h>

#include <array>
#include <iterator>

#include "base/check.hpp"
#include "base/log.hpp"
#include "kafka/client.hpp"

namespace scoreline::kafka {
namespace {

void add_header(rd_kafka_headers_t* headers, std::string_view name, std::string_view value) {
  rd_kafka_header_add(headers, name.data(), static_cast<ssize_t>(name.size()), value.data(),
                      static_cast<ssize_t>(value.size()));
}

}  // namespace

KafkaSink::KafkaSink(Settings settings) : settings_(std::move(settings)) { open(); }

KafkaSink::~KafkaSink() { close(); }

void KafkaSink::open() {
  Conf conf = make_conf(settings_, Role::producer,
                        {{"enable.idempotence", "true"},
                         {"acks", "all"},
                         {"max.in.flight", "5"},
                         {"message.timeout.ms", "0"},
                         {"enable.gapless.guarantee", "true"},
                         {"linger.ms", std::to_string(settings_.linger_ms)},
                         {"compression.codec", settings_.compression},
                         {"queue.buffering.max.messages", "200000"},
                         {"queue.buffering.max.kbytes", "131072"}});
  rd_kafka_conf_set_dr_msg_cb(conf.get(), on_delivery);
  producer_ = Handle(Role::producer, std::move(conf), this);
}

// What is queued or in flight is thrown away; after this librdkafka reads none of our bytes any more.
void KafkaSink::close() noexcept {
  if (!producer_) return;
  rd_kafka_purge(producer_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT | RD_KAFKA_PURGE_F_NON_BLOCKING);
  topics_.clear();
  producer_.reset();
  batches_.clear();
  waiting_.clear();
}

void KafkaSink::reset() {
  close();
  events_ = {};
  failed_ = false;
  reason_.clear();
  open();
}

rd_kafka_topic_t* KafkaSink::topic(flow::Topic topic) {
  TopicHandle& handle = topics_[topic];
  if (!handle) handle.reset(rd_kafka_topic_new(producer_.get(), topic_name(settings_, topic).c_str(), nullptr));
  return handle.get();
}

void KafkaSink::fail(std::string reason) {
  if (failed_) return;
  failed_ = true;
  reason_ = std::move(reason);
}

void KafkaSink::send(const std::string& stream, flow::BatchId id, const flow::OutBatch& bytes) {
  if (failed_) return;  // all is sent again after reset()
  Batch& batch = batches_.emplace_back();
  batch.id = id;
  batch.stream = stream;
  batch.self = std::prev(batches_.end());
  batch.unacknowledged = 1;  // held until all records are in
  const bool whole = bytes.for_each([&](const flow::OutRecord& record) {
    if (failed_) return;
    ++batch.unacknowledged;
    if (!waiting_.empty() || !produce(batch, record)) {
      if (batch.unsent.empty() && !failed_) waiting_.push_back(&batch);
      batch.unsent.push_back(record);
    }
  });
  SCORELINE_CHECK(whole, "a batch to publish is broken; its outbox row is damaged");
  acknowledge_one(batch);
}

bool KafkaSink::produce(Batch& batch, const flow::OutRecord& record) {
  const std::string_view name = flow::declaration(record.topic).name;
  rd_kafka_headers_t* headers = rd_kafka_headers_new(6);
  const auto render = [&]<typename... Values>(fmt::format_string<const Values&...> format,
                                              const Values&... values) -> std::string_view {
    text_.clear();
    fmt::format_to(std::back_inserter(text_), format, values...);
    return text_;
  };
  add_header(headers, "ce_specversion", "1.0");
  if (record.seq > 0) {
    add_header(headers, "ce_id", render("{}/{}/{}/{}", batch.stream, name, record.partition, record.seq));
    add_header(headers, "ce_sequence", render("{}", record.seq));
  } else {
    add_header(headers, "ce_id",
               render("{}/{}/{}/batch-{}/{}", batch.stream, name, record.partition, batch.id.batch_no, batch.index));
  }
  add_header(headers, "ce_source", render("/scoreline/{}", batch.stream));
  add_header(headers, "ce_type", record.type);
  add_header(headers, "content-type", "application/json");
  // No flags: librdkafka reads the value where it lies and never frees it. The key is copied by librdkafka itself.
  const rd_kafka_resp_err_t error = rd_kafka_producev(
      producer_.get(), RD_KAFKA_V_RKT(topic(record.topic)), RD_KAFKA_V_PARTITION(record.partition),
      RD_KAFKA_V_MSGFLAGS(0), RD_KAFKA_V_VALUE(const_cast<char*>(record.value.data()), record.value.size()),
      RD_KAFKA_V_KEY(record.key.data(), record.key.size()), RD_KAFKA_V_TIMESTAMP(record.time.us / 1000),
      RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_OPAQUE(&batch), RD_KAFKA_V_END);
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
    ++batch.index;
    return true;
  }
  rd_kafka_headers_destroy(headers);
  if (error != RD_KAFKA_RESP_ERR__QUEUE_FULL) fail(fmt::format("{}/{}: {}", name, record.partition, meaning(error)));
  return false;
}

void KafkaSink::send_waiting() {
  while (!waiting_.empty() && !failed_) {
    Batch& batch = *waiting_.front();
    while (!batch.unsent.empty()) {
      if (!produce(batch, batch.unsent.front())) return;
      batch.unsent.pop_front();
    }
    waiting_.pop_front();
  }
}

flow::SinkEvents KafkaSink::poll(std::chrono::milliseconds wait) {
  const bool ready = failed_ || !events_.acknowledged.empty();
  if (!failed_) rd_kafka_poll(producer_.get(), ready ? 0 : static_cast<int>(wait.count()));
  send_waiting();
  flow::SinkEvents events = std::exchange(events_, {});
  events.failed = failed_;
  events.reason = reason_;
  return events;
}

void KafkaSink::acknowledge_one(Batch& batch) {
  if (--batch.unacknowledged > 0) return;
  events_.acknowledged.push_back(batch.id);
  batches_.erase(batch.self);
}

// Runs inside poll() only. After a failure nothing counts any more: reset() follows.
void KafkaSink::on_delivery(rd_kafka_t* rk, const rd_kafka_message_t* message, void* self) {
  auto* sink = static_cast<KafkaSink*>(self);
  if (sink->failed_) return;
  if (!message->err) return sink->acknowledge_one(*static_cast<Batch*>(message->_private));
  std::string fatal;
  if (message->err == RD_KAFKA_RESP_ERR__FATAL || message->err == RD_KAFKA_RESP_ERR__PURGE_QUEUE) {
    std::array<char, 256> text{};
    if (rd_kafka_fatal_error(rk, text.data(), text.size())) fatal = fmt::format(" ({})", text.data());
  }
  sink->fail(
      fmt::format("{}/{}: {}{}", rd_kafka_topic_name(message->rkt), message->partition, meaning(message->err), fatal));
}

}  // namespace scoreline::kafka
