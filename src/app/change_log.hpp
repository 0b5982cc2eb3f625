#pragma once
/// What `lead.changes` says of some leads, read from the newest record backwards: a log has no index by lead, so the
/// cost is that of reading the partition back to where enough was found, to when the leads came into being, or to a
/// limit.
#include <cstdint>
#include <vector>

#include "core/lead_change.hpp"
#include "flow/ports.hpp"

namespace scoreline::app {

struct SeenChange {
  std::int32_t partition = 0;
  std::int64_t offset = 0;
  core::LeadChange change;
};

struct ChangeSearch {
  std::vector<core::LeadId> leads;
  base::Instant since;           // what is older is about none of them
  std::size_t enough = 0;        // so many changes are enough; 0: all
  std::int64_t records_max = 0;  // how many records may be read; 0: all
  std::int64_t chunk = 20'000;   // offsets read at a time
};

struct ChangesFound {
  std::vector<SeenChange> changes;  // in order of offset; marks and what cannot be read are left out
  std::int64_t records = 0;         // that were read
  bool complete = true;             // false: `records_max` was reached, there may be older ones
};

/// Throws what the reader throws.
ChangesFound find_changes(flow::LogReader& reader, std::int32_t partition, const ChangeSearch& search);

}  // namespace scoreline::app
