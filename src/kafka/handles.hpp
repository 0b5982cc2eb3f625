#pragma once
/// RAII around what librdkafka hands out, without its header: only src/kafka includes that (kafka/client.hpp).
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <utility>

typedef struct rd_kafka_s rd_kafka_t;
typedef struct rd_kafka_conf_s rd_kafka_conf_t;
typedef struct rd_kafka_topic_s rd_kafka_topic_t;
typedef struct rd_kafka_queue_s rd_kafka_queue_t;
typedef struct rd_kafka_topic_partition_list_s rd_kafka_topic_partition_list_t;
typedef struct rd_kafka_message_s rd_kafka_message_t;

namespace scoreline::kafka {

struct Deleter {
  void operator()(rd_kafka_conf_t* p) const;
  void operator()(rd_kafka_topic_t* p) const;
  void operator()(rd_kafka_queue_t* p) const;
  void operator()(rd_kafka_topic_partition_list_t* p) const;
  void operator()(rd_kafka_message_t* p) const;
};

using Conf = std::unique_ptr<rd_kafka_conf_t, Deleter>;
using TopicHandle = std::unique_ptr<rd_kafka_topic_t, Deleter>;
using Queue = std::unique_ptr<rd_kafka_queue_t, Deleter>;
using Partitions = std::unique_ptr<rd_kafka_topic_partition_list_t, Deleter>;
using Message = std::unique_ptr<rd_kafka_message_t, Deleter>;

enum class Role : std::uint8_t { consumer, producer, admin };

/// A client instance. Its end is bounded, because librdkafka's destroy waits for every record that is still held, and
/// has hung before (facts 7). A consumer that is not gone after kConsumerLimit is left to end by itself, which happens
/// when the last record is freed. A producer reads bytes that are not its own (KafkaSink): while it does, they cannot
/// be freed, so after kProducerLimit the process is ended, which is harmless (design 5).
class Handle {
 public:
  static constexpr std::chrono::seconds kConsumerLimit{3};
  static constexpr std::chrono::seconds kProducerLimit{20};
  Handle() = default;
  /// Throws UsageError when librdkafka refuses the combination of settings. `opaque`: for callbacks, which run only
  /// inside calls of the handle's owner.
  Handle(Role role, Conf conf, void* opaque);
  ~Handle() { reset(); }
  Handle(Handle&& other) noexcept : rk_(std::exchange(other.rk_, nullptr)), role_(other.role_) {}
  Handle& operator=(Handle&& other) noexcept;
  rd_kafka_t* get() const { return rk_; }
  explicit operator bool() const { return rk_ != nullptr; }
  void reset() noexcept;

 private:
  rd_kafka_t* rk_ = nullptr;
  Role role_ = Role::consumer;
};

/// A thing that goes wrong again and again is said once in ten seconds.
class Repeated {
 public:
  bool say(int what);

 private:
  std::map<int, std::int64_t> last_us_;
};

}  // namespace scoreline::kafka
