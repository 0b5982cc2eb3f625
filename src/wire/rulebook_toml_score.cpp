/// Score, categories, rules, fits, inactivities, tiers (semantics 4) and intents (semantics 5).
#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "wire/rulebook_toml_reader.hpp"

namespace scoreline::wire {
namespace {

constexpr std::int64_t kPointsMax = 1'000'000;     // of one rule
constexpr std::int64_t kLimitMax = 1'000'000'000;  // of sums: x 1e8 still within 64 bits
constexpr std::int64_t kPpm = 1'000'000;

std::int32_t read_category(Reading& reading, Table& table) {
  const TomlNode* node = table.find("category", TomlNode::Kind::string);
  if (node == nullptr || !check_known(reading, *node, "category", reading.ids.categories)) return -1;
  const auto& known = reading.ids.categories;
  return static_cast<std::int32_t>(std::find(known.begin(), known.end(), node->text) - known.begin());
}

core::Decay read_decay(Reading& reading, Table& outer) {
  core::Decay decay;
  const TomlNode* node = outer.find("decay", TomlNode::Kind::table);
  if (node == nullptr) return decay;
  Table table(reading.problems, *node, outer.label("decay"));
  const bool factor_there = table.find("factor") != nullptr, every_there = table.find("every_days") != nullptr;
  const bool step = factor_there || every_there;
  const bool linear = table.find("zero_after_days") != nullptr;
  if (step == linear) {
    reading.problems.at_value(*node, fmt::format("{} must be either a step or a line", table.what()),
                              "write `{ factor = 0.5, every_days = 30 }` or `{ zero_after_days = 60 }`");
  } else if (linear) {
    decay.kind = core::Decay::Kind::linear;
    decay.zero_after_days = table.days("zero_after_days").value_or(1);
  } else {
    decay.kind = core::Decay::Kind::step;
    decay.every_days = table.days("every_days", 1, Need::required).value_or(1);
    const std::size_t before = reading.problems.count();
    const auto factor = table.decimal("factor", 6, kLimitMax, Need::required);
    if (factor && (*factor <= 0 || *factor >= kPpm) && before == reading.problems.count()) {
      reading.problems.at_value(*table.find("factor"),
                                fmt::format("{} must lie between 0 and 1, both excluded", table.label("factor")),
                                "0.5 halves the points at every step");
    }
    decay.factor_ppm = factor.value_or(1);
  }
  table.finish();
  return decay;
}

/// `once_per`; returns the path, or "".
std::string read_once_per(Reading& reading, Table& table, core::Rule& rule) {
  const TomlNode* node = table.find("once_per", TomlNode::Kind::string);
  if (node == nullptr) return {};
  if (node->text == "lead") {
    rule.once_per = core::OncePer::lead;
  } else if (node->text == "day") {
    rule.once_per = core::OncePer::day;
  } else if (node->text.find('.') == std::string::npos && node->text != "name" && node->text != "type" &&
             node->text != "source") {
    constexpr std::array<std::string_view, 5> kWords{"lead", "day", "name", "type", "source"};
    reading.problems.at_value(
        *node, fmt::format("{} is `{}`: it must be `lead`, `day` or a path", table.label("once_per"), node->text),
        did_you_mean(node->text, kWords));
  } else if (auto path = read_event_path(reading, *node, node->text, table.label("once_per"))) {
    rule.once_per = core::OncePer::path;
    return *path;
  }
  return {};
}

void read_counting(Reading& reading, Table& table, core::Rule& rule) {
  rule.limit_x100 = table.decimal("limit", 2, kLimitMax);
  if (rule.limit_x100 && *rule.limit_x100 < 0) {
    reading.problems.at_value(*table.find("limit"), fmt::format("{} is negative", table.label("limit")),
                              "a limit holds for both signs: `limit = 20` keeps the sum between -20 and 20");
  }
  const std::string path = read_once_per(reading, table, rule);
  if (const auto max = table.integer("max_per_day", 1, 1'000'000)) rule.max_per_day = static_cast<std::int32_t>(*max);
  if (const auto min = table.integer("min_per_day", 1, 1'000'000)) {
    rule.min_per_day = static_cast<std::int32_t>(*min);
    if (rule.once_per == core::OncePer::lead || rule.once_per == core::OncePer::path) {
      reading.problems.at_key(*table.find("min_per_day"),
                              fmt::format("{} does not go with `once_per = \"{}\"`", table.label("min_per_day"),
                                          rule.once_per == core::OncePer::lead ? "lead" : path),
                              "use `once_per = \"day\"` or none");
    }
  }
  if (const auto match = read_match(reading, table, "on", path)) rule.match = *match;
}

struct Bounds {
  std::optional<std::int64_t> min, max;
};
Bounds read_bounds(Reading& reading, Table& table) {
  const Bounds out{table.decimal("min", 2, kLimitMax), table.decimal("max", 2, kLimitMax)};
  if (out.min && out.max && *out.min > *out.max) {
    reading.problems.at_value(*table.find("min"), fmt::format("`min` of {} is greater than its `max`", table.what()),
                              "swap them");
  }
  return out;
}

/// `min` and `leave` of a tier or level that follows those in `levels`.
core::Level read_level(Reading& reading, Table& table, const std::string& id, const std::vector<core::Level>& levels) {
  core::Level level;
  level.id = id;
  const auto min = table.decimal("min", 2, kLimitMax, Need::required);
  const auto leave = table.decimal("leave", 2, kLimitMax);
  level.min_x100 = min.value_or(levels.empty() ? 0 : levels.back().min_x100 + 1);
  level.leave_x100 = leave.value_or(level.min_x100);
  if (min && leave && *leave > *min) {
    reading.problems.at_value(*table.find("leave"),
                              fmt::format("`leave` of {} is greater than its `min`", table.what()),
                              "one leaves where one has entered or below");
  }
  if (min && !levels.empty() && level.min_x100 <= levels.back().min_x100) {
    reading.problems.at_value(
        *table.find("min"),
        fmt::format("`min` of {} is not above that of `{}` before it", table.what(), levels.back().id),
        "order them from the lowest to the highest");
  }
  return level;
}

void read_signal(Reading& reading, const TomlNode& node, const std::string& outer, core::Intent& intent) {
  Table table(reading.problems, node, "[[intent.signal]]");
  core::Rule rule;
  const auto id = table.id();
  if (id) rule.id = *id;
  const bool fresh = !id || reading.declare("signal of " + outer, rule.id, table);
  rule.points_x100 = table.decimal("points", 2, kPointsMax, Need::required).value_or(1);
  if (rule.points_x100 <= 0) {
    reading.problems.at_value(*table.find("points"), fmt::format("{} must be greater than 0", table.label("points")),
                              "signs against an intent do not exist; leave the signal out");
  }
  read_counting(reading, table, rule);
  for (const char* key : {"decay", "expires_after_days"}) {
    if (const TomlNode* found = table.find(key)) {
      reading.problems.at_key(*found, fmt::format("`{}` belongs to the intent, not to {}", key, table.what()),
                              "write it once, below [[intent]]");
    }
  }
  table.finish();
  if (fresh) intent.signals.push_back(std::move(rule));
}

void read_intent_level(Reading& reading, const TomlNode& node, const std::string& outer, core::Intent& intent) {
  Table table(reading.problems, node, "[[intent.level]]");
  const auto id = table.id();
  if (id) reading.declare("level of " + outer, *id, table);
  const core::Level level = read_level(reading, table, id.value_or(""), intent.levels);
  constexpr std::int64_t kValueMaxX100 = 10'000;
  if (level.min_x100 < 0 || level.min_x100 > kValueMaxX100) {
    if (const TomlNode* min = table.find("min")) {
      reading.problems.at_value(*min, fmt::format("{} can never be decided by", table.label("min")),
                                "the value of an intent lies between 0 and 100");
    }
  }
  table.finish();
  intent.levels.push_back(level);
}

void read_intent(Reading& reading, const TomlNode& node) {
  Table table(reading.problems, node, "[[intent]]");
  core::Intent intent;
  if (const auto id = table.id()) {
    intent.id = *id;
    reading.declare("intent", *id, table);
  }
  intent.decay = read_decay(reading, table);
  intent.expires_after_days = table.days("expires_after_days");
  const auto min_signals = table.integer("min_signals", 1, 1000);
  const std::vector<const TomlNode*> signals = table.tables("signal");
  const std::string outer = fmt::format("intent `{}`", intent.id);
  for (const TomlNode* one : signals) read_signal(reading, *one, outer, intent);
  for (const TomlNode* one : table.tables("level")) read_intent_level(reading, *one, outer, intent);
  if (signals.empty())
    reading.problems.at_key(node, fmt::format("{} has no signal", table.what()), "add [[intent.signal]] below it");
  if (min_signals && !signals.empty() && *min_signals > static_cast<std::int64_t>(signals.size())) {
    reading.problems.at_value(*table.find("min_signals"),
                              fmt::format("{} asks for more signals than there are", table.label("min_signals")),
                              fmt::format("write {} or less", signals.size()));
  }
  intent.min_signals = static_cast<std::int32_t>(min_signals.value_or(0));
  table.finish();
  reading.book.intents.push_back(std::move(intent));
}

}  // namespace

void read_score(Reading& reading, Table& root) {
  const TomlNode* node = root.find("score", TomlNode::Kind::table);
  if (node == nullptr) return;
  const std::string here = fmt::format("{}:{}", reading.problems.file(), node->line);
  if (!reading.score_declared.empty()) {
    reading.problems.at_key(*node, fmt::format("[score] is there twice: also at {}", reading.score_declared),
                            "keep one of them");
  }
  reading.score_declared = here;
  Table table(reading.problems, *node, "[score]");
  const Bounds bounds = read_bounds(reading, table);
  table.finish();
  auto& book = reading.book;
  book.score_min_x100 = bounds.min.value_or(book.score_min_x100);
  book.score_max_x100 = bounds.max.value_or(book.score_max_x100);
  if (!(bounds.min && bounds.max) && book.score_min_x100 > book.score_max_x100) {
    reading.problems.at_value(*node, "[score] has a `min` greater than its `max`",
                              "the defaults are 0 and 100: give both");
  }
}

void read_categories(Reading& reading, Table& root) {
  for (const TomlNode* node : root.tables("category")) {
    Table table(reading.problems, *node, "[[category]]");
    const auto id = table.id();
    const bool fresh = id && reading.declare("category", *id, table);
    const Bounds bounds = read_bounds(reading, table);
    table.finish();
    if (fresh) reading.book.categories.push_back({*id, bounds.min, bounds.max});
  }
}

void read_rules(Reading& reading, Table& root) {
  for (const TomlNode* node : root.tables("rule")) {
    Table table(reading.problems, *node, "[[rule]]");
    core::Rule rule;
    if (const auto id = table.id()) {
      rule.id = *id;
      reading.declare("rule", *id, table);
    }
    rule.category = read_category(reading, table);
    rule.points_x100 = table.decimal("points", 2, kPointsMax, Need::required).value_or(0);
    read_counting(reading, table, rule);
    rule.decay = read_decay(reading, table);
    rule.expires_after_days = table.days("expires_after_days");
    table.finish();
    reading.book.rules.push_back(std::move(rule));
  }
}

void read_fits(Reading& reading, Table& root) {
  for (const TomlNode* node : root.tables("fit")) {
    Table table(reading.problems, *node, "[[fit]]");
    core::Fit fit;
    if (const auto id = table.id()) {
      fit.id = *id;
      reading.declare("rule", *id, table);
    }
    fit.category = read_category(reading, table);
    fit.points_x100 = table.decimal("points", 2, kPointsMax, Need::required).value_or(0);
    if (const TomlNode* when = table.find("when", TomlNode::Kind::table, Need::required)) {
      fit.when = read_condition(reading, *when, Scope::traits, table.label("when"));
    }
    table.finish();
    reading.book.fits.push_back(std::move(fit));
  }
}

void read_inactivities(Reading& reading, Table& root) {
  for (const TomlNode* node : root.tables("inactivity")) {
    Table table(reading.problems, *node, "[[inactivity]]");
    core::Inactivity rule;
    if (const auto id = table.id()) {
      rule.id = *id;
      reading.declare("rule", *id, table);
    }
    rule.category = read_category(reading, table);
    rule.points_x100 = table.decimal("points", 2, kPointsMax, Need::required).value_or(0);
    rule.days = table.days("days", 1, Need::required).value_or(1);
    table.finish();
    reading.book.inactivities.push_back(std::move(rule));
  }
}

void read_tiers(Reading& reading, Table& root) {
  for (const TomlNode* node : root.tables("tier")) {
    Table table(reading.problems, *node, "[[tier]]");
    const auto id = table.id();
    if (id) reading.declare("tier", *id, table);
    const core::Level level = read_level(reading, table, id.value_or(""), reading.book.tiers);
    table.finish();
    reading.book.tiers.push_back(level);
  }
}

void read_intents(Reading& reading, Table& root) {
  for (const TomlNode* node : root.tables("intent")) read_intent(reading, *node);
}

}  // namespace scoreline::wire
