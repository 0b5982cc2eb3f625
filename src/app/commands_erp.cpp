/// erp file, erp check.
#include <fmt/core.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>

#include "app/commands.hpp"
#include "app/erp_console.hpp"
#include "app/erp_file.hpp"
#include "app/table_print.hpp"
#include "base/errors.hpp"
#include "base/time.hpp"
#include "producers/erp_check.hpp"
#include "wire/json_writer.hpp"

namespace scoreline::app {
namespace {

constexpr std::size_t kFindingsShown = 100;

std::string check_json(const producers::ErpCheck& check) {
  std::string text;
  wire::JsonWriter json(text);
  json.begin_object()
      .key("lines")
      .integer(check.lines())
      .key("values")
      .integer(check.values())
      .key("documents")
      .integer(check.documents());
  json.key("customers")
      .integer(check.customers())
      .key("errors")
      .integer(check.errors())
      .key("warnings")
      .integer(check.warnings());
  json.key("findings").begin_array();
  for (const producers::ErpFinding& one : check.findings()) {
    json.begin_object()
        .key("line")
        .integer(one.line)
        .key("pointer")
        .string(one.pointer)
        .key("level")
        .string(one.error ? "error" : "warning");
    json.key("code").string(one.code).key("message").string(one.message).key("times").integer(one.times).end_object();
  }
  json.end_array().end_object();
  return text;
}

void print_check(const producers::ErpCheck& check, const std::string& name) {
  std::size_t shown = 0;
  for (const producers::ErpFinding& one : check.findings()) {
    if (++shown > kFindingsShown) break;
    std::string text =
        erp_fault_text(name, {one.line, one.pointer, one.code, (one.error ? "" : "warning: ") + one.message});
    if (one.times > 1) text += fmt::format(" [{} times]", grouped(static_cast<std::int64_t>(one.times)));
    fmt::print("{}\n", text);
  }
  if (shown > kFindingsShown)
    fmt::print("{} more findings; --json prints all\n",
               grouped(static_cast<std::int64_t>(check.findings().size() - kFindingsShown)));
  const auto many = [](std::uint64_t n, std::string_view one, std::string_view more) {
    return counted(static_cast<std::int64_t>(n), one, more);
  };
  fmt::print("{}, {} of {}: {}, {}\n", many(check.values(), "value", "values"),
             many(check.documents(), "document", "documents"), many(check.customers(), "customer", "customers"),
             many(check.errors(), "error", "errors"), many(check.warnings(), "warning", "warnings"));
}

int run_check(const CommandContext& context, const std::string& path) {
  const Settings settings = context.settings();
  std::ifstream file;
  if (path != "-") file.open(path, std::ios::binary);
  if (path != "-" && !file) throw base::UsageError(fmt::format("{}: the file cannot be read", path));
  std::istream& in = path == "-" ? std::cin : file;
  producers::ErpCheck check(base::wall_clock(), settings.erp_base_currency);
  for (std::string line; std::getline(in, line);) check.line(line);
  check.finish();
  if (context.json)
    fmt::print("{}\n", check_json(check));
  else
    print_check(check, path == "-" ? "line" : path);
  return check.errors() > 0 ? kUsage : kDone;
}

void add_check(CLI::App& erp, CommandContext& context) {
  auto* command =
      erp.add_subcommand("check", "check a connector's output (NDJSON values of erp.changes) against the contract");
  command->footer(
      "Exit status 2: there are errors; warnings are for people.\n"
      "Examples: my-connector --print | scoreline erp check\n"
      "          scoreline erp check recorded.ndjson --json\n"
      "          scoreline tail erp.changes --values | scoreline erp check");
  auto path = std::make_shared<std::string>("-");
  command->add_option("file", *path, "NDJSON, - for standard input (default)");
  command->callback([&context, path] { context.run = [&context, path] { return run_check(context, *path); }; });
}

void add_file(CLI::App& erp, CommandContext& context) {
  auto* command = erp.add_subcommand("file", "publish ERP documents from CSV or NDJSON files to erp.changes");
  command->footer(
      "Running it twice changes nothing; interrupted, the same command goes on. Exit status 2: rows were refused.\n"
      "Mappings: docs/connectors.md.\n"
      "Examples: scoreline erp file exports/ --mapping erp.toml --dry-run | head\n"
      "          scoreline erp file exports/ --mapping erp.toml --history\n"
      "          scoreline erp file exports/ --mapping erp.toml --follow\n"
      "          my-connector | scoreline erp file -");
  auto options = std::make_shared<ErpFileOptions>();
  command->add_option("path", options->paths, "files or folders; - for standard input");
  command->add_option("--mapping,-m", options->mapping, "TOML file: which column is which field");
  command->add_option("--format", options->format, "csv or ndjson, whatever the file's name says")
      ->check(CLI::IsMember({"csv", "ndjson"}));
  command->add_flag("--history", options->history, "all of it is history: it counts, and starts nothing");
  command->add_flag("--dry-run,-n", options->dry_run,
                    "print the values instead of publishing them; nothing is kept");
  command->add_flag("--follow,-f", options->follow, "go on with what comes into the files and folders until stopped");
  command->add_flag("--again", options->again, "publish everything again, with the same versions (harmless)");
  command->add_option("--errors", options->errors_file, "write all refused rows to this file (NDJSON)");
  command->add_option("--state", options->state_dir,
                      "where it is kept how far files were published (setting erp.state_dir)");
  command
      ->add_option("--versions-from", options->versions_from,
                   "derived versions of new documents begin above this (after the state was lost)")
      ->check(CLI::NonNegativeNumber);
  command->callback([&context, options] {
    context.run = [&context, options] {
      options->json = context.json;
      if (options->paths.empty() && is_terminal(STDIN_FILENO))
        throw base::UsageError("name files or folders to publish, or - for standard input");
      if (options->paths.empty()) options->paths.emplace_back("-");
      if (options->follow && (options->dry_run || std::count(options->paths.begin(), options->paths.end(), "-") > 0))
        throw base::UsageError("--follow is for files and folders, and not for --dry-run");
      return run_erp_file(context.settings(), *options);
    };
  });
}

}  // namespace

void add_erp_commands(CLI::App& app, CommandContext& context) {
  auto* erp = app.add_subcommand("erp", "publish ERP documents, check what connectors publish");
  erp->require_subcommand(1);
  erp->footer("Example: scoreline erp file exports/ --mapping erp.toml");
  add_file(*erp, context);
  add_check(*erp, context);
}

}  // namespace scoreline::app
