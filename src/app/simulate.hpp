#pragma once
/// `scoreline simulate` and `scoreline score` (semantics 10): the very handlers of the consumers over in-memory ports, one
/// partition, deterministic.
#include <iosfwd>
#include <optional>
#include <string>

#include "base/time.hpp"

namespace scoreline::app {

struct SimulateOptions {
  std::string rulebook;                // folder
  std::optional<base::Instant> at;     // default, and at least: the last log time
  enum class Report { leads, log } report = Report::leads;
  bool activities = false;             // input: records of one partition of lead.activities, as kcat -J prints them
};

/// Reads lines from `in`, prints the report to `out` and an error object per bad line to `errors`. Returns the exit
/// status: 0, or 2 when there were bad lines. Throws base::UsageError when the rule book is wrong.
int simulate(const SimulateOptions& options, std::istream& in, std::ostream& out, std::ostream& errors);

}  // namespace scoreline::app
