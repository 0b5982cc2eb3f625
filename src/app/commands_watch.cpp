/// status, doctor, migrate.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "app/commands_operation.hpp"
#include "app/doctor.hpp"
#include "app/status_facts.hpp"
#include "app/table_print.hpp"
#include "pg/migrations.hpp"
#include "wire/json_writer.hpp"

namespace scoreline::app {
namespace {

int run_status(const CommandContext& context, bool all) {
  const Settings settings = context.settings();
  Store store(settings);
  const Status status = collect_status(settings, store);
  if (context.json)
    fmt::print("{}\n", to_json(status));
  else
    fmt::print("{}", to_text(status, {stdout_has_colours(), all}));
  return status.halted() > 0 ? kProblem : kDone;
}

int run_doctor(const CommandContext& context) {
  const std::vector<Finding> findings = examine(context);
  if (context.json)
    fmt::print("{}\n", findings_json(findings));
  else
    fmt::print("{}", findings_text(findings, stdout_has_colours()));
  return std::all_of(findings.begin(), findings.end(), [](const Finding& finding) { return finding.ok; }) ? kDone : kProblem;
}

pg::Migrations migrations_of(const CommandContext& context) {
  pg::MigrationOptions options;
  options.dsn = context.settings().postgres_dsn;
  return pg::Migrations(std::move(options));
}

int migrate_up(const CommandContext& context) {
  std::int64_t applied = 0;
  migrations_of(context).up([&](const pg::MigrationStatus& row) {
    ++applied;
    fmt::print("applied {}_{} in {} ms\n", row.version, row.name, row.duration_ms);
  });
  fmt::print("{}\n", applied == 0 ? "nothing to do: the schema is current" : "the schema is current");
  return kDone;
}

int migrate_status(const CommandContext& context) {
  const auto rows = migrations_of(context).status();
  bool pending = false;
  Table table({{"migration"}, {"state"}, {"applied at"}, {"ms", true}, {"by"}});
  for (const pg::MigrationStatus& row : rows) {
    pending = pending || row.state == pg::MigrationStatus::State::pending;
    const bool applied = row.applied_at != base::kNever;
    const std::string at = applied ? base::format_rfc3339(row.applied_at) : "";
    if (context.json) {
      std::string text;
      wire::JsonWriter json(text);
      json.begin_object()
          .key("version")
          .string(row.version)
          .key("name")
          .string(row.name)
          .key("state")
          .string(pg::to_text(row.state))
          .key("applied_at")
          .string(at);
      json.key("sha256")
          .string(row.sha256)
          .key("duration_ms")
          .integer(row.duration_ms)
          .key("applied_by")
          .string(row.applied_by)
          .end_object();
      fmt::print("{}\n", text);
      continue;
    }
    const Colour colour = row.state == pg::MigrationStatus::State::applied ? Colour::green : Colour::yellow;
    table.add({{row.version + "_" + row.name},
               {pg::to_text(row.state), colour},
               {applied ? at.substr(0, 19) + "Z" : "-"},
               {applied ? std::to_string(row.duration_ms) : "-"},
               {row.applied_by}});
  }
  if (!context.json) fmt::print("{}{}", table.text(stdout_has_colours()), pending ? "\npending: scoreline migrate up\n" : "");
  return pending ? kPending : kDone;
}

int migrate_verify(const CommandContext& context) {
  const auto problems = migrations_of(context).verify();
  for (const std::string& problem : problems) fmt::print("{}\n", problem);
  if (problems.empty()) fmt::print("every applied migration is this program's\n");
  return problems.empty() ? kDone : kProblem;
}

int migrate_plan(const CommandContext& context) {
  const std::string sql = migrations_of(context).plan();
  fmt::print("{}", sql.empty() ? "-- nothing is pending\n" : sql);
  return kDone;
}

}  // namespace

void add_database_commands(CLI::App& app, CommandContext& context) {
  auto* migrate = app.add_subcommand("migrate", "bring the tables up to this program's schema");
  migrate->require_subcommand(1);
  migrate->footer("Example: scoreline migrate up");
  const auto add = [&](const char* name, const char* help, const char* footer, int (*run)(const CommandContext&)) {
    auto* command = migrate->add_subcommand(name, help);
    command->footer(footer);
    command->callback([&context, run] { context.run = [&context, run] { return run(context); }; });
  };
  add("up", "apply what is pending, each file in a transaction", "Example: scoreline migrate up", migrate_up);
  add("status", "what is applied and what is pending (exit status 3: something is)", "Example: scoreline migrate status --json",
      migrate_status);
  add("verify", "are the applied files the ones this program has?", "Example: scoreline migrate verify", migrate_verify);
  add("plan", "print the SQL that up would run", "Example: scoreline migrate plan | less", migrate_plan);
}

void add_watch_commands(CLI::App& app, CommandContext& context) {
  auto* status = app.add_subcommand("status", "how far everything has come: lanes, lag, halts, dead letters, rule book");
  status->footer("Exit status 1: a lane is halted.\nExample: scoreline status --json");
  auto all = std::make_shared<bool>(false);
  status->add_flag("--all", *all, "every lane, also those that are up to date");
  status->callback([&context, all] { context.run = [&context, all] { return run_status(context, *all); }; });

  auto* doctor = app.add_subcommand("doctor", "what is missing, and how to mend it");
  doctor->footer("Exit status 1: there is a problem.\nExample: scoreline doctor");
  doctor->callback([&context] { context.run = [&context] { return run_doctor(context); }; });
}

}  // namespace scoreline::app
