/// Interleavings 10 to 14: identity's lanes meet on identifiers, traits, retractions and erasures.
#include <doctest/doctest.h>

#include <fmt/format.h>

#include "support/house_world.hpp"

using namespace scoreline;
using namespace scoreline::test::house;

namespace {

const base::Instant kStart = at("2026-03-01T10:00:00Z");
base::Instant minutes(std::int64_t n) { return {kStart.us + n * 60 * base::kSecondUs}; }

/// Two identity processes, one lane each; of the others one process for both, or one each.
struct TwoLanes : World {
  explicit TwoLanes(bool lane_by_lane = false) : World(2) {
    add_identity().assign({0});
    add_identity().assign({1});
    if (lane_by_lane) start_lane_by_lane();
    start_others();
    settle();
  }
  /// Feeds one event into each lane and lets lane 1 decide and write while lane 0 stands between deciding and writing.
  void meet(const Fed& in_0, const Fed& in_1) {
    feed_into(0, in_0);
    feed_into(1, in_1);
    identity[0]->session.on_claim = [this] {
      for (int i = 0; i < 5; ++i) identity[1]->runner().step();
    };
    settle();
    check_at_rest();
    check_replay();
  }
  Outcomes now() { return outcomes(base::day_of(kStart)); }
};

}  // namespace

TEST_CASE("10: two lanes see a new address at the same time: one lead, both events on it") {
  TwoLanes world;
  const auto with = [](const char* anon) { return fmt::format(R"("anonymousId":"{}")", anon); };
  world.meet(identify("m1", "a", with("a"), minutes(1), R"({"email":"X@y.de"})"),
             identify("m2", "b", with("b"), minutes(2), R"({"email":"x@Y.de"})"));
  const Outcomes got = world.now();
  REQUIRE_MESSAGE(got.size() == 1, to_text(got));
  CHECK(got.begin()->first == "anon:a anon:b email:x@y.de ");
}

TEST_CASE(
    "11: traits of one lead come from two lanes; the log has them in the other order; everybody ends with the latest") {
  for (const bool deletes : {false, true}) {
    TwoLanes world;
    world.feed_into(0, page("p", "u", R"("userId":"u")", minutes(0)));
    world.settle();
    const std::string last = deletes ? R"({"title":null})" : R"({"title":"CTO"})";
    // Lane 1 is committed first and has the earlier one.
    world.meet(identify("t2", "u", R"("userId":"u")", minutes(2), last),
               identify("t1", "u", R"("userId":"u")", minutes(1), R"({"title":"CEO"})"));
    CHECK(world.now().at("user:u ").traits == (deletes ? "" : "title=\"CTO\" "));
    CHECK(world.now().at("user:u ").score == "1.00");
  }
  for (const bool swapped : {false, true}) {
    TwoLanes world;
    world.feed_into(0, page("p", "u", R"("userId":"u")", minutes(0)));
    world.settle();
    // Committed, but the log gets the later one first.
    const Fed ceo = identify("t1", "u", R"("userId":"u")", minutes(1), R"({"title":"CEO"})");
    const Fed cto = identify("t2", "u", R"("userId":"u")", minutes(2), R"({"title":"CTO"})");
    world.identity[0]->sink.delay_records = true;
    world.feed_into(0, swapped ? cto : ceo);
    for (int i = 0; i < 3; ++i) world.identity[0]->runner().step();
    world.feed_into(1, swapped ? ceo : cto);
    for (int i = 0; i < 3; ++i) world.identity[1]->runner().step();
    world.identity[0]->sink.deliver_delayed();
    world.identity[0]->sink.delay_records = false;
    world.settle();
    world.check_at_rest();
    CHECK(world.now().at("user:u ").traits == "title=\"CTO\" ");
  }
}

TEST_CASE(
    "12: a retraction is looked up in one lane while its activity is being accepted in another: it counts for nobody") {
  for (const bool retraction_first : {false, true}) {
    TwoLanes world;
    world.feed_into(0, page("stays", "u", R"("userId":"u")", minutes(0)));
    world.settle();
    const Fed activity = page("m", "u", R"("userId":"u")", minutes(1)), taken_back = retraction("r", "m", minutes(2));
    world.meet(retraction_first ? taken_back : activity, retraction_first ? activity : taken_back);
    CHECK(world.now().at("user:u ").score == "1.00");
    CHECK(world.now() == without_faults({page("stays", "u", R"("userId":"u")", minutes(0))}, minutes(3)));
  }
}

TEST_CASE("12b: the retraction comes to scoring before its activity") {
  TwoLanes world;
  world.feed_into(0, page("stays", "u", R"("userId":"u")", minutes(0)));
  world.settle();
  world.identity[0]->sink.delay_records = true;
  world.feed_into(0, page("m", "u", R"("userId":"u")", minutes(1)));
  for (int i = 0; i < 3; ++i) world.identity[0]->runner().step();
  world.feed_into(1, retraction("r", "m", minutes(2)));
  for (int i = 0; i < 3; ++i) world.identity[1]->runner().step();
  world.follow(5);
  CHECK(world.now().at("user:u ").score == "0.00");  // 1 - 1: taken back ahead of time
  world.identity[0]->sink.deliver_delayed();
  world.identity[0]->sink.delay_records = false;
  world.settle();
  world.check_at_rest();
  world.check_replay();
  CHECK(world.now().at("user:u ").score == "1.00");
}

