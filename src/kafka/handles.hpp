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

}  // namespace scoreline::kafka
