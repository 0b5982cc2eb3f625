#include "app/rulebook_diff.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "app/table_print.hpp"
#include "wire/json_writer.hpp"

namespace scoreline::app {
namespace {

using Kind = core::RuleBookChange::Kind;

std::int64_t count(const core::RuleBookDiff& diff, Kind kind) {
  return std::count_if(diff.changes.begin(), diff.changes.end(), [&](const auto& one) { return one.kind == kind; });
}

const char* word_of(Kind kind) { return kind == Kind::added ? "added" : kind == Kind::removed ? "removed" : "changed"; }

std::string count_back_text(const core::RuleBookDiff& diff) {
  if (diff.counted_back.empty())
    return "publishing counts nothing back: points, limits and decay work on what is counted already\n";
  std::string text = "publishing counts the past back for";
  for (const std::string& name : diff.counted_back)
    text += fmt::format("{} {}", name == diff.counted_back.front() ? "" : ",", name);
  return text + "\n";
}

}  // namespace

std::string diff_text(const core::RuleBookDiff& diff, bool same_files) {
  if (diff.equal()) {
    return same_files ? "the same rule book\n"
                      : "the rule books mean the same; their files differ in comments, layout or the order of rules\n";
  }
  std::string text;
  for (const core::RuleBookChange& change : diff.changes) text += core::to_text(change) + "\n";
  text += fmt::format("{}: {} added, {} removed, {} changed\n",
                      counted(static_cast<std::int64_t>(diff.changes.size()), "change", "changes"),
                      count(diff, Kind::added), count(diff, Kind::removed), count(diff, Kind::changed));
  return text + count_back_text(diff);
}

std::string diff_json(const core::RuleBookDiff& diff) {
  std::string text;
  wire::JsonWriter json(text);
  json.begin_object().key("equal").boolean(diff.equal()).key("changes").begin_array();
  for (const core::RuleBookChange& change : diff.changes) {
    json.begin_object().key("part").string(change.noun).key("id").string(change.id);
    json.key("change").string(word_of(change.kind)).key("sentences").begin_array();
    for (const std::string& sentence : change.sentences) json.string(sentence);
    json.end_array().end_object();
  }
  json.end_array().key("count_back").begin_object();
  json.key("needed").boolean(!diff.counted_back.empty()).key("for").begin_array();
  for (const std::string& name : diff.counted_back) json.string(name);
  json.end_array().end_object().end_object();
  return text;
}

}  // namespace scoreline::app
