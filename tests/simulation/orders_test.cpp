/// Order does not matter where it should not: shuffling, repeating, cutting into batches and merging earlier or later
/// change no score.
#include <doctest/doctest.h>

#include <algorithm>

#include "support/house_chaos.hpp"

using namespace scoreline;
using namespace scoreline::test::house;

namespace {

Outcomes run(const std::vector<Fed>& events, base::Instant end, std::size_t batch) {
  World world(2);
  world.house.runner.batch_records = world.house.runner.lane_records = batch;
  world.start_simply();
  world.feed(events);
  world.tick(end);
  world.settle();
  world.check_at_rest();
  return world.outcomes(base::day_of(end));
}

/// ERP versions must keep their order: a connector sends them so, on one key.
bool may_move(const Fed& fed) { return fed.topic != flow::Topic::erp_changes; }

}  // namespace

TEST_CASE("shuffled, repeated, cut into batches of 1, 2, 7 or all, merged early or late: the same scores") {
  for (std::uint64_t start = 1; start <= 40; ++start) {
    CAPTURE(start);
    Dice dice(start);
    const Events events = random_events(dice, 40, false);
    const Outcomes want = without_faults(events.all, events.end);
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < events.all.size(); ++i)
      if (may_move(events.all[i])) places.push_back(i);
    std::vector<std::size_t> order = places;
    std::shuffle(order.begin(), order.end(), dice.engine());
    std::vector<Fed> shuffled = events.all;
    for (std::size_t i = 0; i < places.size(); ++i) shuffled[places[i]] = events.all[order[i]];
    std::vector<Fed> repeated = shuffled;
    repeated.insert(repeated.end(), shuffled.begin(), shuffled.end());
    for (const std::size_t batch : {1, 2, 7, 100'000}) {
      CHECK(run(events.all, events.end, batch) == want);
      const Outcomes got = run(shuffled, events.end, batch);
      CHECK_MESSAGE(got == want, differences(got, want));
    }
    CHECK(run(repeated, events.end, 7) == want);
  }
}
