#pragma once
/// A rule book as a tree of named parts with facts about them, so that two books can be compared without knowing what
/// a part is. Order is rule-book order.
#include <cstdint>
#include <string>
#include <vector>

#include "core/rulebook.hpp"

namespace scoreline::core {

/// "limit 40", "needs the tier is at least `hot`". Two facts of one part with the same key say the same about it.
struct OutlineFact {
  enum class Style : std::uint8_t {
    value,  // "limit 50 instead of 40"; "limit 50 is new"
    need,   // "needs ... instead of ..."; "now also needs ..."; "no longer needs ..."
    text    // too long to be shown: "its text changed"
  };
  std::string key;
  std::string before;  // words in front of the value: "limit "
  std::string value;
  std::string after;  // " points"
  Style style = Style::value;
};

/// A rule, a pipeline, a stage of it.
struct OutlinePart {
  std::string noun;  // "rule"
  std::string id;
  bool ordered = false;   // its place among those with the same noun means something
  bool numbered = false;  // people call it by its number, too: step 3
  std::vector<OutlineFact> facts;
  std::vector<OutlinePart> parts;
};

std::vector<OutlinePart> outline(const RuleBook& book);

}  // namespace scoreline::core
