#pragma once
/// A consumer as the batch loop (flow/runner) sees it. There are two kinds, both in flow: InputConsumer (external topics,
/// wraps an InputHandler) and LeadConsumer (lead.* topics, wraps a LeadHandler). Handlers never see this.
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "flow/ports.hpp"

namespace scoreline::flow {

struct ConsumerSpec {
  std::string name;                // "identity": also the group (behind the prefix) and the stream's first part
  std::vector<Topic> inputs;       // lane p reads partition p of each
  std::int32_t partitions = 24;
  LockMode lock = LockMode::none;  // of an ordinary batch
  bool ordered = false;            // inputs are merged by cause; the first one is the log that the others come from
};

/// One lane's share of a batch. The consumer takes records from the front, in order, and may stop early (a sweep begins,
/// the batch is full); what it leaves comes again in the next batch.
struct LaneWork {
  std::int32_t lane = 0;
  LaneState* state = nullptr;                  // a copy: becomes the lane's state with the commit
  std::span<const InRecord> records;           // next ones of the lane, in the order in which they are to be handled
  core::Place horizon = core::Place::end();    // nothing is missing from `records` that stands before this place
  std::size_t taken = 0;                       // out: how many are finished
  OutBatch out;                                // out
  std::vector<DeadLetter> dead_letters;        // out
  bool more = false;                           // out: goes on without new records (a sweep, a count-back)
  bool idle = false;                           // out: nothing can be done before further records come
  std::string halt;                            // out: the lane must stand still, and why; nothing of it was changed
};

/// The record as a dead letter of this consumer.
inline DeadLetter dead_letter_of(const ConsumerSpec& spec, const InRecord& record, const base::Error& error) {
  return {spec.name, spec.inputs[record.input], record.lane, record.offset, record.log_time, error.code, error.message, error.where,
          std::string(record.key), std::string(record.value)};
}

class Consumer {
 public:
  virtual ~Consumer() = default;
  virtual const ConsumerSpec& spec() const = 0;
  /// Inside a transaction that holds `lock`: loads and decides, writes nothing. Called again with fresh copies after a
  /// rollback. Returns the lock that this batch needs; if that is a stronger one, nothing was decided.
  virtual LockMode handle(std::span<LaneWork> lanes, LockMode lock) = 0;
  /// Inside the same transaction, after the lanes were claimed: writes what handle() decided.
  virtual void save() = 0;
  /// May this record become a dead letter when the database refuses what follows from it? (Design 5, Poison.)
  virtual bool may_skip(const InRecord&) const { return true; }
  /// The transaction is over: what the consumer keeps in memory follows, or is forgotten.
  virtual void finish(bool committed) = 0;
};

/// Consumers that keep something in memory per lane want to know which lanes are theirs.
class LaneCache {
 public:
  virtual ~LaneCache() = default;
  virtual void adopt(const LaneRow& row) = 0;
  virtual void drop(std::int32_t lane) = 0;
};

}  // namespace scoreline::flow
