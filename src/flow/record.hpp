#pragma once
/// Records on their way in and out of the lanes.
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "core/place.hpp"
#include "flow/topics.hpp"

namespace scoreline::flow {

/// Place of a derived record in what one lane of one consumer wrote to one partition (design 5, Duplicates inside):
/// `seq` counts 1, 2, 3, ... without holes per (stream, topic, partition). Empty stream: written by none of our lanes.
struct StreamPlace {
  std::string_view stream;      // "identity/3"; header ce_source without the leading "/scoreline/"
  std::uint64_t seq = 0;        // header ce_sequence
};

/// One record as read. Move-only; the views live as long as it does.
struct InRecord {
  std::uint8_t input = 0;       // index into ConsumerSpec::inputs
  std::int32_t lane = 0;        // = partition
  std::int64_t offset = 0;
  std::int32_t leader_epoch = -1;
  base::Instant log_time;
  std::string_view key, value;
  bool tombstone = false;       // no value at all
  StreamPlace place;
  core::Place order;            // ordered lanes: its place by cause (flow/lane_queue)
  bool mark = false;            // ordered lanes: says only how far its topic has come
  bool loose = false;           // ordered lanes: has no place (repeated, beyond a gap, unreadable) and may go at any time
  std::string_view write_key;   // header ce_writekey: name of the write key (tracking.events); "" elsewhere
  bool untrusted = false;       // header ce_trusted = "false" (tracking.events)
  std::unique_ptr<void, void (*)(void*)> owner{nullptr, [](void*) {}};  // frees the buffer behind the views
};

/// One derived record to write. Views point into the OutBatch that holds it.
struct OutRecord {
  Topic topic = Topic::lead_activities;
  std::int32_t partition = 0;
  std::uint64_t seq = 0;        // 0: outside of any stream
  base::Instant time;
  std::string_view key, value;
  std::string_view type;        // ce_type, e.g. "scoreline.lead.activity.v1"
};

/// What one batch of one lane writes: kept in memory until the broker has it, and in the outbox row until then.
/// The bytes are a plain sequence of encoded records; compressing them is the outbox adapter's business.
class OutBatch {
 public:
  OutBatch() = default;
  /// Bytes read back from an outbox row.
  explicit OutBatch(std::string bytes) : bytes_(std::move(bytes)) {}
  void append(const OutRecord& record);
  /// Makes room for so many bytes, so that append() need not move what is there.
  void reserve(std::size_t bytes) { bytes_.reserve(bytes); }
  /// Calls `visit` for every record in order; views stay valid while the batch lives unchanged. False: broken bytes.
  bool for_each(const std::function<void(const OutRecord&)>& visit) const;
  const std::string& bytes() const { return bytes_; }
  bool empty() const { return bytes_.empty(); }

 private:
  std::string bytes_;
};

/// Where a batch belongs.
struct BatchId {
  std::int32_t lane = 0;
  std::uint64_t batch_no = 0;
  auto operator<=>(const BatchId&) const = default;
};

}  // namespace scoreline::flow
