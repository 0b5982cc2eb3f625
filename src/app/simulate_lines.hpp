#pragma once
/// Lines of `simulate`'s input as records.
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "flow/memory_broker.hpp"

namespace scoreline::app {

struct SimulatedRecord {
  flow::Topic topic = flow::Topic::tracking_events;
  flow::StoredRecord record;
  std::int64_t offset = -1;   // of --activities lines: the place in the partition's log
};

/// {"topic","time","value","trusted","source"} (semantics 10).
base::Result<SimulatedRecord> read_event_line(std::string_view line);
/// A record of lead.activities as kcat -J or `scoreline tail --json` print it.
base::Result<SimulatedRecord> read_activity_line(std::string_view line);

}  // namespace scoreline::app
