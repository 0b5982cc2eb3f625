#include "core/tally.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "support/score_random.hpp"

using namespace scoreline;
using core::Day;
using core::Tallies;

namespace {

std::string encoded(const Tallies& tallies) {
  std::string out;
  base::ByteWriter bytes(out);
  tallies.encode(bytes);
  return out;
}

bool decoded(std::string_view in, Tallies& out) {
  base::ByteReader bytes(in);
  return out.decode(bytes) && bytes.ok() && bytes.at_end();
}

Tallies random_tallies() {
  Tallies out;
  for (int i = test::any_of(0, 30); i > 0; --i) {
    out.add(test::any_of<std::uint64_t>(1, 4), test::any_of<std::uint64_t>(0, 2), Day{test::any_of(-2, 5)}, test::any_of(-2, 3));
  }
  return out;
}

}  // namespace

TEST_CASE("a tally counts by value and day") {
  Tallies tallies;
  tallies.add(7, 0, Day{3}, 1);
  tallies.add(7, 0, Day{1}, 1);
  tallies.add(7, 0, Day{3}, 1);
  tallies.add(5, 9, Day{3}, 1);
  REQUIRE(tallies.size() == 2);
  const core::Tally seven = tallies.of(7);
  REQUIRE(seven.size() == 2);
  CHECK(seven[0] == core::DayCount{0, Day{1}, 1});
  CHECK(seven[1] == core::DayCount{0, Day{3}, 2});
  CHECK(tallies.of(5)[0].value == 9);
  CHECK(tallies.of(6).empty());
}

TEST_CASE("a retraction may come first and leaves nothing behind") {
  Tallies tallies;
  tallies.add(7, 0, Day{3}, -1);
  CHECK_FALSE(core::any_within(tallies.of(7), Day{3}, 0));
  tallies.add(7, 0, Day{3}, 1);
  CHECK(tallies.empty());
  CHECK(tallies == Tallies{});
}

TEST_CASE("a window holds today and ends before its length") {
  Tallies tallies;
  tallies.add(1, 0, Day{10}, 1);
  const core::Tally tally = tallies.of(1);
  CHECK_FALSE(core::any_within(tally, Day{9}, 30));
  CHECK_FALSE(core::any_within(tally, Day{9}, 0));
  CHECK(core::any_within(tally, Day{10}, 1));
  CHECK(core::any_within(tally, Day{39}, 30));
  CHECK_FALSE(core::any_within(tally, Day{40}, 30));
  CHECK(core::any_within(tally, Day{4000}, 0));
}

TEST_CASE("removing a match leaves the others alone") {
  Tallies tallies;
  for (std::uint64_t match = 1; match <= 3; ++match) tallies.add(match, 0, Day{static_cast<std::int32_t>(match)}, 1);
  tallies.remove(2);
  tallies.remove(99);
  REQUIRE(tallies.size() == 2);
  CHECK(tallies.of(1)[0].day == Day{1});
  CHECK(tallies.of(2).empty());
  CHECK(tallies.of(3)[0].day == Day{3});
}

TEST_CASE("merging and subtracting are inverse, commute, and are sums") {
  CHECK(rc::check([] {
    const Tallies a = random_tallies(), b = random_tallies();
    Tallies ab = a, ba = b, back = a, one_by_one = a;
    ab.merge(b);
    ba.merge(a);
    RC_ASSERT(ab == ba);
    back.merge(b);
    back.subtract(b);
    RC_ASSERT(back == a);
    for (std::size_t i = 0; i < b.size(); ++i)
      for (const core::DayCount& count : b.entry(i).tally) one_by_one.add(b.entry(i).match, count.value, count.day, count.n);
    RC_ASSERT(one_by_one == ab);
  }));
}

TEST_CASE("merging with itself doubles") {
  Tallies tallies;
  tallies.add(1, 0, Day{1}, 2);
  tallies.merge(tallies);
  CHECK(tallies.of(1)[0].n == 4);
  tallies.subtract(tallies);
  CHECK(tallies.empty());
}

TEST_CASE("absurd counts wrap alike in any order") {
  Tallies a, b;
  a.add(1, 0, Day{1}, INT32_MAX);
  a.add(1, 0, Day{1}, INT32_MAX);
  a.add(1, 0, Day{1}, INT32_MIN);
  b.add(1, 0, Day{1}, INT32_MIN);
  b.add(1, 0, Day{1}, INT32_MAX);
  b.add(1, 0, Day{1}, INT32_MAX);
  CHECK(a == b);
}

TEST_CASE("tallies survive their encoding") {
  CHECK(rc::check([] {
    const Tallies tallies = random_tallies();
    Tallies back = random_tallies();
    RC_ASSERT(decoded(encoded(tallies), back));
    RC_ASSERT(back == tallies);
  }));
}

TEST_CASE("foreign and damaged bytes are refused or give a sound tally") {
  CHECK(rc::check([] {
    std::string bytes = encoded(random_tallies());
    for (int i = test::any_of(1, 4); i > 0 && !bytes.empty(); --i) {
      bytes[test::any_of<std::size_t>(0, bytes.size() - 1)] = static_cast<char>(test::any_of(0, 255));
    }
    if (test::coin()) bytes.resize(test::any_of<std::size_t>(0, bytes.size()));
    Tallies out;
    if (decoded(bytes, out)) {
      Tallies again;
      RC_ASSERT(decoded(encoded(out), again));
      RC_ASSERT(again == out);
    }
    const std::string noise = *rc::gen::string<std::string>();
    base::ByteReader reader(noise);
    if (!out.decode(reader)) RC_ASSERT(out.empty());
  }));
}

TEST_CASE("usual tallies are small") {
  Tallies tallies;
  for (std::int32_t day = 0; day < 20; ++day) tallies.add(1, 0, Day{20'000 + day}, 3);
  CHECK(encoded(tallies).size() < 60);
}
