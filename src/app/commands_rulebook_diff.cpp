/// rulebook diff.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "app/commands_rulebook.hpp"
#include "app/rulebook_diff.hpp"
#include "app/rulebook_files.hpp"
#include "app/store.hpp"
#include "base/errors.hpp"

namespace scoreline::app {
namespace {

bool is_version(const std::string& name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::uint64_t version_of(Store& store, const std::string& name) {
  if (name != "active") return std::strtoull(name.c_str(), nullptr, 10);
  std::uint64_t version = 0;
  for (const pg::RuleBookView& book : store.views().rulebooks()) {
    if (book.state == flow::StoredRuleBook::State::activated) version = std::max(version, book.version);
  }
  if (version == 0) throw base::UsageError("no rule book decides yet; scoreline rulebook show lists what is there");
  return version;
}

RuleBookFolder read_version(Store& store, const std::string& name) {
  const std::uint64_t version = version_of(store, name);
  const auto stored = store.load_rulebook(version);
  if (!stored)
    throw base::UsageError(fmt::format("there is no version {}; scoreline rulebook show lists what is there", version));
  RuleBookFolder out;
  for (const auto& [file, text] : stored->files) out.files[file] = text;
  out.sha256 = wire::rulebook_sha256(out.files);
  out.book = wire::load_rulebook(out.files).book;
  if (out.book == nullptr)
    throw base::UsageError(fmt::format("version {} cannot be read by this program: update it", version));
  return out;
}

int run_diff(const CommandContext& context, const std::string& before, const std::string& after) {
  std::unique_ptr<Store> store;
  const auto read = [&](const std::string& name) {
    if (!is_version(name) && name != "active") return read_rulebook(name);
    if (store == nullptr) store = std::make_unique<Store>(context.settings());
    return read_version(*store, name);
  };
  const RuleBookFolder old_book = read(before), new_book = read(after);
  const core::RuleBookDiff diff = core::compare(*old_book.book, *new_book.book);
  if (context.json)
    fmt::print("{}\n", diff_json(diff));
  else
    fmt::print("{}", diff_text(diff, old_book.sha256 == new_book.sha256));
  return diff.equal() ? kDone : kProblem;
}

}  // namespace

void add_rulebook_diff(CLI::App& rulebook, CommandContext& context) {
  struct Words {
    std::string before, after;
  };
  auto words = std::make_shared<Words>();
  auto* diff = rulebook.add_subcommand("diff", "what changes from one rule book to another, in plain sentences");
  diff->footer(
      "A and B are folders, numbers of published versions, or `active` (the version that decides); a folder whose "
      "name\n"
      "is a number is written ./3. Exit status 0: they mean the same; 1: they differ; 2: one cannot be read.\n"
      "Example: scoreline rulebook diff active rulebooks/demo");
  diff->add_option("A", words->before, "the old one")->required();
  diff->add_option("B", words->after, "the new one")->required();
  diff->callback([&context, words] {
    context.run = [&context, words] { return run_diff(context, words->before, words->after); };
  });
}

}  // namespace scoreline::app