TEST_CASE("13: a retracted activity whose lead was merged in between, at each of the possible moments") {
  const std::string a = R"("anonymousId":"a")", both = R"("anonymousId":"a","userId":"u")";
  const std::vector<Fed> events{page("m", "a", a, minutes(1)), page("stays", "a", a, minutes(1)),
                                page("u", "u", R"("userId":"u")", minutes(1)), identify("merge", "u", both, minutes(2)),
                                retraction("r", "m", minutes(3))};
  for (const std::vector<int>& order : std::vector<std::vector<int>>{
           {0, 1, 2, 3, 4}, {4, 0, 1, 2, 3}, {0, 1, 2, 4, 3}, {2, 3, 0, 1, 4}, {0, 4, 1, 2, 3}})
    for (int steps = 0; steps < 10; ++steps) {
      TwoLanes world(true);
      for (const int i : order) {
        world.feed_into(i == 4 ? 1 : 0, events[static_cast<std::size_t>(i)]);
        world.identity[0]->runner().step();
        world.identity[1]->runner().step();
        for (int k = 0; k < steps; ++k) world.follow_lane(k % 2, 1);
      }
      world.settle();
      world.check_at_rest();
      world.check_replay();
      CHECK_MESSAGE(world.now().at("anon:a user:u ").score == "2.00", to_text(world.now()));
      CHECK_MESSAGE(world.now() == without_faults({events.begin() + 1, events.begin() + 4}, minutes(4)),
                    to_text(world.now()));
    }
}

TEST_CASE(
    "13b: what fired on a retracted activity, or on the tier and the deal it gave, is marked, wherever its lead has "
    "gone") {
  const std::string a = R"("anonymousId":"a")", both = R"("anonymousId":"a","userId":"u")";
  // The login makes the lead hot, which gives it a deal, too.
  const std::vector<Fed> events{page("stays", "a", a, minutes(1)), track("Login", "m", "a", a, minutes(1)),
                                page("u", "u", R"("userId":"u")", minutes(1)), identify("merge", "u", both, minutes(2)),
                                retraction("r", "m", minutes(3))};
  std::set<std::string> seen;
  for (const std::vector<int>& order : std::vector<std::vector<int>>{
           {0, 1, 2, 3, 4}, {4, 0, 1, 2, 3}, {0, 1, 2, 4, 3}, {2, 3, 0, 1, 4}, {0, 4, 1, 2, 3}, {0, 1, 4, 2, 3}})
    for (int steps = 0; steps < 12; ++steps) {
      TwoLanes world(true);
      for (const int i : order) {
        world.feed_into(i == 4 ? 1 : 0, events[static_cast<std::size_t>(i)]);
        world.identity[0]->runner().step();
        world.identity[1]->runner().step();
        for (int k = 0; k < steps; ++k) world.follow_lane(k % 2, 1);
      }
      world.settle();
      world.check_at_rest();
      world.check_replay();
      const auto lead = world.lead_of("user:u");
      for (const auto& [key, row] : world.house.database.firings.all()) {
        seen.insert(row.trigger);
        CHECK_MESSAGE(row.retracted, row.trigger);
        CHECK(row.lead == lead);
      }
      const std::vector<Fed> left{events[0], events[2], events[3]};
      CHECK_MESSAGE(world.now() == without_faults(left, minutes(4)), to_text(world.now()));
    }
  CHECK(seen == std::set<std::string>{"came_back", "hot_alert"});
}

TEST_CASE(
    "14: an erased lead: what was committed before and is published after, a handover on its way: nothing comes back") {
  for (int steps = 0; steps < 12; ++steps) {
    TwoLanes world(true);
    world.feed_into(0, page("p", "u", R"("userId":"u")", minutes(0)));
    // He has a deal, alerts that nobody has sent yet, and mails to come.
    world.feed_into(0, page("q", "a", R"("anonymousId":"a")", minutes(0)));
    world.feed_into(0, track("Login", "l", "a", R"("anonymousId":"a")", minutes(0)));
    world.settle();
    const core::LeadId u = world.lead_of("user:u"), a = world.lead_of("anon:a");
    REQUIRE_FALSE(world.house.database.deals.of_lead(a).empty());
    REQUIRE_FALSE(world.house.database.actions.of_lead(a).empty());
    REQUIRE_FALSE(world.mails("nurture").empty());
    world.identity[0]->sink.delay_records = true;
    world.feed_into(0, identify("late", "u", R"("userId":"u")", minutes(1), R"({"title":"CEO"})"));
    world.feed_into(0, identify("merge", "u", R"("userId":"u","anonymousId":"a")", minutes(1)));
    for (int i = 0; i < 4; ++i) world.identity[0]->runner().step();
    if (steps % 2 == 0) world.identity[0]->sink.deliver_delayed();
    for (int i = 0; i < steps; ++i) world.follow_lane(i / 2 % 2, 1);
    world.feed_into(1, erasure("gone", "u", minutes(2)));
    for (int i = 0; i < 4; ++i) world.identity[1]->runner().step();
    for (int i = 0; i < 4; ++i) world.follow_lane(i % 2, 1);
    world.identity[0]->sink.deliver_delayed();
    world.identity[0]->sink.delay_records = false;
    world.settle();
    world.check_at_rest();
    CHECK(world.now().empty());
    for (const auto& [consumer, rows] : world.house.database.leads)
      for (const core::LeadId lead : {u, a}) {
        CAPTURE(consumer);
        REQUIRE(rows.contains(lead));
        CHECK(rows.at(lead).state.empty());
        CHECK(rows.at(lead).personal.empty());
        CHECK((rows.at(lead).erased || rows.at(lead).forward_to));
      }
    // Seen again in a new event, the identifiers start a new lead.
    world.feed_into(0, page("again", "u", R"("userId":"u")", minutes(5)));
    world.settle();
    CHECK(world.now().at("user:u ").score == "1.00");
  }
}
