#include "core/intent.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "support/score_random.hpp"

using namespace scoreline;
using core::IntentScorer;
using core::IntentState;
using core::IntentValue;

namespace {

std::shared_ptr<core::RuleBook> purchase_book() {
  auto book = std::make_shared<core::RuleBook>();
  test::add_match(*book, false);
  test::add_match(*book, false);
  core::Intent intent;
  intent.id = "purchase";
  intent.min_signals = 2;
  intent.decay = test::step_decay(500'000, 7);
  intent.expires_after_days = 30;
  intent.signals = {test::rule("pricing", 30, 0), test::rule("demo", 40, 1)};
  intent.levels = {test::level("low", 20, 15), test::level("high", 70, 50)};
  book->intents = {intent};
  return book;
}

struct Evaluated {
  std::string value, level;
  std::size_t changes = 0;
};

Evaluated evaluate(const IntentScorer& scorer, IntentState& state, int day) {
  std::vector<IntentValue> values;
  std::vector<core::Bucket> scratch;
  scorer.evaluate(state.tallies, base::Day{day}, values, scratch);
  const auto changes = scorer.evaluate_levels(state, values);
  return {core::report_number(values[0].value), std::string(state.level("purchase")), changes.size()};
}

}  // namespace

TEST_CASE("an intent needs its different signals, fades, and leaves its levels") {
  const auto book = purchase_book();
  const IntentScorer scorer(book);
  IntentState state;
  Evaluated now = evaluate(scorer, state, 0);
  CHECK(now.value == "0.00");
  CHECK(now.level == "");
  CHECK(now.changes == 0);
  state.add(book->matches[0].hash, 0, base::Day{0}, 3);
  now = evaluate(scorer, state, 0);
  CHECK(now.value == "0.00");  // 90, of one signal
  state.add(book->matches[1].hash, 0, base::Day{0}, 1);
  now = evaluate(scorer, state, 0);
  CHECK(now.value == "100.00");  // 130
  CHECK(now.level == "high");
  CHECK(now.changes == 1);
  now = evaluate(scorer, state, 7);
  CHECK(now.value == "65.00");
  CHECK(now.level == "high");
  now = evaluate(scorer, state, 14);
  CHECK(now.value == "32.50");
  CHECK(now.level == "low");
  now = evaluate(scorer, state, 21);
  CHECK(now.value == "16.25");
  CHECK(now.level == "low");
  now = evaluate(scorer, state, 28);
  CHECK(now.value == "8.13");  // 8.125
  CHECK(now.level == "");
  CHECK(now.changes == 1);
  CHECK(evaluate(scorer, state, 30).value == "0.00");
}

TEST_CASE("changes say from, to and value") {
  const auto book = purchase_book();
  const IntentScorer scorer(book);
  IntentState state;
  state.add(book->matches[0].hash, 0, base::Day{0}, 1);
  state.add(book->matches[1].hash, 0, base::Day{0}, 1);
  std::vector<IntentValue> values;
  std::vector<core::Bucket> scratch;
  scorer.evaluate(state.tallies, base::Day{0}, values, scratch);
  REQUIRE(values[0].signals.size() == 2);
  CHECK(core::report_number(values[0].signals[1].value) == "40.00");
  const auto changes = scorer.evaluate_levels(state, values);
  REQUIRE(changes.size() == 1);
  CHECK(changes[0].intent == 0);
  CHECK(changes[0].level.from == "");
  CHECK(changes[0].level.to == "high");
  CHECK(core::report_number(changes[0].value) == "70.00");
  CHECK(scorer.evaluate(state.tallies, base::Day{0}, values, scratch) == base::Day{7});
  CHECK(scorer.evaluate(state.tallies, base::Day{28}, values, scratch) == base::Day{30});
  CHECK(scorer.evaluate(state.tallies, base::Day{30}, values, scratch) == std::nullopt);
  const auto explained = scorer.explain(0, state.tallies, base::Day{7});
  REQUIRE(explained.size() == 2);
  CHECK(explained[0].id == "demo");
  CHECK(core::report_number(explained[0].decayed) == "20.00");
}

TEST_CASE("levels of merged leads, and of intents that are gone") {
  const auto book = purchase_book();
  IntentState a, b;
  a.set_level("purchase", "low");
  a.set_level("gone", "x");
  b.set_level("purchase", "high");
  a.merge(b, book->intents);
  CHECK(a.level("purchase") == "high");
  a.promote(*book);
  CHECK(a.level("gone") == "");
  a.set_level("purchase", "");
  CHECK(a.level("purchase") == "");
}

TEST_CASE("the row of a lead survives its encoding; others are refused") {
  IntentState state, back;
  state.set_level("purchase", "low");
  state.set_level("a", "b");
  state.add(5, 6, base::Day{7}, 1);
  state.stage(3, 8, 0, base::Day{9}, 2);
  std::string bytes;
  state.encode(bytes);
  REQUIRE(back.decode(bytes));
  CHECK(back.level("purchase") == "low");
  CHECK(back.level("a") == "b");
  CHECK(back.tallies == state.tallies);
  CHECK(back.staged == state.staged);
  CHECK(back.staged_version == 3);
  for (std::size_t cut = 1; cut < bytes.size(); ++cut) CHECK_FALSE(back.decode(std::string_view(bytes).substr(0, cut)));
  CHECK(back.tallies.empty());
  CHECK_FALSE(back.decode(bytes + "x"));
  CHECK(back.decode(""));
}

TEST_CASE("values are those of the definition, alone and together, and wake in time") {
  CHECK(rc::check([] {
    const auto book = test::random_book();
    const auto ops = test::random_ops(*book);
    const test::NaiveScore naive(*book, ops);
    const auto tallies = test::state_of(*book, ops).tallies;
    const IntentScorer scorer(book);
    std::vector<IntentValue> values, later;
    std::vector<core::Bucket> scratch;
    const base::Day today{test::any_of(0, 120)};
    const auto wake = scorer.evaluate(tallies, today, values, scratch);
    for (std::size_t i = 0; i < book->intents.size(); ++i) {
      const core::Intent& intent = book->intents[i];
      core::Points expected = 0;
      int positive = 0;
      for (const core::Rule& signal : intent.signals) {
        const core::Points sum = naive.rule_sum(signal, intent.decay, intent.expires_after_days, today.n);
        expected += sum;
        if (sum > 0) ++positive;
      }
      if (positive < intent.min_signals) expected = 0;
      expected = std::min(expected, core::Points{100} * 100'000'000);
      RC_ASSERT(values[i].value == expected);
      RC_ASSERT(core::evaluate_intent(*book, intent, tallies, today).value == expected);
    }
    for (base::Day day = today + 1; day < wake.value_or(today + 300); day = day + 1) {
      scorer.evaluate(tallies, day, later, scratch);
      for (std::size_t i = 0; i < values.size(); ++i) RC_ASSERT(later[i].value == values[i].value);
    }
  }));
}
