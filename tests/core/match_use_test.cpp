#include "core/match_use.hpp"

#include <doctest/doctest.h>

#include "support/decision_book.hpp"

using namespace scoreline;
using Matches = std::vector<std::uint32_t>;

TEST_CASE("match use: every `did` of a condition on leads, however deep") {
  core::RuleBook book;
  for (int i = 0; i < 12; ++i) test::add_match(book, false);
  CHECK(core::did_matches(book).empty());
  book.pipelines = {test::pipeline("sales", {"new", "won"}), test::pipeline("manual", {"new"})};
  book.pipelines[0].route =
      test::group(core::ConditionKind::any, {test::did(9), test::group(core::ConditionKind::none, {test::did(3)})});
  test::add_advance(book.pipelines[0], "a", "won", test::did(9, 30));
  test::add_advance(book.pipelines[1], "b", "new", test::did(2));
  book.triggers.resize(1);
  book.triggers[0].on = test::on_activity(5);
  book.triggers[0].when = test::did(1);
  book.sequences.resize(1);
  book.sequences[0].when = test::did(0);
  CHECK(core::did_matches(book) == Matches{0, 1, 2, 3, 9});
}

TEST_CASE("match use: every activity that a trigger or sequence names as occasion") {
  core::RuleBook book;
  CHECK(core::occasion_matches(book).empty());
  book.triggers.resize(2);
  book.triggers[0].on = test::on_activity(5);
  book.triggers[0].when = test::did(1);
  book.triggers[1].on = test::on_tier("hot");
  book.sequences.resize(2);
  book.sequences[0].enrol_on = test::on_activity(2);
  book.sequences[0].exit_on = {test::on_stage("sales", "won"), test::on_activity(5), test::on_activity(0)};
  CHECK(core::occasion_matches(book) == Matches{0, 2, 5});
}
