#include "app/explain.hpp"

#include <algorithm>
#include <map>

#include "core/report_number.hpp"
#include "wire/json_writer.hpp"

namespace scoreline::app {
namespace {

using core::report_number;

struct RulePlace {
  std::string kind, category;
  std::optional<std::uint32_t> match;
};

std::map<std::string, RulePlace> places_of(const core::RuleBook& book) {
  std::map<std::string, RulePlace> places;
  const auto category = [&](std::int32_t index) { return index < 0 ? std::string() : book.categories[static_cast<std::size_t>(index)].id; };
  for (const core::Rule& rule : book.rules) places[rule.id] = {"rule", category(rule.category), rule.match};
  for (const core::Fit& fit : book.fits) places[fit.id] = {"fit", category(fit.category), std::nullopt};
  for (const core::Inactivity& inactivity : book.inactivities)
    places[inactivity.id] = {"inactivity", category(inactivity.category), std::nullopt};
  return places;
}

std::map<std::string, core::Points> values_of(const core::Scorer& scorer, const core::Score& score) {
  std::map<std::string, core::Points> values;
  for (const core::Contribution& one : score.contributions) values[scorer.id(one)] = one.value;
  return values;
}

std::optional<NextChange> next_change(const core::Scorer& scorer, const core::ScoreState& state, base::Day today) {
  const auto day = scorer.next_change_on(state, today);
  if (!day) return std::nullopt;
  core::Score score;
  scorer.evaluate(state, today, score);
  auto before = values_of(scorer, score);
  scorer.evaluate(state, *day, score);
  auto after = values_of(scorer, score);
  NextChange next{*day, score.value, {}};
  for (const auto& [rule, value] : after) before.try_emplace(rule, 0);
  for (const auto& [rule, value] : before) {
    const auto then = after.find(rule);
    const core::Points to = then == after.end() ? 0 : then->second;
    if (to != value) next.rules.push_back({rule, value, to});
  }
  return next;
}

void write_activity(wire::JsonWriter& json, const PastActivity& past) {
  json.begin_object().key("name").string(past.activity.name).key("at").string(base::format_rfc3339(past.activity.at));
  json.key("log_time").string(base::format_rfc3339(past.log_time)).key("source").string(past.activity.source);
  json.key("message_id").string(past.activity.message_id).key("counts").boolean(past.standing == Standing::counts);
  if (past.standing != Standing::counts) json.key("why").string(to_text(past.standing));
  json.end_object();
}

void write_rule(wire::JsonWriter& json, const Explanation& explanation, const RuleShare& share) {
  json.begin_object().key("rule").string(share.points.id).key("kind").string(share.kind).key("category");
  if (share.category.empty())
    json.null();
  else
    json.string(share.category);
  json.key("raw").string(report_number(share.points.raw)).key("decayed").string(report_number(share.points.decayed));
  json.key("value").string(report_number(share.points.limited)).key("days").begin_array();
  for (const auto& row : share.points.rows)
    json.begin_object()
        .key("day")
        .string(base::format_date(row.day))
        .key("n")
        .integer(row.n)
        .key("weight_ppm")
        .integer(row.weight)
        .key("value")
        .string(report_number(row.value))
        .end_object();
  json.end_array().key("activities").begin_array();
  for (const std::size_t i : share.activities) write_activity(json, explanation.history.activities[i]);
  json.end_array().end_object();
}

void write_next(wire::JsonWriter& json, const std::optional<NextChange>& next) {
  json.key("next_change");
  if (!next) {
    json.null();
    return;
  }
  json.begin_object()
      .key("on")
      .string(base::format_date(next->on))
      .key("score")
      .string(report_number(next->score))
      .key("rules")
      .begin_array();
  for (const NextChange::Step& step : next->rules)
    json.begin_object()
        .key("rule")
        .string(step.rule)
        .key("from")
        .string(report_number(step.from))
        .key("to")
        .string(report_number(step.to))
        .end_object();
  json.end_array().end_object();
}

}  // namespace

Explanation explain(LeadReporter& reporter, core::ScoreState state, LeadHistory history, base::Instant as_of) {
  const core::RuleBook& book = reporter.scorer().book();
  const base::Day today = base::day_of(as_of);
  Explanation out;
  out.as_of = as_of;
  out.rulebook_version = book.version;
  reporter.refresh(state);
  out.score = reporter.scorer().explain(state, today);
  out.next = next_change(reporter.scorer(), state, today);
  out.history = std::move(history);
  auto places = places_of(book);
  std::map<std::uint32_t, std::vector<std::size_t>> by_match;
  for (std::size_t i = 0; i < out.history.activities.size(); ++i) {
    const PastActivity& past = out.history.activities[i];
    if (past.standing != Standing::counts) {
      out.not_counted.push_back(i);
      continue;
    }
    for (const auto& found : past.found) by_match[found.match].push_back(i);
  }
  for (const core::RuleExplanation& rule : out.score.rules) {
    const RulePlace& place = places[rule.id];
    RuleShare share{rule, place.category, place.kind, {}};
    if (place.match) share.activities = by_match[*place.match];
    out.rules.push_back(std::move(share));
  }
  return out;
}

std::string to_json(const Explanation& explanation) {
  std::string text;
  wire::JsonWriter json(text);
  json.begin_object().key("lead").integer(explanation.lead.value);
  if (explanation.asked != explanation.lead) json.key("asked").integer(explanation.asked.value);
  json.key("identifiers").begin_array();
  for (const std::string& identifier : explanation.identifiers) json.string(identifier);
  json.end_array().key("as_of").string(base::format_rfc3339(explanation.as_of)).key("rulebook").integer(explanation.rulebook_version);
  json.key("score").string(report_number(explanation.score.score)).key("sum").string(report_number(explanation.score.sum)).key("tier");
  if (explanation.tier && !explanation.tier->empty())
    json.string(*explanation.tier);
  else
    json.null();
  json.key("categories").begin_array();
  for (const auto& cut : explanation.score.categories)
    json.begin_object()
        .key("category")
        .string(cut.id)
        .key("sum")
        .string(report_number(cut.sum))
        .key("value")
        .string(report_number(cut.clamped))
        .end_object();
  json.end_array().key("rules").begin_array();
  for (const RuleShare& share : explanation.rules) write_rule(json, explanation, share);
  json.end_array().key("not_counted").begin_array();
  for (const std::size_t i : explanation.not_counted) write_activity(json, explanation.history.activities[i]);
  json.end_array().key("activities_complete").boolean(!explanation.history.truncated);
  write_next(json, explanation.next);
  json.end_object();
  return text;
}

}  // namespace scoreline::app
