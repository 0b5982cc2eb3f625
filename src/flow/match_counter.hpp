#pragma once
/// What scoring, intent and stages do alike: count activities by the matches that they use, for the active rule book
/// and ahead of time for one that is being prepared (design 5, Rule books). Not thread-safe.
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "core/activity.hpp"
#include "core/rulebook.hpp"
#include "core/tally.hpp"
#include "flow/event_matcher.hpp"
#include "flow/lead_handler.hpp"

namespace scoreline::flow {

class MatchCounter {
 public:
  /// Which matches of a book the consumer uses.
  using Wanted = std::function<std::vector<std::uint32_t>(const core::RuleBook&)>;

  /// `prepared` may be null. `kept`: the hash of a tally of the consumer's own, beside those of matches; 0: none.
  MatchCounter(std::shared_ptr<const core::RuleBook> active, std::shared_ptr<const core::RuleBook> prepared,
               const Wanted& wanted, std::uint64_t kept = 0);

  /// Counts what core::is_counted; `sign` -1 takes it back.
  void count(const core::Activity& activity, int sign, CountFor which, core::CountedTallies& tallies);
  /// Makes what was kept for another lead fit for this one's merge(): the two may stand at different rule books while
  /// one is being published. `rulebook`: the version that was active where theirs were counted.
  void align(core::CountedTallies& theirs, std::uint64_t rulebook, core::CountedTallies& ours) const;
  /// Behind promote(): drops what the active book does not use here, it would be incomplete if it came back.
  void drop_unused(core::CountedTallies& tallies) const;
  /// A lead's traits as conditions see them; valid until the next call.
  const core::LeadFacts& facts(std::span<const core::Trait> traits) { return matcher_.facts(traits); }
  const core::RuleBook& book() const { return *active_; }

 private:
  bool uses(std::uint64_t hash) const;

  std::shared_ptr<const core::RuleBook> active_, prepared_;
  std::uint64_t kept_;
  std::vector<std::uint64_t> hashes_;           // of the active book's matches that are used, ascending
  std::vector<std::uint64_t> prepared_hashes_;  // of those that only the prepared one uses, ascending
  EventMatcher matcher_;
  std::unique_ptr<EventMatcher> prepared_matcher_;
};

}  // namespace scoreline::flow
