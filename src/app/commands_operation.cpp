#include "app/commands_operation.hpp"

#include <fmt/core.h>

#include <CLI/CLI.hpp>

#include "app/table_print.hpp"
#include "wire/json_writer.hpp"

namespace scoreline::app {
namespace {

int print_config(const CommandContext& context, bool effective) {
  std::vector<EffectiveSetting> settings;
  load_settings(context.sources, &settings);
  if (context.json) {
    std::string text;
    wire::JsonWriter json(text);
    json.begin_object();
    for (const EffectiveSetting& one : settings) {
      if (!effective && one.origin == "default") continue;
      json.key(one.name).begin_object().key("value").string(one.value).key("origin").string(one.origin).end_object();
    }
    json.end_object();
    fmt::print("{}\n", text);
    return kDone;
  }
  Table table({{"setting"}, {"value"}, {"from"}});
  for (const EffectiveSetting& one : settings)
    if (effective || one.origin != "default") table.add({{one.name}, {one.value.empty() ? "\"\"" : one.value}, {one.origin, Colour::dim}});
  fmt::print("{}", table.text(stdout_has_colours()));
  if (!effective) fmt::print("\nall others have their defaults: scoreline config print --effective\n");
  return kDone;
}

}  // namespace

void add_setting_commands(CLI::App& app, CommandContext& context) {
  auto* config = app.add_subcommand("config", "what the settings are and where they come from");
  config->require_subcommand(1);
  config->footer("Example: scoreline config print --effective");
  auto* print = config->add_subcommand("print", "settings that were given, with their origin; secrets are masked");
  print->footer("Example: scoreline config print --effective");
  auto effective = std::make_shared<bool>(false);
  print->add_flag("--effective", *effective, "defaults, too");
  print->callback([&context, effective] { context.run = [&context, effective] { return print_config(context, *effective); }; });
}

void add_operation_commands(CLI::App& app, CommandContext& context) {
  add_watch_commands(app, context);
  add_database_commands(app, context);
  add_topic_commands(app, context);
  add_setting_commands(app, context);
}

}  // namespace scoreline::app
