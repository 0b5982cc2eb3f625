/// rulebook check, publish, show; the group of all rule-book commands.
#include <fmt/core.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <iostream>

#include "app/commands.hpp"
#include "app/commands_rulebook.hpp"
#include "app/process.hpp"
#include "app/rulebook_desk.hpp"
#include "app/rulebook_files.hpp"
#include "app/rulebook_publish.hpp"
#include "app/signals.hpp"
#include "app/store.hpp"
#include "app/table_print.hpp"
#include "base/errors.hpp"
#include "flow/topology.hpp"
#include "kafka/topics_admin.hpp"
#include "wire/json_writer.hpp"

namespace scoreline::app {
namespace {

int run_check(const CommandContext& context, const std::string& folder) {
  if (!context.json) {
    const RuleBookFolder read = read_rulebook(folder);
    const auto warnings = static_cast<std::int64_t>(read.warnings.size());
    fmt::print("{}{}: ok{}; {}\nsha256 {}\n", to_lines(read.warnings), folder,
               warnings == 0 ? "" : ", with " + counted(warnings, "warning", "warnings"), summary(*read.book), read.sha256);
    return kDone;
  }
  const auto files = wire::read_rulebook_folder(folder);
  if (!files.ok()) throw base::UsageError(files.error().message + (files.error().where.empty() ? "" : ": " + files.error().where));
  const wire::LoadedRuleBook loaded = wire::load_rulebook(*files);
  fmt::print("{}\n", check_json(loaded, wire::rulebook_sha256(*files)));
  return loaded.has_errors() ? kUsage : kDone;
}

struct PublishWords {
  std::string folder, note, author;
  std::optional<std::uint64_t> resume, cancel;
  bool yes = false;
  bool fire = false;
};

std::string author_or_user(const std::string& author) {
  if (!author.empty()) return author;
  for (const char* name : {"SCORELINE_AUTHOR", "USER", "LOGNAME"})
    if (const char* value = std::getenv(name); value != nullptr && *value != '\0') return value;
  return "unknown";
}

bool ask(const std::string& question) {
  fmt::print("{} [y/N] ", question);
  std::fflush(stdout);
  std::string answer;
  return std::getline(std::cin, answer) && (answer == "y" || answer == "Y" || answer == "yes");
}

/// Lines of a step that goes on: one that is written over on a terminal, else plain lines now and then.
class ProgressLine {
 public:
  void show(const std::string& text) {
    if (terminal_) {
      fmt::print("\r\033[K{}", text);
      open_ = true;
    } else if (base::steady_us() >= next_us_) {
      fmt::print("{}\n", text);
      next_us_ = base::steady_us() + 2 * base::kSecondUs;
    }
    std::fflush(stdout);
  }
  void say(const std::string& text) {
    fmt::print("{}{}\n", open_ ? "\n" : "", text);
    std::fflush(stdout);
    open_ = false;
  }

