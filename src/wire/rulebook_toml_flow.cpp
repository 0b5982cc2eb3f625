/// Pipelines (semantics 6), triggers and sequences (semantics 7).
#include <date/tz.h>
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "wire/rulebook_toml_reader.hpp"

namespace scoreline::wire {
namespace {

constexpr std::array<std::string_view, 11> kActionKinds{
    "slack.message", "email.send", "sequence.enrol", "webhook.post", "whatsapp.template", "moco.customer",
    "moco.project",  "moco.offer", "cituro.invite",  "task.create",  "sales.assign"};
constexpr std::array<std::string_view, 7> kWeekdays{"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
constexpr std::int64_t kMinuteUs = 60'000'000;

core::Condition read_when(Reading& reading, Table& table, std::string_view key, Need need = Need::optional) {
  const TomlNode* node = table.find(key, TomlNode::Kind::table, need);
  return node == nullptr ? core::Condition{} : read_condition(reading, *node, Scope::lead, table.label(key));
}

void read_stage(Reading& reading, const TomlNode& node, core::Pipeline& pipeline) {
  Table table(reading.problems, node, "[[pipeline.stage]]");
  core::Stage stage;
  if (const auto id = table.id()) {
    stage.id = *id;
    reading.declare(fmt::format("stage of pipeline `{}`", pipeline.id), *id, table);
  }
  stage.name = table.text("name").value_or(stage.id);
  stage.color = table.text("color").value_or("");
  stage.icon = table.text("icon").value_or("");
  constexpr std::array<std::string_view, 2> kOutcomes{"won", "lost"};
  if (const auto outcome = table.choice("outcome", kOutcomes))
    stage.outcome = *outcome == 0 ? core::Outcome::won : core::Outcome::lost;
  table.finish();
  pipeline.stages.push_back(std::move(stage));
}

void read_advance(Reading& reading, const TomlNode& node, core::Pipeline& pipeline) {
  Table table(reading.problems, node, "[[pipeline.advance]]");
  core::Advance advance;
  if (const auto id = table.id()) {
    advance.id = *id;
    reading.declare(fmt::format("advance of pipeline `{}`", pipeline.id), *id, table);
  }
  if (const TomlNode* to = table.find("to", TomlNode::Kind::string, Need::required)) {
    std::vector<std::string> known;
    for (const core::Stage& stage : pipeline.stages) known.push_back(stage.id);
    const auto place = std::find(known.begin(), known.end(), to->text);
    advance.to = static_cast<std::uint32_t>(place - known.begin());
    if (place == known.end()) {
      reading.problems.at_value(*to, fmt::format("pipeline `{}` has no stage `{}`", pipeline.id, to->text),
                                did_you_mean(to->text, known));
    } else if (place == known.begin()) {
      reading.problems.at_value(*to,
                                fmt::format("{} is the first stage: no deal ever advances to it", table.label("to")),
                                "deals begin there; name a later stage");
    }
  }
  advance.when = read_when(reading, table, "when", Need::required);
  table.finish();
  pipeline.advances.push_back(std::move(advance));
}

void read_pipeline(Reading& reading, const TomlNode& node) {
  Table table(reading.problems, node, "[[pipeline]]");
  core::Pipeline pipeline;
  if (const auto id = table.id()) {
    pipeline.id = *id;
    reading.declare("pipeline", *id, table);
  }
  pipeline.priority = table.integer("priority", -1'000'000'000, 1'000'000'000).value_or(0);
  if (const TomlNode* route = table.find("route", TomlNode::Kind::table)) {
    pipeline.route = read_condition(reading, *route, Scope::lead, table.label("route"));
  }
  pipeline.reopen_after_days = table.days("reopen_after_days");
  for (const TomlNode* one : table.tables("stage")) read_stage(reading, *one, pipeline);
  for (const TomlNode* one : table.tables("advance")) read_advance(reading, *one, pipeline);
  if (pipeline.stages.empty())
    reading.problems.at_key(node, fmt::format("{} has no stage", table.what()), "add [[pipeline.stage]] below it");
  table.finish();
  reading.book.pipelines.push_back(std::move(pipeline));
}

void read_enrol(Reading& reading, Table& table, core::Action& action) {
  if (const TomlNode* delay = table.find("delay")) {
    reading.problems.at_key(*delay, fmt::format("{}: an enrolment has no delay", table.label("delay")),
                            "give the sequence's first step a later `after`");
  }
  const TomlNode* with = table.find("with", TomlNode::Kind::table, Need::required);
  if (with == nullptr) return;
  Table inner(reading.problems, *with, table.label("with"));
  const TomlNode* sequence = inner.find("sequence", TomlNode::Kind::string, Need::required);
  if (sequence != nullptr && check_known(reading, *sequence, "sequence", reading.ids.sequences))
    action.enrol_sequence = sequence->text;
  inner.finish();
}

core::Action read_action(Reading& reading, const TomlNode& node, const std::string& trigger) {
  Table table(reading.problems, node, fmt::format("[[trigger.action]] of `{}`", trigger));
  core::Action action;
  if (const auto kind = table.choice("kind", kActionKinds, Need::required)) action.kind = kActionKinds[*kind];
  const TomlNode* with = table.find("with", TomlNode::Kind::table);
  action.with_json = with == nullptr ? "{}" : to_json(reading, *with);
  if (action.kind == "sequence.enrol") {
    read_enrol(reading, table, action);
  } else if (const auto delay = read_span(table, "delay", Need::optional)) {
    action.delay_us = delay->amount * kMinuteUs * (delay->unit == 'd' ? 1440 : delay->unit == 'h' ? 60 : 1);
  }
  table.finish();
  return action;
}

void read_trigger(Reading& reading, const TomlNode& node) {
  Table table(reading.problems, node, "[[trigger]]");
  core::Trigger trigger;
  if (const auto id = table.id()) {
    trigger.id = *id;
    reading.declare("trigger", *id, table);
  }
  if (const TomlNode* on = table.find("on", Need::required)) {
    if (const auto occasion = read_occasion(reading, *on, table.label("on"))) trigger.on = *occasion;
  }
  trigger.when = read_when(reading, table, "when");
  trigger.cooldown_days = table.days("cooldown_days", 0).value_or(0);
  for (const TomlNode* one : table.tables("action")) trigger.actions.push_back(read_action(reading, *one, trigger.id));
  table.finish();
  reading.book.triggers.push_back(std::move(trigger));
}

/// "09:00" -> 540.
std::optional<std::int32_t> read_minute(Table& table, std::string_view key) {
  const TomlNode* node = table.find(key, Need::required);
  if (node == nullptr) return std::nullopt;
  const std::string& text = node->text;
  const auto digit = [&](std::size_t i) { return text[i] >= '0' && text[i] <= '9'; };
  if (node->kind == TomlNode::Kind::string && text.size() == 5 && digit(0) && digit(1) && text[2] == ':' && digit(3) &&
      digit(4)) {
    const std::int32_t minute = ((text[0] - '0') * 10 + text[1] - '0') * 60 + (text[3] - '0') * 10 + text[4] - '0';
    if (minute <= 1440 && text[3] < '6') return minute;
  }
  table.problems().at_value(*node, fmt::format("{} is no time of day", table.label(key)),
                            "write \"09:00\" (00:00 to 24:00), in quotes");
  return std::nullopt;
}

core::Window read_window(Reading& reading, const TomlNode& node, const std::string& what) {
  Table table(reading.problems, node, what);
  core::Window window;
  const auto from = read_minute(table, "from"), to = read_minute(table, "to");
  if (from && to && *from >= *to) {
    reading.problems.at_value(*table.find("from"), fmt::format("`from` of {} is not before its `to`", what),
                              "a window lies within one day");
  }
  window.from_minute = from.value_or(0);
  window.to_minute = to.value_or(1440);
  if (const TomlNode* days = table.find("days", TomlNode::Kind::array, Need::required)) {
    window.days = 0;
    for (const TomlNode& day : days->children) {
      const auto place = std::find(kWeekdays.begin(), kWeekdays.end(), day.text);
      if (place != kWeekdays.end()) {
        window.days = static_cast<std::uint8_t>(window.days | (1u << (place - kWeekdays.begin())));
      } else {
        reading.problems.at_value(day, fmt::format("`{}` in {} is no day", day.text, table.label("days")),
                                  "days are mon, tue, wed, thu, fri, sat, sun");
      }
    }
    if (days->children.empty())
      reading.problems.at_value(*days, fmt::format("{} allows no day", what), "name at least one day");
  }
  table.finish();
  return window;
}

void check_timezone(Reading& reading, const TomlNode& node, const std::string& label) {
  const auto& zones = date::get_tzdb().zones;
  const bool known =
      std::any_of(zones.begin(), zones.end(), [&](const date::time_zone& zone) { return zone.name() == node.text; });
  if (known) return;
  std::vector<std::string> names;
  for (const auto& zone : zones) names.push_back(zone.name());
  std::string suggestion = did_you_mean(node.text, names);
  if (suggestion.empty()) suggestion = "use a name of the IANA list such as \"Europe/Berlin\"";
  reading.problems.at_value(node, fmt::format("{}: there is no time zone `{}`", label, node.text),
                            std::move(suggestion));
}

void read_step(Reading& reading, const TomlNode& node, core::Sequence& sequence) {
  Table table(reading.problems, node, "[[sequence.step]]");
  core::Step step;
  if (const auto id = table.id()) {
    step.id = *id;
    reading.declare(fmt::format("step of sequence `{}`", sequence.id), *id, table);
  }
  if (const auto after = read_span(table, "after", Need::required))
    step.after_amount = after->amount, step.after_unit = after->unit;
  step.subject = table.text("subject", Need::required).value_or("");
  if (const TomlNode* name = table.find("template", TomlNode::Kind::string, Need::required)) {
    step.template_name = find_template(reading.ids.templates, name->text);
    if (step.template_name.empty()) {
      reading.problems.at_value(*name,
                                fmt::format("{}: there is no template `{}`", table.label("template"), name->text),
                                suggest_template(reading.ids.templates, name->text));
    }
  }
  table.finish();
  sequence.steps.push_back(std::move(step));
}

void read_exits(Reading& reading, Table& table, core::Sequence& sequence) {
  const TomlNode* list = table.find("exit_on", TomlNode::Kind::array);
  if (list == nullptr) return;
  for (const TomlNode& one : list->children) {
    if (const auto occasion = read_occasion(reading, one, table.label("exit_on")))
      sequence.exit_on.push_back(*occasion);
  }
}

void read_sequence(Reading& reading, const TomlNode& node) {
  Table table(reading.problems, node, "[[sequence]]");
  core::Sequence sequence;
  if (const auto id = table.id()) {
    sequence.id = *id;
    reading.declare("sequence", *id, table);
  }
  if (const TomlNode* on = table.find("enrol_on"))
    sequence.enrol_on = read_occasion(reading, *on, table.label("enrol_on"));
  sequence.when = read_when(reading, table, "when");
  sequence.re_enrol_after_days = table.days("re_enrol_after_days", 0);
  if (const TomlNode* zone = table.find("timezone", TomlNode::Kind::string)) {
    check_timezone(reading, *zone, table.label("timezone"));
    sequence.timezone = zone->text;
  }
  if (const TomlNode* window = table.find("window", TomlNode::Kind::table))
    sequence.window = read_window(reading, *window, table.label("window"));
  read_exits(reading, table, sequence);
  sequence.consent_trait = table.text("consent").value_or("");
  const auto steps = table.tables("step");
  for (const TomlNode* one : steps) read_step(reading, *one, sequence);
  if (steps.empty())
    reading.problems.at_key(node, fmt::format("{} has no step", table.what()), "add [[sequence.step]] below it");
  table.finish();
  reading.book.sequences.push_back(std::move(sequence));
}

}  // namespace

std::string find_template(const std::vector<std::string>& files, const std::string& name) {
  for (const char* extension : {"", ".html", ".txt", ".md"}) {
    if (std::find(files.begin(), files.end(), name + extension) != files.end()) return name + extension;
  }
  for (const std::string& file : files) {
    if (file.substr(0, file.rfind('.')) == name) return file;
  }
  return {};
}

std::string suggest_template(const std::vector<std::string>& files, const std::string& name) {
  std::vector<std::string> names;
  for (const std::string& file : files) names.push_back(file.substr(0, file.rfind('.')));
  const std::string suggestion = did_you_mean(name, names);
  return suggestion.empty() ? fmt::format("add the file templates/{}.html", name) : suggestion;
}

std::optional<Span> read_span(Table& table, std::string_view key, Need need) {
  const auto text = table.text(key, need);
  if (!text) return std::nullopt;
  Span out;
  const auto end = std::from_chars(text->data(), text->data() + text->size(), out.amount);
  const std::string_view unit(end.ptr, static_cast<std::size_t>(text->data() + text->size() - end.ptr));
  constexpr std::int64_t kMinutesMax = 10ll * 366 * 1440;
  if (end.ec == std::errc() && out.amount >= 0 && (unit == "d" || unit == "h" || unit == "m")) {
    out.unit = unit.front();
    if (out.amount <= kMinutesMax / (out.unit == 'd' ? 1440 : out.unit == 'h' ? 60 : 1)) return out;
  }
  table.problems().at_value(
      *table.find(key), fmt::format("{} is no span of time", table.label(key)),
      "write one number and one of d (days), h (hours), m (minutes), such as \"3d\"; at most ten years");
  return std::nullopt;
}

void read_pipelines(Reading& reading, Table& root) {
  for (const TomlNode* node : root.tables("pipeline")) read_pipeline(reading, *node);
}
void read_triggers(Reading& reading, Table& root) {
  for (const TomlNode* node : root.tables("trigger")) read_trigger(reading, *node);
}
void read_sequences(Reading& reading, Table& root) {
  for (const TomlNode* node : root.tables("sequence")) read_sequence(reading, *node);
}

}  // namespace scoreline::wire
