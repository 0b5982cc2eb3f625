/// Interleavings 27 and 28: rule books published while events flow and merges are in flight.
#include <doctest/doctest.h>

#include <fmt/format.h>

#include "support/house_chaos.hpp"
#include "support/house_lanes.hpp"
#include "support/house_publisher.hpp"

using namespace scoreline;
using namespace scoreline::test::house;
using core::RecordKind;

namespace {

void check_like_counted_from_the_start(World& world, const std::vector<Fed>& events, base::Instant end,
                                       const std::string& book) {
  world.check_at_rest();
  const Outcomes got = world.outcomes(base::day_of(end), book), want = without_faults(events, end, book);
  CHECK_MESSAGE(got == want, differences(got, want));
}

}  // namespace

TEST_CASE(
    "27: a new match is published while merges are in flight, on either side of prepared in both partitions: counted "
    "once") {
  // Where the two announcements stand among the steps of the merge, in either partition.
  for (int q = 0; q < 5; ++q)
    for (int p = 0; p < 5; ++p)
      for (int wait = 0; wait < 3; ++wait) {
        World world(2);
        world.house.count_back_records = 2;
        world.add_identity().assign({0, 1});
        world.start_lane_by_lane();
        std::vector<Fed> events;
        const auto feed = [&](const Fed& fed) {
          events.push_back(fed);
          world.feed_into(0, fed);
        };
        // One lead per partition, made until they lie there.
        std::map<std::int32_t, std::string> names;
        for (int i = 0; names.size() < 2; ++i) {
          const std::string name = fmt::format("n{}", i);
          feed(page("first " + name, name, fmt::format(R"("anonymousId":"{}")", name), minutes(0)));
          world.settle();
          names.try_emplace(world.partition_of(world.lead_of("anon:" + name)), name);
        }
        const std::string loser = names[1], survivor = names[0];
        const std::string from = fmt::format(R"("anonymousId":"{}")", loser),
                          to = fmt::format(R"("anonymousId":"{}","userId":"u")", survivor);
        feed(identify("u", survivor, to, minutes(0)));
        for (int i = 0; i < 3; ++i)
          feed(track("Form Submitted", fmt::format("f{}", i), loser, from, minutes(i * 1440),
                     R"("properties":{"form":"a"})"));
        Publisher publisher{world, 1, kSecond};
        world.store_book(1, kSecond);
        const auto steps = [&](std::int32_t lane, int n) { world.follow_lane(lane, n); };
        for (int moment = 0; moment < 5; ++moment) {
          const base::Instant now = minutes(3 * 1440 + moment);
          if (moment == q) publisher.prepare(now, {1});
          if (moment == p) publisher.prepare(now, {0});
          if (moment == 1) feed(identify("merge", "u", R"("userId":"u",)" + from, now));
          feed(page(fmt::format("l{}", moment), loser, from, now));
          feed(track("Form Submitted", fmt::format("g{}", moment), "u", R"("userId":"u")", now,
                     R"("properties":{"form":"b"})"));
          for (int i = 0; i < 3; ++i) world.identity[0]->runner().step();
          if (wait != 0) steps(1, wait);
          if (moment == 2) steps(0, 1 + wait);
        }
        world.settle();
        REQUIRE(publisher.activate_when_ready(minutes(4 * 1440)));
        world.tick(minutes(5 * 1440));
        world.settle();
        check_like_counted_from_the_start(world, events, minutes(5 * 1440), kSecond);
        world.check_replay();
      }
}

TEST_CASE(
    "27b: leads merged long ago are counted in full, and the count-back itself changes no tier before the switch") {
  World world(3);
  world.start_simply();
  Dice dice(7);
  const Events events = random_events(dice, 80, false);
  world.feed(events.all);
  world.tick(events.end);
  world.settle();
  std::size_t changes = 0;
  for (std::int32_t p = 0; p < 3; ++p) changes += world.tier_changes(p).size();
  Publisher publisher{world, 1, kSecond};
  publisher.prepare(events.end);
  world.settle();
  std::size_t after = 0;
  for (std::int32_t p = 0; p < 3; ++p) after += world.tier_changes(p).size();
  CHECK(after == changes);
  REQUIRE(publisher.activate_when_ready(events.end));
  world.settle();
  check_like_counted_from_the_start(world, events.all, events.end, kSecond);
  world.check_replay();
}

