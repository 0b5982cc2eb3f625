#pragma once
/// A consumer of `lead.activities` that keeps one row per lead: customers, scoring, intent, stages. It plans each batch
/// (records up to the next midnight or rule-book switch, or a chunk of a sweep, plus a chunk of a count-back), loads the
/// leads in bulk, lets LeadLane handle them in log order, and ends each batch with a mark.
///
/// With further inputs (facts that others found from `lead.activities`, see flow/lane_queue) it also merges those in: a
/// record is handled together with what was found from it, and a sweep takes in who else has changed at that midnight.
#include <memory>
#include <optional>
#include <vector>

#include "base/result.hpp"
#include "flow/consumer.hpp"
#include "flow/emit.hpp"
#include "flow/lead_batch.hpp"
#include "flow/lead_lane.hpp"
#include "flow/lead_output.hpp"
#include "flow/rulebooks.hpp"
#include "flow/stream_check.hpp"

namespace scoreline::flow {

struct LeadConsumerOptions {
  LeadLaneOptions lane;
  std::size_t sweep_leads = 5'000;         // per chunk
  std::size_t count_back_records = 5'000;  // per chunk
  std::int64_t gap_limit_us = 30 * base::kSecondUs;
  bool sparse = false;                     // leads for which nothing is kept get no row
  bool counts_back = true;                 // counts by rules: a new book's matches are counted from the log's beginning
  bool ignore_rulebook_records = false;    // simulate --activities: one book from the start
};

/// Further rows that a handler writes, in the transaction of the batch. Shared by all handlers of one consumer.
class RowBuffer {
 public:
  virtual ~RowBuffer() = default;
  virtual void save() = 0;
  virtual void clear() = 0;
};

struct LeadConsumerParts {
  LeadTable& leads;
  HeldTable& held;
  RuleBooks& books;
  LogReader* reader = nullptr;             // null where no rule book is ever published
  RowBuffer* rows = nullptr;               // null: none
};

class LeadConsumer final : public Consumer, public LaneCache {
 public:
  /// `steady_us` is a clock for how long gaps stay open.
  LeadConsumer(ConsumerSpec spec, LeadConsumerParts parts, std::unique_ptr<LeadOutput> output, std::function<std::int64_t()> steady_us,
               LeadConsumerOptions options);

  const ConsumerSpec& spec() const override { return spec_; }
  LockMode handle(std::span<LaneWork> lanes, LockMode lock) override;
  void save() override;
  bool may_skip(const InRecord& record) const override;
  void finish(bool committed) override;
  void adopt(const LaneRow& row) override { gaps_.forget(row.lane); }
  void drop(std::int32_t lane) override { gaps_.forget(lane); }

 private:
  struct Taken {
    core::LeadRecord record;
    const InRecord* raw = nullptr;
    std::vector<Fact> facts;
  };
  struct CountedBack {
    core::LeadRecord record;
    std::int64_t offset = 0;
  };
  struct Plan {
    LaneWork* work = nullptr;
    std::vector<Taken> records;
    std::optional<std::int64_t> last_offset;  // of the log's last record that was taken
    std::vector<LeadRow> swept;
    std::vector<std::pair<LeadId, std::vector<Fact>>> swept_facts;  // by lead
    std::int64_t sweep_offset = 0;
    bool sweeping = false;
    bool sweep_done = false;
    std::vector<InRecord> reread;             // keeps the views alive
    std::vector<CountedBack> counted_back;
  };

  Plan plan(LaneWork& work);
  void plan_records(Plan& plan);
  bool plan_group(Plan& plan, std::size_t end, Instant& now);
  bool sweeps_before(Plan& plan, const InRecord& next);
  bool stops_before(Plan& plan, const InRecord& raw, const core::LeadRecord& record, bool first);
  void take_rulebook_record(Plan& plan, const core::LeadRecord& record, std::int64_t offset);
  std::vector<Fact> take_facts(LaneWork& work, std::size_t end);
  bool begin_sweep(LaneWork& work, Day target);
  void plan_sweep(Plan& plan);
  std::uint64_t known_up_to(const Plan& plan, std::size_t facts_end) const;
  void take_swept_facts(Plan& plan, std::uint64_t bound);
  void plan_count_back(Plan& plan);
  void load(std::span<Plan> plans);
  void run(Plan& plan);
  void run_sweep(Plan& plan, LeadLane& lane);
  void run_count_back(Plan& plan, LeadLane& lane);
  void note_done(LaneState& state, const core::LeadRecord& record) const;
  void note_progress(const LaneWork& work);

  ConsumerSpec spec_;
  LeadTable& leads_;
  RuleBooks& books_;
  LogReader* reader_;
  RowBuffer* rows_;
  std::unique_ptr<LeadOutput> output_;
  std::function<std::int64_t()> steady_us_;
  LeadConsumerOptions options_;
  LeadBatch batch_;
  ActivityEmitter activities_;
  GapWatch gaps_;
  std::vector<std::pair<std::uint64_t, CountBackProgress>> progress_;
};

}  // namespace scoreline::flow
