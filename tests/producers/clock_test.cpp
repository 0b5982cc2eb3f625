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

TEST_CASE("clock: midnight is never passed over") {
  const Instant late = *parse_rfc3339("2026-05-01T23:55:00Z");
  CHECK(next_tick(late, 7 * 60'000'000) == *parse_rfc3339("2026-05-02T00:00:00Z"));
}
