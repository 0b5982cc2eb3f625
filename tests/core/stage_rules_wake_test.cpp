/// When does time alone move a deal (semantics 6; design 5, Time)?
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "support/score_random.hpp"
#include "support/stage_world.hpp"

using namespace scoreline;
using test::StageWorld;
using Entries = std::vector<std::string>;

namespace {

core::RuleBook windows_book() {
  core::RuleBook book;
  for (int i = 0; i < 3; ++i) test::add_match(book, false);
  book.pipelines = {test::pipeline("sales", {"new", "meeting", "won"})};
  book.pipelines[0].route = test::did(0, 10);
  test::add_advance(book.pipelines[0], "quiet", "meeting", test::group(core::ConditionKind::none, {test::did(1, 30)}));
  test::add_advance(book.pipelines[0], "paid", "won", test::did(2));
  return book;
}

core::Condition random_condition(int depth) {
  switch (test::any_of(0, depth == 0 ? 2 : 5)) {
    case 0:
      return test::did(test::any_of(0u, 2u), test::coin() ? 0 : test::any_of(1, 9));
    case 1:
      return test::stage_is(test::coin() ? "a" : "b", test::coin() ? "new" : "offer");
    case 2:
      return test::did(test::any_of(0u, 2u), test::any_of(1, 30));
    default:
      break;
  }
  std::vector<core::Condition> children;
  for (int i = test::any_of(0, 2); i > 0; --i) children.push_back(random_condition(depth - 1));
  return test::group(*rc::gen::element(core::ConditionKind::all, core::ConditionKind::any, core::ConditionKind::none),
                     std::move(children));
}

core::RuleBook random_stage_book() {
  core::RuleBook book;
  for (int i = 0; i < 3; ++i) test::add_match(book, false);
  for (const char* id : {"a", "b"}) {
    core::Pipeline pipeline = test::pipeline(id, {"new", "meeting", "offer", "won"});
    pipeline.priority = test::any_of(0, 1);
    if (test::any_of(0, 3) > 0) pipeline.route = random_condition(2);
    if (test::coin()) pipeline.reopen_after_days = test::any_of(1, 20);
    for (int i = test::any_of(0, 4); i > 0; --i) {
      test::add_advance(pipeline, "x" + std::to_string(i), *rc::gen::element<std::string>("meeting", "offer", "won"),
                        random_condition(2));
    }
    book.pipelines.push_back(std::move(pipeline));
  }
  return book;
}

}  // namespace

TEST_CASE("wake: when an activity that is dated later comes of age, and when one leaves its window") {
  StageWorld world(windows_book());
  CHECK(world.wake("2026-05-01") == std::nullopt);
  world.do_it(0, "2026-05-04");
  CHECK(world.wake("2026-05-01") == test::day("2026-05-04"));
  CHECK(world.run("2026-05-03T23:00:00Z") == Entries{});
  CHECK(world.wake("2026-05-04") == test::day("2026-05-14"));  // still to be routed: from then on not
  world.do_it(1, "2026-05-04");
  CHECK(world.run("2026-05-04T00:00:00Z") == Entries{"sales: -> new by route"});
  CHECK(world.wake("2026-05-04") == test::day("2026-06-03"));
  CHECK(world.run("2026-06-02T10:00:00Z") == Entries{});
  CHECK(world.run("2026-06-03T00:00:00Z") == Entries{"sales: new -> meeting by quiet"});
  CHECK(world.wake("2026-06-03") == std::nullopt);
  world.do_it(2, "2026-06-10");
  CHECK(world.wake("2026-06-03") == test::day("2026-06-10"));
  CHECK(world.run("2026-06-10T00:00:00Z") == Entries{"sales: meeting -> won by paid"});
  CHECK(world.wake("2026-06-10") == std::nullopt);
}

