#pragma once
/// Which triggers fire on a change (semantics 7). Pure.
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "core/condition.hpp"
#include "core/lead_change.hpp"
#include "core/rulebook.hpp"

namespace scoreline::core {

/// When each trigger last fired for one lead; nothing personal. Not thread-safe. Triggers that the present rule book
/// does not have are kept: they may come back.
class TriggerState {
 public:
  std::optional<Instant> last_fired(std::string_view trigger) const;
  /// The later of what stands and `at` stays.
  void set_fired(std::string_view trigger, Instant at);
  /// Takes in what was kept for another lead: the later of the two, per trigger (semantics 3, Merge).
  void merge(const TriggerState& other);

  bool empty() const { return fired_.empty(); }
  void clear() { fired_.clear(); }
  /// Appends.
  void encode(std::string& out) const;
  /// Replaces all; "" is a new lead. Safe on any bytes. False: not ours, and nothing is left in here.
  bool decode(std::string_view in);

  bool operator==(const TriggerState&) const = default;

 private:
  std::vector<std::pair<std::string, Instant>> fired_;  // ascending by trigger
};

struct FiringDecision {
  std::uint32_t trigger = 0;   // index into RuleBook::triggers
  std::uint32_t occasion = 0;  // OccasionView::place
  std::string suppressed;      // "": fires; cooldown, or LeadChange::suppressed

  bool operator==(const FiringDecision&) const = default;
};

/// Immutable, thread-safe.
class TriggerRules {
 public:
  explicit TriggerRules(std::shared_ptr<const RuleBook> book) : book_(std::move(book)) {}
  const RuleBook& book() const { return *book_; }

  /// Occasion by occasion, for each the triggers in rule-book order. `matches`: see meets(). `facts` are those of the
  /// change. Where a `when` does not hold it was no occasion. What the change itself suppresses starts no cool-down.
  std::vector<FiringDecision> decide(TriggerState& state, const LeadChange& change,
                                     std::span<const std::uint32_t> matches, const LeadFacts& facts) const;

  /// The sequences that a firing's actions ask for, in order.
  std::vector<std::string> enrolments_of(const FiringDecision& firing) const;

 private:
  std::shared_ptr<const RuleBook> book_;
};

}  // namespace scoreline::core
