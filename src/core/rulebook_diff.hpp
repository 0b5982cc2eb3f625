#pragma once
/// What changes from one rule book to another, in sentences for marketers, and whether the past has to be counted for
/// it. Compares meanings: comments, layout and the order of rules are no change. Pure and thread-safe.
#include <cstdint>
#include <string>
#include <vector>

#include "core/rulebook.hpp"

namespace scoreline::core {

struct RuleBookChange {
  enum class Kind : std::uint8_t { added, removed, changed };
  Kind kind = Kind::changed;
  std::string noun;  // rule, fit, pipeline, ...; "[score]"
  std::string id;    // "" for [score] and for an order
  /// changed: "20 points instead of 15"; added and removed: what it is or was.
  std::vector<std::string> sentences;
};
/// "rule `pricing`: 20 points instead of 15; limit 40 is new".
std::string to_text(const RuleBookChange& change);

struct RuleBookDiff {
  std::vector<RuleBookChange> changes;
  /// Parts that count activities which the same kind of part of the old book does not count (a rule, a signal, a
  /// `did`): publishing reads the past for them.
  std::vector<std::string> counted_back;
  bool equal() const { return changes.empty(); }
};
RuleBookDiff compare(const RuleBook& before, const RuleBook& after);

}  // namespace scoreline::core
