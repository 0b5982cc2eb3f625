/// consume, collect, clock, up.
#include <fmt/core.h>

#include <CLI/CLI.hpp>

#include "app/clock.hpp"
#include "app/collect.hpp"
#include "app/commands.hpp"
#include "app/consume.hpp"
#include "app/supervisor.hpp"
#include "base/errors.hpp"
#include "flow/topology.hpp"

namespace scoreline::app {
namespace {

std::vector<std::string> inherited(const SettingSources& sources) {
  std::vector<std::string> words;
  if (!sources.file.empty()) words.insert(words.end(), {"--config", sources.file});
  for (const auto& [name, value] : sources.flags)
    if (name != "admin.port") words.insert(words.end(), {"--set", name + "=" + value});
  return words;
}

std::vector<std::string> words_of(const std::string& process) {
  if (process == "collect" || process == "clock") return {process};
  if (flow::find_consumer(process) != nullptr) return {"consume", process};
  std::string known = "collect, clock";
  for (const flow::ConsumerDeclaration& consumer : flow::consumers()) known += ", " + std::string(consumer.name);
  throw base::UsageError(fmt::format("up.processes: unknown process `{}`; known are {} (name*2 for two instances)", process, known));
}

// "identity*2" becomes identity and identity-2; each gets an admin port of its own when there is one to begin with.
std::vector<ChildCommand> children(const Settings& settings, const SettingSources& sources) {
  std::vector<ChildCommand> commands;
  std::int64_t port = settings.admin_port;
  for (const std::string& entry : settings.up_processes) {
    const auto star = entry.find('*');
    const std::string process = entry.substr(0, star);
    int instances = 1;
    if (star != std::string::npos) instances = std::atoi(entry.c_str() + star + 1);
    if (instances < 1 || instances > 64) throw base::UsageError(fmt::format("up.processes: `{}` wants no sensible number of instances", entry));
    for (int n = 1; n <= instances; ++n) {
      ChildCommand command;
      command.name = n == 1 ? process : fmt::format("{}-{}", process, n);
      command.arguments = inherited(sources);
      command.arguments.insert(command.arguments.end(), {"--set", fmt::format("admin.port={}", port)});
      for (const std::string& word : words_of(process)) command.arguments.push_back(word);
      if (port != 0) ++port;
      commands.push_back(std::move(command));
    }
  }
  return commands;
}

}  // namespace

void add_process_commands(CLI::App& app, CommandContext& context) {
  auto* consume = app.add_subcommand("consume", "run one consumer until it is told to stop");
  consume->footer("Example: scoreline consume scoring --set admin.port=9101");
  static std::string name;
  std::vector<std::string> names;
  for (const flow::ConsumerDeclaration& consumer : flow::consumers()) names.emplace_back(consumer.name);
  consume->add_option("name", name, "which consumer")->required()->check(CLI::IsMember(names));
  consume->callback([&context] { context.run = [&context] { return run_consumer(context.settings(), name); }; });

  auto* collect = app.add_subcommand("collect", "run the HTTP collector for tracking calls");
  collect->footer("Example: scoreline collect --set collector.port=8080");
  collect->callback([&context] { context.run = [&context] { return run_collector(context.settings()); }; });

  auto* clock = app.add_subcommand("clock", "write ticks, so that time passes for all leads");
  clock->footer("Example: scoreline clock");
  clock->callback([&context] { context.run = [&context] { return run_clock(context.settings()); }; });

  auto* up = app.add_subcommand("up", "run all processes of one machine as children, restart what dies");
  up->footer("Example: scoreline up --set up.processes=collect,identity*2,scoring*2,clock");
  up->callback([&context] {
    context.run = [&context] { return supervise(children(context.settings(), context.sources), SupervisorOptions{}); };
  });
}

}  // namespace scoreline::app
