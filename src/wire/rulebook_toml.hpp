#pragma once
/// The rule book's language (semantics 2, 4 to 7; docs/rulebook.md) from TOML text to core::RuleBook.
///
/// All functions are thread-safe. Reading is pure: the same files give the same book and the same problems in the same
/// order; the one thing asked of the machine is whether a time zone exists (its zone database).
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "core/rulebook.hpp"

namespace scoreline::wire {

/// Name ("book.toml", "templates/hello.html") -> text. Also what is stored of a published rule book.
using RuleBookFiles = std::map<std::string, std::string>;

/// One thing that is wrong. `line` and `column` count from 1 (0: the file as a whole); `suggestion` may be empty.
struct RuleBookProblem {
  enum class Severity : std::uint8_t { error, warning };
  std::string file;
  int line = 0;
  int column = 0;
  std::string message;
  std::string suggestion;
  Severity severity = Severity::error;
};
/// "book.toml:12:3: unknown key `point` in [[rule]] `pricing`; did you mean `points`?"; warnings have
/// "warning: " behind the place.
std::string to_text(const RuleBookProblem& problem);

/// The book, or everything that is wrong with it: `book` is null where there are problems.
struct LoadedRuleBook {
  std::shared_ptr<const core::RuleBook> book;
  std::vector<RuleBookProblem> problems;  // by file, line, column
  /// What has a meaning but cannot have been meant: an advance that never moves a deal (severity error: such a book is
  /// neither checked as good nor published), a sequence that nobody enters (warning). Such a book runs all the same, so
  /// that a version published long ago can still be read after the checks became stricter.
  std::vector<RuleBookProblem> remarks;  // by file, line, column
  /// A problem, or a remark of severity error.
  bool has_errors() const;
};

/// Reads all *.toml files in name order as one book. No files: an empty book (no rules, no tiers).
LoadedRuleBook load_rulebook(const RuleBookFiles& files);

/// *.toml and templates/* of a folder. Errors (code "rulebook", `where` = the path): no such folder, no *.toml in it, a
/// file that cannot be read, is larger than 4 MiB, is not UTF-8, or is a link that leads out of the folder. Other files
/// and names that begin with a dot are passed over.
base::Result<RuleBookFiles> read_rulebook_folder(const std::string& path);

/// Names this content for ever: 64 hexadecimal digits of the SHA-256 of all names and texts.
std::string rulebook_sha256(const RuleBookFiles& files);

}  // namespace scoreline::wire
