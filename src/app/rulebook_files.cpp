#include "app/rulebook_files.hpp"

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

}  // namespace

RuleBookFolder read_rulebook(const std::string& folder) {
  auto files = wire::read_rulebook_folder(folder);
  if (!files.ok()) throw base::UsageError(files.error().message + (files.error().where.empty() ? "" : ": " + files.error().where));
  RuleBookFolder result;
  result.files = std::move(*files);
  result.sha256 = wire::rulebook_sha256(result.files);
  const wire::LoadedRuleBook loaded = wire::load_rulebook(result.files);
  std::string text;
  for (const wire::RuleBookProblem& problem : loaded.problems) text += wire::to_text(problem) + "\n";
  if (loaded.book == nullptr)
    throw base::UsageError(text + counted(static_cast<std::int64_t>(loaded.problems.size()), "problem", "problems") + " in " + folder);
  result.book = loaded.book;
  return result;
}

std::string summary(const core::RuleBook& book) {
  std::string text;
  for (const Count& count : counts_of(book))
    if (count.n > 0) text += (text.empty() ? "" : ", ") + counted(static_cast<std::int64_t>(count.n), count.one, count.many);
  return text.empty() ? "an empty rule book" : text;
}

std::string check_json(const core::RuleBook* book, const std::vector<wire::RuleBookProblem>& problems, const std::string& sha256) {
  std::string text;
  wire::JsonWriter json(text);
  json.begin_object().key("ok").boolean(book != nullptr).key("sha256").string(sha256).key("problems").begin_array();
  for (const wire::RuleBookProblem& problem : problems)
    json.begin_object()
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
  if (book != nullptr)
    for (const Count& count : counts_of(*book)) json.key(count.key).integer(count.n);
  json.end_object().end_object();
  return text;
}

}  // namespace scoreline::app
