/// rulebook test.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "app/commands_rulebook.hpp"
#include "app/rulebook_test.hpp"
#include "app/table_print.hpp"

namespace scoreline::app {
namespace {

struct Words {
  std::string folder;
  std::vector<std::string> names;
};

int run_test(const CommandContext& context, const Words& words) {
  const std::vector<CaseResult> results = run_cases(words.folder, words.names);
  if (context.json)
    fmt::print("{}\n", results_json(results));
  else
    fmt::print("{}", results_text(results, stdout_has_colours()));
  const auto all = [&](auto&& test) { return std::all_of(results.begin(), results.end(), test); };
  if (!all([](const CaseResult& one) { return one.problems.empty(); })) return kUsage;
  return all([](const CaseResult& one) { return one.passed(); }) ? kDone : kProblem;
}

}  // namespace

void add_rulebook_test(CLI::App& rulebook, CommandContext& context) {
  auto words = std::make_shared<Words>();
  auto* test = rulebook.add_subcommand(
      "test", "run the cases in the rule book's folder tests/ and tell what comes out otherwise");
  test->footer(
      "A case says what happens and what is expected of leads, deals, alerts and mails then; docs/rulebook.md shows "
      "how to\n"
      "write one. Exit status 0: all passed; 1: some failed; 2: the rule book or a case cannot be read.\n"
      "Examples: scoreline rulebook test rulebooks/event-agency\n"
      "          scoreline rulebook test rulebooks/event-agency cooldown burning");
  test->add_option("folder", words->folder, "folder with *.toml, templates/ and tests/")->required();
  test->add_option("cases", words->names, "names of cases (default: all)");
  test->callback([&context, words] { context.run = [&context, words] { return run_test(context, *words); }; });
}

}  // namespace scoreline::app
