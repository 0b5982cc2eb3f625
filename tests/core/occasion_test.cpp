#include "core/occasion.hpp"

#include <doctest/doctest.h>

#include "support/decision_book.hpp"

using namespace scoreline;
using core::OccasionView;

namespace {

core::RuleBook book_of_levels() {
  core::RuleBook book;
  book.tiers = test::four_tiers();
  core::Intent intent;
  intent.id = "purchase";
  intent.levels = {test::level("low", 20, 20), test::level("high", 70, 70)};
  book.intents = {intent};
  intent.id = "support";
  book.intents.push_back(intent);
  return book;
}

bool meets(const core::Occasion& wanted, const core::Signal& signal) {
  static const core::RuleBook book = book_of_levels();
  return core::meets(wanted, {&signal, 1}, {}, book);
}

}  // namespace

TEST_CASE("occasions: the activity, then the signals as listed; place 0 is the activity's even where there is none") {
  core::LeadChange change =
      test::change("2026-05-01T10:00:00Z", "c", "page", {test::churn_risk(), test::tier_change("cold", "warm")});
  auto list = core::occasions(change);
  REQUIRE(list.size() == 3);
  CHECK(list[0].signal == nullptr);
  CHECK(list[0].place == 0);
  CHECK(list[1].signal == &change.signals[0]);
  CHECK(list[1].place == 1);
  CHECK(list[2].signal == &change.signals[1]);
  CHECK(list[2].place == 2);
  change.activity.reset();
  list = core::occasions(change);
  REQUIRE(list.size() == 2);
  CHECK(list[0].place == 1);
  change.signals.clear();
  CHECK(core::occasions(change).empty());
}

TEST_CASE("occasions: an activity is met through its matches, a signal never") {
  const core::RuleBook book = book_of_levels();
  const std::vector<std::uint32_t> matches{1, 4};
  CHECK(core::meets(test::on_activity(4), {nullptr, 0}, matches, book));
  CHECK_FALSE(core::meets(test::on_activity(3), {nullptr, 0}, matches, book));
  CHECK_FALSE(core::meets(test::on_tier("hot"), {nullptr, 0}, matches, book));
  const core::Signal signal = test::tier_change("cold", "hot");
  CHECK_FALSE(core::meets(test::on_activity(4), {&signal, 1}, matches, book));
}

TEST_CASE("occasions: a tier is met by rising from below it to it or above, never by falling") {
  CHECK(meets(test::on_tier("hot"), test::tier_change("warm", "hot")));
  CHECK(meets(test::on_tier("hot"), test::tier_change("cold", "burning")));  // two tiers at once
  CHECK(meets(test::on_tier("warm"), test::tier_change("cold", "burning")));
  CHECK(meets(test::on_tier("hot"), test::tier_change("", "hot")));
  CHECK(meets(test::on_tier("hot"), test::tier_change("gone", "hot")));
  CHECK(meets(test::on_tier("cold"), test::tier_change("gone", "cold")));
  CHECK_FALSE(meets(test::on_tier("hot"), test::tier_change("hot", "burning")));
  CHECK_FALSE(meets(test::on_tier("hot"), test::tier_change("cold", "warm")));
  CHECK_FALSE(meets(test::on_tier("hot"), test::tier_change("burning", "hot")));
  CHECK_FALSE(meets(test::on_tier("hot"), test::tier_change("burning", "cold")));
  CHECK_FALSE(meets(test::on_tier("hot"), test::tier_change("warm", "gone")));
  CHECK_FALSE(meets(test::on_tier("gone"), test::tier_change("cold", "burning")));
  CHECK_FALSE(meets(test::on_tier("hot"), test::intent_change("purchase", "", "high")));
}

TEST_CASE("occasions: a level of an intent is met likewise, of that intent only") {
  CHECK(meets(test::on_intent("purchase", "high"), test::intent_change("purchase", "", "high")));
  CHECK(meets(test::on_intent("purchase", "low"), test::intent_change("purchase", "", "high")));
  CHECK(meets(test::on_intent("purchase", "high"), test::intent_change("purchase", "low", "high")));
  CHECK_FALSE(meets(test::on_intent("purchase", "low"), test::intent_change("purchase", "low", "high")));
  CHECK_FALSE(meets(test::on_intent("purchase", "low"), test::intent_change("purchase", "high", "low")));
  CHECK_FALSE(meets(test::on_intent("purchase", "low"), test::intent_change("purchase", "low", "")));
  CHECK_FALSE(meets(test::on_intent("purchase", "high"), test::intent_change("support", "", "high")));
  CHECK_FALSE(meets(test::on_intent("nowhere", "high"), test::intent_change("nowhere", "", "high")));
}

TEST_CASE("occasions: a deal that enters the stage, wherever it comes from; a churn alarm") {
  CHECK(meets(test::on_stage("sales", "won"), test::stage_entry("sales", "new", "won")));
  CHECK(meets(test::on_stage("sales", "new"), test::stage_entry("sales", "", "new")));
  CHECK(meets(test::on_stage("sales", "new"), test::stage_entry("sales", "won", "new")));
  CHECK_FALSE(meets(test::on_stage("sales", "won"), test::stage_entry("sales", "won", "new")));
  CHECK_FALSE(meets(test::on_stage("sales", "won"), test::stage_entry("service", "new", "won")));
  CHECK(meets(test::on_churn_risk(), test::churn_risk()));
  CHECK_FALSE(meets(test::on_churn_risk(), test::stage_entry("sales", "new", "won")));
  CHECK_FALSE(meets(test::on_stage("sales", "won"), test::churn_risk()));
}
