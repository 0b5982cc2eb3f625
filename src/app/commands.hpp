#pragma once
/// The command line: one function per group of commands adds its subcommands. A command's callback only notes what to
/// run; main() runs it and turns exceptions into messages and exit statuses.
///
/// Exit statuses, the same for every command: 0 done; 1 it ran and found a problem (a check failed, something is
/// missing); 2 wrong usage, settings, rule book or input lines; 3 migrations are pending; 4 a peer is away.
#include <functional>
#include <string>

#include "app/settings.hpp"

namespace CLI {
class App;
}

namespace scoreline::app {

struct CommandContext {
  SettingSources sources;
  bool json = false;
  std::function<int()> run;  // set by the command that was chosen
  Settings settings() const { return load_settings(sources); }
};

inline constexpr int kDone = 0, kProblem = 1, kUsage = 2, kPending = 3, kAway = 4;

void add_simulate_commands(CLI::App& app, CommandContext& context);
void add_process_commands(CLI::App& app, CommandContext& context);
void add_rulebook_commands(CLI::App& app, CommandContext& context);
void add_erp_commands(CLI::App& app, CommandContext& context);
void add_lead_commands(CLI::App& app, CommandContext& context);
void add_effect_commands(CLI::App& app, CommandContext& context);
void add_timeline_command(CLI::App& app, CommandContext& context);
void add_erase_command(CLI::App& app, CommandContext& context);
void add_operation_commands(CLI::App& app, CommandContext& context);

}  // namespace scoreline::app
