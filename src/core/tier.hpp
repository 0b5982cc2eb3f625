#pragma once
/// Steps by value: tiers of the score (semantics 4.4) and levels of an intent (section 5). Pure.
#include <string>
#include <string_view>
#include <vector>

#include "core/rulebook.hpp"
#include "core/weight.hpp"

namespace scoreline::core {

/// A step that was taken; "" = no tier or level (null in records).
struct LevelChange {
  std::string from, to;
  bool changed() const { return from != to; }
};

/// -1: not one of them.
int find_level(const std::vector<Level>& levels, std::string_view id);

/// One evaluation: rises while it can, and if it did not rise falls while value < leave. `current` is an index, or -1 for
/// "no level"; `lowest` is where falling ends: 0 for tiers, -1 for levels. Evaluating twice changes nothing more.
int settle(const std::vector<Level>& levels, int current, Points value, int lowest);

/// Brings a stored tier id up to date. "" (a new lead) starts in the lowest tier, and that is `from` then. An id that the
/// rule book no longer has gives way to the highest tier whose min is reached (else the lowest): a change from the old
/// id, so that whoever follows the changes knows. A rule book without tiers: "".
LevelChange settle_tier(const std::vector<Level>& tiers, std::string& id, Points score);
/// The same for an intent's level: "" is no level, and an unknown id starts from there.
LevelChange settle_level(const std::vector<Level>& levels, std::string& id, Points value);

/// The higher of two stored ids (merged leads, semantics 3); known ids are above unknown ones, any above "".
const std::string& higher(const std::vector<Level>& levels, const std::string& a, const std::string& b);

}  // namespace scoreline::core
