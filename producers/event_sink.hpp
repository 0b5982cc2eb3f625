#pragma once
/// Where accepted events go: topics in production (the application layer implements this with the Kafka record producer),
/// memory in tests.
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

#include "flow/topics.hpp"

namespace scoreline::producers {

struct EventHeader {
  std::string_view name, value;
};

struct EventRecord {
  std::string_view key, value;
  std::span<const EventHeader> headers;
  flow::Topic topic = flow::Topic::tracking_events;
};

class EventSink {
 public:
  enum class Sent : std::uint8_t {
    queued,       // `done` will be called, exactly once, from any thread, possibly before send() returns
    too_large,    // never works
    unavailable   // the queue is full or the broker is away: try again later
  };
  /// true: the broker has acknowledged the record. false: it has not, and will not be tried again by the sink.
  using Done = std::function<void(bool stored)>;

  virtual ~EventSink() = default;
  /// Copies what it needs. Does not block; thread-safe.
  virtual Sent send(const EventRecord& record, Done done) = 0;
};

}  // namespace scoreline::producers
