#pragma once
/// A consumer of `lead.changes`: triggers, and sequences (which read `lead.firings`, too, merged in by cause). Changes
/// are handled one by one, in order; merges pass through as everywhere: what was kept for a lead goes to the one that
/// took it in. Sequences stand at the end and hold all parts: they write lead.handover (design 5, Merges).
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "flow/change_handler.hpp"
#include "flow/consumer.hpp"
#include "flow/emit.hpp"
#include "flow/lead_batch.hpp"
#include "flow/lead_consumer.hpp"
#include "flow/lead_flow.hpp"
#include "flow/rulebooks.hpp"
#include "flow/stream_check.hpp"

namespace scoreline::flow {

struct ChangeConsumerOptions {
  bool writes_firings = false;          // marks and parts go to lead.firings; else handovers to lead.activities
  bool hands_over = true;               // not in a replay of one partition: the handovers stand in its log
  std::size_t part_bytes = kPartBytes;  // larger payloads go in numbered parts
  std::int64_t gap_limit_us = 30 * base::kSecondUs;
};

/// Rows of a handler that must be loaded for leads that are merged away.
class ChangeRows : public RowBuffer {
 public:
  virtual void load(std::span<const LeadId> merging) = 0;
};

class ChangeConsumer final : public Consumer, public LaneCache {
 public:
  ChangeConsumer(ConsumerSpec spec, LeadTable& leads, RuleBooks& books, ChangeRows& rows, MakeChangeHandler make,
                 std::function<std::int64_t()> steady_us, ChangeConsumerOptions options);

  const ConsumerSpec& spec() const override { return spec_; }
  LockMode handle(std::span<LaneWork> lanes, LockMode lock) override;
  void save() override;
  bool may_skip(const InRecord& record) const override;
  void finish(bool committed) override;
  void adopt(const LaneRow& row) override { gaps_.forget(row.lane); }
  void drop(std::int32_t lane) override { gaps_.forget(lane); }

 private:
  struct Taken {
    core::LeadChange change;  // complete: numbered parts are put together
    const InRecord* raw = nullptr;
    std::vector<core::FiringRecord> firings;
  };
  struct Plan {
    LaneWork* work = nullptr;
    std::vector<Taken> changes;
    std::int64_t last_offset = -1;  // of the last record of lead.changes that was taken
  };

  Plan plan(LaneWork& work);
  std::size_t group_end(const LaneWork& work, std::size_t from) const;
  void take_group(Plan& plan, std::size_t end);
  void take_change(Plan& plan, const InRecord& raw, std::vector<core::FiringRecord> firings);
  void run(Plan& plan);
  void handle_change(LaneWork& work, Taken& taken);
  void hand_over(LaneWork& work, Lead& lead, const Taken& taken, const ChangeContext& context, ChangeHandler& handler);
  void emit_handover(LaneWork& work, const core::LeadChange& change, const Handover& kept);
  void emit_part(const core::LeadChange& change, const ChangeContext& context, const Handover& kept);
  void take(Lead& lead, const core::LeadChange& change, const ChangeContext& context, ChangeHandler& handler);
  void mark(const Plan& plan);
  ChangeHandler& handler(std::uint64_t version);

  ConsumerSpec spec_;
  RuleBooks& books_;
  ChangeRows& rows_;
  MakeChangeHandler make_;
  std::function<std::int64_t()> steady_us_;
  ChangeConsumerOptions options_;
  LeadBatch batch_;
  ActivityEmitter activities_;
  GapWatch gaps_;
  std::map<std::uint64_t, std::unique_ptr<ChangeHandler>> handlers_;
};

}  // namespace scoreline::flow
