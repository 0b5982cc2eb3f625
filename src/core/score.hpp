#pragma once
/// The score of a lead at an instant (semantics 4.3, 4.4). Exact and pure: a function of the rule book, what was counted,
/// the traits and the day.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/condition.hpp"
#include "core/rule_sum.hpp"
#include "core/rulebook.hpp"
#include "core/score_state.hpp"
#include "core/tier.hpp"
#include "core/weight.hpp"

namespace scoreline::core {

/// What one rule, fit or inactivity contributes, after its limit; never 0.
struct Contribution {
  enum class Kind : std::uint8_t { rule, fit, inactivity } kind = Kind::rule;
  std::uint32_t index = 0;               // in the rule book's list of that kind
  Points value = 0;
};

/// Reuse one object from lead to lead: its memory stays.
struct Score {
  Points value = 0;                      // clamped to the score's range
  std::vector<Points> categories;        // every declared one, clamped, in rule-book order
  /// A day after the evaluated one, never later than the first on which the value, and with it the tier, may change by time
  /// alone; nullopt: never.
  std::optional<Day> wake_on;
  std::vector<Contribution> contributions;  // in no particular order, see Scorer::sort_by_id
  std::vector<Bucket> scratch;           // of the computation
};

struct ScoreExplanation {
  struct CategoryCut {
    std::string id;
    Points sum = 0, clamped = 0;
  };
  std::vector<RuleExplanation> rules;    // by id: all that something was counted for, and fits and inactivities that hold
  std::vector<CategoryCut> categories;   // every declared one
  Points sum = 0, score = 0;             // before and after the score's own range
};

/// One rule book, prepared for evaluation. Immutable, thread-safe (each thread with its own Score). An evaluation costs
/// by what was counted for the lead, the categories and the inactivities; not by rules, and not by fits.
class Scorer {
 public:
  explicit Scorer(std::shared_ptr<const RuleBook> book);

  const RuleBook& book() const { return *book_; }

  /// Must refresh_fits() run before the next evaluation? (Traits or the rule book's fits have changed.)
  bool fits_stale(const ScoreState& state) const {
    const auto& holding = state.fits.holding;  // ascending
    return !book_->fits.empty() && (state.fits.fits != fingerprint_ || (!holding.empty() && holding.back() >= book_->fits.size()));
  }
  /// Finds out which fits hold; `lead` shows the state's traits as slots of this rule book.
  void refresh_fits(ScoreState& state, const LeadFacts& lead) const;

  /// Replaces `score_out`. Fits must not be stale.
  void evaluate(const ScoreState& state, Day today, Score& score_out) const;
  /// The same with fits refreshed where needed.
  Score evaluate(ScoreState& state, Day today, const LeadFacts& lead) const;

  /// Brings the tier up to date with the score (semantics 4.4); at most one change.
  LevelChange evaluate_tier(ScoreState& state, Points score) const { return settle_tier(book_->tiers, state.tier, score); }

  /// First day after `today` on which the exact score differs from today's, if no further record comes (semantics 10).
  /// Tries day by day where something may change: for reports, not for every event. nullopt: never, or after year 9999.
  std::optional<Day> next_change_on(const ScoreState& state, Day today) const;

  const std::string& id(const Contribution& contribution) const;
  void sort_by_id(Score& score) const;
  ScoreExplanation explain(const ScoreState& state, Day today) const;

 private:
  struct Sum {
    Points loose = 0;                    // of what has no category
    Wake wake;
  };
  static void add(Contribution contribution, std::int32_t category, Score& score, Sum& sum);
  void add_rules(const ScoreState& state, Day today, Score& score, Sum& sum) const;
  void add_fits(const ScoreState& state, Score& score, Sum& sum) const;
  void add_inactivities(const ScoreState& state, Day today, Score& score, Sum& sum) const;

  std::shared_ptr<const RuleBook> book_;
  RuleTable rules_;
  std::uint64_t fingerprint_ = 0;        // of the fits, never 0
};

}  // namespace scoreline::core
