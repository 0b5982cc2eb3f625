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
};

/// Throws base::UsageError with every problem on a line of its own: file:line:column: what; did you mean ...?
RuleBookFolder read_rulebook(const std::string& folder);
/// "20 rules, 3 fits, ...": only what is there.
std::string summary(const core::RuleBook& book);
/// Counts, problems: one JSON object. `problems` may be empty.
std::string check_json(const core::RuleBook* book, const std::vector<wire::RuleBookProblem>& problems, const std::string& sha256);

}  // namespace scoreline::app
