#pragma once
/// One record of `lead.scores`, as a value (semantics 4.4, design 5 "One order for decisions").
#include <cstdint>
#include <optional>
#include <string>

#include "base/time.hpp"
#include "core/ids.hpp"

namespace scoreline::core {

/// Place of a decision in what it was made from: the record of `lead.activities`, or a sweep before or after it.
struct ScoreCause {
  std::int64_t offset = 0;         // in lead.activities[lane]; a sweep: the lane's next record
  std::optional<base::Day> day;    // of a daily sweep: the midnight (before the record itself)
  bool rulebook = false;           // the sweep of a rule book that became active (after the record itself)
  std::uint32_t n = 0;             // of several records of one lead and cause
  auto operator<=>(const ScoreCause&) const = default;
};

struct ScoreRecord {
  enum class Kind : std::uint8_t {
    tier_changed,                  // `lead` went from one tier to another
    score,                         // the score of `lead` changed, its tier did not
    mark                           // everything up to `cause` has been written; about no lead
  } kind = Kind::tier_changed;
  LeadId lead;
  std::string from, to;            // tier ids; "": none
  std::string score;               // as shown: "40.00"
  ScoreCause cause;
  base::Instant now = base::kNever;  // log time of the decision; kNever: none was ever made
};

}  // namespace scoreline::core
