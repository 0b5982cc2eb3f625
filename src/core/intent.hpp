#pragma once
/// What a lead seems to be up to (semantics 5): the value of each declared intent and the level it gives. Pure; the same
/// tallies and sums as the score.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/rule_sum.hpp"
#include "core/rulebook.hpp"
#include "core/tally.hpp"
#include "core/tier.hpp"

namespace scoreline::core {

/// What the intent consumer keeps of one lead; nothing personal.
class IntentState : public CountedTallies {
 public:
  /// Level id of an intent; "": none.
  std::string_view level(std::string_view intent) const;
  void set_level(std::string_view intent, std::string_view level);
  bool empty() const { return levels_.empty() && tallies.empty() && staged.empty(); }

  /// Rule book `book` becomes the active one, see CountedTallies; levels of intents that it does not have are dropped.
  void promote(const RuleBook& book);
  /// Adds what was kept for another lead; the higher level of each intent stays.
  void merge(const IntentState& other, const std::vector<Intent>& intents);

  void clear();
  void encode(std::string& out) const;
  /// Replaces all; "" is a new lead. Safe on any bytes. False: not ours, and nothing is left in here.
  bool decode(std::string_view in);

 private:
  struct Entry {
    std::string intent, level;
  };
  std::vector<Entry> levels_;            // those with a level, ascending by intent
};

struct IntentValue {
  struct Signal {
    std::uint32_t index = 0;             // in Intent::signals
    Points value = 0;                    // after decay and limit, never 0
  };
  Points value = 0;                      // 0 ... 100 points
  std::int32_t positive_signals = 0;
  std::vector<Signal> signals;           // by index
};

struct IntentChange {
  std::uint32_t intent = 0;              // index into RuleBook::intents
  LevelChange level;
  Points value = 0;
};

/// One rule book's intents, prepared for evaluation. Immutable, thread-safe.
class IntentScorer {
 public:
  explicit IntentScorer(std::shared_ptr<const RuleBook> book);
  const RuleBook& book() const { return *book_; }

  /// Replaces `values_out`: every declared intent, in rule-book order. Gives a day after `today`, never later than the first
  /// one on which a value may change by time alone; nullopt: never.
  std::optional<Day> evaluate(const Tallies& tallies, Day today, std::vector<IntentValue>& values_out, std::vector<Bucket>& scratch) const;
  /// Brings levels up to date with `values`; the changes in rule-book order.
  std::vector<IntentChange> evaluate_levels(IntentState& state, const std::vector<IntentValue>& values) const;
  /// One explanation per signal that something was counted for, by id.
  std::vector<RuleExplanation> explain(std::uint32_t intent, const Tallies& tallies, Day today) const;

 private:
  std::shared_ptr<const RuleBook> book_;
  RuleTable signals_;
};

/// The value of one intent on its own (semantics 5).
IntentValue evaluate_intent(const RuleBook& book, const Intent& intent, const Tallies& tallies, Day today);

}  // namespace scoreline::core
