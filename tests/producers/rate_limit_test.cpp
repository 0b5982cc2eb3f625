#include "producers/rate_limit.hpp"

#include <doctest/doctest.h>

#include <string>

namespace scoreline::producers {

TEST_CASE("rate limit: a burst, then the rate, per name") {
  RateLimit limit({10, 5, 1000}, {});
  std::int64_t now_us = 1'000'000'000;
  for (int i = 0; i < 5; ++i) CHECK(limit.take("a", 1, now_us) == 0);
  CHECK(limit.take("a", 1, now_us) == 100);
  CHECK(limit.take("b", 1, now_us) == 0);
  now_us += 99'000;
  CHECK(limit.take("a", 1, now_us) == 1);
  now_us += 1'000;
  CHECK(limit.take("a", 1, now_us) == 0);
  CHECK(limit.take("a", 1, now_us) > 0);
}

TEST_CASE("rate limit: what is larger than a burst passes a rested bucket") {
  RateLimit limit({10, 5, 1000}, {});
  CHECK(limit.take("a", 1000, 1'000'000) == 0);
  CHECK(limit.take("a", 1, 1'000'000) > 0);
  CHECK(limit.take("a", 1000, 1'500'000) == 0);
}

TEST_CASE("rate limit: none at all, and bounded memory under many names") {
  RateLimit none({0, 0, 1000}, {});
  RateLimit small({1, 1, 160}, {});
  for (int i = 0; i < 10'000; ++i) {
    CHECK(none.take("a", 1, 5) == 0);
    CHECK(small.take(std::to_string(i), 1, 1'000'000) == 0);
  }
}

}  // namespace scoreline::producers
