#pragma once
/// What conditions of a rule book ask of a lead, so that only that travels and is kept (design 3: stages keep what
/// conditions ask for). Pure; each answer ascends and names a thing once.
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/rulebook.hpp"

namespace scoreline::core {

struct ChangeNeeds {
  std::vector<std::string> traits;                           // top-level keys
  std::vector<std::pair<std::uint32_t, std::int32_t>> dids;  // (index into RuleBook::matches, within_days)
};

/// Of the `when`s of triggers and sequences; the trait `timezone` too where there are sequences.
ChangeNeeds change_needs(const RuleBook& book);

/// Names behind "customer." in any condition of the book.
std::vector<std::string> customer_fields_named(const RuleBook& book);

}  // namespace scoreline::core
