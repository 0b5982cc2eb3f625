#pragma once
/// Which matches of a rule book are asked for what. Pure; each answer ascends and names an index into RuleBook::matches
/// once.
#include <cstdint>
#include <vector>

#include "core/rulebook.hpp"

namespace scoreline::core {

/// Those that a `did` names in a route, an advance, or the `when` of a trigger or sequence: what must be tallied for
/// conditions on leads (semantics 2.2).
std::vector<std::uint32_t> did_matches(const RuleBook& book);

/// Those of activities that a trigger fires on, or a sequence enrols or exits on: what makes an activity an occasion
/// (semantics 7). The activities that end enrolments whatever exit_on says are not among them, see may_always_exit().
std::vector<std::uint32_t> occasion_matches(const RuleBook& book);

}  // namespace scoreline::core
