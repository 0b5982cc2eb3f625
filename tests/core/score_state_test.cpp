#include "core/score_state.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "support/score_random.hpp"

using namespace scoreline;
using core::Activity;
using core::Day;
using core::ScoreState;

namespace {

Activity activity(core::InputTopic topic, std::string name) {
  Activity out;
  out.topic = topic;
  out.name = std::move(name);
  return out;
}

ScoreState random_state() {
  const auto book = test::random_book();
  ScoreState state = test::state_of(*book, test::random_ops(*book));
  state.tier = *rc::gen::element<std::string>("", "cold", "burning");
  if (test::coin()) state.fits = {*rc::gen::inRange<std::uint64_t>(1, UINT64_MAX), {0, 3, 4, 200}};
  if (test::coin()) state.stage(9, 5, 6, Day{7}, 1);
  return state;
}

}  // namespace

TEST_CASE("signs of life are what people do") {
  CHECK(core::is_sign_of_life(activity(core::InputTopic::tracking, "page")));
  CHECK(core::is_sign_of_life(activity(core::InputTopic::tracking, "Anything")));
  CHECK(core::is_sign_of_life(activity(core::InputTopic::crm, "email.clicked")));
  CHECK(core::is_sign_of_life(activity(core::InputTopic::crm, "email.replied")));
  CHECK(core::is_sign_of_life(activity(core::InputTopic::crm, "booking.created")));
  CHECK(core::is_sign_of_life(activity(core::InputTopic::erp, "order.placed")));
  CHECK_FALSE(core::is_sign_of_life(activity(core::InputTopic::crm, "email.opened")));
  CHECK_FALSE(core::is_sign_of_life(activity(core::InputTopic::erp, "invoice.issued")));
  Activity machine = activity(core::InputTopic::tracking, "page");
  machine.machine = true;
  CHECK_FALSE(core::is_counted(machine));
  CHECK_FALSE(core::is_sign_of_life(machine));
  Activity retracted = activity(core::InputTopic::tracking, "page");
  retracted.retracted = true;
  CHECK_FALSE(core::is_counted(retracted));
  Activity silent = activity(core::InputTopic::erp, "payment.received");
  silent.silent = true;
  CHECK_FALSE(core::is_counted(silent));
}

TEST_CASE("the last sign of life is the largest day that is not retracted") {
  ScoreState state;
  CHECK_FALSE(state.last_sign_of_life());
  state.add_sign_of_life(Day{5}, 1);
  state.add_sign_of_life(Day{9}, 1);
  state.add_sign_of_life(Day{7}, -1);
  CHECK(state.last_sign_of_life() == Day{9});
  state.add_sign_of_life(Day{9}, -1);
  CHECK(state.last_sign_of_life() == Day{5});
}

TEST_CASE("the row of a lead survives its encoding") {
  CHECK(rc::check([] {
    const ScoreState state = random_state();
    std::string bytes;
    state.encode(bytes);
    ScoreState back = random_state();
    RC_ASSERT(back.decode(bytes));
    RC_ASSERT(back.tallies == state.tallies);
    RC_ASSERT(back.staged == state.staged);
    RC_ASSERT(back.staged.empty() || back.staged_version == state.staged_version);
    RC_ASSERT(back.tier == state.tier);
    RC_ASSERT(back.fits.fits == state.fits.fits);
    RC_ASSERT(back.fits.fits == 0 || back.fits.holding == state.fits.holding);
    std::string again;
    back.encode(again);
    RC_ASSERT(again == bytes);
  }));
}

TEST_CASE("damaged rows are refused whole") {
  CHECK(rc::check([] {
    std::string bytes;
    random_state().encode(bytes);
    ScoreState out;
    RC_ASSERT(!out.decode(bytes + "x"));
    const std::string cut = bytes.substr(0, test::any_of<std::size_t>(1, bytes.size() - 1));
    RC_ASSERT(!out.decode(cut));
    RC_ASSERT(out.tallies.empty());
    RC_ASSERT(out.tier.empty());
    for (int i = 0; i < 20; ++i) {
      std::string damaged = bytes;
      damaged[test::any_of<std::size_t>(0, bytes.size() - 1)] = static_cast<char>(test::any_of(0, 255));
      out.decode(damaged);
    }
    out.decode(*rc::gen::string<std::string>());
  }));
  ScoreState fresh;
  CHECK(fresh.decode(""));
}

TEST_CASE("a merge adds, keeps the higher tier and forgets the fits if traits changed") {
  const std::vector<core::Level> tiers{test::level("cold", 0, 0), test::level("hot", 50, 50)};
  ScoreState a, b;
  a.add(1, 0, Day{1}, 1);
  a.tier = "cold";
  a.fits = {42, {0}};
  b.add(1, 0, Day{1}, 1);
  b.tier = "hot";
  a.merge(b, tiers);
  CHECK(a.tallies.of(1)[0].n == 2);
  CHECK(a.tier == "hot");
  CHECK(a.fits.fits == 42);
  b.put_traits(std::vector<core::Trait>{{"title", "1", {1}, "m"}});
  a.merge(b, tiers);
  CHECK(a.fits.fits == 0);
  CHECK(a.traits.all().size() == 1);
}

TEST_CASE("a new rule book takes what was staged for it and drops what it does not count") {
  core::RuleBook book;
  book.version = 7;
  test::add_match(book, false);
  test::add_match(book, false);
  const std::uint64_t kept = book.matches[0].hash, added = book.matches[1].hash;
  ScoreState state;
  state.add(kept, 0, Day{1}, 1);
  state.add(added, 0, Day{1}, 5);  // of an earlier rule book, incomplete
  state.add(999, 0, Day{1}, 1);
  state.add_sign_of_life(Day{1}, 1);
  state.stage(6, added, 0, Day{1}, 9);  // a version that was given up
  state.stage(7, added, 0, Day{2}, 2);
  state.promote(book);
  CHECK(state.tallies.of(kept).size() == 1);
  REQUIRE(state.tallies.of(added).size() == 1);
  CHECK(state.tallies.of(added)[0] == core::DayCount{0, Day{2}, 2});
  CHECK(state.tallies.of(999).empty());
  CHECK(state.last_sign_of_life() == Day{1});
  CHECK(state.staged.empty());
  const core::Tallies once = state.tallies;
  state.promote(book);
  CHECK(state.tallies == once);
}

TEST_CASE("what is staged for a later rule book waits") {
  core::RuleBook book;
  book.version = 7;
  ScoreState state, other;
  state.stage(8, 5, 0, Day{1}, 1);
  other.stage(7, 5, 0, Day{1}, 1);
  state.merge(other, {});
  state.promote(book);
  CHECK(state.staged_version == 8);
  CHECK(state.staged.of(5)[0].n == 1);
  CHECK(state.tallies.empty());
}
