/// Conditions on events and on traits (semantics 2.1).
#include <fmt/core.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/suggest.hpp"
#include "wire/rulebook_toml_reader.hpp"

namespace scoreline::wire {
namespace {

using core::Condition;
using core::ConditionKind;
using core::FieldType;
using core::Operand;
using core::Operator;

constexpr std::array<std::string_view, 12> kOperators{"is",      "is_not", "in",  "contains", "prefix", "suffix",
                                                      "matches", "gt",     "gte", "lt",       "lte",    "exists"};

std::optional<Operand> operand_of(const TomlNode& node) {
  Operand out;
  switch (node.kind) {
    case TomlNode::Kind::string:
      out.type = FieldType::string, out.text = node.text;
      return out;
    case TomlNode::Kind::boolean:
      out.type = FieldType::boolean, out.boolean = node.boolean;
      return out;
    case TomlNode::Kind::integer:
      out.type = FieldType::number, out.number.integer = node.integer;
      return out;
    case TomlNode::Kind::real:
      if (!std::isfinite(node.real)) return std::nullopt;
      out.type = FieldType::number, out.number.is_integer = false, out.number.real = node.real;
      return out;
    default:
      return std::nullopt;
  }
}

std::string_view operand_wanted(Operator op) {
  switch (op) {
    case Operator::is:
    case Operator::is_not:
      return "a string, a number or true or false";
    case Operator::in:
      return "a list of strings, numbers or booleans";
    case Operator::exists:
      return "true or false";
    case Operator::gt:
    case Operator::gte:
    case Operator::lt:
    case Operator::lte:
      return "a number";
    default:
      return "a string";
  }
}

bool fits(Operator op, const Operand& operand) {
  switch (op) {
    case Operator::is:
    case Operator::is_not:
    case Operator::in:
      return true;
    case Operator::exists:
      return operand.type == FieldType::boolean;
    case Operator::gt:
    case Operator::gte:
    case Operator::lt:
    case Operator::lte:
      return operand.type == FieldType::number;
    default:
      return operand.type == FieldType::string;
  }
}

bool compile(Reading& reading, const TomlNode& node, Condition& condition, const std::string& what) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  auto pattern = std::make_shared<const re2::RE2>(condition.operands.front().text, options);
  if (!pattern->ok()) {
    reading.problems.at_value(
        node, fmt::format("`matches` in {} is no RE2 expression: {}", what, pattern->error()),
        "RE2 has no look-around and no back references; in '...' a backslash needs no second one");
    return false;
  }
  condition.pattern = std::move(pattern);
  return true;
}

void read_operator(Reading& reading, const TomlNode& node, Operator op, Condition base, const std::string& what,
                   Condition& out) {
  base.op = op;
  bool good = true;
  if (op == Operator::in) {
    good = node.kind == TomlNode::Kind::array;
    for (const TomlNode& item : node.children) {
      const auto operand = operand_of(item);
      good = good && operand.has_value();
      if (good) base.operands.push_back(*operand);
    }
  } else {
    const auto operand = operand_of(node);
    good = operand && fits(op, *operand);
    if (good) base.operands.push_back(*operand);
  }
  if (!good) {
    reading.problems.at_value(
        node,
        fmt::format("`{}` in {} must be {}, not {}", kOperators[static_cast<std::size_t>(op)], what, operand_wanted(op),
                    kind_name(node.kind)),
        op != Operator::in && node.kind == TomlNode::Kind::array ? "for one of several values write `in = [...]`" : "");
    return;
  }
  if (op == Operator::matches && !compile(reading, node, base, what)) return;
  out.children.push_back(std::move(base));
}

void read_group(Reading& reading, const TomlNode& entry, ConditionKind kind, Scope scope, const std::string& what,
                Condition& out) {
  const bool tables = entry.kind == TomlNode::Kind::array &&
                      std::all_of(entry.children.begin(), entry.children.end(),
                                  [](const TomlNode& one) { return one.kind == TomlNode::Kind::table; });
  if (!tables) {
    reading.problems.at_value(entry, fmt::format("`{}` in {} must be a list of tables", entry.key, what),
                              fmt::format("write `{} = [ {{ ... }}, {{ ... }} ]`", entry.key));
    return;
  }
  Condition group;
  group.kind = kind;
  for (const TomlNode& table : entry.children) group.children.push_back(read_condition(reading, table, scope, what));
  out.children.push_back(std::move(group));
}

bool has_empty_step(std::string_view path) {
  return path.starts_with('.') || path.ends_with('.') || path.find("..") != std::string_view::npos;
}

/// `traits = {...}` or `traits.title = ...`: the path's dots were taken as TOML's.
bool looks_unquoted(const TomlNode& node) {
  return node.kind == TomlNode::Kind::table && node.key.find('.') == std::string::npos &&
         std::none_of(node.children.begin(), node.children.end(), [](const TomlNode& child) {
           return std::find(kOperators.begin(), kOperators.end(), child.key) != kOperators.end();
         });
}

std::string path_suggestion(const TomlNode& at, const std::string& path, std::span<const std::string_view> roots) {
  const std::size_t dot = path.find('.');
  const std::string head = path.substr(0, dot);
  const bool root = std::find(roots.begin(), roots.end(), head) != roots.end();
  if (root && dot == std::string::npos && looks_unquoted(at) && !at.children.empty()) {
    return fmt::format("write the path as one quoted key: \"{}.{}\"", head, at.children.front().key);
  }
  if (root)
    return dot == std::string::npos ? fmt::format("name a field, such as \"{}.something\"", head)
                                    : "two dots need a name between them";
  const std::string near = base::suggest(head, roots);
  if (!near.empty()) return fmt::format("did you mean `{}{}`?", near, dot == std::string::npos ? "" : path.substr(dot));
  std::string out = "known here:";
  for (const std::string_view one : roots) out += fmt::format("{} `{}`", one == roots.front() ? "" : ",", one);
  return out;
}

constexpr std::array<std::string_view, 9> kEventRoots{"properties", "context", "traits", "name", "type",
                                                      "source",     "any",     "all",    "none"};
constexpr std::array<std::string_view, 4> kTraitRoots{"traits", "any", "all", "none"};
constexpr std::array<std::string_view, 9> kLeadRoots{"traits",   "tier", "intent", "did", "stage",
                                                     "customer", "any",  "all",    "none"};

std::span<const std::string_view> roots_of(Scope scope) {
  if (scope == Scope::event) return kEventRoots;
  return scope == Scope::traits ? std::span<const std::string_view>(kTraitRoots) : kLeadRoots;
}

bool valid_path(std::string_view path, Scope scope) {
  if (has_empty_step(path)) return false;
  const auto below = [&](std::string_view root) { return path.size() > root.size() && path.starts_with(root); };
  if (below("traits.")) return true;
  if (scope != Scope::event) return false;
  return path == "name" || path == "type" || path == "source" || below("properties.") || below("context.");
}

}  // namespace

