#include "app/rulebook_test.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>
#include <sstream>

#include "app/rulebook_files.hpp"
#include "app/simulate.hpp"
#include "app/table_print.hpp"
#include "base/errors.hpp"
#include "wire/json.hpp"
#include "wire/json_writer.hpp"

namespace scoreline::app {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(std::move(line));
  return lines;
}

/// One case against one rule book.
class Run {
 public:
  Run(const std::string& folder, const wire::RuleBookCase& one, std::vector<wire::CaseDifference>& out)
      : folder_(folder), case_(one), out_(out) {}

  void all() {
    std::map<base::Instant, std::vector<const wire::CaseExpectation*>> by_instant;
    for (const wire::CaseExpectation& one : case_.expectations) by_instant[one.at].push_back(&one);
    // Events after the last expectation are run, too: they must be good lines.
    if (!case_.events.empty()) by_instant[case_.events.back().at];
    for (const auto& [at, expectations] : by_instant) {
      const std::vector<std::string> reports = simulate_until(at);
      for (const wire::CaseExpectation* one : expectations)
        for (wire::CaseDifference& difference : wire::compare_case(*one, reports))
          out_.push_back(std::move(difference));
    }
    for (std::size_t i = 0; i < case_.events.size(); ++i)
      if (case_.events[i].refused && !refused_.contains(i))
        out_.push_back({case_.events[i].toml_line, "the event was expected to be refused, but was taken"});
    std::stable_sort(out_.begin(), out_.end(), [](const auto& a, const auto& b) { return a.toml_line < b.toml_line; });
  }

 private:
  std::vector<std::string> simulate_until(base::Instant at) {
    std::string input;
    for (const wire::CaseEvent& event : case_.events)
      if (event.at <= at) input += event.line + "\n";
    SimulateOptions options;
    options.rulebook = folder_;
    options.at = at;
    std::istringstream in(input);
    std::ostringstream reports, errors;
    simulate(options, in, reports, errors);
    note_refused(errors.str());
    return lines_of(reports.str());
  }

  void note_refused(const std::string& errors) {
    for (const std::string& error : lines_of(errors)) {
      core::Number line;
      std::string reason;
      wire::json_members(error, [&](std::string_view key, std::string_view raw) {
        if (key == "line") wire::json_number(raw, line);
        if (key == "reason") wire::json_string(raw, reason);
      });
      const auto index = static_cast<std::size_t>(line.integer) - 1;
      if (index >= case_.events.size() || !refused_.insert(index).second) continue;
      if (!case_.events[index].refused)
        out_.push_back({case_.events[index].toml_line, "the event is refused: " + reason});
    }
  }

  const std::string& folder_;
  const wire::RuleBookCase& case_;
  std::vector<wire::CaseDifference>& out_;
  std::set<std::size_t> refused_;
};

CaseResult run_case(const std::string& folder, const core::RuleBook& book, const std::string& file,
                    const std::string& text) {
  wire::LoadedRuleBookCase loaded = wire::load_rulebook_case(file, text, book);
  CaseResult result{loaded.value.name, file, loaded.value.title, std::move(loaded.problems), {}};
  if (result.problems.empty()) Run(folder, loaded.value, result.differences).all();
  return result;
}

std::int64_t count_passed(const std::vector<CaseResult>& results) {
  return std::count_if(results.begin(), results.end(), [](const CaseResult& one) { return one.passed(); });
}

}  // namespace

std::vector<CaseResult> run_cases(const std::string& folder, const std::vector<std::string>& names) {
  const RuleBookFolder book = read_rulebook(folder);
  const auto files = wire::read_rulebook_cases(folder);
  if (!files.ok())
    throw base::UsageError(files.error().message + (files.error().where.empty() ? "" : ": " + files.error().where));
  if (files->empty())
    throw base::UsageError(folder +
                           " has no cases; write the first one into tests/<name>.toml, docs/rulebook.md shows how");
  std::vector<CaseResult> results;
  std::set<std::string> wanted(names.begin(), names.end());
  for (const auto& [file, text] : *files) {
    const std::string name = file.substr(6, file.size() - 11);  // "tests/" and ".toml"
    if (!names.empty() && wanted.erase(name) == 0) continue;
    results.push_back(run_case(folder, *book.book, file, text));
  }
  if (!wanted.empty())
    throw base::UsageError(fmt::format("there is no case tests/{}.toml in {}", *wanted.begin(), folder));
  return results;
}

std::string results_text(const std::vector<CaseResult>& results, bool colours) {
  std::string text;
  for (const CaseResult& one : results) {
    text += fmt::format("{} {}{}{}\n",
                        one.passed() ? painted("ok  ", Colour::green, colours) : painted("FAIL", Colour::red, colours),
                        one.name, one.title.empty() ? "" : ": ", one.title);
    for (const wire::RuleBookProblem& problem : one.problems) text += "     " + wire::to_text(problem) + "\n";
    for (const wire::CaseDifference& difference : one.differences)
      text += fmt::format("     {}:{}: {}\n", one.file, difference.toml_line, difference.text);
  }
  const std::int64_t passed = count_passed(results);
  return text + fmt::format("{} passed, {} failed\n", passed, static_cast<std::int64_t>(results.size()) - passed);
}

std::string results_json(const std::vector<CaseResult>& results) {
  std::string text;
  wire::JsonWriter json(text);
  json.begin_object().key("cases").begin_array();
  for (const CaseResult& one : results) {
    json.begin_object().key("name").string(one.name).key("file").string(one.file).key("title").string(one.title);
    json.key("passed").boolean(one.passed()).key("problems").begin_array();
    for (const wire::RuleBookProblem& problem : one.problems) json.string(wire::to_text(problem));
    json.end_array().key("differences").begin_array();
    for (const wire::CaseDifference& difference : one.differences)
      json.begin_object().key("line").integer(difference.toml_line).key("text").string(difference.text).end_object();
    json.end_array().end_object();
  }
  const std::int64_t passed = count_passed(results);
  json.end_array()
      .key("passed")
      .integer(passed)
      .key("failed")
      .integer(static_cast<std::int64_t>(results.size()) - passed)
      .end_object();
  return text;
}

}  // namespace scoreline::app