TEST_CASE("wake: windows that touch are one; one day between them is not") {
  StageWorld waiting(windows_book());
  waiting.do_it(1, "2026-05-01");
  waiting.do_it(1, "2026-05-31");  // the first leaves on that day
  waiting.add_deal("d", "sales", "new");
  CHECK(waiting.wake("2026-05-01") == test::day("2026-06-30"));
  CHECK(waiting.wake("2026-05-31") == test::day("2026-06-30"));
  StageWorld gap(windows_book());
  gap.do_it(1, "2026-05-01");
  gap.do_it(1, "2026-06-01");
  gap.add_deal("d", "sales", "new");
  CHECK(gap.wake("2026-05-01") == test::day("2026-05-31"));
  CHECK(gap.wake("2026-05-31") == test::day("2026-06-01"));
}

TEST_CASE("wake: what is retracted, used up, behind the deal or not of its pipeline wakes nobody") {
  StageWorld world(windows_book());
  world.do_it(1, "2026-05-01");
  world.tallies.add(world.book->matches[1].hash, 0, test::day("2026-05-01"), -1);
  world.tallies.add(world.book->matches[2].hash, 0, test::day("2026-05-09"), -1);
  world.add_deal("d", "sales", "new");
  CHECK(world.wake("2026-05-01") == std::nullopt);
  world.do_it(1, "2026-05-01");
  CHECK(world.wake("2026-05-01") == test::day("2026-05-31"));
  core::Deals used = world.deals;
  used.use_up(0, "quiet");
  CHECK(world.rules.wake_on(used, world.tallies, test::day("2026-05-01")) == std::nullopt);
  world.deals.move(0, "meeting", false, {});
  CHECK(world.wake("2026-05-01") == std::nullopt);
}

TEST_CASE("wake: a lead that may be taken again is woken on that day, no sooner") {
  core::RuleBook book = windows_book();
  book.pipelines[0].reopen_after_days = 180;
  StageWorld world(book);
  world.add_deal("d", "sales", "new");
  world.deals.move(0, "won", true, test::at("2026-05-01T10:00:00Z"));
  CHECK(world.wake("2026-05-02") == test::day("2026-10-28"));
  CHECK(world.wake("2026-10-28") == std::nullopt);
  world.do_it(0, "2026-06-01");
  CHECK(world.wake("2026-05-02") == test::day("2026-06-01"));
  CHECK(world.wake("2026-06-11") == test::day("2026-10-28"));
}

TEST_CASE("wake: before that day an evaluation does nothing, whatever the rules") {
  CHECK(rc::check([] {
    StageWorld world(random_stage_book());
    const std::int32_t today = test::any_of(20, 40);
    for (int i = test::any_of(0, 12); i > 0; --i) {
      world.tallies.add(world.book->matches[test::any_of(0u, 2u)].hash, 0, base::Day{test::any_of(0, 80)},
                        test::any_of(0, 4) == 0 ? -1 : 1);
    }
    if (test::coin()) world.add_deal("d", test::coin() ? "a" : "b", test::coin() ? "new" : "meeting");
    if (!world.deals.all().empty() && test::coin()) {
      world.deals.move(0, "won", true, base::midnight(base::Day{test::any_of(10, 20)}));
    }
    const base::Instant now{base::midnight(base::Day{today}).us + 5};
    for (int i = 0; !world.settled(now); ++i) {
      RC_ASSERT(i < 30);  // advances are used up and pipelines do not take back on the same day: it ends
      RC_ASSERT(!world.evaluate(world.deals, now).entries.empty());
    }
    RC_ASSERT(world.evaluate(world.deals, now).entries.empty());
    const auto wake = world.rules.wake_on(world.deals, world.tallies, base::Day{today});
    RC_ASSERT(!wake || wake->n > today);
    for (std::int32_t day = today; day < (wake ? wake->n : today + 120); ++day) {
      RC_ASSERT(world.settled(base::midnight(base::Day{day})));
    }
  }));
}
