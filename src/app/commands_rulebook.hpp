#pragma once
/// The commands of `scoreline rulebook` that have files of their own; each adds itself to the group.
#include "app/commands.hpp"

namespace scoreline::app {

void add_rulebook_diff(CLI::App& rulebook, CommandContext& context);
void add_rulebook_test(CLI::App& rulebook, CommandContext& context);

}  // namespace scoreline::app
