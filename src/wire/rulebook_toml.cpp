#include "wire/rulebook_toml.hpp"

#include <fmt/core.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <cmath>

#include "wire/rulebook_toml_reader.hpp"

namespace scoreline::wire {
namespace {

constexpr std::string_view kTemplates = "templates/";

const TomlNode* child_of(const TomlNode& node, std::string_view key) {
  for (const TomlNode& child : node.children) {
    if (child.key == key) return &child;
  }
  return nullptr;
}

/// The ids of an array of tables, each once; what is wrong there is the second pass's business.
std::vector<std::string> ids_of(const TomlNode& root, std::string_view key, std::vector<std::string> out = {}) {
  const TomlNode* list = child_of(root, key);
  if (list == nullptr) return out;
  for (const TomlNode& one : list->children) {
    const TomlNode* id = child_of(one, "id");
    if (id == nullptr || id->text.empty() || std::find(out.begin(), out.end(), id->text) != out.end()) continue;
    out.push_back(id->text);
  }
  return out;
}

void outer_ids_of(const TomlNode& root, std::string_view key, std::string_view inner, std::vector<OuterId>& out) {
  const TomlNode* list = child_of(root, key);
  if (list == nullptr) return;
  for (const TomlNode& one : list->children) {
    if (const TomlNode* id = child_of(one, "id"); id != nullptr && !id->text.empty())
      out.push_back({id->text, ids_of(one, inner)});
  }
}

void collect_ids(const TomlNode& root, KnownIds& ids) {
  ids.categories = ids_of(root, "category", std::move(ids.categories));
  ids.tiers = ids_of(root, "tier", std::move(ids.tiers));
  ids.sequences = ids_of(root, "sequence", std::move(ids.sequences));
  outer_ids_of(root, "intent", "level", ids.intents);
  outer_ids_of(root, "pipeline", "stage", ids.pipelines);
}

core::Ladders ladders_of(const KnownIds& ids) {
  core::Ladders out;
  out.tiers = ids.tiers;
  for (const OuterId& one : ids.intents) out.intents[one.id] = one.inner;
  for (const OuterId& one : ids.pipelines) out.pipelines[one.id] = one.inner;
  return out;
}

void read_file(Reading& reading, const TomlNode& node) {
  Table root(reading.problems, node, "the rule book");
  read_score(reading, root);
  read_categories(reading, root);
  read_rules(reading, root);
  read_fits(reading, root);
  read_inactivities(reading, root);
  read_tiers(reading, root);
  read_intents(reading, root);
  read_pipelines(reading, root);
  read_triggers(reading, root);
  read_sequences(reading, root);
  root.finish();
}

using Json = rapidjson::Writer<rapidjson::StringBuffer>;

bool write_json(Reading& reading, const TomlNode& node, Json& json) {
  switch (node.kind) {
    case TomlNode::Kind::table:
      json.StartObject();
      for (const TomlNode& child : node.children) {
        json.Key(child.key.data(), static_cast<rapidjson::SizeType>(child.key.size()));
        write_json(reading, child, json);
      }
      return json.EndObject();
    case TomlNode::Kind::array:
      json.StartArray();
      for (const TomlNode& child : node.children) write_json(reading, child, json);
      return json.EndArray();
    case TomlNode::Kind::integer:
      return json.Int64(node.integer);
    case TomlNode::Kind::boolean:
      return json.Bool(node.boolean);
    case TomlNode::Kind::real:
      if (std::isfinite(node.real)) return json.Double(node.real);
      reading.problems.at_value(node, "infinite and undefined numbers cannot be sent",
                                "write a number, or a text in quotes");
      return json.Null();
    case TomlNode::Kind::string:
    case TomlNode::Kind::date:
      break;
  }
  return json.String(node.text.data(), static_cast<rapidjson::SizeType>(node.text.size()));
}

/// "/" parts the two ids of `"pipeline/stage"`.
bool may_have_slash(const std::string& space) {
  return !space.starts_with("intent") && !space.starts_with("level") && !space.starts_with("pipeline") &&
         !space.starts_with("stage");
}

}  // namespace

std::string to_json(Reading& reading, const TomlNode& node) {
  rapidjson::StringBuffer buffer;
  Json json(buffer);
  write_json(reading, node, json);
  return {buffer.GetString(), buffer.GetSize()};
}

bool Reading::declare(const std::string& space, const std::string& id, Table& table) {
  const TomlNode& at = *table.find("id");
  if (!may_have_slash(space) && id.find('/') != std::string::npos) {
    problems.at_value(at, fmt::format("the id of {} has a `/`", table.what()), "use `_` instead");
  }
  const std::string here = fmt::format("{}:{}", problems.file(), at.line);
  const auto [place, is_new] = declared.try_emplace(space + '\n' + id, here);
  if (is_new) return true;
  const std::string among = space == "rule" ? " (rules, fits and inactivities share one name space)" : "";
  problems.at_value(at, fmt::format("duplicate id `{}`: already used at {}{}", id, place->second, among),
                    "give it another id");
  return false;
}

void Reading::dangling(const TomlNode& at, std::string message, std::string_view wrong,
                       const std::vector<std::string>& known) {
  if (complete) problems.at_value(at, std::move(message), did_you_mean(wrong, known));
}

std::string to_text(const RuleBookProblem& problem) {
  std::string out = problem.file;
  if (problem.line > 0) out += fmt::format(":{}:{}", problem.line, problem.column);
  out += problem.severity == RuleBookProblem::Severity::warning ? ": warning: " : ": ";
  out += problem.message;
  if (!problem.suggestion.empty()) out += "; " + problem.suggestion;
  return out;
}

bool LoadedRuleBook::has_errors() const {
  return !problems.empty() || std::any_of(remarks.begin(), remarks.end(), [](const RuleBookProblem& one) {
    return one.severity == RuleBookProblem::Severity::error;
  });
}

LoadedRuleBook load_rulebook(const RuleBookFiles& files) {
  Reading reading;
  std::vector<std::pair<std::string, TomlNode>> documents;
  for (const auto& [name, text] : files) {
    reading.problems.enter(name);
    if (name.starts_with(kTemplates)) {
      const std::string file = name.substr(kTemplates.size());
      reading.ids.templates.push_back(file);
      reading.book.templates[file] = text;
    } else if (name.ends_with(".toml") && name.find('/') == std::string::npos) {
      TomlDocument document = parse_toml(text);
      if (document.readable) {
        collect_ids(document.root, reading.ids);
        documents.emplace_back(name, std::move(document.root));
      } else {
        reading.complete = false;
        reading.problems.add(document.line, document.column, "this is not TOML: " + document.message,
                             "see https://toml.io/en/v1.0.0");
      }
    } else {
      reading.problems.add(0, 0, "not a part of a rule book", "a rule book is *.toml files and templates/");
    }
  }
  reading.ladders = ladders_of(reading.ids);
  for (const auto& [name, root] : documents) {
    reading.problems.enter(name);
    read_file(reading, root);
  }
  if (reading.problems.count() == 0) {
    for (const auto& [name, root] : documents) {
      reading.problems.enter(name);
      remark_book(reading, root);
    }
  }
  LoadedRuleBook out;
  out.problems = reading.problems.take();
  out.remarks = reading.problems.take_remarks();
  if (out.problems.empty()) out.book = std::make_shared<const core::RuleBook>(std::move(reading.book));
  return out;
}

}  // namespace scoreline::wire
