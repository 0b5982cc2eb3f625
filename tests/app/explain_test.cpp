#include "app/explain.hpp"

#include <doctest/doctest.h>

#include "core/report_number.hpp"
#include "wire/json.hpp"
#include "wire/lead_record.hpp"
#include "wire/rulebook_toml.hpp"

using namespace scoreline;
using namespace scoreline::app;

namespace {

// Semantics 4.5, with a category and a fit around it.
constexpr const char* kBook = R"(
[[category]]
id = "behaviour"
max = 35
[[rule]]
id = "A"
category = "behaviour"
points = 8
on = "page"
limit = 20
[[rule]]
id = "B"
category = "behaviour"
points = 10
on = "Form Submitted"
once_per = "properties.form"
decay = { factor = 0.5, every_days = 10 }
expires_after_days = 25
[[fit]]
id = "boss"
points = 5
when = { "traits.title" = "CEO" }
[[tier]]
id = "cold"
min = 0
)";

const base::HashKey kKey{};

base::Instant at(const char* text) { return *base::parse_rfc3339(text); }

flow::ActivityRow row(const char* message, const char* name, const char* when, const char* logged, const std::string& properties = "",
                      bool machine = false) {
  core::LeadRecord record;
  record.lead = {1};
  core::Activity& activity = record.activity;
  activity.name = name;
  activity.type = activity.name == "page" ? "page" : "track";
  activity.source = "web";
  activity.message_id = message;
  activity.at = at(when);
  activity.received_at = at(logged);
  activity.properties = properties;
  activity.machine = machine;
  flow::ActivityRow out;
  out.lead = {1};
  out.message = base::keyed_hash(kKey, message);
  out.at = activity.at;
  out.log_time = at(logged);
  out.name = name;
  out.source = "web";
  out.record = wire::encode(record);
  return out;
}

struct World {
  std::shared_ptr<const core::RuleBook> book = wire::load_rulebook({{"book.toml", kBook}}).book;
  LeadReporter reporter{book};
  LeadHistory history;
  core::ScoreState state;

  explicit World(const std::vector<flow::ActivityRow>& rows, const std::vector<base::Hash128>& retracted = {}) {
    history = make_history(rows, retracted, book);
    for (const PastActivity& past : history.activities) {
      if (past.standing != Standing::counts) continue;
      for (const auto& found : past.found)
        state.add(book->matches[found.match].hash, found.value.value_or(0), base::day_of(past.activity.at), 1);
      if (core::is_sign_of_life(past.activity)) state.add_sign_of_life(base::day_of(past.activity.at), 1);
      state.put_traits(past.activity.trait_changes);
    }
  }
};

std::vector<flow::ActivityRow> example() {
  return {row("m1", "page", "2026-05-01T08:00:00Z", "2026-05-01T08:00:01Z"),
          row("m2", "page", "2026-05-01T09:00:00Z", "2026-05-01T09:00:01Z"),
          row("m3", "page", "2026-05-01T10:00:00Z", "2026-05-04T10:00:01Z"),
          row("m4", "Form Submitted", "2026-05-01T11:00:00Z", "2026-05-01T11:00:01Z", R"({"form":"x"})"),
          row("m5", "Form Submitted", "2026-05-01T11:00:00Z", "2026-05-01T11:00:02Z", R"({"form":"x"})"),
          row("m6", "Form Submitted", "2026-05-01T11:00:00Z", "2026-05-01T11:00:03Z", R"({"form":"y"})")};
}

}  // namespace

TEST_CASE("every rule shows raw, decayed and limited points with the activities behind them") {
  World world(example());
  const Explanation why = explain(world.reporter, world.state, world.history, at("2026-05-11T12:00:00Z"));
  CHECK(core::report_number(why.score.score) == "30.00");
  REQUIRE(why.rules.size() == 2);
  CHECK(why.rules[0].points.id == "A");
  CHECK(core::report_number(why.rules[0].points.raw) == "24.00");
  CHECK(core::report_number(why.rules[0].points.limited) == "20.00");
  CHECK(why.rules[0].activities.size() == 3);
  CHECK(why.rules[0].category == "behaviour");
  CHECK(core::report_number(why.rules[1].points.raw) == "20.00");
  CHECK(core::report_number(why.rules[1].points.limited) == "10.00");
  CHECK(why.rules[1].activities.size() == 3);
  REQUIRE(why.next);
  CHECK(base::format_date(why.next->on) == "2026-05-21");
  CHECK(core::report_number(why.next->score) == "25.00");
  REQUIRE(why.next->rules.size() == 1);
  CHECK(why.next->rules[0].rule == "B");
}

