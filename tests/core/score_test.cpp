#include "core/score.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "support/score_random.hpp"

using namespace scoreline;
using core::report_number;
using core::Score;
using core::Scorer;
using core::ScoreState;
using test::Op;

namespace {

/// Semantics 4.5.
std::shared_ptr<core::RuleBook> example_book() {
  auto book = std::make_shared<core::RuleBook>();
  test::add_match(*book, false);
  test::add_match(*book, true);
  book->rules = {test::rule("A", 8, 0), test::rule("B", 10, 1, core::OncePer::path)};
  book->rules[0].limit_x100 = 2000;
  book->rules[1].decay = test::step_decay(500'000, 10);
  book->rules[1].expires_after_days = 25;
  book->tiers = {test::level("cold", 0, 0), test::level("warm", 25, 22)};
  return book;
}

const std::vector<Op> kExample{{0, 0, 0}, {0, 0, 0}, {0, 0, 0}, {1, 77, 0}, {1, 77, 0}, {1, 88, 0}};

std::string score_on(const Scorer& scorer, const ScoreState& state, int day) {
  Score score;
  scorer.evaluate(state, base::Day{day}, score);
  return report_number(score.value);
}

/// Traits for fits: one slot "traits.title".
struct Facts final : core::LeadFacts {
  core::Fields fields;
  const core::Fields& traits() const override { return fields; }
  bool fact_holds(const core::Condition&) const override { return false; }
};

core::Fit title_fit(core::RuleBook& book, std::string id, std::string title) {
  core::Fit fit;
  fit.id = std::move(id);
  fit.points_x100 = 2000;
  core::Condition one;
  one.kind = core::ConditionKind::field;
  one.path = book.paths.add("traits.title");
  one.operands.push_back({core::FieldType::string, false, {}, std::move(title)});
  fit.when.children.push_back(one);
  return fit;
}

Facts facts(const core::RuleBook& book, std::string_view title) {
  Facts out;
  out.fields.reset(book.paths.size());
  core::FieldValue& value = out.fields.at(static_cast<core::PathId>(book.paths.size() - 1));  // traits.title came last
  value.type = core::FieldType::string;
  value.text = title;
  return out;
}

}  // namespace

TEST_CASE("the example of semantics 4.5, day by day") {
  const auto book = example_book();
  const Scorer scorer(book);
  ScoreState state = test::state_of(*book, kExample);
  for (int day = 0; day <= 40; ++day) {
    CAPTURE(day);
    const std::string expected = day < 10 ? "40.00" : day < 20 ? "30.00" : day < 25 ? "25.00" : "20.00";
    CHECK(score_on(scorer, state, day) == expected);
    Score score;
    scorer.evaluate(state, base::Day{day}, score);
    const core::LevelChange change = scorer.evaluate_tier(state, score.value);
    CHECK(state.tier == (day < 25 ? "warm" : "cold"));
    CHECK(change.changed() == (day == 0 || day == 25));
    const auto next = scorer.next_change_on(state, base::Day{day});
    const int expected_next = day < 10 ? 10 : day < 20 ? 20 : 25;
    CHECK(next.has_value() == (day < 25));
    if (next) CHECK(next->n == expected_next);
  }
  CHECK(score_on(scorer, state, -1) == "0.00");
}

TEST_CASE("contributions after their limit, by id") {
  const auto book = example_book();
  book->inactivities.push_back({"AA", -1, -500, 7});
  const Scorer scorer(book);
  ScoreState state = test::state_of(*book, kExample);
  state.add_sign_of_life(base::Day{0}, 1);
  Score score;
  scorer.evaluate(state, base::Day{7}, score);
  scorer.sort_by_id(score);
  REQUIRE(score.contributions.size() == 3);
  CHECK(scorer.id(score.contributions[0]) == "A");
  CHECK(report_number(score.contributions[0].value) == "20.00");
  CHECK(scorer.id(score.contributions[1]) == "AA");
  CHECK(report_number(score.contributions[1].value) == "-5.00");
  CHECK(scorer.id(score.contributions[2]) == "B");
  scorer.evaluate(state, base::Day{25}, score);
  CHECK(score.contributions.size() == 2);
}

TEST_CASE("inactivity starts on its day, from the largest day, even one to come") {
  const auto book = std::make_shared<core::RuleBook>();
  book->score_min_x100 = -10'000;
  book->inactivities.push_back({"quiet", -1, -1000, 7});
  const Scorer scorer(book);
  ScoreState state;
  CHECK(score_on(scorer, state, 100) == "0.00");  // no sign of life, ever
  state.add_sign_of_life(base::Day{10}, 1);
  CHECK(score_on(scorer, state, 16) == "0.00");
  CHECK(score_on(scorer, state, 17) == "-10.00");
  CHECK(scorer.next_change_on(state, base::Day{11}) == base::Day{17});
  CHECK(scorer.next_change_on(state, base::Day{17}) == std::nullopt);
  state.add_sign_of_life(base::Day{18}, 1);
  CHECK(score_on(scorer, state, 17) == "0.00");
  state.add_sign_of_life(base::Day{18}, -1);  // retracted
  CHECK(score_on(scorer, state, 17) == "-10.00");
}

TEST_CASE("categories are clamped, empty ones too, then the score") {
  const auto book = example_book();
  book->categories = {{"engagement", std::nullopt, 1500}, {"bonus", 300, std::nullopt}};
  book->rules[0].category = 0;
  const Scorer scorer(book);
  const ScoreState state = test::state_of(*book, kExample);
  Score score;
  scorer.evaluate(state, base::Day{0}, score);
  REQUIRE(score.categories.size() == 2);
  CHECK(report_number(score.categories[0]) == "15.00");
  CHECK(report_number(score.categories[1]) == "3.00");
  CHECK(report_number(score.value) == "38.00");
  book->score_max_x100 = 2000;
  CHECK(score_on(scorer, state, 0) == "20.00");
}

TEST_CASE("fits are found out once and again when traits or the rule book's fits change") {
  const auto book = example_book();
  book->fits = {title_fit(*book, "ceo", "CEO"), title_fit(*book, "cto", "CTO")};
  const Scorer scorer(book);
  ScoreState state;
  CHECK(scorer.fits_stale(state));
  CHECK(report_number(scorer.evaluate(state, base::Day{0}, facts(*book, "CTO")).value) == "20.00");
  CHECK_FALSE(scorer.fits_stale(state));
  CHECK(state.fits.holding == std::vector<std::uint32_t>{1});
  std::string bytes;
  state.encode(bytes);
  REQUIRE(state.decode(bytes));
  CHECK_FALSE(scorer.fits_stale(state));
  CHECK_FALSE(Scorer(std::make_shared<core::RuleBook>(*book)).fits_stale(state));  // same fits in another version
  auto other = std::make_shared<core::RuleBook>(*book);
  other->fits[0].when.children[0].operands[0].text = "COO";
  CHECK(Scorer(other).fits_stale(state));
  state.put_traits(std::vector<core::Trait>{{"title", "\"Intern\"", {1}, "m"}});
  CHECK(scorer.fits_stale(state));
  CHECK(report_number(scorer.evaluate(state, base::Day{0}, facts(*book, "Intern")).value) == "0.00");
}

TEST_CASE("an explanation adds up to the score") {
  const auto book = example_book();
  book->categories = {{"engagement", std::nullopt, 1500}};
  book->rules[0].category = 0;
  const Scorer scorer(book);
  const auto explained = scorer.explain(test::state_of(*book, kExample), base::Day{10});
  REQUIRE(explained.rules.size() == 2);
  CHECK(report_number(explained.rules[0].raw) == "24.00");
  CHECK(report_number(explained.rules[0].limited) == "20.00");
  CHECK(report_number(explained.rules[1].raw) == "20.00");
  CHECK(report_number(explained.rules[1].decayed) == "10.00");
  REQUIRE(explained.categories.size() == 1);
  CHECK(report_number(explained.categories[0].sum) == "20.00");
  CHECK(report_number(explained.categories[0].clamped) == "15.00");
  CHECK(report_number(explained.sum) == "25.00");
  CHECK(report_number(explained.score) == "25.00");
}

TEST_CASE("big numbers do not overflow") {
  auto book = example_book();
  book->rules[0].limit_x100 = std::nullopt;
  book->rules[0].points_x100 = 1'000'000'000'000'000'000;
  book->score_max_x100 = INT64_MAX;
  ScoreState state;
  state.add(book->matches[0].hash, 0, base::Day{0}, INT32_MAX);
  const Scorer scorer(book);
  CHECK(score_on(scorer, state, 0) == "92233720368547758.07");
  Score score;
  scorer.evaluate(state, base::Day{0}, score);
  CHECK(report_number(score.contributions[0].value) == "21474836470000000000000000.00");
  book->rules[0].points_x100 *= -1;
  book->score_min_x100 = INT64_MIN;
  CHECK(score_on(scorer, state, 0) == "-92233720368547758.08");
}

TEST_CASE("scores are those of the naive model") {
  CHECK(rc::check([] {
    const auto book = test::random_book();
    const auto ops = test::random_ops(*book);
    const test::NaiveScore naive(*book, ops);
    const Scorer scorer(book);
    const ScoreState state = test::state_of(*book, ops);
    Score score;
    for (std::int32_t day = 0; day < 130; day += 3) {
      scorer.evaluate(state, base::Day{day}, score);
      RC_ASSERT(score.value == naive.score(day));
      const auto explained = scorer.explain(state, base::Day{day});
      RC_ASSERT(explained.score == score.value);
      RC_ASSERT(core::clamped(explained.sum, book->score_min_x100, book->score_max_x100) == score.value);
    }
  }));
}

TEST_CASE("order, batches and merges cannot change a score") {
  CHECK(rc::check([] {
    const auto book = test::random_book();
    const auto ops = test::random_ops(*book);
    const ScoreState straight = test::state_of(*book, ops);
    ScoreState batched, left, right;
    std::string row;
    for (const Op& op : test::shuffled(ops)) {
      test::apply(*book, op, batched);
      if (test::coin()) {  // the batch ends here
        row.clear();
        batched.encode(row);
        RC_ASSERT(batched.decode(row));
      }
      test::apply(*book, op, test::coin() ? left : right);
    }
    left.merge(right, book->tiers);
    RC_ASSERT(batched.tallies == straight.tallies);
    RC_ASSERT(left.tallies == straight.tallies);
  }));
}

TEST_CASE("what is retracted has never been") {
  CHECK(rc::check([] {
    const auto book = test::random_book();
    const auto ops = test::random_ops(*book);
    auto with = ops;
    for (Op op : test::random_ops(*book)) {
      with.push_back(op);
      op.n = -op.n;
      with.push_back(op);
    }
    RC_ASSERT(test::state_of(*book, test::shuffled(with)).tallies == test::state_of(*book, ops).tallies);
  }));
}

TEST_CASE("the next change is the first day with another score, and nobody sleeps through it") {
  CHECK(rc::check([] {
    const auto book = test::random_book();
    const ScoreState state = test::state_of(*book, test::random_ops(*book));
    const Scorer scorer(book);
    const base::Day today{test::any_of(0, 80)};
    Score score;
    scorer.evaluate(state, today, score);
    const core::Points now = score.value;
    const auto wake = score.wake_on;
    std::optional<base::Day> brute;
    for (int days = 1; days < 2000 && !brute; ++days) {
      scorer.evaluate(state, today + days, score);
      if (score.value != now) brute = today + days;
    }
    RC_ASSERT(scorer.next_change_on(state, today) == brute);
    RC_ASSERT(!wake || *wake > today);
    if (brute) RC_ASSERT(wake && *wake <= *brute);
  }));
}
