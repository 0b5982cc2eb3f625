/// [[expect]] of a case.
#include <fmt/core.h>

#include <algorithm>

#include "core/customer_fields.hpp"
#include "wire/rulebook_case_reader.hpp"

namespace scoreline::wire {
namespace {

using core::Condition;
using core::ConditionKind;
using core::Operator;

/// What is written, for messages: texts without quotes, the rest as JSON.
std::string written(CaseReading& reading, const TomlNode& node) {
  const bool text = node.kind == TomlNode::Kind::string || node.kind == TomlNode::Kind::date;
  return text ? node.text : to_json(reading.reading, node);
}

Condition equals(std::string text) {
  Condition one;
  one.kind = ConditionKind::field;
  core::Operand operand;
  operand.type = core::FieldType::string;
  operand.text = std::move(text);
  one.operands.push_back(std::move(operand));
  return one;
}
Condition is_flag(Operator op, bool value) {
  Condition one = equals("");
  one.op = op;
  one.operands[0].type = core::FieldType::boolean;
  one.operands[0].boolean = value;
  return one;
}
ExpectedField field(std::string name, Condition condition, std::string text = {}) {
  ExpectedField out;
  out.path = {std::move(name)};
  out.condition.children.push_back(std::move(condition));
  out.text = std::move(text);
  return out;
}

/// A value or a table of operators, as in a rule book's conditions.
ExpectedField value_field(CaseReading& reading, const TomlNode& node, std::vector<std::string> path,
                          const std::string& what) {
  ExpectedField out;
  out.path = std::move(path);
  out.text = written(reading, node);
  Condition base;
  base.kind = ConditionKind::field;
  if (node.kind == TomlNode::Kind::date) {
    out.condition.children.push_back(equals(node.text));
  } else {
    read_operators(reading.reading, node, base, what, out.condition);
  }
  return out;
}

ExpectedField instant_field(CaseReading& reading, const TomlNode& node, std::string name, const std::string& what) {
  const auto at = read_case_instant(reading, node, what);
  return field(std::move(name), equals(at ? base::format_rfc3339(*at) : ""), written(reading, node));
}

template <typename T>
std::vector<std::string> ids_of(const std::vector<T>& all) {
  std::vector<std::string> out;
  for (const T& one : all) out.push_back(one.id);
  return out;
}

/// Rules, fits and inactivities share a name space.
std::vector<std::string> rule_ids(const core::RuleBook& book) {
  std::vector<std::string> out = ids_of(book.rules);
  for (const std::string& id : ids_of(book.fits)) out.push_back(id);
  for (const std::string& id : ids_of(book.inactivities)) out.push_back(id);
  return out;
}

bool known(CaseReading& reading, const TomlNode& at, std::string_view noun, const std::string& id,
           const std::vector<std::string>& ids) {
  if (std::find(ids.begin(), ids.end(), id) != ids.end()) return true;
  std::string suggestion = did_you_mean(id, ids);
  if (suggestion.empty()) suggestion = "use an id of the rule book";
  reading.problems().at_value(at, fmt::format("the rule book has no {} `{}`", noun, id), std::move(suggestion));
  return false;
}

/// Does the pair "pipeline/stage" or "sequence/step" exist?
template <typename Outer, typename Inner>
bool known_pair(CaseReading& reading, const TomlNode& at, const std::string& text, std::string_view noun,
                std::string_view inner_noun, const std::vector<Outer>& outer, std::vector<Inner> Outer::*inner) {
  const std::size_t slash = text.find('/');
  if (slash == std::string::npos) {
    reading.problems().at_value(at, fmt::format("`{}` must name {} and {}", text, noun, inner_noun),
                                fmt::format("write \"{}/{}\"", noun, inner_noun));
    return false;
  }
  const std::string first = text.substr(0, slash), second = text.substr(slash + 1);
  if (!known(reading, at, noun, first, ids_of(outer))) return false;
  const auto found = std::find_if(outer.begin(), outer.end(), [&](const Outer& one) { return one.id == first; });
  return known(reading, at, inner_noun, second, ids_of((*found).*inner));
}

/// "sales/meeting open" -> "sales/meeting" and "open"; the last word must be one of `words`.
std::string cut_word(std::string& text, std::initializer_list<const char*> words) {
  const std::size_t blank = text.rfind(' ');
  if (blank == std::string::npos) return {};
  const std::string word = text.substr(blank + 1);
  if (std::none_of(words.begin(), words.end(), [&](const char* one) { return word == one; })) return {};
  text.resize(blank);
  return word;
}

void add_pair(ExpectedItem& item, const std::string& text, const char* outer, const char* inner) {
  const std::size_t slash = std::min(text.find('/'), text.size());
  item.fields.push_back(field(outer, equals(text.substr(0, slash))));
  item.fields.push_back(field(inner, equals(slash == text.size() ? "" : text.substr(slash + 1))));
}

ExpectedItem deal_text(CaseReading& reading, const TomlNode& node, std::string text) {
  ExpectedItem item;
  const std::string word = cut_word(text, {"open", "closed"});
  known_pair(reading, node, text, "pipeline", "stage", reading.book.pipelines, &core::Pipeline::stages);
  add_pair(item, text, "pipeline", "stage");
  if (!word.empty()) item.fields.push_back(field("open", is_flag(Operator::is, word == "open")));
  return item;
}

ExpectedItem firing_text(CaseReading& reading, const TomlNode& node, std::string text) {
  ExpectedItem item;
  const std::string reason = cut_word(text, {"cooldown", "history", "loop"});
  if (!reason.empty()) cut_word(text, {"suppressed"});
  known(reading, node, "trigger", text, ids_of(reading.book.triggers));
  item.fields.push_back(field("trigger", equals(text)));
  item.fields.push_back(field("suppressed", reason.empty() ? is_flag(Operator::exists, false) : equals(reason)));
  return item;
}

ExpectedItem mail_text(CaseReading& reading, const TomlNode& node, std::string text) {
  ExpectedItem item;
  const std::string status = cut_word(text, {"queued", "sent", "cancelled"});
  known_pair(reading, node, text, "sequence", "step", reading.book.sequences, &core::Sequence::steps);
  add_pair(item, text, "sequence", "step");
  if (!status.empty()) item.fields.push_back(field("status", equals(status)));
  return item;
}

void add_values(CaseReading& reading, Table& table, std::initializer_list<const char*> names, ExpectedItem& item) {
  for (const char* name : names) {
    if (const TomlNode* node = table.find(name))
      item.fields.push_back(value_field(reading, *node, {name}, table.what()));
  }
}

ExpectedItem deal_table(CaseReading& reading, const TomlNode& node) {
  Table table(reading.problems(), node, "an entry of `deals`");
  ExpectedItem item;
  if (const TomlNode* deal = table.find("deal", TomlNode::Kind::string, Need::required))
    item = deal_text(reading, *deal, deal->text);
  add_values(reading, table, {"open"}, item);
  table.finish();
  return item;
}

ExpectedItem firing_table(CaseReading& reading, const TomlNode& node) {
  Table table(reading.problems(), node, "an entry of `firings`");
  ExpectedItem item;
  if (const TomlNode* trigger = table.find("trigger", TomlNode::Kind::string, Need::required)) {
    known(reading, *trigger, "trigger", trigger->text, ids_of(reading.book.triggers));
    item.fields.push_back(field("trigger", equals(trigger->text)));
  }
  if (const TomlNode* at = table.find("at"))
    item.fields.push_back(instant_field(reading, *at, "at", table.label("at")));
  add_values(reading, table, {"suppressed", "retracted"}, item);
  table.finish();
  return item;
}

ExpectedItem mail_table(CaseReading& reading, const TomlNode& node) {
  Table table(reading.problems(), node, "an entry of `mails`");
  ExpectedItem item;
  if (const TomlNode* mail = table.find("mail", TomlNode::Kind::string, Need::required))
    item = mail_text(reading, *mail, mail->text);
  if (const TomlNode* due = table.find("due"))
    item.fields.push_back(instant_field(reading, *due, "due_at", table.label("due")));
  add_values(reading, table, {"status", "reason"}, item);
  table.finish();
  return item;
}

/// "checklist/welcome cancelled, reason email.replied".
std::string item_in_words(CaseReading& reading, const TomlNode& node) {
  if (node.kind != TomlNode::Kind::table) return written(reading, node);
  std::string first, rest;
  for (const TomlNode& child : node.children) {
    const bool names_it = child.key == "mail" || child.key == "deal" || child.key == "trigger";
    (names_it ? first : rest) += names_it ? child.text : fmt::format(", {} {}", child.key, written(reading, child));
  }
  return first + rest;
}

ExpectedItem read_item(CaseReading& reading, const std::string& list, const TomlNode& node) {
  ExpectedItem item;
  if (node.kind == TomlNode::Kind::string && list == "identifiers") {
    item.fields.push_back(field("", equals(node.text)));
  } else if (node.kind == TomlNode::Kind::string) {
    item = list == "deals"     ? deal_text(reading, node, node.text)
           : list == "firings" ? firing_text(reading, node, node.text)
                               : mail_text(reading, node, node.text);
  } else if (node.kind == TomlNode::Kind::table && list != "identifiers") {
    item = list == "deals"     ? deal_table(reading, node)
           : list == "firings" ? firing_table(reading, node)
                               : mail_table(reading, node);
  } else {
    reading.problems().at_value(
        node, fmt::format("an entry of `{}` must not be {}", list, kind_name(node.kind)),
        list == "deals"     ? "write \"sales/meeting\" or `{ deal = \"sales/meeting\", open = true }`"
        : list == "firings" ? "write \"alert\" or `{ trigger = \"alert\", suppressed = \"cooldown\" }`"
        : list == "mails"   ? "write \"checklist/welcome sent\" or `{ mail = \"checklist/welcome\", due = ... }`"
                            : "write \"user:anna\"");
  }
  item.text = item_in_words(reading, node);
  return item;
}

/// `deals = [...]` (exactly these) or `{ include = [...], exclude = [...] }`.
void read_list(CaseReading& reading, Table& table, const char* name, std::vector<ExpectedList>& out) {
  const TomlNode* node = table.find(name);
  if (node == nullptr) return;
  const auto add = [&](const TomlNode& items, ExpectedList::Mode mode) {
    ExpectedList list;
    list.mode = mode;
    list.name = name;
    for (const TomlNode& one : items.children) list.items.push_back(read_item(reading, name, one));
    out.push_back(std::move(list));
  };
  if (node->kind == TomlNode::Kind::array) return add(*node, ExpectedList::Mode::exactly);
  if (node->kind != TomlNode::Kind::table)
    return table.wrong(*node, "a list, or a table with `include` and `exclude`",
                       "write `[]` where nothing is expected");
  Table modes(reading.problems(), *node, table.label(name));
  if (const TomlNode* include = modes.find("include", TomlNode::Kind::array))
    add(*include, ExpectedList::Mode::include);
  if (const TomlNode* exclude = modes.find("exclude", TomlNode::Kind::array))
    add(*exclude, ExpectedList::Mode::exclude);
  modes.finish();
}

/// A table of values by id or name: `rules`, `categories`, `customer`, `traits`.
void read_values(CaseReading& reading, Table& table, const char* name, std::string_view noun,
                 const std::vector<std::string>& ids, std::vector<ExpectedField>& out) {
  const TomlNode* node = table.find(name, TomlNode::Kind::table);
  if (node == nullptr) return;
  for (const TomlNode& entry : node->children) {
    if (!noun.empty() && !known(reading, entry, noun, entry.key, ids)) continue;
    std::vector<std::string> path{name};
    std::string rest = entry.key;
    for (std::size_t dot; noun.empty() && (dot = rest.find('.')) != std::string::npos; rest = rest.substr(dot + 1))
      path.push_back(rest.substr(0, dot));
    path.push_back(rest);
    out.push_back(value_field(reading, entry, std::move(path), table.label(name)));
  }
}

/// `intents = { purchase = "medium" }`, `{ purchase = 40 }` or `{ purchase = { level = ..., value = ... } }`.
void read_intents(CaseReading& reading, Table& table, std::vector<ExpectedField>& out) {
  const TomlNode* node = table.find("intents", TomlNode::Kind::table);
  if (node == nullptr) return;
  const std::string what = table.label("intents");
  for (const TomlNode& entry : node->children) {
    if (!known(reading, entry, "intent", entry.key, ids_of(reading.book.intents))) continue;
    const auto& intent = *std::find_if(reading.book.intents.begin(), reading.book.intents.end(),
                                       [&](const core::Intent& one) { return one.id == entry.key; });
    const auto add = [&](const TomlNode& value, const char* part) {
      if (value.kind == TomlNode::Kind::string && value.text != "none")
        known(reading, value, "level", value.text, ids_of(intent.levels));
      out.push_back(value_field(reading, value, {"intents", entry.key, part}, what));
    };
    if (entry.kind != TomlNode::Kind::table) {
      add(entry, entry.kind == TomlNode::Kind::string ? "level" : "value");
      continue;
    }
    Table inner(reading.problems(), entry, fmt::format("`{}` in {}", entry.key, what));
    if (const TomlNode* level = inner.find("level")) add(*level, "level");
    if (const TomlNode* value = inner.find("value")) add(*value, "value");
    inner.finish();
  }
}

void read_lead(CaseReading& reading, Table& table, CaseExpectation& out) {
  if (const TomlNode* score = table.find("score"))
    out.fields.push_back(value_field(reading, *score, {"score"}, table.what()));
  if (const TomlNode* tier = table.find("tier")) {
    if (tier->kind == TomlNode::Kind::string && tier->text != "none")
      known(reading, *tier, "tier", tier->text, ids_of(reading.book.tiers));
    out.fields.push_back(value_field(reading, *tier, {"tier"}, table.what()));
  }
  if (const TomlNode* next = table.find("next_change_on"))
    out.fields.push_back(value_field(reading, *next, {"next_change_on"}, table.what()));
  read_values(reading, table, "categories", "category", ids_of(reading.book.categories), out.fields);
  read_values(reading, table, "rules", "rule", rule_ids(reading.book), out.fields);
  read_intents(reading, table, out.fields);
  const TomlNode* customer = table.find("customer");
  if (customer != nullptr && customer->kind == TomlNode::Kind::boolean) {
    out.fields.push_back(field("customer", is_flag(Operator::exists, customer->boolean), written(reading, *customer)));
  } else {
    read_values(reading, table, "customer", "customer field",
                {core::kCustomerFields.begin(), core::kCustomerFields.end()}, out.fields);
  }
  read_values(reading, table, "traits", "", {}, out.fields);
  for (const char* list : {"deals", "firings", "mails", "identifiers"}) read_list(reading, table, list, out.lists);
}

void read_expectation(CaseReading& reading, const TomlNode& node, std::size_t number, base::Instant end,
                      std::vector<CaseExpectation>& out) {
  const std::size_t before = reading.problems().count();
  Table table(reading.problems(), node, fmt::format("[[expect]] {}", number));
  CaseExpectation one;
  one.toml_line = node.line;
  one.at = end;
  if (const TomlNode* at = table.find("at"))
    one.at = read_case_instant(reading, *at, table.label("at")).value_or(end);
  else if (end == base::kNever)
    table.missing("at");
  if (const auto leads = table.integer("leads", 0, 1'000'000)) one.leads = static_cast<std::size_t>(*leads);
  if (const TomlNode* gone = table.find("gone", TomlNode::Kind::boolean)) one.gone = gone->boolean;
  if (const TomlNode* who = table.find("who", one.leads ? Need::optional : Need::required)) {
    one.who = written(reading, *who);
    if (const auto person = read_case_person(reading, *who, table.label("who")))
      one.identifiers = identifiers_of(*person);
  }
  read_lead(reading, table, one);
  table.finish();
  const bool empty = one.fields.empty() && one.lists.empty() && !one.leads && !one.gone;
  if (empty && reading.problems().count() == before)
    reading.problems().at_key(node, fmt::format("{} expects nothing", table.what()), "add `score = 40`, for example");
  out.push_back(std::move(one));
}

}  // namespace

void read_case_expectations(CaseReading& reading, Table& root, base::Instant end, std::vector<CaseExpectation>& out) {
  const auto tables = root.tables("expect");
  std::size_t number = 0;
  for (const TomlNode* node : tables) read_expectation(reading, *node, ++number, end, out);
  if (tables.empty())
    reading.problems().add(0, 0, "the case expects nothing", "add [[expect]] with `who` and what you expect");
}

}  // namespace scoreline::wire
