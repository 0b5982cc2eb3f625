#pragma once
/// What a case expects against what simulate reports (semantics 10). Pure and thread-safe.
#include <string>
#include <vector>

#include "wire/rulebook_case.hpp"

namespace scoreline::wire {

/// One thing that is otherwise than expected, in words; `toml_line` is where it was expected.
struct CaseDifference {
  int toml_line = 0;
  std::string text;
};

/// `reports`: the objects that `--report leads` prints at the expectation's instant, one per lead.
std::vector<CaseDifference> compare_case(const CaseExpectation& expectation, const std::vector<std::string>& reports);

}  // namespace scoreline::wire
