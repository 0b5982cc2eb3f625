#pragma once
/// What a change is an occasion for (semantics 1.1, Order; 7): the activity itself, then its signals. Pure.
#include <cstdint>
#include <span>
#include <vector>

#include "core/lead_change.hpp"
#include "core/rulebook.hpp"

namespace scoreline::core {

/// One occasion of a change; a view of it.
struct OccasionView {
  const Signal* signal = nullptr;  // nullptr: the activity
  std::uint32_t place = 0;         // in the order of 1.1: 0 the activity, 1, 2, ... the signals
};

/// In the order of 1.1, which is that in which the change lists its signals. Place 0 stays reserved for the activity
/// where there is none, because places are part of keys that last for ever.
std::vector<OccasionView> occasions(const LeadChange& change);

/// Is this what a trigger fires on, or a sequence enrols or exits on? `matches`: indices, ascending, of matches that
/// the activity meets (as MatchIndex::find gives them); other occasions do not look at it. A tier or level is met when
/// it rises from below the wanted one to it or above; "" and ids that the rule book does not have (any more) are below
/// all others. Falls meet nothing.
bool meets(const Occasion& wanted, const OccasionView& occasion, std::span<const std::uint32_t> matches,
           const RuleBook& book);

}  // namespace scoreline::core