std::optional<std::string> read_event_path(Reading& reading, const TomlNode& at, const std::string& path,
                                           const std::string& what) {
  if (valid_path(path, Scope::event)) return path;
  reading.problems.at_value(at, fmt::format("`{}` in {} is no path of an event", path, what),
                            path_suggestion(at, path, std::span(kEventRoots).first(6)));
  return std::nullopt;
}

void read_operators(Reading& reading, const TomlNode& entry, const Condition& base, const std::string& what,
                    Condition& out) {
  const std::string where = fmt::format("\"{}\" of {}", entry.key, what);
  if (entry.kind != TomlNode::Kind::table) {
    if (entry.kind == TomlNode::Kind::array) {
      reading.problems.at_value(entry, fmt::format("{} is a list", where),
                                fmt::format("write `\"{}\" = {{ in = [...] }}`", entry.key));
      return;
    }
    return read_operator(reading, entry, Operator::is, base, where, out);
  }
  if (entry.children.empty())
    reading.problems.at_value(entry, fmt::format("{} names no operator", where),
                              "write `{ exists = true }`, for example");
  for (const TomlNode& child : entry.children) {
    const auto place = std::find(kOperators.begin(), kOperators.end(), child.key);
    if (place == kOperators.end()) {
      reading.problems.at_key(child, fmt::format("unknown operator `{}` in {}", child.key, where),
                              did_you_mean(child.key, kOperators));
      continue;
    }
    read_operator(reading, child, static_cast<Operator>(place - kOperators.begin()), base, where, out);
  }
}

Condition read_condition(Reading& reading, const TomlNode& node, Scope scope, const std::string& what) {
  Condition out;
  for (const TomlNode& entry : node.children) {
    if (entry.key == "all") {
      read_group(reading, entry, ConditionKind::all, scope, what, out);
    } else if (entry.key == "any") {
      read_group(reading, entry, ConditionKind::any, scope, what, out);
    } else if (entry.key == "none") {
      read_group(reading, entry, ConditionKind::none, scope, what, out);
    } else if (valid_path(entry.key, scope)) {
      Condition base;
      base.kind = ConditionKind::field;
      base.path = reading.book.paths.add(entry.key);
      read_operators(reading, entry, base, what, out);
    } else if (scope != Scope::lead || !read_lead_entry(reading, entry, what, out)) {
      Condition ignored;
      const bool of_lead =
          scope == Scope::traits &&
          std::find(kLeadRoots.begin(), kLeadRoots.end(), entry.key.substr(0, entry.key.find('.'))) != kLeadRoots.end();
      if (of_lead && entry.key != "traits" && !entry.key.starts_with("traits.")) {
        reading.problems.at_key(
            entry, fmt::format("`{}` in {}: a fit asks for traits only", entry.key, what),
            "use \"traits.*\" here; tiers, intents, stages and `did` belong into pipelines, triggers and sequences");
      } else {
        reading.problems.at_key(entry, fmt::format("unknown entry `{}` in {}", entry.key, what),
                                path_suggestion(entry, entry.key, roots_of(scope)));
      }
    }
  }
  return out;
}

}  // namespace scoreline::wire
