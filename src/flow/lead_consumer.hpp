#pragma once
/// A consumer of `lead.activities` that keeps one row per lead: scoring, later intent and customers. It plans each
/// batch (records up to the next midnight or rule-book switch, or a chunk of a sweep, plus a chunk of a count-back),
/// loads the leads in bulk, lets LeadLane handle them in log order, and ends each batch with a mark.
#include <optional>
#include <vector>

#include "base/result.hpp"
#include "flow/consumer.hpp"
#include "flow/emit.hpp"
#include "flow/lead_batch.hpp"
#include "flow/lead_lane.hpp"
#include "flow/rulebooks.hpp"
#include "flow/stream_check.hpp"

namespace scoreline::flow {

struct LeadConsumerOptions {
  LeadLaneOptions lane;
  std::size_t sweep_leads = 5'000;         // per chunk
  std::size_t count_back_records = 5'000;  // per chunk
  std::int64_t gap_limit_us = 30 * base::kSecondUs;
  bool ignore_rulebook_records = false;    // simulate --activities: one book from the start
  bool marks = true;
};

class LeadConsumer final : public Consumer, public LaneCache {
 public:
  /// `steady_us` is a clock for how long gaps stay open; `reader` may be null where no rule book is ever published.
  LeadConsumer(ConsumerSpec spec, LeadTable& leads, HeldTable& held, RuleBooks& books, LogReader* reader, std::function<std::int64_t()> steady_us,
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
  };
  struct CountedBack {
    core::LeadRecord record;
    std::int64_t offset = 0;
  };
  struct Plan {
    LaneWork* work = nullptr;
    std::vector<Taken> records;
    std::vector<LeadRow> swept;
    bool sweeping = false;
    bool sweep_done = false;
    std::vector<InRecord> reread;            // keeps the views alive
    std::vector<CountedBack> counted_back;
    bool ready = false;                      // the count-back is complete in all lanes
  };

  Plan plan(LaneWork& work);
  void plan_records(Plan& plan);
  bool stops_before(Plan& plan, const InRecord& raw, const core::LeadRecord& record, bool first);
  void take_rulebook_record(Plan& plan, const core::LeadRecord& record, std::int64_t offset);
  void refuse(LaneWork& work, const InRecord& raw, const base::Error& error);
  bool begin_sweep(LaneWork& work, Day target);
  void plan_sweep(Plan& plan);
  void plan_count_back(Plan& plan);
  void load(std::span<Plan> plans);
  void run(Plan& plan);
  void run_sweep(Plan& plan, LeadLane& lane);
  void run_count_back(Plan& plan, LeadLane& lane);
  static void note_done(LaneState& state, const core::LeadRecord& record);
  void note_progress(const LaneWork& work);
  void mark(LaneWork& work);

  ConsumerSpec spec_;
  LeadTable& leads_;
  RuleBooks& books_;
  LogReader* reader_;
  std::function<std::int64_t()> steady_us_;
  LeadConsumerOptions options_;
  LeadBatch batch_;
  ActivityEmitter activities_;
  GapWatch gaps_;
  std::vector<std::pair<std::uint64_t, CountBackProgress>> progress_;
};

}  // namespace scoreline::flow
