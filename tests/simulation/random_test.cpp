/// Safety while everything breaks, liveness afterwards: random events, schedules, kills, faults.
/// SCORELINE_START=<number> runs one of them again; SCORELINE_RUNS=<number> runs so many.
#include <doctest/doctest.h>

#include "support/house_chaos.hpp"

using namespace scoreline;
using namespace scoreline::test::house;

namespace {

void live_through(std::uint64_t start) {
  CAPTURE(start);
  Dice dice(start);
  const Events events = random_events(dice, 20 + dice.roll(60));
  World world(1 + dice.roll(3));
  Chaos chaos(dice, world);
  for (const Fed& fed : events.all) {
    world.feed(fed);
    for (int i = dice.roll(8); i > 0; --i) chaos.turn();
  }
  for (int i = 0; i < 100; ++i) chaos.turn();
  world.tick(events.end);
  for (int i = 0; i < 100; ++i) chaos.turn();
  chaos.calm();
  world.check_at_rest();
  world.check_replay();
  if (events.erases && world.house.partitions > 1) return;
  const Outcomes got = world.outcomes(base::day_of(events.end)), want = without_faults(events.all, events.end);
  CHECK_MESSAGE(got == want, "start ", start, "\ngot", to_text(got), "\nwant", to_text(want));
}

}  // namespace

TEST_CASE("whatever breaks in whatever order, the result is that of a run without faults") {
  const auto [first, runs] = starts(300);
  for (std::uint64_t start = first; start < first + runs; ++start) live_through(start);
}
