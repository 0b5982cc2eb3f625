#pragma once
/// Cases of a rule book (`tests/*.toml` in its folder; docs/rulebook.md): what happens, as lines of simulate's input,
/// and what is expected of the report at certain instants. Reading is pure and thread-safe, like that of rule books.
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "core/condition.hpp"
#include "wire/rulebook_toml.hpp"

namespace scoreline::wire {

struct CaseEvent {
  base::Instant at;
  std::string line;      // one line of `scoreline simulate` (semantics 10)
  int toml_line = 0;     // where it stands in the case
  bool refused = false;  // expected to be a bad line
};

/// One value of a lead's report; the condition is an `all` of operators.
struct ExpectedField {
  std::vector<std::string> path;  // {"customer", "trend"}; {"rules", "pricing"}
  core::Condition condition;
  std::string text;  // as written
};
/// One deal, firing or mail: all its fields are met by one entry of the report.
struct ExpectedItem {
  std::vector<ExpectedField> fields;  // paths of one step, within the entry
  std::string text;
};
struct ExpectedList {
  /// exactly: one by one in the report's order; include: each is met by an entry of its own; exclude: none is met.
  enum class Mode : std::uint8_t { exactly, include, exclude } mode = Mode::exactly;
  std::string name;  // deals, firings, mails, identifiers
  std::vector<ExpectedItem> items;
};
struct CaseExpectation {
  base::Instant at;
  int toml_line = 0;
  std::string who;                       // as written
  std::vector<std::string> identifiers;  // of who; the lead is the one that holds any of them
  bool gone = false;                     // nobody holds any of them
  std::optional<std::size_t> leads;      // how many there are
  std::vector<ExpectedField> fields;
  std::vector<ExpectedList> lists;
};

struct RuleBookCase {
  std::string name;               // file name without folder and extension
  std::string file;               // "tests/<name>.toml"
  std::string title;              // may be empty
  std::vector<CaseEvent> events;  // by instant, then as written
  std::vector<CaseExpectation> expectations;
};

struct LoadedRuleBookCase {
  RuleBookCase value;
  std::vector<RuleBookProblem> problems;  // not empty: the case is not to be run
};
/// Ids in expectations must be those of `book`.
LoadedRuleBookCase load_rulebook_case(const std::string& file, const std::string& text, const core::RuleBook& book);

/// The files tests/*.toml of a rule book's folder; none where there is no such folder. Errors as read_rulebook_folder.
base::Result<RuleBookFiles> read_rulebook_cases(const std::string& path);

}  // namespace scoreline::wire
