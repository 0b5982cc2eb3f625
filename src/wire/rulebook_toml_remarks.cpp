/// What a rule book says that cannot have been meant (LoadedRuleBook::remarks). Only books without problems get here,
/// so every id is there, once.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <set>

#include "core/activity_names.hpp"
#include "core/rulebook_reach.hpp"
#include "wire/rulebook_toml_reader.hpp"

namespace scoreline::wire {
namespace {

/// Fields of customers that are texts, and the values that they have where those are few (semantics 8).
struct CustomerWords {
  std::string_view field;
  std::vector<std::string_view> words;
};
const std::array<CustomerWords, 7> kCustomerWords{{
    {"trend", {"GROWING", "STABLE", "DECLINING"}},
    {"payment_score", {"EXCELLENT", "GOOD", "ACCEPTABLE", "PROBLEMATIC", "UNKNOWN"}},
    {"b2b_reason", {"vat_id", "net_prices", "company"}},
    {"first_order_on", {}},
    {"last_order_on", {}},
    {"channel", {}},
    {"top_category", {}},
}};

std::string_view kind_of(core::FieldType type) {
  return type == core::FieldType::boolean ? "true or false" : type == core::FieldType::number ? "a number" : "a text";
}

/// Is `name` of the family of one of them ("order.place"), or nearly so ("odrer.placed")?
bool looks_reserved(std::string_view name) {
  const std::size_t dot = name.find('.');
  if (dot == std::string_view::npos) return false;
  const std::string_view family = name.substr(0, dot + 1);
  return std::any_of(core::kFactNames.begin(), core::kFactNames.end(),
                     [&](std::string_view one) { return one.starts_with(family); }) ||
         did_you_mean(name, core::kFactNames).starts_with("did you mean");
}

const TomlNode* child_of(const TomlNode& node, std::string_view key) {
  const auto found =
      std::find_if(node.children.begin(), node.children.end(), [&](const TomlNode& child) { return child.key == key; });
  return found == node.children.end() ? nullptr : &*found;
}

std::vector<const TomlNode*> tables_of(const TomlNode& node, std::string_view key) {
  std::vector<const TomlNode*> out;
  if (const TomlNode* list = child_of(node, key)) {
    for (const TomlNode& one : list->children) out.push_back(&one);
  }
  return out;
}

const TomlNode& id_of(const TomlNode& table) { return *child_of(table, "id"); }

template <typename T>
const T& by_id(const std::vector<T>& all, const TomlNode& table) {
  return *std::find_if(all.begin(), all.end(), [&](const T& one) { return one.id == id_of(table).text; });
}

void remark_route(Reading& reading, const TomlNode& node, const core::Pipeline& pipeline) {
  if (!pipeline.route || core::can_hold(*pipeline.route, reading.ladders)) return;
  reading.problems.doubt(*child_of(node, "route"),
                         fmt::format("`route` of pipeline `{}` can never hold: no lead comes in by it", pipeline.id),
                         "leave `route` out where people alone make the deals");
}

void remark_advance(Reading& reading, const TomlNode& node, const core::Pipeline& pipeline,
                    const core::Advance& advance) {
  const core::Stage& target = pipeline.stages[advance.to];
  const TomlNode& when = *child_of(node, "when");
  if (!core::can_hold(advance.when, reading.ladders)) {
    reading.problems.doubt(when, fmt::format("advance `{}` never moves a deal: its `when` can never hold", advance.id),
                           "an empty `any` and conditions that exclude each other never hold");
  } else if (!core::can_hold(advance.when, reading.ladders, core::StageBefore{pipeline.id, advance.to})) {
    reading.problems.doubt(when,
                           fmt::format("advance `{}` never moves a deal: its `when` asks for a stage of `{}` that is "
                                       "not before `{}`, and deals only advance",
                                       advance.id, pipeline.id, target.id),
                           fmt::format("ask for a stage before `{}`", target.id));
  }
}

void remark_stages(Reading& reading, const TomlNode& node, const core::Pipeline& pipeline) {
  if (pipeline.advances.empty()) return;
  for (std::uint32_t i = 1; i < pipeline.stages.size(); ++i) {
    const core::Stage& stage = pipeline.stages[i];
    const bool reached = std::any_of(pipeline.advances.begin(), pipeline.advances.end(),
                                     [&](const core::Advance& advance) { return advance.to == i; });
    // Deals are lost because somebody says so.
    if (reached || stage.outcome == core::Outcome::lost) continue;
    reading.problems.warn(
        id_of(*tables_of(node, "stage")[i]),
        fmt::format("no advance of pipeline `{}` leads to the stage `{}`: only people get deals there", pipeline.id,
                    stage.id),
        fmt::format("add [[pipeline.advance]] with `to = \"{}\"`, or leave it so", stage.id));
  }
}

void remark_pipelines(Reading& reading, const TomlNode& root) {
  for (const TomlNode* node : tables_of(root, "pipeline")) {
    const core::Pipeline& pipeline = by_id(reading.book.pipelines, *node);
    remark_route(reading, *node, pipeline);
    for (const TomlNode* one : tables_of(*node, "advance"))
      remark_advance(reading, *one, pipeline, by_id(pipeline.advances, *one));
    remark_stages(reading, *node, pipeline);
  }
}

void remark_when(Reading& reading, const TomlNode& table, const core::Condition& when, std::string_view noun) {
  const TomlNode* node = child_of(table, "when");
  if (node == nullptr) return;
  remark_condition(reading, *node, when, fmt::format("`when` of {} `{}`", noun, id_of(table).text));
}

/// A tier or level that is the lowest cannot be risen to; leads begin in the first tier.
void remark_occasion(Reading& reading, const TomlNode& node) {
  const TomlNode* tier = child_of(node, "tier");
  if (tier == nullptr || reading.book.tiers.empty() || tier->text != reading.book.tiers.front().id) return;
  reading.problems.warn(*tier, fmt::format("no lead ever rises to `{}`: it is the lowest tier", tier->text),
                        "falls never count; name a higher tier");
}

void remark_templates(Reading& reading, const TomlNode& action) {
  const TomlNode* with = child_of(action, "with");
  if (child_of(action, "kind")->text != "email.send" || with == nullptr) return;
  const TomlNode* name = child_of(*with, "template");
  if (name == nullptr || name->kind != TomlNode::Kind::string) return;
  if (!find_template(reading.ids.templates, name->text).empty()) return;
  reading.problems.doubt(*name, fmt::format("there is no template `{}`", name->text),
                         suggest_template(reading.ids.templates, name->text));
}

void remark_triggers(Reading& reading, const TomlNode& root) {
  for (const TomlNode* node : tables_of(root, "trigger")) {
    remark_occasion(reading, *child_of(*node, "on"));
    remark_when(reading, *node, by_id(reading.book.triggers, *node).when, "trigger");
    const auto actions = tables_of(*node, "action");
    for (const TomlNode* action : actions) remark_templates(reading, *action);
    if (actions.empty()) {
      reading.problems.warn(id_of(*node), fmt::format("trigger `{}` has no action", id_of(*node).text),
                            "add [[trigger.action]] below it");
    }
  }
}

void remark_sequences(Reading& reading, const TomlNode& root) {
  std::set<std::string> enrolled;
  for (const core::Trigger& trigger : reading.book.triggers) {
    for (const core::Action& action : trigger.actions) enrolled.insert(action.enrol_sequence);
  }
  for (const TomlNode* node : tables_of(root, "sequence")) {
    const std::string& id = id_of(*node).text;
    remark_when(reading, *node, by_id(reading.book.sequences, *node).when, "sequence");
    if (const TomlNode* on = child_of(*node, "enrol_on")) {
      remark_occasion(reading, *on);
    } else if (!enrolled.contains(id)) {
      reading.problems.warn(id_of(*node), fmt::format("nobody ever enters the sequence `{}`", id),
                            "give it `enrol_on`, or a trigger an action `sequence.enrol`");
    }
    if (const TomlNode* exits = child_of(*node, "exit_on")) {
      for (const TomlNode& exit : exits->children) remark_occasion(reading, exit);
    }
    if (const TomlNode* consent = child_of(*node, "consent");
        consent != nullptr && consent->text.starts_with("traits."))
      reading.problems.warn(*consent, "`consent` names a trait, without `traits.`",
                            fmt::format("write `consent = \"{}\"`", consent->text.substr(7)));
  }
}

void remark_tiers(Reading& reading, const TomlNode& root) {
  for (const TomlNode* node : tables_of(root, "tier")) {
    const core::Level& tier = by_id(reading.book.tiers, *node);
    if (tier.min_x100 <= reading.book.score_max_x100) continue;
    reading.problems.warn(*child_of(*node, "min"),
                          fmt::format("no score reaches the tier `{}`: [score] ends before", tier.id),
                          "lower its `min`, or raise `max` of [score]");
  }
}

/// What all signals together give at most; nothing where there is no bound.
std::optional<std::int64_t> most_x100(const core::Intent& intent) {
  std::int64_t sum = 0;
  for (const core::Rule& signal : intent.signals) {
    if (signal.limit_x100) {
      sum += *signal.limit_x100;
    } else if (signal.once_per == core::OncePer::lead) {
      sum += signal.points_x100;
    } else {
      return std::nullopt;
    }
  }
  return sum;
}

void remark_levels(Reading& reading, const TomlNode& root) {
  for (const TomlNode* node : tables_of(root, "intent")) {
    const core::Intent& intent = by_id(reading.book.intents, *node);
    const auto most = most_x100(intent);
    for (const TomlNode* one : tables_of(*node, "level")) {
      const core::Level& level = by_id(intent.levels, *one);
      if (!most || level.min_x100 <= *most) continue;
      reading.problems.warn(*child_of(*one, "min"),
                            fmt::format("no lead reaches the level `{}` of intent `{}`: its signals give {} at most",
                                        level.id, intent.id, static_cast<double>(*most) / 100),
                            "lower its `min`, or raise the limits of the signals");
    }
  }
}

}  // namespace

void remark_reserved(Reading& reading, const TomlNode& node) {
  const std::string& name = node.text;
  if (std::find(core::kFactNames.begin(), core::kFactNames.end(), name) != core::kFactNames.end() ||
      !looks_reserved(name))
    return;
  std::string suggestion = did_you_mean(name, core::kFactNames);
  if (name == "customer.churn_risk") suggestion = "write `{ customer = \"churn_risk\" }` in a trigger or sequence";
  reading.problems.warn(node, fmt::format("no mail, sales or ERP fact is called `{}`", name), std::move(suggestion));
}

void remark_customer(Reading& reading, const TomlNode& entry, std::span<const core::Condition> added) {
  const auto found = std::find_if(kCustomerWords.begin(), kCustomerWords.end(),
                                  [&](const CustomerWords& one) { return entry.key.substr(9) == one.field; });
  const bool flag = entry.key == "customer.b2b" || entry.key == "customer.churn_risk";
  const bool text = found != kCustomerWords.end();
  const core::FieldType type = flag   ? core::FieldType::boolean
                               : text ? core::FieldType::string
                                      : core::FieldType::number;
  for (const core::Condition& one : added) {
    if (one.op == core::Operator::exists) continue;
    for (const core::Operand& operand : one.operands) {
      if (operand.type != type) {
        reading.problems.warn(entry, fmt::format("`{}` is {}: this never is equal", entry.key, kind_of(type)),
                              fmt::format("compare it with {}", kind_of(type)));
      } else if (text && !found->words.empty() &&
                 (one.op == core::Operator::is || one.op == core::Operator::is_not || one.op == core::Operator::in)) {
        const auto& words = found->words;
        if (std::find(words.begin(), words.end(), operand.text) != words.end()) continue;
        reading.problems.warn(entry, fmt::format("`{}` is never \"{}\"", entry.key, operand.text),
                              did_you_mean(operand.text, std::span(words)));
      }
    }
  }
}

void remark_condition(Reading& reading, const TomlNode& node, const core::Condition& condition,
                      const std::string& what) {
  if (core::can_hold(condition, reading.ladders)) return;
  reading.problems.warn(node, fmt::format("{} can never hold", what),
                        "an empty `any` and conditions that exclude each other never hold");
}

void remark_book(Reading& reading, const TomlNode& root) {
  for (const TomlNode* node : tables_of(root, "fit"))
    remark_when(reading, *node, by_id(reading.book.fits, *node).when, "fit");
  remark_pipelines(reading, root);
  remark_triggers(reading, root);
  remark_sequences(reading, root);
  remark_tiers(reading, root);
  remark_levels(reading, root);
}

}  // namespace scoreline::wire