 private:
  bool terminal_ = is_terminal(STDOUT_FILENO), open_ = false;
  std::int64_t next_us_ = 0;
};

int run_publish(const CommandContext& context, const PublishWords& words) {
  if (words.folder.empty() && !words.resume && !words.cancel)
    throw base::UsageError("name the rule book's folder, or --resume V, or --cancel V");
  if (!words.folder.empty() && words.resume) throw base::UsageError("--resume goes on with a stored version: leave the folder out");
  const Settings settings = context.settings();
  PublishRequest request;
  RuleBookFolder read;
  if (!words.folder.empty()) {
    read = read_rulebook(words.folder);
    request.files = &read.files;
    request.sha256 = read.sha256;
    fmt::print("{}{}: {}\n", to_lines(read.warnings), words.folder, summary(*read.book));
  }
  request.author = author_or_user(words.author);
  request.note = words.note;
  request.resume = words.resume;
  request.cancel = words.cancel;
  if (!words.yes && is_terminal(STDIN_FILENO) && is_terminal(STDOUT_FILENO)) request.confirm = ask;

  const kafka::Settings kafka_settings = kafka_settings_of(settings);
  Store store(settings);
  StoredRuleBookDesk desk(store.views());
  ProgressLine line;
  PublishWorld world{desk, desk, {}, {}, {}, {}, base::steady_us, 0, flow::counting_consumers(), 60 * base::kSecondUs};
  world.partitions = kafka::TopicsAdmin(kafka_settings).check_partitions();
  world.announce = [&](core::RecordKind kind, std::uint64_t version) {
    announce_rulebook(kafka_settings, kind, version, world.partitions, words.fire);
  };
  world.say = [&](const std::string& text) { line.say(text); };
  world.progress = [&](const std::string& text) { line.show(text); };
  world.wait = [] {
    wait_for_signal(200);
    return !stop_requested();
  };
  catch_stop_signals();
  return publish(request, world);
}

std::string short_sha(const std::string& sha256) { return sha256.substr(0, 12); }

void write_version(wire::JsonWriter& json, const pg::RuleBookView& book) {
  json.key("version").integer(book.version).key("state").string(pg::to_text(book.state)).key("sha256").string(book.sha256);
  json.key("author").string(book.author).key("note").string(book.note).key("created_at").string(base::format_rfc3339(book.created_at));
  json.key("activated_at");
  if (book.activated_at)
    json.string(base::format_rfc3339(*book.activated_at));
  else
    json.null();
}

int list_versions(const CommandContext& context, const std::vector<pg::RuleBookView>& books) {
  std::uint64_t active = 0;
  for (const pg::RuleBookView& book : books)
    if (book.state == flow::StoredRuleBook::State::activated) active = std::max(active, book.version);
  if (context.json) {
    for (const pg::RuleBookView& book : books) {
      std::string text;
      wire::JsonWriter json(text);
      json.begin_object();
      write_version(json, book);
      json.key("active").boolean(book.version == active).end_object();
      fmt::print("{}\n", text);
    }
    return kDone;
  }
  if (books.empty()) {
    fmt::print("no rule book is published; scoreline rulebook publish DIR\n");
    return kDone;
  }
  Table table({{"version", true}, {"state"}, {"since"}, {"author"}, {"sha256"}, {"note"}});
  for (const pg::RuleBookView& book : books) {
    const bool decides = book.version == active;
    const base::Instant since = book.activated_at.value_or(book.prepared_at.value_or(book.created_at));
    table.add({{std::to_string(book.version)},
               {decides ? "decides" : pg::to_text(book.state), decides ? Colour::green : Colour::none},
               {base::format_rfc3339(since).substr(0, 19) + "Z"},
               {fitted(book.author, 24)},
               {short_sha(book.sha256), Colour::dim},
               {fitted(book.note, 60)}});
  }
  fmt::print("{}", table.text(stdout_has_colours()));
  return kDone;
}

int show_version(const CommandContext& context, Store& store, const pg::RuleBookView& book, bool files) {
  const auto stored = store.load_rulebook(book.version);
  if (context.json) {
    std::string text;
    wire::JsonWriter json(text);
    json.begin_object();
    write_version(json, book);
    json.key("files").begin_object();
    if (stored)
      for (const auto& [name, content] : stored->files) json.key(name).string(content);
    json.end_object().end_object();
    fmt::print("{}\n", text);
    return kDone;
  }
  fmt::print("version {}  {}\nauthor   {}\nnote     {}\nstored   {}\nsha256   {}\n", book.version, pg::to_text(book.state), book.author,
             book.note, base::format_rfc3339(book.created_at), book.sha256);
  if (book.activated_at) fmt::print("decides since {}\n", base::format_rfc3339(*book.activated_at));
  if (!stored) return kDone;
  for (const auto& [name, content] : stored->files) {
    if (!files)
      fmt::print("file     {} ({} bytes)\n", name, content.size());
    else
      fmt::print("\n# ==== {}\n{}{}", name, content, content.ends_with('\n') ? "" : "\n");
  }
  return kDone;
}

int run_show(const CommandContext& context, std::uint64_t version, bool files) {
  Store store(context.settings());
  const auto books = store.views().rulebooks();
  if (version == 0 && !files) return list_versions(context, books);
  const pg::RuleBookView* wanted = nullptr;
  for (const pg::RuleBookView& book : books)
    if (version == 0 ? book.state == flow::StoredRuleBook::State::activated : book.version == version) wanted = &book;
  if (wanted != nullptr) return show_version(context, store, *wanted, files);
  fmt::print(stderr, "{}; scoreline rulebook show lists what is there\n",
             version == 0 ? "no rule book decides yet" : fmt::format("there is no version {}", version));
  return kProblem;
}

void add_publish(CLI::App& rulebook, CommandContext& context) {
  auto words = std::make_shared<PublishWords>();
  auto* publish = rulebook.add_subcommand("publish", "store a rule book, let all lanes count for it, then let it decide");
  publish->footer(
      "Needs the customers, scoring, intent and stages processes: they count the past for the new rules, then switch at one place in the log.\n"
      "Interrupted, it goes on with --resume; the same folder again does nothing.\n"
      "Example: scoreline rulebook publish rulebooks/demo --note \"pricing counts double\"");
  publish->add_option("folder", words->folder, "folder with *.toml and templates/");
  publish->add_option("--note", words->note, "why, for those who look later");
  publish->add_option("--author", words->author, "default: the user's name");
  publish->add_option("--resume", words->resume, "go on with a version that was begun");
  publish->add_option("--cancel", words->cancel, "give a version up that is being prepared (then publish the folder, if one is named)");
  publish->add_flag("--fire", words->fire, "what only the new rules change fires, too (with --resume: say it again); without: it is recorded as suppressed");
  publish->add_flag("--yes,-y", words->yes, "do not ask");
  publish->callback([&context, words] { context.run = [&context, words] { return run_publish(context, *words); }; });
}

}  // namespace

void add_rulebook_commands(CLI::App& app, CommandContext& context) {
  auto* rulebook = app.add_subcommand("rulebook", "check, test, compare, publish and show rule books");
  rulebook->require_subcommand(1);
  rulebook->footer("Example: scoreline rulebook check rulebooks/demo");

  auto folder = std::make_shared<std::string>();
  auto* check = rulebook->add_subcommand("check", "read a rule book and print everything that is wrong with it");
  check->footer("Example: scoreline rulebook check rulebooks/demo");
  check->add_option("folder", *folder, "folder with *.toml and templates/")->required();
  check->callback([&context, folder] { context.run = [&context, folder] { return run_check(context, *folder); }; });

  add_rulebook_test(*rulebook, context);
  add_rulebook_diff(*rulebook, context);
  add_publish(*rulebook, context);

  auto version = std::make_shared<std::uint64_t>(0);
  auto files = std::make_shared<bool>(false);
  auto* show = rulebook->add_subcommand("show", "versions and their states, or one version");
  show->footer("Examples: scoreline rulebook show\n          scoreline rulebook show 3 --files");
  show->add_option("version", *version, "one version; without: the list (with --files: the one that decides)");
  show->add_flag("--files", *files, "the files' contents");
  show->callback([&context, version, files] { context.run = [&context, version, files] { return run_show(context, *version, *files); }; });
}

}  // namespace scoreline::app
