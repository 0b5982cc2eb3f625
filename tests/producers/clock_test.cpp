#include "producers/clock.hpp"

#include <doctest/doctest.h>

using scoreline::base::Instant;
using scoreline::base::parse_rfc3339;
using scoreline::producers::next_tick;

TEST_CASE("clock: ticks fall on full intervals") {
  const Instant now = *parse_rfc3339("2026-05-01T10:00:30Z");
  CHECK(next_tick(now, 60'000'000) == *parse_rfc3339("2026-05-01T10:01:00Z"));
  CHECK(next_tick(*parse_rfc3339("2026-05-01T10:01:00Z"), 60'000'000) == *parse_rfc3339("2026-05-01T10:02:00Z"));
}

TEST_CASE("clock: midnight is never passed over, whatever the interval") {
  const Instant midnight = *parse_rfc3339("2026-05-02T00:00:00Z");
  for (const std::int64_t interval_us : {60'000'000LL, 7 * 60'000'000LL, 5 * 3'600'000'000LL, 3'600'000'000LL - 1}) {
    Instant tick = *parse_rfc3339("2026-05-01T10:00:30Z");
    while (tick < midnight) tick = next_tick(tick, interval_us);
    CHECK(tick == midnight);
  }
}
