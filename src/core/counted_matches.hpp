#pragma once
/// Which matches of a rule book a consumer counts (indices into RuleBook::matches, ascending, each once). Pure.
#include <cstdint>
#include <vector>

#include "core/rulebook.hpp"

namespace scoreline::core {

/// Those of `[[rule]]`s: scoring.
std::vector<std::uint32_t> rule_matches(const RuleBook& book);
/// Those of `[[intent.signal]]`s: intent.
std::vector<std::uint32_t> signal_matches(const RuleBook& book);

}  // namespace scoreline::core
