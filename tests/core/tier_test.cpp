#include "core/tier.hpp"

#include <doctest/doctest.h>

#include "support/score_book.hpp"

using namespace scoreline;
using core::Points;
using core::settle;

namespace {

const std::vector<core::Level> kTiers{test::level("cold", 0, 0), test::level("warm", 31, 25), test::level("hot", 60, 55)};
Points points(std::int64_t n) { return Points{n} * 100'000'000; }

}  // namespace

TEST_CASE("rising starts at min, exactly") {
  CHECK(settle(kTiers, 0, points(31) - 1, 0) == 0);
  CHECK(settle(kTiers, 0, points(31), 0) == 1);
  CHECK(settle(kTiers, 0, points(60), 0) == 2);
  CHECK(settle(kTiers, 1, points(59), 0) == 1);
}

TEST_CASE("falling starts below leave, exactly, and ends at the lowest") {
  CHECK(settle(kTiers, 1, points(25), 0) == 1);
  CHECK(settle(kTiers, 1, points(25) - 1, 0) == 0);
  CHECK(settle(kTiers, 2, points(54), 0) == 1);
  CHECK(settle(kTiers, 2, points(24), 0) == 0);
  CHECK(settle(kTiers, 2, points(-10), 0) == 0);
}

TEST_CASE("levels begin below the first one") {
  const std::vector<core::Level> levels{test::level("low", 20, 10), test::level("high", 50, 40)};
  CHECK(settle(levels, -1, points(19), -1) == -1);
  CHECK(settle(levels, -1, points(20), -1) == 0);
  CHECK(settle(levels, 0, points(10), -1) == 0);
  CHECK(settle(levels, 0, points(9), -1) == -1);
  CHECK(settle(levels, 1, points(0), -1) == -1);
}

TEST_CASE("a new lead starts in the lowest tier") {
  std::string tier;
  CHECK_FALSE(core::settle_tier(kTiers, tier, points(0)).changed());
  CHECK(tier == "cold");
  std::string other;
  const core::LevelChange change = core::settle_tier(kTiers, other, points(70));
  CHECK(change.from == "cold");
  CHECK(change.to == "hot");
  CHECK(other == "hot");
}

TEST_CASE("a tier that the rule book no longer has gives way to the one the score reaches") {
  std::string tier = "lukewarm";
  const core::LevelChange change = core::settle_tier(kTiers, tier, points(40));
  CHECK(change.from == "lukewarm");
  CHECK(change.to == "warm");
  CHECK_FALSE(core::settle_tier(kTiers, tier, points(40)).changed());
}

TEST_CASE("a rule book without tiers has none") {
  std::string tier;
  CHECK_FALSE(core::settle_tier({}, tier, points(40)).changed());
  tier = "warm";
  const core::LevelChange change = core::settle_tier({}, tier, points(40));
  CHECK(change.from == "warm");
  CHECK(change.to.empty());
  CHECK(tier.empty());
}

TEST_CASE("levels come and go") {
  const std::vector<core::Level> levels{test::level("low", 20, 10), test::level("high", 50, 40)};
  std::string now;
  CHECK(core::settle_level(levels, now, points(30)).to == "low");
  CHECK(now == "low");
  CHECK_FALSE(core::settle_level(levels, now, points(10)).changed());
  const core::LevelChange gone = core::settle_level(levels, now, points(9));
  CHECK(gone.from == "low");
  CHECK(gone.to.empty());
}

TEST_CASE("the higher of two tiers") {
  CHECK(core::higher(kTiers, "warm", "hot") == "hot");
  CHECK(core::higher(kTiers, "warm", "cold") == "warm");
  CHECK(core::higher(kTiers, "", "cold") == "cold");
  CHECK(core::higher(kTiers, "unknown", "cold") == "cold");
  CHECK(core::higher(kTiers, "", "unknown") == "unknown");
}

TEST_CASE("evaluating twice changes nothing more") {
  for (int current = 0; current < 3; ++current) {
    for (std::int64_t value = -5; value <= 70; ++value) {
      const int once = settle(kTiers, current, points(value), 0);
      CHECK(settle(kTiers, once, points(value), 0) == once);
    }
  }
}
