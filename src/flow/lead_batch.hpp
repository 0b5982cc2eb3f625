#pragma once
/// The leads that one batch of a LeadConsumer touches: loaded in bulk, changed in memory, saved in bulk.
#include <deque>
#include <span>
#include <unordered_map>
#include <vector>

#include "core/activity.hpp"
#include "flow/lead_flow.hpp"
#include "flow/lead_handler.hpp"
#include "flow/ports.hpp"

namespace scoreline::flow {

/// A record that waits for a merge, read.
struct Waiting {
  HeldRecord held;
  core::LeadRecord record;
};

/// One lead in the hands of a batch.
struct Lead {
  LeadRow row;
  LeadData data;
  LeadFlow flow;
  std::deque<Waiting> waiting;     // in log order
  std::optional<Day> stored_wake;
  LeadCodec* codec = nullptr;      // whose `decoded` this is
  bool stored = false;             // there is a row
  bool changed = false;            // data or flow
  bool queue_changed = false;
  bool swept = false;              // wake_on may become later
};

class LeadBatch {
 public:
  /// `held` may be null: nothing is ever held. `sparse`: leads for which nothing is kept get no row.
  LeadBatch(LeadTable& leads, HeldTable* held, bool sparse) : leads_(leads), held_(held), sparse_(sparse) {}

  void clear() { all_.clear(); }
  /// Loads those of `ids` that are not here yet; unknown ones become new leads of `lane_of(id)`.
  void load(std::span<const std::pair<LeadId, std::int32_t>> ids);
  /// Takes in rows that were read by a sweep.
  std::vector<Lead*> take(std::vector<LeadRow> rows);
  Lead& at(LeadId id);
  /// Writes what changed, sorted by lead.
  void save();

 private:
  Lead& put(LeadRow row, bool stored);
  void load_waiting(std::span<Lead* const> leads);
  void save_queues(std::span<Lead* const> leads);

  LeadTable& leads_;
  HeldTable* held_;
  bool sparse_;
  std::unordered_map<LeadId, Lead> all_;
};

}  // namespace scoreline::flow
