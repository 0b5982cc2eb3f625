/// scoreline: one executable, its processes and tools as subcommands.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <iostream>

#include "app/commands.hpp"
#include "base/embedded.hpp"
#include "base/errors.hpp"

namespace {

using namespace scoreline;

int run(const app::CommandContext& context) {
  try {
    return context.run();
  } catch (const base::UsageError& error) {
    fmt::print(stderr, "error: {}\n", error.what());
    return app::kUsage;
  } catch (const base::Unavailable& error) {
    fmt::print(stderr, "error: {}\n", error.what());
    return app::kAway;
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  CLI::App app{"scoreline: lead scoring and sales automation over Kafka and PostgreSQL", "scoreline"};
  app.set_version_flag("--version", std::string(base::version()));
  app.require_subcommand(1);
  app.fallthrough();
  app.set_help_all_flag("--help-all", "help of all commands");
  app::CommandContext context;
  app.add_option("--config", context.sources.file, "settings file (default: ./scoreline.toml if it is there)");
  app.add_option_function<std::vector<std::string>>(
         "--set",
         [&](const std::vector<std::string>& settings) {
           for (const std::string& setting : settings) {
             const auto equals = setting.find('=');
             if (equals == std::string::npos) throw CLI::ValidationError("--set", "write --set section.name=value");
             context.sources.flags.emplace_back(setting.substr(0, equals), setting.substr(equals + 1));
           }
         },
         "a setting, e.g. --set kafka.bootstrap_servers=localhost:9092 (may be repeated)")
      ->take_all();
  app.add_flag("--json", context.json, "print JSON where the command prints for people");
  app::add_simulate_commands(app, context);
  app::add_process_commands(app, context);
  app::add_erp_commands(app, context);
  app::add_rulebook_commands(app, context);
  app::add_lead_commands(app, context);
  app::add_effect_commands(app, context);
  app::add_timeline_command(app, context);
  app::add_erase_command(app, context);
  app::add_operation_commands(app, context);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int status = app.exit(error);
    return status == 0 ? app::kDone : app::kUsage;
  }
  return run(context);
}
