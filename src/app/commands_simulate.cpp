/// simulate, score.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <iostream>

#include "app/commands.hpp"
#include "app/simulate.hpp"
#include "base/errors.hpp"

namespace scoreline::app {
namespace {

struct Words {
  SimulateOptions options;
  std::string at, report = "leads";
};

void add(CLI::App& app, CommandContext& context, const std::string& name, const std::string& help) {
  auto words = std::make_shared<Words>();
  auto* command = app.add_subcommand(name, help);
  command->footer("Example: scoreline " + name + " --rulebook rulebooks/demo --at 2026-06-01T00:00:00Z < events.ndjson");
  command->add_option("--rulebook", words->options.rulebook, "folder with the rules")->required();
  command->add_option("--at", words->at, "instant of the report, RFC 3339 (default, and at least: the last log time)");
  command->add_option("--report", words->report, "leads: one object per lead; log: every emitted record")->check(CLI::IsMember({"leads", "log"}));
  command->add_flag("--activities", words->options.activities, "input is one partition of lead.activities, as `scoreline tail --json` or kcat -J print it");
  command->callback([&context, words] {
    context.run = [words] {
      if (!words->at.empty()) {
        words->options.at = base::parse_rfc3339(words->at);
        if (!words->options.at) throw base::UsageError("--at: not an RFC 3339 instant, such as 2026-06-01T00:00:00Z");
      }
      words->options.report = words->report == "log" ? SimulateOptions::Report::log : SimulateOptions::Report::leads;
      return simulate(words->options, std::cin, std::cout, std::cerr);
    };
  });
}

}  // namespace

void add_simulate_commands(CLI::App& app, CommandContext& context) {
  add(app, context, "simulate", "run events from standard input through the consumers' own code, without Kafka or PostgreSQL");
  add(app, context, "score", "the same, for identity and scores alone");
}

}  // namespace scoreline::app
