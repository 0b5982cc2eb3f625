#include "app/rulebook_files.hpp"

#include <algorithm>
#include <tuple>

#include "app/table_print.hpp"
#include "base/errors.hpp"
#include "wire/json_writer.hpp"

namespace scoreline::app {
namespace {

struct Count {
  const char* key;
  const char* one;
  const char* many;
  std::size_t n;
};

std::vector<Count> counts_of(const core::RuleBook& book) {
  return {{"categories", "category", "categories", book.categories.size()},
          {"rules", "rule", "rules", book.rules.size()},
          {"fits", "fit", "fits", book.fits.size()},
          {"inactivities", "inactivity", "inactivities", book.inactivities.size()},
          {"tiers", "tier", "tiers", book.tiers.size()},
          {"intents", "intent", "intents", book.intents.size()},
          {"pipelines", "pipeline", "pipelines", book.pipelines.size()},
          {"triggers", "trigger", "triggers", book.triggers.size()},
          {"sequences", "sequence", "sequences", book.sequences.size()},
          {"templates", "template", "templates", book.templates.size()}};
}

using Severity = wire::RuleBookProblem::Severity;

std::vector<wire::RuleBookProblem> all_of(const wire::LoadedRuleBook& loaded) {
  std::vector<wire::RuleBookProblem> all = loaded.problems;
  all.insert(all.end(), loaded.remarks.begin(), loaded.remarks.end());
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& a, const auto& b) { return std::tie(a.file, a.line, a.column) < std::tie(b.file, b.line, b.column); });
  return all;
}

}  // namespace

RuleBookFolder read_rulebook(const std::string& folder) {
  auto files = wire::read_rulebook_folder(folder);
  if (!files.ok()) throw base::UsageError(files.error().message + (files.error().where.empty() ? "" : ": " + files.error().where));
  RuleBookFolder result;
  result.files = std::move(*files);
  result.sha256 = wire::rulebook_sha256(result.files);
  const wire::LoadedRuleBook loaded = wire::load_rulebook(result.files);
  if (loaded.has_errors()) {
    const std::vector<wire::RuleBookProblem> all = all_of(loaded);
    const auto errors = std::count_if(all.begin(), all.end(), [](const auto& one) { return one.severity == Severity::error; });
    throw base::UsageError(to_lines(all) + counted(errors, "problem", "problems") + " in " + folder);
  }
  result.book = loaded.book;
  result.warnings = loaded.remarks;
  return result;
}

std::string to_lines(const std::vector<wire::RuleBookProblem>& problems) {
  std::string text;
  for (const wire::RuleBookProblem& problem : problems) text += wire::to_text(problem) + "\n";
  return text;
}

std::string summary(const core::RuleBook& book) {
  std::string text;
  for (const Count& count : counts_of(book))
    if (count.n > 0) text += (text.empty() ? "" : ", ") + counted(static_cast<std::int64_t>(count.n), count.one, count.many);
  return text.empty() ? "an empty rule book" : text;
}

std::string check_json(const wire::LoadedRuleBook& loaded, const std::string& sha256) {
  std::string text;
  wire::JsonWriter json(text);
  json.begin_object().key("ok").boolean(!loaded.has_errors()).key("sha256").string(sha256).key("problems").begin_array();
  for (const wire::RuleBookProblem& problem : all_of(loaded))
    json.begin_object()
        .key("severity")
        .string(problem.severity == Severity::error ? "error" : "warning")
        .key("file")
        .string(problem.file)
        .key("line")
        .integer(problem.line)
        .key("column")
        .integer(problem.column)
        .key("message")
        .string(problem.message)
        .key("suggestion")
        .string(problem.suggestion)
        .end_object();
  json.end_array().key("counts").begin_object();
  if (loaded.book != nullptr)
    for (const Count& count : counts_of(*loaded.book)) json.key(count.key).integer(count.n);
  json.end_object().end_object();
  return text;
}

}  // namespace scoreline::app
