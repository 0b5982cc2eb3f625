/// [[event]] of a case -> lines of simulate's input.
#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "wire/rulebook_case_reader.hpp"

namespace scoreline::wire {
namespace {

/// What an event may be; each event has exactly one of them.
constexpr std::array<std::string_view, 14> kKinds{"page",  "screen",  "track",   "identify", "group",
                                                  "alias", "crm",     "move",    "retract",  "customer",
                                                  "order", "invoice", "payment", "credit"};
enum class Kind : std::uint8_t {
  page,
  screen,
  track,
  identify,
  group,
  alias,
  crm,
  move,
  retract,
  customer,
  order,
  invoice,
  payment,
  credit
};
using enum Kind;

std::string name_of(Kind kind) { return std::string(kKinds[static_cast<std::size_t>(kind)]); }

TomlNode text_node(std::string text) {
  TomlNode node;
  node.kind = TomlNode::Kind::string;
  node.text = std::move(text);
  return node;
}
TomlNode flag_node(bool value) {
  TomlNode node;
  node.kind = TomlNode::Kind::boolean;
  node.boolean = value;
  return node;
}
TomlNode integer_node(std::int64_t value) {
  TomlNode node;
  node.kind = TomlNode::Kind::integer;
  node.integer = value;
  return node;
}
TomlNode table_node(const TomlNode* like) { return like == nullptr ? TomlNode{} : *like; }

void set(TomlNode& table, std::string_view key, TomlNode value) {
  value.key = key;
  table.children.push_back(std::move(value));
}
void set_text(TomlNode& table, std::string_view key, const std::string& text) {
  if (!text.empty()) set(table, key, text_node(text));
}
TomlNode* child_of(TomlNode& table, std::string_view key) {
  const auto found =
      std::find_if(table.children.begin(), table.children.end(), [&](const TomlNode& one) { return one.key == key; });
  return found == table.children.end() ? nullptr : &*found;
}

/// One [[event]] while it is read.
struct Draft {
  Table& table;
  const TomlNode& node;  // of the key that says what it is
  Kind kind = page;
  CasePerson person;
  std::string id;
  TomlNode value;  // the line's `value`
  std::string topic = "tracking.events";
};

std::string text_of(CaseReading& reading, const Draft& draft) {
  if (draft.node.kind == TomlNode::Kind::string && !draft.node.text.empty()) return draft.node.text;
  reading.problems().at_value(draft.node, fmt::format("{} must be a text", draft.table.label(draft.node.key)),
                              "write it in quotes");
  return "?";
}

TomlNode table_of(CaseReading& reading, const Draft& draft) {
  if (draft.node.kind == TomlNode::Kind::table) return table_node(&draft.node);
  reading.problems().at_value(draft.node, fmt::format("{} must be a table", draft.table.label(draft.node.key)),
                              "write `{ ... }`");
  return {};
}

void write_page(CaseReading& reading, Draft& draft) {
  TomlNode context = table_node(draft.table.find("context", TomlNode::Kind::table));
  context.key.clear();
  if (child_of(context, "page") == nullptr) {
    TomlNode inner;
    set_text(inner, "path", text_of(reading, draft));
    set(context, "page", std::move(inner));
  }
  set(draft.value, "context", std::move(context));
  set_text(draft.value, "name", draft.table.text("name").value_or(""));
}

/// The address goes along where a tracking call can carry one.
void write_address(Draft& draft, TomlNode& table) {
  if (!draft.person.email.empty() && child_of(table, "email") == nullptr) set_text(table, "email", draft.person.email);
}

void write_tracking(CaseReading& reading, Draft& draft) {
  const CasePerson& person = draft.person;
  set_text(draft.value, "type", name_of(draft.kind));
  set_text(draft.value, "anonymousId", person.anon);
  set_text(draft.value, "userId", person.user);
  TomlNode properties = table_node(draft.table.find("properties", TomlNode::Kind::table));
  const bool by_address = person.anon.empty() && person.user.empty() && !person.email.empty();
  if (draft.kind == track) {
    set_text(draft.value, "event", text_of(reading, draft));
    if (by_address) write_address(draft, properties);
  } else if (draft.kind == identify || draft.kind == group) {
    TomlNode traits = table_of(reading, draft);
    if (draft.kind == identify || by_address) write_address(draft, traits);
    set(draft.value, "traits", std::move(traits));
  } else if (draft.kind == alias) {
    set_text(draft.value, "previousId", text_of(reading, draft));
  } else if (draft.kind == screen) {
    set_text(draft.value, "name", text_of(reading, draft));
  }
  if (draft.kind == page) {
    write_page(reading, draft);
  } else if (const TomlNode* context = draft.table.find("context", TomlNode::Kind::table)) {
    set(draft.value, "context", *context);
  }
  if (!properties.children.empty()) set(draft.value, "properties", std::move(properties));
  const bool needs_id = draft.kind == page || draft.kind == screen || draft.kind == alias;
  if (person.anon.empty() && person.user.empty() && (needs_id || !by_address)) {
    reading.problems().at_value(draft.node, fmt::format("{}: a browser knows nobody by that", draft.table.what()),
                                "name an identifier of kind anon or user in `who`");
  }
}

void write_crm(CaseReading& reading, Draft& draft) {
  draft.topic = "crm.events";
  TomlNode properties = table_node(draft.table.find("properties", TomlNode::Kind::table));
  const std::string text = text_of(reading, draft);
  if (draft.kind == move) {
    const std::size_t slash = std::min(text.find('/'), text.size());
    if (slash == text.size())
      reading.problems().at_value(draft.node, fmt::format("{} names no stage", draft.table.label("move")),
                                  "write `move = \"pipeline/stage\"`");
    for (const char* name : {"by", "reason"}) set_text(properties, name, draft.table.text(name).value_or(""));
    set_text(properties, "pipeline", text.substr(0, slash));
    set_text(properties, "to", slash == text.size() ? "" : text.substr(slash + 1));
  } else if (draft.kind == retract) {
    set_text(properties, "messageId", text);
  }
  set_text(draft.value, "event",
           draft.kind == move      ? "deal.moved"
           : draft.kind == retract ? "activity.retracted"
                                   : text);
  if (!properties.children.empty()) set(draft.value, "properties", std::move(properties));
  if (draft.kind == retract) return;
  set_text(draft.value, "userId", draft.person.user);
  if (draft.person.user.empty()) set_text(draft.value, "email", draft.person.email);
  if (draft.person.user.empty() && draft.person.email.empty())
    reading.problems().at_value(draft.node, fmt::format("{}: mail and sales know nobody by that", draft.table.what()),
                                "name an identifier of kind user or email in `who`");
}

void write_erp(CaseReading& reading, Draft& draft) {
  draft.topic = "erp.changes";
  TomlNode data = table_of(reading, draft);
  const std::size_t colon = draft.person.erp.find(':');
  if (colon == std::string::npos) {
    reading.problems().at_value(draft.node, fmt::format("{}: an ERP system knows nobody by that", draft.table.what()),
                                "name an identifier such as \"erp:jtl:4711\" in `who`");
    return;
  }
  const std::string number = draft.person.erp.substr(colon + 1);
  const auto take = [&](std::string_view key) -> std::optional<TomlNode> {
    const TomlNode* found = child_of(data, key);
    if (found == nullptr) return std::nullopt;
    TomlNode out = *found;
    data.children.erase(data.children.begin() + (found - data.children.data()));
    return out;
  };
  std::optional<TomlNode> id = take("id");
  const std::optional<TomlNode> version = take("version");
  if (!id && draft.kind == customer) id = text_node(number);
  if (!id) {
    reading.problems().at_value(draft.node, fmt::format("{} has no `id`", draft.table.label(name_of(draft.kind))),
                                "give the document an id: a second event with the same id is its next version");
    return;
  }
  const std::string document =
      fmt::format("{} {} {}", draft.person.erp, name_of(draft.kind),
                  id->kind == TomlNode::Kind::integer ? std::to_string(id->integer) : id->text);
  std::int64_t& last = reading.versions[document];
  last = version ? version->integer : last + 1;
  set_text(draft.value, "source", draft.person.erp.substr(0, colon));
  set_text(draft.value, "customer", number);
  set_text(draft.value, "kind", name_of(draft.kind));
  set(draft.value, "id", *id);
  set(draft.value, "version", integer_node(last));
  const TomlNode* net = child_of(data, "netCents");
  if ((draft.kind == invoice || draft.kind == credit) && net != nullptr && child_of(data, "grossCents") == nullptr)
    set(data, "grossCents", TomlNode(*net));
  set(draft.value, "data", std::move(data));
}

/// The one key that says what happened.
const TomlNode* find_kind(CaseReading& reading, Table& table, Kind& kind) {
  const TomlNode* found = nullptr;
  std::size_t n = 0;
  for (std::size_t i = 0; i < kKinds.size(); ++i) {
    const TomlNode* one = table.find(kKinds[i]);
    if (one == nullptr) continue;
    found = one;
    kind = static_cast<Kind>(i);
    ++n;
  }
  if (n == 1) return found;
  std::string known;
  for (const std::string_view one : kKinds) known += fmt::format("{}`{}`", known.empty() ? "" : ", ", one);
  reading.problems().at_key(table.node(),
                            fmt::format("{} says {}", table.what(), n == 0 ? "not what happened" : "two things"),
                            "give it exactly one of " + known);
  return nullptr;
}

struct Flags {
  bool untrusted = false;
  std::string source;
};

Flags read_common(CaseReading& reading, Draft& draft) {
  Table& table = draft.table;
  Flags flags;
  if (const TomlNode* happened = table.find("happened")) {
    if (const auto at = read_case_instant(reading, *happened, table.label("happened")))
      set_text(draft.value, "timestamp", base::format_rfc3339(*at));
  }
  for (const char* name : {"history", "machine"}) {
    if (const TomlNode* flag = table.find(name, TomlNode::Kind::boolean))
      set(draft.value, name, flag_node(flag->boolean));
  }
  if (const auto depth = table.integer("depth", 0, 100)) set(draft.value, "depth", integer_node(*depth));
  if (const TomlNode* trusted = table.find("trusted", TomlNode::Kind::boolean)) flags.untrusted = !trusted->boolean;
  flags.source = table.text("source").value_or("");
  return flags;
}

void write_value(CaseReading& reading, Draft& draft) {
  if (draft.kind <= alias) {
    write_tracking(reading, draft);
  } else if (draft.kind <= retract) {
    write_crm(reading, draft);
  } else {
    write_erp(reading, draft);
  }
}

/// `times` and `every`: how often, and how far apart.
struct Repeats {
  std::int64_t times = 1, every_us = 0;
};
Repeats read_repeats(Table& table) {
  Repeats out;
  out.times = table.integer("times", 1, 10'000).value_or(1);
  const auto every = read_span(table, "every", Need::optional);
  const Span span = every.value_or(Span{1, 'm'});
  out.every_us = span.amount * 60 * base::kSecondUs * (span.unit == 'd' ? 1440 : span.unit == 'h' ? 60 : 1);
  return out;
}

std::string line_of(CaseReading& reading, const Draft& draft, const Flags& flags, base::Instant at,
                    const std::string& id) {
  TomlNode line;
  set_text(line, "topic", draft.topic);
  set_text(line, "time", base::format_rfc3339(at));
  if (flags.untrusted) set(line, "trusted", flag_node(false));
  set_text(line, "source", flags.source);
  TomlNode value = draft.value;
  if (draft.topic != "erp.changes") set_text(value, "messageId", id);
  set(line, "value", std::move(value));
  return to_json(reading.reading, line);
}

void read_event(CaseReading& reading, const TomlNode& node, std::size_t number, std::vector<CaseEvent>& out) {
  Table table(reading.problems(), node, fmt::format("[[event]] {}", number));
  Kind kind = page;
  const TomlNode* said = find_kind(reading, table, kind);
  const TomlNode* when = table.find("at", Need::required);
  const auto at = when == nullptr ? std::nullopt : read_case_instant(reading, *when, table.label("at"));
  const TomlNode* who = table.find("who", kind == retract ? Need::optional : Need::required);
  const auto person = who == nullptr ? std::nullopt : read_case_person(reading, *who, table.label("who"));
  if (said == nullptr || !at || (!person && kind != retract)) return;
  Draft draft{table, *said, kind, person.value_or(CasePerson{}), {}, {}};
  draft.id = table.text("id").value_or(fmt::format("event-{}", number));
  const Flags flags = read_common(reading, draft);
  const Repeats repeats = read_repeats(table);
  const TomlNode* refused = table.find("refused", TomlNode::Kind::boolean);
  write_value(reading, draft);
  table.finish();
  for (std::int64_t n = 0; n < repeats.times; ++n) {
    CaseEvent event;
    event.at = base::Instant{at->us + n * repeats.every_us};
    event.line = line_of(reading, draft, flags, event.at, n == 0 ? draft.id : fmt::format("{}-{}", draft.id, n + 1));
    event.toml_line = node.line;
    event.refused = refused != nullptr && refused->boolean;
    out.push_back(std::move(event));
  }
}

}  // namespace

void read_case_events(CaseReading& reading, Table& root, std::vector<CaseEvent>& out) {
  std::size_t number = 0;
  for (const TomlNode* node : root.tables("event")) read_event(reading, *node, ++number, out);
  std::stable_sort(out.begin(), out.end(), [](const CaseEvent& a, const CaseEvent& b) { return a.at < b.at; });
}

}  // namespace scoreline::wire
