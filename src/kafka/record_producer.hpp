#pragma once
/// Writes single records for those who are no lanes: collector, clock, ERP connectors, rulebook publish, keys.
///
/// Idempotent within one process; a record counts as written when its callback says so, and never before. Thread-safe:
/// any thread produces, one thread of its own polls and runs all callbacks (keep them short, do not produce and wait in
/// them). Memory is bounded (Settings::producer_max_kbytes); patience too (delivery_timeout_ms).
#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <shared_mutex>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/time.hpp"
#include "flow/topics.hpp"
#include "kafka/handles.hpp"
#include "kafka/settings.hpp"

namespace scoreline::kafka {

struct Header {
  std::string_view name, value;
};

/// Everything is copied by produce().
struct Outgoing {
  flow::Topic topic = flow::Topic::tracking_events;
  std::string_view key, value;
  bool tombstone = false;  // no value at all (compacted topics)
  std::span<const Header> headers;
  std::int32_t partition = -1;        // -1: by key as base::partition_of says (an empty key: any partition)
  base::Instant time = base::kNever;  // kNever: now (LogAppendTime topics have the broker's time anyway)
};

struct Delivery {
  bool ok = false;
  std::string reason;  // not ok: what went wrong and what to do; the record may be there all the same
  std::int32_t partition = -1;
  std::int64_t offset = -1;
};

enum class Produced : std::uint8_t {
  queued,      // the callback will come, once
  queue_full,  // too much is unacknowledged: slow down (collector: 503)
  too_large,   // never works
  unavailable  // a new producer is being made, or it is closed: try again
};

class RecordProducer {
 public:
  using Callback = std::function<void(const Delivery&)>;

  /// Only `topics` can be written to.
  RecordProducer(Settings settings, std::vector<flow::Topic> topics);
  /// close(2 s).
  ~RecordProducer();
  RecordProducer(const RecordProducer&) = delete;
  RecordProducer& operator=(const RecordProducer&) = delete;

  /// Asks for the topics, so that the first record is not late. Throws base::Unavailable when the brokers do not answer
  /// within `limit`, or a topic is not there.
  void warm_up(std::chrono::milliseconds limit);
  /// `done` is called from the polling thread exactly once if and only if the answer is `queued`. Never blocks.
  Produced produce(const Outgoing& record, Callback done);
  /// Records whose callback has not been called.
  std::size_t in_flight() const { return in_flight_.load(std::memory_order_relaxed); }
  /// No more records; waits for what is under way, at most `limit`; the rest is reported as not delivered.
  void close(std::chrono::milliseconds limit) noexcept;

 private:
  struct Instance;
  static void on_delivery(rd_kafka_t* rk, const rd_kafka_message_t* message, void* self);
  std::shared_ptr<Instance> open();
  std::shared_ptr<Instance> current() const;
  void run(const std::stop_token& stop);
  void replace_after_fatal_error();

  Settings settings_;
  std::vector<flow::Topic> topics_;
  std::atomic<std::size_t> in_flight_{0};
  std::atomic<bool> dead_{false};    // the instance had a fatal error
  mutable std::shared_mutex mutex_;  // guards instance_; held shared while producing
  std::shared_ptr<Instance> instance_;
  std::jthread poller_;
};

/// One record for send_all_and_wait, with its bytes.
struct OwnedRecord {
  flow::Topic topic = flow::Topic::tracking_events;
  std::string key, value;
  bool tombstone = false;
  std::vector<std::pair<std::string, std::string>> headers;
  std::int32_t partition = -1;
  base::Instant time = base::kNever;
};

/// For commands: writes all records and waits until the broker has them. Throws base::Unavailable naming how many are
/// not written and why.
void send_all_and_wait(RecordProducer& producer, std::span<const OwnedRecord> records, std::chrono::milliseconds limit);

}  // namespace scoreline::kafka
