#pragma once
/// The ground that everything in src/kafka stands on: settings, handles, what errors mean. librdkafka's C API (>= 2.8) is
/// included in this folder only.
///
/// Settings come from the tables of facts (kafka, sections 5 and 6). `options` passes anything else through by librdkafka's
/// own names (security.protocol, sasl.*, ssl.*, ...); what our promises stand on cannot be changed that way: UsageError.
#include <librdkafka/rdkafka.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "flow/topics.hpp"

namespace scoreline::kafka {

/// One installation's way to its Kafka.
struct Settings {
  std::string bootstrap;                       // "host:port,host:port"
  std::string prefix;                          // in front of every topic and group: "acme.", mostly ""
  std::string client_id = "scoreline";
  std::map<std::string, std::string> options;  // kafka.options
  int session_timeout_ms = 10'000;             // how long the lanes of a killed member wait
  int heartbeat_interval_ms = 3'000;
  int queued_max_kbytes = 16'384;              // records fetched and not yet polled
  int linger_ms = 5;                           // how long a producer collects records for one request
  std::string compression = "lz4";
  int delivery_timeout_ms = 15'000;            // RecordProducer only; the Sink never gives up
  int producer_max_kbytes = 65'536;            // RecordProducer only: records not yet acknowledged
};

std::string topic_name(const Settings& settings, flow::Topic topic);
/// The consumer group of a consumer: "<prefix>scoreline.<consumer>".
std::string group_name(const Settings& settings, std::string_view consumer);

/// "no broker answers (Local: All broker connections are down): check kafka.bootstrap ..." - what went wrong and what to do.
std::string meaning(rd_kafka_resp_err_t error);
/// The world is on its way back, or not there yet: log it and wait.
bool is_transient(rd_kafka_resp_err_t error);

struct ConfDeleter {
  void operator()(rd_kafka_conf_t* p) const { rd_kafka_conf_destroy(p); }
};
struct TopicDeleter {
  void operator()(rd_kafka_topic_t* p) const { rd_kafka_topic_destroy(p); }
};
struct QueueDeleter {
  void operator()(rd_kafka_queue_t* p) const { rd_kafka_queue_destroy(p); }
};
struct EventDeleter {
  void operator()(rd_kafka_event_t* p) const { rd_kafka_event_destroy(p); }
};
struct PartitionsDeleter {
  void operator()(rd_kafka_topic_partition_list_t* p) const { rd_kafka_topic_partition_list_destroy(p); }
};
struct MessageDeleter {
  void operator()(rd_kafka_message_t* p) const { rd_kafka_message_destroy(p); }
};
struct ErrorDeleter {
  void operator()(rd_kafka_error_t* p) const { rd_kafka_error_destroy(p); }
};
struct AdminOptionsDeleter {
  void operator()(rd_kafka_AdminOptions_t* p) const { rd_kafka_AdminOptions_destroy(p); }
};

using Conf = std::unique_ptr<rd_kafka_conf_t, ConfDeleter>;
using TopicHandle = std::unique_ptr<rd_kafka_topic_t, TopicDeleter>;
using Queue = std::unique_ptr<rd_kafka_queue_t, QueueDeleter>;
using Event = std::unique_ptr<rd_kafka_event_t, EventDeleter>;
using Partitions = std::unique_ptr<rd_kafka_topic_partition_list_t, PartitionsDeleter>;
using Message = std::unique_ptr<rd_kafka_message_t, MessageDeleter>;
using Error = std::unique_ptr<rd_kafka_error_t, ErrorDeleter>;
using AdminOptions = std::unique_ptr<rd_kafka_AdminOptions_t, AdminOptionsDeleter>;

Partitions make_partitions(int expected = 1);

enum class Role : std::uint8_t { consumer, producer, admin };

/// A configuration for `role` with what all handles share, then `own` (ours, in order), then settings.options. Throws
/// UsageError for an option that is unknown, has a wrong value, or is ours to decide.
Conf make_conf(const Settings& settings, Role role, const std::vector<std::pair<std::string, std::string>>& own);

/// A client instance. Its destructor takes at most kDestroyLimit: librdkafka's destroy has hung before (facts 7), and
/// what it still may read (records, callbacks) cannot be freed while it does; then the process is ended, which is
/// harmless (design 5).
class Handle {
 public:
  static constexpr std::chrono::seconds kDestroyLimit{20};
  Handle() = default;
  /// Throws UsageError when librdkafka refuses the combination of settings. `opaque`: for callbacks.
  Handle(Role role, Conf conf, void* opaque);
  ~Handle() { reset(); }
  Handle(Handle&& other) noexcept : rk_(std::exchange(other.rk_, nullptr)) {}
  Handle& operator=(Handle&& other) noexcept;
  rd_kafka_t* get() const { return rk_; }
  explicit operator bool() const { return rk_ != nullptr; }
  void reset() noexcept;

 private:
  rd_kafka_t* rk_ = nullptr;
};

/// A thing that goes wrong again and again is said once in ten seconds.
class Repeated {
 public:
  bool say(int what);

 private:
  std::map<int, std::int64_t> last_us_;
};

std::string_view view(const void* bytes, std::size_t size);

}  // namespace scoreline::kafka
