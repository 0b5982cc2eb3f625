#pragma once
/// What the flow needs from the world: Kafka and PostgreSQL in production, memory in simulations and tests. One
/// conformance suite (tests/conformance) runs over both. No port has more than four methods.
///
/// Threads: a Session and the tables bound to it belong to one thread; Source and Sink to one thread each (the same one).
/// Errors: base::Unavailable when the world is down, base::Conflict when somebody else was faster, base::Refused when
/// the data cannot be stored. Nothing else is thrown.
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/hash.hpp"
#include "core/activity.hpp"
#include "core/ids.hpp"
#include "flow/lane_state.hpp"
#include "flow/record.hpp"

namespace scoreline::flow {

using base::Day;
using base::Hash128;
using base::Instant;
using core::LeadId;

// ---------------------------------------------------------------------------------------------------------- Kafka

struct PollResult {
  std::vector<InRecord> records;           // of started lanes only, in offset order per input and lane
  std::vector<std::int32_t> lanes_gained;  // all partitions of these are assigned to us now
  std::vector<std::int32_t> lanes_lost;    // not ours any more; no records of them follow
  std::vector<std::pair<std::int32_t, std::string>> lanes_broken;  // cannot be read: reason (trimmed, out of range, ...)
};

/// What one poll may bring.
struct PollRequest {
  std::size_t max_records = 1;             // about
  std::chrono::milliseconds wait{0};       // at most, for something to come
  /// Which inputs of a lane may be read now; the others wait in the broker, so that memory stays bounded however far
  /// one input is ahead. Null: all.
  std::function<bool(std::int32_t lane, std::size_t input)> wants;
};

/// The input topics of one consumer as a member of its group.
class Source {
 public:
  virtual ~Source() = default;
  /// Must be called at least every few seconds to stay a member.
  virtual PollResult poll(const PollRequest& request) = 0;
  /// Begins reading an assigned lane at these offsets (one per input), after its take-over.
  virtual void start(std::int32_t lane, std::span<const std::int64_t> next_offsets) = 0;
  /// Stops reading a lane that stays assigned (halted, or fenced).
  virtual void stop(std::int32_t lane) = 0;
  /// Commits offsets to Kafka as a hint for tools; asynchronous, failures are only logged.
  virtual void hint(std::int32_t lane, std::span<const std::int64_t> next_offsets) = 0;
};

/// What Kafka says about one partition.
struct LogState {
  std::string topic_id;
  std::int64_t begin = 0, end = 0;
  std::int64_t committed = -1;             // the group's hint, -1: none
};

/// Reads logs outside of the group: anchors, count-backs, `tail`, `simulate --activities`.
class LogReader {
 public:
  virtual ~LogReader() = default;
  virtual LogState state(Topic topic, std::int32_t partition, const std::string& group) = 0;
  /// Records from `from` on, at most `max_records`, in order; empty when there are none (before `to`).
  virtual std::vector<InRecord> read(Topic topic, std::int32_t partition, std::int64_t from, std::int64_t to, std::size_t max_records) = 0;
};

struct SinkEvents {
  std::vector<BatchId> acknowledged;       // every record of the batch is in Kafka
  bool failed = false;                     // the producer is dead: reset() and send again what is unacknowledged
  std::string reason;
};

/// An idempotent producer. Records of one partition arrive in the order they were sent, without holes.
class Sink {
 public:
  virtual ~Sink() = default;
  /// Queues all records of a batch of `stream` ("identity/3"). The batch's bytes must live until it is acknowledged or reset() was called.
  virtual void send(const std::string& stream, BatchId id, const OutBatch& batch) = 0;
  /// What has happened since; does not block longer than `wait`.
  virtual SinkEvents poll(std::chrono::milliseconds wait) = 0;
  /// Throws the producer away with everything that is not delivered and makes a new one.
  virtual void reset() = 0;
};

// ----------------------------------------------------------------------------------------------------- PostgreSQL

/// How a transaction meets others of identity (design 5, Races): ordinary ones share a lock that the desperate take alone.
enum class LockMode : std::uint8_t { none, shared, exclusive };

/// One connection with at most one open transaction; tables bound to it take part in it.
class Session {
 public:
  virtual ~Session() = default;
  virtual void begin(LockMode mode) = 0;
  /// True: committed. False: in doubt (the connection broke during COMMIT; the lane row tells, see LaneTable::claim).
  virtual bool commit() = 0;
  /// Never throws; after it the session is usable again (a broken connection is replaced at the next begin).
  virtual void rollback() noexcept = 0;
};

/// A lane as its owner holds it.
struct LaneRow {
  std::int32_t lane = 0;
  std::uint64_t epoch = 0;
  LaneState state;
  bool created = false;                    // the row was made by this take-over: the consumer's first start
  bool replays = false;                    // take_over(): what is in the log before its first batch is replay (design 5)
};

struct LaneMove {
  std::int32_t lane = 0;
  std::uint64_t epoch = 0;
  std::uint64_t expected_batch_no = 0;
  const LaneState* next = nullptr;         // batch_no = expected + 1
};

class LaneTable {
 public:
  virtual ~LaneTable() = default;
  /// Raises the epoch and returns the row as the last owner left it. Waits for a commit in flight of that owner; after
  /// 3 s ends his backend. A transaction of its own.
  virtual LaneRow take_over(const std::string& consumer, std::int32_t lane) = 0;
  /// Compare-and-set over all rows, first statement of a batch (in lane order). Returns the lanes that did not match:
  /// the caller rolls back. Inside a transaction.
  virtual std::vector<std::int32_t> claim(const std::string& consumer, std::span<const LaneMove> moves) = 0;
  /// The rows as they are, for lanes that did not match: own epoch and batch_no = expected + 1 mean that a commit in
  /// doubt had succeeded. Outside a transaction.
  virtual std::vector<LaneRow> look(const std::string& consumer, std::span<const std::int32_t> lanes) = 0;
  /// Notes why a lane stands still ("" = it goes on), for `scoreline status`. Outside a transaction; own epoch only.
  virtual void note_halt(const std::string& consumer, std::int32_t lane, std::uint64_t epoch, const std::string& reason) = 0;
};

struct OutboxRow {
  std::int32_t lane = 0;
  std::uint64_t batch_no = 0;
  const OutBatch* batch = nullptr;
};

/// Derived records between commit and the broker's acknowledgement; one compressed row per lane and batch.
class OutboxTable {
 public:
  virtual ~OutboxTable() = default;
  /// Inside a transaction.
  virtual void append(const std::string& consumer, std::span<const OutboxRow> rows) = 0;
  /// Removes rows up to and including batch_no per lane. Inside a transaction.
  virtual void remove(const std::string& consumer, std::span<const BatchId> up_to) = 0;
  /// Rows behind `acked_batch`, in order. Outside a transaction.
  virtual std::vector<std::pair<std::uint64_t, OutBatch>> pending(const std::string& consumer, std::int32_t lane, std::uint64_t acked_batch) = 0;
};

/// An input that never works. `raw` is sealed by the adapter.
struct DeadLetter {
  std::string consumer;
  Topic topic = Topic::tracking_events;
  std::int32_t partition = 0;
  std::int64_t offset = 0;
  Instant log_time;
  std::string code, message, where;        // base::Error
  std::string key, raw;
};

class DeadLetterTable {
 public:
  virtual ~DeadLetterTable() = default;
  /// Inside a transaction. A place that is there already is left as it is.
  virtual void append(std::span<const DeadLetter> letters) = 0;
};

// ------------------------------------------------------------------------------- one row per lead and consumer

/// What one consumer keeps of one lead. `state` and `personal` are the handler's own encodings.
struct LeadRow {
  LeadId lead;
  std::int32_t lane = 0;
  std::string state;                       // compact, nothing personal
  std::string personal;                    // the sealable part (traits)
  std::string flow;                        // what the flow itself keeps: merges awaited, parts that came; "" mostly
  LeadId forward_to;                       // merged away: late records go there
  bool erased = false;                     // late records are dropped
  bool holding = false;                    // records of it are held (HeldTable)
  std::optional<Day> wake_on;              // never later than the first day on which something may change by time
  bool rewrite_wake = false;               // save(): wake_on may become later, too (a sweep has looked)
};

/// The rows of one consumer. Only the lane's owner writes a row.
class LeadTable {
 public:
  virtual ~LeadTable() = default;
  /// The rows that are there, in order of lead id; `leads` sorted and unique.
  virtual std::vector<LeadRow> load(std::span<const LeadId> leads) = 0;
  /// Inserts or replaces; `rows` sorted by lead. wake_on is only written where it became earlier or `rewrite_wake`.
  virtual void save(std::span<const LeadRow> rows) = 0;
  /// Leads of `lane` with wake_on <= day (no day: all that are neither merged away nor erased) and id > after, in order.
  virtual std::vector<LeadRow> due(std::int32_t lane, std::optional<Day> day, LeadId after, std::size_t limit) = 0;
  /// The earliest wake_on of the lane, if any.
  virtual std::optional<Day> next_wake(std::int32_t lane) = 0;
};

/// A record that waits for a merge: as it stood in the log.
struct HeldRecord {
  LeadId lead;
  std::int64_t offset = 0;                 // place in lead.activities, which is the order
  std::uint32_t n = 0;                     // several of one offset
  Instant log_time;
  std::string value;
};

class HeldTable {
 public:
  virtual ~HeldTable() = default;
  virtual void append(std::span<const HeldRecord> records) = 0;
  /// In order of (lead, offset, n).
  virtual std::vector<HeldRecord> load(std::span<const LeadId> leads) = 0;
  virtual void remove(std::span<const LeadId> leads) = 0;
};

// ------------------------------------------------------------------------------------------------------- identity

/// One lead as identity knows it. Shared by all identity lanes: written by version.
struct IdentityLead {
  LeadId lead;
  std::uint64_t version = 0;               // 0: new in this batch
  LeadId merged_into;
  bool erased = false;
  Instant created_at;                      // log time of the founding event
  std::string founding_id;                 // its scoped message id (keyed hash, hex): names sweeps of this lead for ever
  std::string personal;                    // identifiers in the order they came, and traits (core/identity encodes it)
};

class IdentityLeadTable {
 public:
  virtual ~IdentityLeadTable() = default;
  /// `count` new ids, ascending, never given before. Smaller = older among those of one call; may leave holes.
  virtual std::vector<LeadId> next_ids(std::size_t count) = 0;
  virtual std::vector<IdentityLead> load(std::span<const LeadId> leads) = 0;
  virtual void insert(std::span<const IdentityLead> leads) = 0;
  /// Each must still have `version`; it is raised by one. Throws Conflict otherwise. Sorted by lead.
  virtual void update(std::span<const IdentityLead> leads) = 0;
};

struct IdentifierRow {
  Hash128 hash;
  LeadId lead;
};

class IdentifierTable {
 public:
  virtual ~IdentifierTable() = default;
  /// Those that are there; `hashes` sorted and unique.
  virtual std::vector<IdentifierRow> find(std::span<const Hash128> hashes) = 0;
  /// Throws Conflict when one is there already. Sorted by hash.
  virtual void insert(std::span<const IdentifierRow> rows) = 0;
  /// Gives known identifiers to other leads, from `from` (throws Conflict when one is no longer his). Sorted by hash.
  struct Move {
    Hash128 hash;
    LeadId from, to;                       // to = 0: removed
  };
  virtual void move(std::span<const Move> moves) = 0;
};

/// An activity as it is kept for looking up: retractions, explanations, timelines.
struct ActivityRow {
  LeadId lead;                             // at acceptance; merges are followed through IdentityLead
  Hash128 message;                         // keyed hash of the plain message id
  Instant log_time, at;
  bool counted = true;                     // false: machine, or retracted before it came
  std::string name, source;
  std::string record;                      // the encoded core::LeadRecord (its personal part sealable)
};

class ActivityTable {
 public:
  virtual ~ActivityTable() = default;
  virtual void append(std::span<const ActivityRow> rows) = 0;
  /// All activities with one of these message ids.
  virtual std::vector<ActivityRow> find_by_message(std::span<const Hash128> messages) = 0;
  /// Those of these leads, by (at, log_time); for explanations.
  virtual std::vector<ActivityRow> of_leads(std::span<const LeadId> leads, std::size_t limit) = 0;
  /// Empties the personal part of every activity of these leads.
  virtual void erase_personal(std::span<const LeadId> leads) = 0;
};

/// Retractions: every one is remembered, so that an activity that comes later is known to be taken back.
class RetractionTable {
 public:
  virtual ~RetractionTable() = default;
  virtual void remember(std::span<const Hash128> messages) = 0;
  /// Those of `messages` that were retracted; sorted and unique.
  virtual std::vector<Hash128> find(std::span<const Hash128> messages) = 0;
};

/// Last accepted version per ERP document.
struct DocumentRow {
  Hash128 document;                        // keyed hash of source:customer:kind:id
  std::int64_t version = 0;
  bool cancelled = false;
};

class DocumentTable {
 public:
  virtual ~DocumentTable() = default;
  virtual std::vector<DocumentRow> load(std::span<const Hash128> documents) = 0;
  virtual void save(std::span<const DocumentRow> rows) = 0;
};

/// Accepted message ids per lane, append-only (design 5, Duplicates from outside). The lane's owner alone reads and writes.
struct IdSegment {
  std::uint64_t number = 0;
  Instant last_at;                         // log time of its youngest id: old segments go after 35 days
  std::uint64_t count = 0;
  std::string filter;                      // bloom filter bytes (flow/message_ids)
};

class MessageIdTable {
 public:
  virtual ~MessageIdTable() = default;
  /// Ids accepted by one batch, packed (16 bytes each), in the open segment.
  virtual void append(std::int32_t lane, std::uint64_t batch_no, std::string_view packed) = 0;
  /// The open segment's packed ids and all closed segments without their ids.
  virtual std::pair<std::string, std::vector<IdSegment>> open(std::int32_t lane) = 0;
  /// Replaces the open segment's rows by a closed segment holding `sorted` (packed, sorted), removes segments older than `keep_from`.
  virtual void close(std::int32_t lane, const IdSegment& segment, std::string_view sorted, Instant keep_from) = 0;
  /// Bytes [from, from + length) of a closed segment's ids, for several places at once.
  struct Slice {
    std::uint64_t segment = 0;
    std::uint64_t from = 0, length = 0;
  };
  virtual std::vector<std::string> read(std::int32_t lane, std::span<const Slice> slices) = 0;
};

// ------------------------------------------------------------------------------------------------------ rule books

struct StoredRuleBook {
  std::uint64_t version = 0;
  std::string sha256, author, note;
  std::vector<std::pair<std::string, std::string>> files;  // name, text
  enum class State : std::uint8_t { draft, prepared, activated, cancelled } state = State::draft;
};

struct CountBackProgress {
  std::string consumer;
  std::int32_t lane = 0;
  std::int64_t done = 0, total = 0;        // records of the partition
  bool ready = false;
};

class RuleBookTable {
 public:
  virtual ~RuleBookTable() = default;
  virtual std::optional<StoredRuleBook> load(std::uint64_t version) = 0;
  /// Inside or outside a transaction: how far a lane's count-back is; `ready` never goes back.
  virtual void note_progress(std::uint64_t version, const CountBackProgress& progress) = 0;
};

}  // namespace scoreline::flow
