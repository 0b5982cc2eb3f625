#pragma once
/// All records of a simulation in the order of semantics 1.1: each activity, then what was found from it, what changed,
/// what fired; midnights before the record that begins the day. However the log was cut into batches, it reads alike.
#include <ostream>

#include "flow/memory_broker.hpp"

namespace scoreline::app {

struct SimulatedLog {
  bool activities = true;           // print lead.activities, too (not where that is the input)
  std::size_t left_out = SIZE_MAX;  // a record of lead.activities that is none: time passing to the report's instant
};

/// One JSON object a line: topic, time, key, type, value. Marks are left out.
void print_log(flow::MemoryBroker& broker, const SimulatedLog& what, std::ostream& out);

}  // namespace scoreline::app
