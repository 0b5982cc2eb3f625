#pragma once
/// Writes what lanes derive: an idempotent producer without holes. Endless patience with the broker
/// (message.timeout.ms=0); any delivery error is the end of the producer (enable.gapless.guarantee), after which the
/// flow sends again what is unacknowledged.
///
/// Headers are CloudEvents 1.0 binary: ce_id "<stream>/<topic>/<partition>/<seq>", ce_source "/scoreline/<stream>",
/// ce_type, ce_sequence. The record's time is OutRecord::time in milliseconds (LogAppendTime topics replace it).
///
/// One thread at a time. Values are not copied: see flow::Sink::send for how long they must live. send() never waits
/// for the broker: what librdkafka's queue has no room for waits here, in order.
#include <deque>
#include <list>
#include <map>
#include <string>
#include <vector>

#include "flow/ports.hpp"
#include "kafka/handles.hpp"
#include "kafka/settings.hpp"

namespace scoreline::kafka {

class KafkaSink : public flow::Sink {
 public:
  explicit KafkaSink(Settings settings);
  ~KafkaSink() override;
  KafkaSink(const KafkaSink&) = delete;
  KafkaSink& operator=(const KafkaSink&) = delete;

  void send(const std::string& stream, flow::BatchId id, const flow::OutBatch& batch) override;
  flow::SinkEvents poll(std::chrono::milliseconds wait) override;
  /// Bounded by Handle::kDestroyLimit.
  void reset() override;

 private:
  struct Batch {
    flow::BatchId id;
    std::string stream;
    std::size_t unacknowledged = 0;      // delivery reports awaited, and records in unsent
    std::uint64_t index = 0;             // of the next record, for ids of records outside of any stream
    std::deque<flow::OutRecord> unsent;  // librdkafka's queue was full
    std::list<Batch>::iterator self;
  };

  static void on_delivery(rd_kafka_t* rk, const rd_kafka_message_t* message, void* self);
  void open();
  void close() noexcept;
  /// False: no room now (or failed).
  bool produce(Batch& batch, const flow::OutRecord& record);
  void send_waiting();
  void acknowledge_one(Batch& batch);
  void fail(std::string reason);
  rd_kafka_topic_t* topic(flow::Topic topic);

  Settings settings_;
  Handle producer_;
  std::map<flow::Topic, TopicHandle> topics_;
  std::list<Batch> batches_;    // addresses are the records' opaques
  std::deque<Batch*> waiting_;  // batches with unsent records, in order
  flow::SinkEvents events_;
  bool failed_ = false;
  std::string reason_;
  std::string text_;  // for building headers
};

}  // namespace scoreline::kafka
