#pragma once
/// What `scoreline rulebook diff` prints.
#include <string>

#include "core/rulebook_diff.hpp"

namespace scoreline::app {

/// One line per change, then how many, then whether publishing counts the past. `same_files`: not even comments differ.
std::string diff_text(const core::RuleBookDiff& diff, bool same_files);
/// {"equal":...,"changes":[{"part","id","change","sentences"}],"count_back":{"needed","for"}}
std::string diff_json(const core::RuleBookDiff& diff);

}  // namespace scoreline::app