TEST_CASE("categories say what they cut") {
  World world(example());
  const Explanation why = explain(world.reporter, world.state, world.history, at("2026-05-01T12:00:00Z"));
  REQUIRE(why.score.categories.size() == 1);
  CHECK(core::report_number(why.score.categories[0].sum) == "40.00");
  CHECK(core::report_number(why.score.categories[0].clamped) == "35.00");
  const std::string text = to_text(why, *world.book, {false, 5});
  CHECK(text.find("cut to the category's range") != std::string::npos);
  CHECK(text.find("limit 20.00") != std::string::npos);
}

TEST_CASE("machines and what was taken back are named, and count nothing") {
  auto rows = example();
  rows.push_back(row("m7", "page", "2026-05-02T10:00:00Z", "2026-05-02T10:00:00Z", "", true));
  World world(rows, {base::keyed_hash(kKey, "m1")});
  const Explanation why = explain(world.reporter, world.state, world.history, at("2026-05-02T12:00:00Z"));
  REQUIRE(why.not_counted.size() == 2);
  CHECK(world.history.activities[why.not_counted[0]].standing == Standing::retracted);
  CHECK(world.history.activities[why.not_counted[1]].standing == Standing::machine);
  CHECK(core::report_number(why.rules[0].points.raw) == "16.00");
}

TEST_CASE("as of an earlier instant what arrived later is left out") {
  World world(example());
  const auto then = at("2026-05-03T00:00:00Z");
  const core::ScoreState state = state_at(world.state, world.history, *world.book, then);
  const Explanation why = explain(world.reporter, state, {}, then);
  CHECK(core::report_number(why.rules[0].points.raw) == "16.00");  // m3 came on the 4th
  const core::ScoreState before = state_at(world.state, world.history, *world.book, at("2026-04-01T00:00:00Z"));
  CHECK(before.tallies.empty());
}

TEST_CASE("traits of an earlier instant are those that had come by then") {
  auto later = row("m8", "identify", "2026-05-06T00:00:00Z", "2026-05-06T00:00:00Z");
  core::LeadRecord record = *wire::decode_lead_record(later.record);
  record.activity.trait_changes = {{"title", "\"CEO\"", later.at, "m8"}};
  later.record = wire::encode(record);
  auto rows = example();
  rows.push_back(later);
  World world(rows);
  const auto has_fit = [&](base::Instant then) {
    const Explanation why = explain(world.reporter, state_at(world.state, world.history, *world.book, then), {}, then);
    return std::any_of(why.rules.begin(), why.rules.end(), [](const RuleShare& share) { return share.kind == "fit"; });
  };
  CHECK(has_fit(at("2026-05-07T00:00:00Z")));
  CHECK(!has_fit(at("2026-05-05T00:00:00Z")));
}

TEST_CASE("the explanation as JSON is lawful and complete") {
  World world(example());
  Explanation why = explain(world.reporter, world.state, world.history, at("2026-05-11T12:00:00Z"));
  why.lead = {1};
  why.asked = {2};
  why.tier = "cold";
  const std::string json = to_json(why);
  REQUIRE(wire::check_json(json).ok());
  CHECK(json.find(R"("asked":2)") != std::string::npos);
  CHECK(json.find(R"("score":"30.00")") != std::string::npos);
  CHECK(json.find(R"("message_id":"m6")") != std::string::npos);
  CHECK(json.find(R"("next_change":{"on":"2026-05-21","score":"25.00","rules":[{"rule":"B","from":"10.00","to":"5.00"}]})") !=
        std::string::npos);
}

TEST_CASE("a lead without points is explained, too") {
  World world({});
  const Explanation why = explain(world.reporter, world.state, world.history, at("2026-05-11T12:00:00Z"));
  CHECK(to_text(why, *world.book, {}).find("no rule counts anything") != std::string::npos);
  CHECK(wire::check_json(to_json(why)).ok());
}
