#pragma once
/// A rule book from a folder, for commands.
#include <memory>
#include <string>

#include "core/rulebook.hpp"
#include "wire/rulebook_toml.hpp"

namespace scoreline::app {

struct RuleBookFolder {
  wire::RuleBookFiles files;
  std::shared_ptr<const core::RuleBook> book;
  std::string sha256;
  std::vector<wire::RuleBookProblem> warnings;  // what may well be meant otherwise, but does no harm
};

/// Throws base::UsageError with every problem, and then every warning, too, on a line of its own:
/// file:line:column: what; did you mean ...?
RuleBookFolder read_rulebook(const std::string& folder);
/// Each on a line of its own.
std::string to_lines(const std::vector<wire::RuleBookProblem>& problems);
/// "20 rules, 3 fits, ...": only what is there.
std::string summary(const core::RuleBook& book);
/// Whether the book is good, its problems and warnings by place, what is in it: one JSON object.
std::string check_json(const wire::LoadedRuleBook& loaded, const std::string& sha256);

}  // namespace scoreline::app