TEST_CASE("27c: a lane that counts back at once tells others that have not been told to prepare yet") {
  World world(2);
  world.start_simply();
  Dice dice(11);
  const Events events = random_events(dice, 40, false);
  world.feed(events.all);
  world.settle();
  Publisher publisher{world, 1, kSecond};
  publisher.prepare(events.end, {0});
  world.settle();
  CHECK_FALSE(world.ready(1));
  publisher.prepare(events.end, {1});
  world.settle();
  REQUIRE(publisher.activate_when_ready(events.end));
  world.tick(events.end);
  world.settle();
  check_like_counted_from_the_start(world, events.all, events.end, kSecond);
}

TEST_CASE("27d: what a count-back releases in the same batch is counted once") {
  // B waits for A; the count-back passes the record that is held, while the handover comes, in chunks of every size.
  for (std::size_t chunk = 1; chunk < 8; ++chunk)
    for (int ahead = 0; ahead < 6; ++ahead) {
      World world(2);
      world.house.count_back_records = chunk;
      world.add_identity().assign({0, 1});
      world.start_lane_by_lane();
      std::vector<Fed> events;
      const auto feed = [&](const Fed& fed) {
        events.push_back(fed);
        world.feed_into(0, fed);
        for (int i = 0; i < 3; ++i) world.identity[0]->runner().step();
      };
      std::map<std::int32_t, std::string> names;
      for (int i = 0; names.size() < 2; ++i) {
        const std::string name = fmt::format("n{}", i);
        feed(page("first " + name, name, fmt::format(R"("anonymousId":"{}")", name), minutes(0)));
        names.try_emplace(world.partition_of(world.lead_of("anon:" + name)), name);
      }
      const std::string from = fmt::format(R"("anonymousId":"{}")", names[1]);
      feed(identify("u", names[0], fmt::format(R"("anonymousId":"{}","userId":"u")", names[0]), minutes(0)));
      world.settle();
      feed(identify("merge", "u", R"("userId":"u",)" + from, minutes(1)));
      for (int i = 0; i < 3; ++i) feed(identify(fmt::format("i{}", i), "u", R"("userId":"u")", minutes(2)));
      world.follow_lane(0, 6);  // all of it is held
      Publisher publisher{world, 1, kSecond};
      publisher.prepare(minutes(3));
      world.follow_lane(0, ahead);
      world.settle();
      REQUIRE(publisher.activate_when_ready(minutes(4)));
      world.tick(minutes(5));
      world.settle();
      check_like_counted_from_the_start(world, events, minutes(5), kSecond);
    }
}

TEST_CASE(
    "27e: a handover that is one book old, while the next but one brings back what that had dropped: counted once") {
  for (int moment = 0; moment < 4; ++moment) {
    CAPTURE(moment);
    Lanes world(2);
    std::vector<Fed> events;
    const auto feed = [&](const Fed& fed) {
      events.push_back(fed);
      world.feed_into(0, fed);
      world.identify_all();
    };
    // A in lane 1, B in lane 0; pages are a signal of the first and of the third book, not of the second.
    std::map<std::int32_t, std::string> names;
    for (int i = 0; names.size() < 2; ++i) {
      const std::string name = fmt::format("n{}", i);
      feed(page("first " + name, name, anon(name), minutes(0)));
      names.try_emplace(world.partition_of(world.lead_of("anon:" + name)), name);
    }
    const std::string a = names[1], b = names[0];
    feed(identify("u", b, anon(b) + R"(,"userId":"u")", minutes(0)));
    for (int i = 0; i < 3; ++i) feed(page(fmt::format("a{}", i), a, anon(a), minutes(i)));
    for (const char* form : {"1", "2"})
      feed(track("Form Submitted", form, a, anon(a), minutes(3), fmt::format(R"("properties":{{"form":"{}"}})", form)));
    world.settle();
    // Sequences of A's lane sleep: the merge stays under way. The lead is taken out before the second book, or while it
    // is prepared.
    auto& sequences = *world.of("sequences")[1];
    Publisher second{world, 1, kSecond}, third{world, 2, third_book()};
    const auto settle = [&](bool awake) {
      sequences.assign(awake ? std::set<std::int32_t>{1} : std::set<std::int32_t>{});
      world.settle();
    };
    settle(false);
    if (moment % 2 == 1) second.prepare(minutes(4));
    if (moment == 3) settle(false);
    feed(identify("merge", "u", R"("userId":"u",)" + anon(a), minutes(5)));
    feed(page("held", "u", R"("userId":"u")", minutes(6)));
    settle(false);
    if (moment % 2 == 0) second.prepare(minutes(6));
    settle(false);
    REQUIRE(second.activate_when_ready(minutes(7)));
    settle(false);
    third.prepare(minutes(8));
    if (moment >= 2) settle(false);
    settle(true);
    REQUIRE(third.activate_when_ready(minutes(9)));
    settle(true);
    check_like_counted_from_the_start(world, events, minutes(10), third_book());
    world.check_replay();
  }
}

