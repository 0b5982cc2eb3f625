#pragma once
/// One lane's records of one batch, lead by lead: merges, holding, handing over, forwarding, erasure (design 5, Merges).
/// What a record means for a score, an intent or a deal is the handler's.
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "core/activity.hpp"
#include "core/fact_record.hpp"
#include "flow/consumer.hpp"
#include "flow/emit.hpp"
#include "flow/lead_batch.hpp"
#include "flow/lead_handler.hpp"
#include "flow/lead_output.hpp"

namespace scoreline::flow {

struct LeadLaneOptions {
  std::string consumer;                          // whose part of a handover is ours
  Topic output = Topic::lead_scores;
  bool forwards = false;                         // sends late records on to the survivor (one consumer does)
};

/// What one of the other inputs says of a lead.
struct Fact {
  std::string_view consumer;                     // who found it
  core::FactRecord record;
};

class LeadLane {
 public:
  LeadLane(LeadBatch& batch, LaneWork& work, LeadHandler& handler, LeadOutput& output, ActivityEmitter& activities, const LeadLaneOptions& options)
      : batch_(batch), work_(work), handler_(handler), output_(output), activities_(activities), options_(options) {}

  struct Arrived {
    core::LeadRecord record;
    std::int64_t offset = 0;
    Instant log_time;
    std::string_view raw;                        // its value as it stood in the log
    std::span<const Fact> facts;                 // what was found from it
  };
  /// Handles a record about a lead that the batch has loaded.
  void apply(Arrived arrived);
  /// Evaluates a lead at its turn in a sweep, knowing `facts`.
  void sweep(Lead& lead, const core::Place& place, Instant now, std::span<const Fact> facts);
  /// A record of the count-back: for the prepared book alone.
  void count_back(core::LeadRecord record, std::int64_t offset);
  /// Emits what a count-back found for leads that were merged away.
  void send_counted_back(std::uint64_t version);
  void mark(const core::Place& place);

 private:
  /// A record at the moment when it is handled.
  struct Now {
    std::int64_t offset = 0;                     // its own; what is derived from it stands at offset_
    Instant log_time;
    bool released = false;                       // it had waited
  };
  void handle(Lead& lead, core::LeadRecord record, const Now& when);
  bool learn(Lead& lead);
  void count(Lead& lead, const core::Activity& activity, int sign, const Now& when);
  void evaluate(Lead& lead, const LeadContext& context);
  LeadContext context_of(Lead& lead, const core::LeadRecord& record, const Now& when);
  void take_handover(Lead& lead, core::LeadRecord record, const Now& when);
  void take_count_back(Lead& lead, core::LeadRecord record, const Now& when, bool learned);
  void hand_over(Lead& lead, const core::LeadRecord& record, const Now& when);
  void erase(Lead& lead, const core::LeadRecord& record, const Now& when);
  void forward(const Lead& lead, core::LeadRecord record);
  void forward_pieces(const Lead& lead, const std::map<std::uint64_t, std::vector<std::string>>& all);
  void drain(Lead& lead);
  void touch(Lead& lead);
  void complain(const base::Error& error, std::int64_t offset);

  LeadBatch& batch_;
  LaneWork& work_;
  LeadHandler& handler_;
  LeadOutput& output_;
  ActivityEmitter& activities_;
  const LeadLaneOptions& options_;
  std::int64_t offset_ = 0;                      // of the record that arrived: the place of all that is derived from it
  std::uint32_t n_ = 0;                          // which of the records that it lets be handled
  std::span<const Fact> facts_;                  // found from it
  std::map<std::pair<std::uint64_t, std::uint64_t>, LeadData> found_for_others_;  // by (survivor, the lead merged away)
};

}  // namespace scoreline::flow
