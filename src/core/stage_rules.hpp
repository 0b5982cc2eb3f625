#pragma once
/// How deals move (semantics 6). Pure: everything is an argument. Immutable, thread-safe.
///
/// What an earlier rule book left behind breaks nothing:
/// - A deal in a pipeline that the present rule book does not have rests: nothing moves it, and it does not keep the
/// lead
///   from being routed elsewhere (nobody could ever close it).
/// - A deal at a stage that its pipeline no longer has is moved by people only, because nobody knows whether an advance
///   would take it back. It is an open deal like others, so it does keep the lead from being routed.
/// - Whether a stage closes a deal is decided when the deal enters it; a later rule book neither closes nor reopens it.
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "core/deal.hpp"
#include "core/fact_sheet.hpp"
#include "core/rulebook.hpp"
#include "core/tally.hpp"

namespace scoreline::core {

/// What an activity `deal.moved` asks for: its properties pipeline, to, by ("" where absent).
struct ManualMove {
  std::string pipeline, to, by;
};

/// A deal entered a stage.
struct StageEntry {
  std::string deal, pipeline;
  std::string from, to;  // stage ids; from "": a new deal
  std::string by;        // "route", the advance's id, or the person of a manual move
  bool manual = false;
};

class StageRules {
 public:
  struct Input {
    Instant now;                     // log time of the decision
    Place cause;                      // in lead.activities
    std::string_view deal_key;       // names the cause for ever: ids of deals that it makes are "<deal_key>-1", "-2"
    std::optional<ManualMove> move;  // human and not retracted, see below
  };
  struct Outcome {
    std::vector<StageEntry> entries;  // in the order in which they happened
    /// The manual move names no pipeline or stage of the rule book and moved nothing: code unknown_pipeline or
    /// unknown_stage, with a message for people.
    std::optional<base::Error> refused;
  };

  explicit StageRules(std::shared_ptr<const RuleBook> book);
  const RuleBook& book() const { return *book_; }

  /// One evaluation: (1) the manual move, (2) route with the facts after that, (3) advance with those after (2).
  /// `facts` holds everything but `stages`, which is set from `deals` as they change and stands as they are afterwards:
  /// a view of `deals`, valid until their next change. For an activity of a machine, and one that was retracted before
  /// it came, the caller passes no move; route and advance run as usual.
  Outcome evaluate(Deals& deals, FactSheet& facts, const Input& input) const;

  /// Would one more evaluation with the same facts on the same day do nothing? Only an evaluation that moved something
  /// can leave it open (a deal was closed, so the lead may be routed; a condition asks for a stage): the lead is then
  /// due at the next midnight. Sets facts.stages as evaluate does.
  bool settled(const Deals& deals, FactSheet& facts, Instant now) const;

  /// A day after `today`, never later than the first one on which an evaluation may do something by time alone if it
  /// does nothing today: the window of a `did` begins (an activity that is dated later) or ends, or a pipeline may take
  /// the lead again. nullopt: never, or after year 9999. `tallies` are those that FactSheet::did answers from.
  std::optional<Day> wake_on(const Deals& deals, const Tallies& tallies, Day today) const;

 private:
  std::shared_ptr<const RuleBook> book_;
  std::vector<const Pipeline*> routes_;  // those with a route and a stage, by (priority, rule-book order)
};

}  // namespace scoreline::core
