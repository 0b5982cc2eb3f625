/// What a `when` asks of a lead beyond traits (semantics 2.2), matches, and occasions (semantics 7).
#include <fmt/core.h>

#include <algorithm>

#include "base/hash.hpp"
#include "core/customer_fields.hpp"
#include "wire/rulebook_toml_reader.hpp"

namespace scoreline::wire {
namespace {

using core::Condition;
using core::ConditionKind;
using core::kCustomerFields;
using core::Operator;

/// `= "x"`, `= { is = "x" }` or `= { at_least = "x" }` with x of `known`.
void read_position(Reading& reading, const TomlNode& entry, Condition base, const std::vector<std::string>& known,
                   std::string_view noun, const std::string& what, Condition& out) {
  const auto add = [&](const TomlNode& value, Operator op) {
    if (value.kind != TomlNode::Kind::string) {
      reading.problems.at_value(
          value, fmt::format("`{}` in {} must name a {}, not be {}", entry.key, what, noun, kind_name(value.kind)),
          "write its id in quotes");
      return;
    }
    if (!check_known(reading, value, noun, known)) return;
    Condition one = base;
    one.op = op;
    one.text = value.text;
    out.children.push_back(std::move(one));
  };
  if (entry.kind != TomlNode::Kind::table) return add(entry, Operator::is);
  Table table(reading.problems, entry, fmt::format("`{}` in {}", entry.key, what));
  const TomlNode* is = table.find("is");
  const TomlNode* at_least = table.find("at_least");
  if (is != nullptr) add(*is, Operator::is);
  if (at_least != nullptr) add(*at_least, Operator::gte);
  if (entry.children.empty()) {
    reading.problems.at_value(entry, fmt::format("{} names no {}", table.what(), noun),
                              "write `{ at_least = \"...\" }` or `{ is = \"...\" }`");
  }
  table.finish();
}

void read_did(Reading& reading, const TomlNode& entry, const std::string& what, Condition& out) {
  Condition did;
  did.kind = ConditionKind::did;
  if (entry.kind != TomlNode::Kind::table) {
    if (entry.kind == TomlNode::Kind::array) {
      reading.problems.at_value(entry, fmt::format("`did` in {} is a list", what), "write `did = { on = [...] }`");
      return;
    }
    std::vector<std::string> names = read_names(reading, entry, what);
    if (names.empty()) return;
    did.match = match_of(reading, std::move(names), {}, "");
    out.children.push_back(std::move(did));
    return;
  }
  Table table(reading.problems, entry, fmt::format("`did` in {}", what));
  const auto match = read_match(reading, table, "on", "");
  did.within_days = table.days("within_days").value_or(0);
  table.finish();
  if (!match) return;
  did.match = *match;
  out.children.push_back(std::move(did));
}

void read_inside(Reading& reading, const TomlNode& entry, ConditionKind kind, const std::vector<OuterId>& known,
                 std::string_view outer, std::string_view inner, const std::string& what, Condition& out) {
  Condition base;
  base.kind = kind;
  base.subject = entry.key.substr(entry.key.find('.') + 1);
  const auto found =
      std::find_if(known.begin(), known.end(), [&](const OuterId& one) { return one.id == base.subject; });
  if (found != known.end())
    return read_position(reading, entry, base, found->inner, fmt::format("{} of {} `{}`", inner, outer, base.subject),
                         what, out);
  std::vector<std::string> names;
  for (const OuterId& one : known) names.push_back(one.id);
  reading.dangling(entry, fmt::format("`{}` in {}: there is no {} `{}`", entry.key, what, outer, base.subject),
                   base.subject, names);
}

std::string sized(std::string_view text) { return fmt::format("{}:{}", text.size(), text); }

std::string canonical(const core::Operand& operand) {
  if (operand.type == core::FieldType::boolean) return operand.boolean ? "t" : "f";
  if (operand.type == core::FieldType::string) return sized(operand.text);
  core::Number whole{true, 0, 0};
  if (!operand.number.is_integer && operand.number.real >= -9e15 && operand.number.real <= 9e15) {
    whole.integer = static_cast<std::int64_t>(operand.number.real);
    if (core::compare(whole, operand.number) == 0) return fmt::format("n{}", whole.integer);  // 1.0 is 1
  }
  return operand.number.is_integer ? fmt::format("n{}", operand.number.integer)
                                   : fmt::format("n{}", operand.number.real);
}

/// The same text for conditions that differ in nothing but order. Stored hashes hang on it: it never changes.
std::string canonical(const Condition& condition, const core::PathTable& paths) {
  std::vector<std::string> parts;
  std::string out;
  if (condition.kind == ConditionKind::field) {
    for (const core::Operand& operand : condition.operands) parts.push_back(canonical(operand));
    out = fmt::format("({} {}", sized(paths.name(condition.path)), static_cast<int>(condition.op));
  } else {
    for (const Condition& child : condition.children) parts.push_back(canonical(child, paths));
    out = condition.kind == ConditionKind::all ? "(all" : condition.kind == ConditionKind::any ? "(any" : "(none";
  }
  std::sort(parts.begin(), parts.end());
  parts.erase(std::unique(parts.begin(), parts.end()), parts.end());
  for (const std::string& part : parts) out += " " + part;
  return out + ")";
}

}  // namespace

bool check_known(Reading& reading, const TomlNode& node, std::string_view noun, const std::vector<std::string>& known) {
  if (std::find(known.begin(), known.end(), node.text) != known.end()) return true;
  reading.dangling(node, fmt::format("there is no {} `{}`", noun, node.text), node.text, known);
  return false;
}

bool read_lead_entry(Reading& reading, const TomlNode& entry, const std::string& what, Condition& out) {
  if (entry.key == "tier") {
    Condition base;
    base.kind = ConditionKind::tier;
    read_position(reading, entry, base, reading.ids.tiers, "tier", what, out);
  } else if (entry.key == "did") {
    read_did(reading, entry, what, out);
  } else if (entry.key.starts_with("intent.")) {
    read_inside(reading, entry, ConditionKind::intent, reading.ids.intents, "intent", "level", what, out);
  } else if (entry.key.starts_with("stage.")) {
    read_inside(reading, entry, ConditionKind::stage, reading.ids.pipelines, "pipeline", "stage", what, out);
  } else if (entry.key.starts_with("customer.")) {
    Condition base;
    base.kind = ConditionKind::customer;
    base.subject = entry.key.substr(9);
    if (std::find(core::kCustomerFields.begin(), core::kCustomerFields.end(), base.subject) ==
        core::kCustomerFields.end()) {
      reading.problems.at_key(entry,
                              fmt::format("`{}` in {}: a customer has no field `{}`", entry.key, what, base.subject),
                              did_you_mean(base.subject, core::kCustomerFields));
    } else {
      const std::size_t before = out.children.size();
      read_operators(reading, entry, base, what, out);
      remark_customer(reading, entry, std::span(out.children).subspan(before));
    }
  } else {
    return false;
  }
  return true;
}

std::vector<std::string> read_names(Reading& reading, const TomlNode& node, const std::string& what) {
  std::vector<std::string> names;
  const auto add = [&](const TomlNode& one) {
    if (one.kind == TomlNode::Kind::string && !one.text.empty()) {
      names.push_back(one.text);
      remark_reserved(reading, one);
    } else {
      reading.problems.at_value(
          one, fmt::format("`{}` of {} must be the name of an activity or a list of names", node.key, what),
          "write the name in quotes");
    }
  };
  if (node.kind != TomlNode::Kind::array) {
    add(node);
  } else {
    for (const TomlNode& one : node.children) add(one);
    if (node.children.empty())
      reading.problems.at_value(node, fmt::format("`{}` of {} names no activity", node.key, what),
                                "write `on = \"page\"`, for example");
  }
  return names;
}

std::uint32_t match_of(Reading& reading, std::vector<std::string> on, Condition where, const std::string& value_path) {
  std::sort(on.begin(), on.end());
  on.erase(std::unique(on.begin(), on.end()), on.end());
  std::string text = "on";
  for (const std::string& name : on) text += " " + sized(name);
  text += " where " + canonical(where, reading.book.paths);
  if (!value_path.empty()) text += " per " + sized(value_path);
  const auto [place, is_new] =
      reading.matches.try_emplace(text, static_cast<std::uint32_t>(reading.book.matches.size()));
  if (is_new) {
    core::Match match;
    match.hash = base::stable_hash(text);
    match.on = std::move(on);
    match.where = std::move(where);
    if (!value_path.empty()) match.value_path = reading.book.paths.add(value_path, true);
    reading.book.matches.push_back(std::move(match));
  }
  return place->second;
}

std::optional<std::uint32_t> read_match(Reading& reading, Table& table, std::string_view on_key,
                                        const std::string& value_path) {
  std::vector<std::string> names;
  if (const TomlNode* on = table.find(on_key, Need::required)) names = read_names(reading, *on, table.what());
  Condition where;
  if (const TomlNode* node = table.find("where", TomlNode::Kind::table)) {
    where = read_condition(reading, *node, Scope::event, table.label("where"));
    remark_condition(reading, *node, where, table.label("where"));
  }
  if (names.empty()) return std::nullopt;
  return match_of(reading, std::move(names), std::move(where), value_path);
}

std::optional<std::pair<std::string, std::string>> read_pair(Reading& reading, const TomlNode& node,
                                                             const std::vector<OuterId>& known, std::string_view outer,
                                                             std::string_view inner) {
  const std::size_t slash = node.kind == TomlNode::Kind::string ? node.text.find('/') : std::string::npos;
  if (slash == std::string::npos) {
    reading.problems.at_value(node, fmt::format("`{}` must name {} and {}", node.key, outer, inner),
                              fmt::format("write `{} = \"{}/{}\"`", node.key, outer, inner));
    return std::nullopt;
  }
  const std::string first = node.text.substr(0, slash), second = node.text.substr(slash + 1);
  std::vector<std::string> names;
  for (const OuterId& one : known) {
    names.push_back(one.id);
    if (one.id != first) continue;
    if (std::find(one.inner.begin(), one.inner.end(), second) != one.inner.end()) return std::pair(first, second);
    reading.dangling(node, fmt::format("{} `{}` has no {} `{}`", outer, first, inner, second), second, one.inner);
    return std::nullopt;
  }
  reading.dangling(node, fmt::format("there is no {} `{}`", outer, first), first, names);
  return std::nullopt;
}

std::optional<core::Occasion> read_occasion(Reading& reading, const TomlNode& node, const std::string& what) {
  if (node.kind != TomlNode::Kind::table) {
    reading.problems.at_value(node, fmt::format("{} must be a table, not {}", what, kind_name(node.kind)),
                              "write `{ activity = \"...\" }` or `{ tier = \"...\" }`");
    return std::nullopt;
  }
  const std::size_t before = reading.problems.count();
  Table table(reading.problems, node, what);
  using Kind = core::Occasion::Kind;
  core::Occasion out;
  const TomlNode *activity = table.find("activity"), *tier = table.find("tier", TomlNode::Kind::string),
                 *intent = table.find("intent"), *stage = table.find("stage"),
                 *customer = table.find("customer", TomlNode::Kind::string), *where = table.find("where");
  const auto named = std::count_if(node.children.begin(), node.children.end(), [](const TomlNode& child) {
    return child.key == "activity" || child.key == "tier" || child.key == "intent" || child.key == "stage" ||
           child.key == "customer";
  });
  // A misspelt one is reported as an unknown key, and that is enough.
  if (named > 1 || node.children.empty() || (named == 0 && where != nullptr)) {
    reading.problems.at_value(
        node, fmt::format("{} must have exactly one of `activity`, `tier`, `intent`, `stage`, `customer`", what),
        "write `{ activity = \"...\" }`, for example");
  } else if (activity != nullptr) {
    if (const auto match = read_match(reading, table, "activity", "")) out.match = *match;
  } else if (tier != nullptr) {
    out.kind = Kind::tier;
    if (check_known(reading, *tier, "tier", reading.ids.tiers)) out.text = tier->text;
  } else if (intent != nullptr || stage != nullptr) {
    out.kind = intent != nullptr ? Kind::intent : Kind::stage;
    const auto pair = intent != nullptr ? read_pair(reading, *intent, reading.ids.intents, "intent", "level")
                                        : read_pair(reading, *stage, reading.ids.pipelines, "pipeline", "stage");
    if (pair) out.subject = pair->first, out.text = pair->second;
  } else if (customer != nullptr) {
    out.kind = Kind::churn_risk;
    if (customer->text != "churn_risk") {
      reading.problems.at_value(*customer, fmt::format("`customer` of {} is `{}`", what, customer->text),
                                "the one signal of customers is `churn_risk`");
    }
  }
  if (where != nullptr && activity == nullptr)
    reading.problems.at_key(*where, fmt::format("`where` of {} belongs to `activity` only", what),
                            "use a `when` of the trigger or sequence for what is known of the lead");
  table.finish();
  if (reading.problems.count() != before) return std::nullopt;
  return out;
}

}  // namespace scoreline::wire
