#pragma once
/// What the rules of a list (those of the score, or signals of intents) make of a lead's tallies (semantics 4.2, 4.3).
/// Cost follows the lead's own tallies, not the number of rules. Immutable once built, thread-safe; integers only.
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/rulebook.hpp"
#include "core/tally.hpp"
#include "core/weight.hpp"

namespace scoreline::core {

/// A day as it counts for one rule: after once_per, min_per_day and max_per_day.
struct Bucket {
  Day day;
  std::int64_t n = 0;
};

/// Replaces `buckets_out` by the days that count, n > 0, ascending, one entry a day.
void buckets_of(const Rule& rule, Tally tally, std::vector<Bucket>& buckets_out);

/// Between -limit and limit, if there is one.
Points limited(const Rule& rule, Points sum);

/// Sums clamped to [min, max], where given (hundredths).
Points clamped(Points sum, std::optional<std::int64_t> min_x100, std::optional<std::int64_t> max_x100);

/// The earliest of the days on which time alone may change something.
class Wake {
 public:
  void consider(std::int64_t day) {
    if (day < first_) first_ = day;
  }
  /// nullopt: never, or after year 9999.
  std::optional<Day> day() const;

 private:
  std::int64_t first_ = INT64_MAX;
};

/// One rule's share, explained.
struct RuleExplanation {
  struct Row {
    Day day;
    std::int64_t n = 0;       // counted
    std::int64_t weight = 0;  // parts per million
    Points value = 0;
  };
  std::string id;
  Points raw = 0;             // points x n, without decay and limit
  Points decayed = 0;
  Points limited = 0;         // what it contributes
  std::vector<Row> rows;      // by day; none for fits and inactivities
};

/// A rule with its weights, and where its sum goes.
struct WeightedRule {
  const Rule* rule = nullptr;
  Weight weight;
  std::uint32_t owner = 0;    // index of the intent; 0 for rules of the score
  std::uint32_t index = 0;    // in the owner's list
};

RuleExplanation explain(const WeightedRule& rule, Tally tally, Day today);

/// Rules by the match that they count.
class RuleTable {
 public:
  /// Adds a rule; `match` is its Match::hash. The rule must outlive the table. Call build() after the last one.
  void add(std::uint64_t match, WeightedRule rule);
  void build();

  /// The rules that count this match.
  std::span<const WeightedRule> find(std::uint64_t match) const;
  /// Limited sum of one rule as of `today`. `wake` becomes the first day after `today` on which one of its buckets has
  /// another weight, if that is earlier. `scratch` keeps its memory from call to call.
  static Points sum(const WeightedRule& rule, Tally tally, Day today, Wake& wake, std::vector<Bucket>& scratch);

 private:
  struct Slot {
    std::uint64_t match = 0;
    std::uint32_t begin = 0, count = 0;  // count 0: free
  };
  std::vector<std::pair<std::uint64_t, WeightedRule>> added_;
  std::vector<WeightedRule> rules_;      // by match
  std::vector<Slot> slots_;              // a power of two, at most half full
};

}  // namespace scoreline::core
