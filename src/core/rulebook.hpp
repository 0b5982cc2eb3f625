#pragma once
/// The rule book as data (semantics 2 and 4 to 7): what wire/rulebook_toml reads from a directory of TOML files.
/// Immutable once loaded and shared by reference; ids are as written, order is rule-book order.
/// Points are integers x 100 (two decimals), factors x 1,000,000; days are whole.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/condition.hpp"
#include "core/value.hpp"

namespace scoreline::core {

enum class OncePer : std::uint8_t { event, lead, day, path };

/// Which activities are tallied, and how they are kept apart. Equal definitions are shared by all rules, signals and
/// `did`s that use them; `hash` names one for ever (stored in rows), whatever points, limits and decays use it.
struct Match {
  std::uint64_t hash = 0;                // of on (sorted), where (canonical text) and the once_per path
  std::vector<std::string> on;           // activity names
  Condition where;                       // kind all
  std::optional<PathId> value_path;      // of once_per = "<path>": tallies are kept per distinct value
};

struct Decay {
  enum class Kind : std::uint8_t { none, step, linear } kind = Kind::none;
  std::int64_t factor_ppm = 1'000'000;   // step
  std::int32_t every_days = 1;           // step
  std::int32_t zero_after_days = 0;      // linear
};

/// `[[rule]]`, and `[[intent.signal]]` (there decay and expiry are the intent's).
struct Rule {
  std::string id;
  std::int32_t category = -1;            // index into categories, -1: none
  std::int64_t points_x100 = 0;
  std::uint32_t match = 0;               // index into RuleBook::matches
  std::optional<std::int64_t> limit_x100;
  OncePer once_per = OncePer::event;
  /// A day with fewer tallied activities counts 0 (before once_per = "day" and max_per_day); only with OncePer::event and
  /// OncePer::day. An extension of the language, see docs/rulebook.md.
  std::optional<std::int32_t> min_per_day;
  std::optional<std::int32_t> max_per_day;
  Decay decay;
  std::optional<std::int32_t> expires_after_days;
};

struct Category {
  std::string id;
  std::optional<std::int64_t> min_x100, max_x100;
};
struct Fit {
  std::string id;
  std::int32_t category = -1;
  std::int64_t points_x100 = 0;
  Condition when;                        // traits only
};
struct Inactivity {
  std::string id;
  std::int32_t category = -1;
  std::int64_t points_x100 = 0;
  std::int32_t days = 0;
};
/// A tier or an intent level.
struct Level {
  std::string id;
  std::int64_t min_x100 = 0;
  std::int64_t leave_x100 = 0;
};

struct Intent {
  std::string id;
  std::int32_t min_signals = 0;
  Decay decay;
  std::optional<std::int32_t> expires_after_days;
  std::vector<Rule> signals;
  std::vector<Level> levels;
};

enum class Outcome : std::uint8_t { none, won, lost };
struct Stage {
  std::string id, name, color, icon;
  Outcome outcome = Outcome::none;
};
struct Advance {
  std::string id;
  std::uint32_t to = 0;                  // index of the stage
  Condition when;
};
struct Pipeline {
  std::string id;
  std::int64_t priority = 0;
  std::optional<Condition> route;        // none: only manual
  std::optional<std::int32_t> reopen_after_days;
  std::vector<Stage> stages;
  std::vector<Advance> advances;
};

/// What a trigger fires on, a sequence enrols on or exits on.
struct Occasion {
  enum class Kind : std::uint8_t { activity, tier, intent, stage, churn_risk } kind = Kind::activity;
  std::uint32_t match = 0;               // activity
  std::string subject;                   // intent or pipeline id
  std::string text;                      // tier, level or stage id
};
struct Action {
  std::string kind;
  std::int64_t delay_us = 0;
  std::string enrol_sequence;            // sequence.enrol only
  std::string with_json;                 // the `with` table as JSON
};
struct Trigger {
  std::string id;
  Occasion on;
  Condition when;
  std::int32_t cooldown_days = 0;
  std::vector<Action> actions;
};
struct Step {
  std::string id, subject, template_name;
  std::int64_t after_amount = 0;
  char after_unit = 'd';                 // d: calendar days at the same local time; h, m: elapsed time
};
/// Minutes since local midnight; weekday bits Monday = 1 ... Sunday = 64.
struct Window {
  std::uint8_t days = 127;
  std::int32_t from_minute = 0, to_minute = 1440;
};
struct Sequence {
  std::string id;
  std::optional<Occasion> enrol_on;
  Condition when;
  std::optional<std::int32_t> re_enrol_after_days;
  std::string timezone = "UTC";
  std::optional<Window> window;
  std::vector<Occasion> exit_on;
  std::string consent_trait;
  std::vector<Step> steps;
};

struct RuleBook {
  std::uint64_t version = 0;             // 0: not published (simulate, check)
  PathTable paths;
  std::vector<Match> matches;
  std::int64_t score_min_x100 = 0, score_max_x100 = 10'000;
  std::vector<Category> categories;
  std::vector<Rule> rules;
  std::vector<Fit> fits;
  std::vector<Inactivity> inactivities;
  std::vector<Level> tiers;
  std::vector<Intent> intents;
  std::vector<Pipeline> pipelines;
  std::vector<Trigger> triggers;
  std::vector<Sequence> sequences;
  std::map<std::string, std::string> templates;  // file name without folder -> text
};

}  // namespace scoreline::core
