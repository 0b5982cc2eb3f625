#pragma once
/// `scoreline rulebook test`: the cases beside a rule book, each run through the very simulation of `scoreline
/// simulate`.
#include <string>
#include <vector>

#include "wire/rulebook_case_compare.hpp"

namespace scoreline::app {

struct CaseResult {
  std::string name, file, title;
  std::vector<wire::RuleBookProblem> problems;    // of reading the case: it was not run
  std::vector<wire::CaseDifference> differences;  // otherwise than expected
  bool passed() const { return problems.empty() && differences.empty(); }
};

/// Runs the cases of a rule book's folder by name; `names` empty: all. Throws base::UsageError when the rule book is
/// wrong, there is no case, or none of that name.
std::vector<CaseResult> run_cases(const std::string& folder, const std::vector<std::string>& names);

/// One line per case, below it what is otherwise than expected; then "7 passed, 1 failed".
std::string results_text(const std::vector<CaseResult>& results, bool colours);
/// {"cases":[{"name","file","title","passed","problems","differences"}],"passed":7,"failed":1}
std::string results_json(const std::vector<CaseResult>& results);

}  // namespace scoreline::app