TEST_CASE("27f: what only a new rule book changed alerts nobody, unless it was published to fire") {
  for (const bool fire : {false, true}) {
    CAPTURE(fire);
    World world(2);
    world.start_simply();
    for (int i = 0; i < 6; ++i) {
      const std::string who = fmt::format("u{}", i), ids = fmt::format(R"("userId":"{}")", who);
      world.feed(identify("i" + who, who, ids, minutes(0)));
      world.feed(track("Form Submitted", "f" + who, who, ids, minutes(1), R"("properties":{"form":"9"})"));
    }
    world.settle();
    REQUIRE(world.house.database.firings.all().empty());
    Publisher publisher{world, 1, kSecond};
    publisher.prepare(minutes(2));
    world.settle();
    CHECK(world.house.database.firings.all().empty());
    REQUIRE(world.ready(1));
    world.announce(RecordKind::rulebook_activated, 1, minutes(3), {}, fire);
    world.settle();
    // All six are big, sure to buy, and have a deal that moved to `known`, where they are welcomed; or would have been.
    const std::string reason = fire ? "" : "rulebook";
    CHECK(world.fired("big_one", reason) == 6);
    CHECK(world.fired("sure", reason) == 0);
    CHECK(world.mails("known").size() == (fire ? 6 : 0));
    CHECK(world.house.database.firings.all().size() == 6);
    CHECK(world.house.database.deals.all().size() >= 6);
    world.tick(minutes(4));
    world.settle();
    world.check_at_rest();
    world.check_replay();
    for (int i = 0; i < 6; ++i) {
      const std::string who = fmt::format("u{}", i);
      world.feed(track("Login", "l" + who, who, fmt::format(R"("userId":"{}")", who), minutes(5)));
    }
    world.settle();
    CHECK(world.fired("won") == 6);
  }
}

TEST_CASE(
    "28: a publish is cancelled, killed and resumed, another one follows; a lane is taken over in the middle of its "
    "count-back") {
  const auto [first, runs] = starts(60);
  for (std::uint64_t start = first; start < first + runs; ++start) {
    CAPTURE(start);
    Dice dice(start);
    const Events events = random_events(dice, 30 + dice.roll(40), false);
    World world(1 + dice.roll(3));
    Chaos chaos(dice, world);
    std::vector<Publisher> books{{world, 1, kSecond}, {world, 2, third_book()}};
    const bool first_is_cancelled = dice.one_in(3);
    std::size_t next = 0;
    base::Instant now = kStart;
    const auto publish = [&] {
      if (next >= books.size()) return;
      Publisher& publisher = books[next];
      if (publisher.state == 0 || dice.one_in(6)) {  // once more: the publisher was killed, and resumed
        if (publisher.state < 2) publisher.prepare(now);
        if (publisher.state == 1 && next == 0 && first_is_cancelled) ++next;
      } else if (publisher.activate_when_ready(now)) {
        if (dice.one_in(3)) world.announce(RecordKind::rulebook_activated, publisher.version, now);
        ++next;
      }
    };
    for (const Fed& fed : events.all) {
      now = fed.time;
      world.feed(fed);
      if (dice.one_in(5)) publish();
      for (int i = dice.roll(8); i > 0; --i) chaos.turn();
    }
    for (int i = 0; i < 100; ++i) chaos.turn();
    chaos.calm();
    for (int i = 0; i < 40 && next < books.size(); ++i) {
      publish();
      world.settle();
    }
    REQUIRE(next == 2);
    world.tick(events.end);
    world.settle();
    check_like_counted_from_the_start(world, events.all, events.end, third_book());
    world.check_replay();
  }
}
