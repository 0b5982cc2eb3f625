#pragma once
/// The parts of add_operation_commands, by file.
#include "app/commands.hpp"

namespace scoreline::app {

void add_topic_commands(CLI::App& app, CommandContext& context);     // topics, tail
void add_setting_commands(CLI::App& app, CommandContext& context);   // config
void add_database_commands(CLI::App& app, CommandContext& context);  // migrate
void add_watch_commands(CLI::App& app, CommandContext& context);     // status, doctor

}  // namespace scoreline::app
