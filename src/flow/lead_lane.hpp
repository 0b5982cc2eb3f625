#pragma once
/// One lane's records of one batch, lead by lead: merges, holding, handing over, forwarding, erasure (design 5, Merges).
/// What the record means for a score or an intent is the handler's.
#include <cstdint>
#include <map>
#include <string>

#include "core/activity.hpp"
#include "flow/consumer.hpp"
#include "flow/emit.hpp"
#include "flow/lead_batch.hpp"
#include "flow/lead_handler.hpp"

namespace scoreline::flow {

struct LeadLaneOptions {
  std::string consumer;                          // whose part of a handover is ours
  Topic output = Topic::lead_scores;
  bool hands_over = true;                        // writes lead.handover and forwards late records (one consumer does)
  std::size_t handover_part_bytes = 512 * 1024;  // larger handovers go in numbered parts
};

class LeadLane {
 public:
  LeadLane(LeadBatch& batch, LaneWork& work, LeadHandler& handler, ActivityEmitter& activities, const LeadLaneOptions& options)
      : batch_(batch), work_(work), handler_(handler), activities_(activities), options_(options) {}

  /// Handles a record about a lead that the batch has loaded. `raw` is its value as it stood in the log.
  void apply(core::LeadRecord record, std::int64_t offset, Instant log_time, std::string_view raw);
  /// Evaluates a lead as of the lane's `now`, or of a midnight.
  void evaluate(Lead& lead, const Cause& cause, Instant now);
  /// A record of the count-back: for the prepared book alone.
  void count_back(core::LeadRecord record, std::int64_t offset);
  /// Emits what a count-back found for leads that were merged away.
  void send_counted_back(std::uint64_t version);

 private:
  void handle(Lead& lead, core::LeadRecord record, std::int64_t offset);
  void count(Lead& lead, const core::Activity& activity, int sign, std::int64_t offset);
  void take_handover(Lead& lead, core::LeadRecord record);
  void hand_over(Lead& lead, const core::LeadRecord& record, std::int64_t offset);
  void erase(Lead& lead);
  void forward(const Lead& lead, core::LeadRecord record);
  void forward_pieces(const Lead& lead, const std::map<std::uint64_t, std::vector<std::string>>& all);
  void drain(Lead& lead);
  void touch(Lead& lead);

  LeadBatch& batch_;
  LaneWork& work_;
  LeadHandler& handler_;
  ActivityEmitter& activities_;
  const LeadLaneOptions& options_;
  std::int64_t offset_ = 0;        // of the record at hand: the place of what is emitted
  bool draining_ = false;
  std::map<std::pair<std::uint64_t, std::uint64_t>, LeadData> found_for_others_;  // (survivor, lead merged away)
};

}  // namespace scoreline::flow
