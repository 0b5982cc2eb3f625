#include "core/weight.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "support/score_random.hpp"

using namespace scoreline;
using core::WeightTable;

TEST_CASE("without decay everything keeps its weight") {
  const auto weight = WeightTable().make({}, std::nullopt);
  CHECK(weight.at(0) == 1'000'000);
  CHECK(weight.at(100'000) == 1'000'000);
  CHECK(weight.at(-1) == 0);
}

TEST_CASE("expiry begins on its day") {
  const auto weight = WeightTable().make({}, 90);
  CHECK(weight.at(89) == 1'000'000);
  CHECK(weight.at(90) == 0);
}

TEST_CASE("steps are rounded down one after the other") {
  const auto weight = WeightTable().make(test::step_decay(333'333, 10), std::nullopt);
  CHECK(weight.at(9) == 1'000'000);
  CHECK(weight.at(10) == 333'333);
  CHECK(weight.at(19) == 333'333);
  CHECK(weight.at(20) == 111'110);  // floor(333333 x 0.333333)
  CHECK(weight.at(30) == 37'036);
  CHECK(weight.at(10'000) == 0);
}

TEST_CASE("linear decay ends at zero") {
  const auto weight = WeightTable().make(test::linear_decay(60), std::nullopt);
  CHECK(weight.at(0) == 1'000'000);
  CHECK(weight.at(1) == 983'333);
  CHECK(weight.at(59) == 16'666);
  CHECK(weight.at(60) == 0);
}

TEST_CASE("a factor next to one goes on beyond the table") {
  const auto weight = WeightTable().make(test::step_decay(999'999, 1), std::nullopt);
  CHECK(weight.at(1) == 999'999);
  CHECK(weight.at(8191) == 1'000'000 - 8191);
  CHECK(weight.at(8192) == 1'000'000 - 8192);
  CHECK(weight.at(20'000) == 980'000);
  CHECK(weight.at(1'000'000) == 0);
}

TEST_CASE("a linear decay over more than a million days finds its next step") {
  const auto weight = WeightTable().make(test::linear_decay(3'000'000), std::nullopt);
  CHECK(weight.at(0) == 1'000'000);
  REQUIRE(weight.aged(0).until == 1);
  CHECK(weight.at(1) == 999'999);
  REQUIRE(weight.aged(1).until == 4);
  CHECK(weight.at(3) == 999'999);
  CHECK(weight.at(4) == 999'998);
}

TEST_CASE("weights and their changes are those of the definition") {
  CHECK(rc::check([] {
    WeightTable table;
    const core::Decay decay = test::random_decay();
    const std::optional<std::int32_t> expires = test::coin() ? std::optional(test::any_of(1, 50)) : std::nullopt;
    const auto weight = table.make(decay, expires);
    std::int64_t age = -3;
    while (age < 1500) {
      const std::int64_t now = test::NaiveScore::weight(decay, expires, age);
      RC_ASSERT(weight.at(age) == now);
      std::int64_t brute = age + 1;
      while (brute < 3000 && test::NaiveScore::weight(decay, expires, brute) == now) ++brute;
      const std::int64_t next = weight.aged(age).until;
      RC_ASSERT(next == (brute < 3000 ? brute : core::Weight::kForever));
      if (brute == 3000) return;
      age = next;
    }
  }));
}
