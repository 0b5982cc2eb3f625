/// Interleavings 15, 20, 21, 23: merges across partitions.
#include <doctest/doctest.h>

#include <fmt/format.h>

#include "support/house_lanes.hpp"

using namespace scoreline;
using namespace scoreline::test::house;

TEST_CASE(
    "15: an event is assigned to A and committed; A is merged into B, published; then the event is published: it "
    "counts once, for B") {
  for (const bool scored_before : {false, true}) {
    Lanes world(2);
    const std::string a = world.lead_in(1, 3, anon), b = world.lead_in(0, 5, user);
    world.settle();
    world.identity[0]->sink.delay_records = true;
    world.feed_into(0, page("e", a, anon(a), minutes(1)));
    for (int i = 0; i < 3; ++i) world.identity[0]->runner().step();
    world.feed_into(1, identify("merge", b, user(b) + "," + anon(a), minutes(2)));
    for (int i = 0; i < 3; ++i) world.identity[1]->runner().step();
    if (scored_before) {
      for (int i = 0; i < 6; ++i)
        for (const std::int32_t lane : {1, 0}) world.follow_lane(lane, 1);
    }
    world.identity[0]->sink.deliver_delayed();
    world.identity[0]->sink.delay_records = false;
    world.finish();
    CHECK(world.score_of("user:" + b) == "9.00");
  }
}

TEST_CASE(
    "20: a chain, C into A and A into B, published in every order of the two identity lanes and handled in every "
    "order") {
  for (const std::size_t part_bytes : {std::size_t{512 * 1024}, std::size_t{5}})
    for (int publish = 0; publish < 4; ++publish)
      for (int handle = 0; handle < 27; ++handle) {
        Lanes world(3, part_bytes);
        const std::string c = world.lead_in(2, 2, anon), a = world.lead_in(1, 3, user);
        world.feed_into(0, identify("mail", a, user(a), minutes(0), R"({"email":"a@x.de"})"));
        const std::string b = world.lead_in(
            0, 5, [](const std::string& id) { return fmt::format(R"("anonymousId":"{}","traits":{{}})", id); });
        world.settle();
        // B is known by an ERP number and older than A? Whoever survives: the sum is the same, and both merges are
        // under way.
        for (auto& process : world.identity) process->sink.delay_records = true;
        world.feed_into(0, identify("C into A", a, user(a) + "," + anon(c), minutes(1)));
        for (int i = 0; i < 3; ++i) world.identity[0]->runner().step();
        world.feed_into(1, identify("A and B", b, user(a) + "," + anon(b), minutes(2)));
        for (int i = 0; i < 3; ++i) world.identity[1]->runner().step();
        const std::size_t first = static_cast<std::size_t>(publish % 2);
        for (const std::size_t i : {first, 1 - first}) {
          world.identity[i]->sink.deliver_delayed();
          world.identity[i]->sink.delay_records = false;
          if (publish / 2 == 0)
            for (int k = handle; k > 0; k /= 3) world.follow_lane(k % 3, 2);
        }
        for (int k = handle; k > 0; k /= 3) world.follow_lane(k % 3, 1);
        world.finish();
        CHECK(world.score_of("user:" + a) == "10.00");
      }
}

TEST_CASE("20b: known leads in a chain: the middle one is merged away before it has heard of its own survivor's part") {
  // Three known leads: users cannot merge with users, addresses and customer numbers can.
  for (const std::size_t part_bytes : {std::size_t{512 * 1024}, std::size_t{50}})
    for (int late = 0; late < 2; ++late)
      for (int handle = 0; handle < 81; ++handle) {
        Lanes world(3, part_bytes);
        int n = 0;
        const auto mail = [&](int pages) {
          const std::string name = fmt::format("{}@x.de", n++);
          for (int i = 0; i < pages; ++i)
            world.feed_into(0,
                            track("Seen", fmt::format("{} {}", name, i), name, R"("anonymousId":"dev-)" + name + "\"",
                                  minutes(0), fmt::format(R"("properties":{{"email":"{}"}})", name)));
          for (int i = 0; i < pages; ++i)
            world.feed_into(
                0, page(fmt::format("p {} {}", name, i), name, R"("anonymousId":"dev-)" + name + "\"", minutes(0)));
          world.identify_all();
          return name;
        };
        const std::string b = mail(1), a = mail(10), c = mail(100);
        world.settle();
        for (auto& process : world.identity) process->sink.delay_records = true;
        // The older lead survives: C into A in lane 0, then A into B in lane 1. The join is an ERP customer with that
        // address.
        world.feed_into(0, erp_customer("7", a, 1, minutes(1)));
        world.feed_into(0, erp_customer("7", c, 2, minutes(1)));
        for (int i = 0; i < 4; ++i) world.identity[0]->runner().step();
        world.feed_into(1, identify("u1", "u", R"("userId":"u")", minutes(2), fmt::format(R"({{"email":"{}"}})", a)));
        world.feed_into(1, identify("u2", "u", R"("userId":"u")", minutes(2), fmt::format(R"({{"email":"{}"}})", b)));
        for (int i = 0; i < 4; ++i) world.identity[1]->runner().step();
        for (const int i : {1 - late, late}) {
          world.identity[static_cast<std::size_t>(i)]->sink.deliver_delayed();
          for (int k = handle; k > 0; k /= 3) world.follow_lane(k % 3, 1);
        }
        for (auto& process : world.identity) process->sink.delay_records = false;
        world.finish();
        CHECK(world.score_of("user:u") == "111.00");
      }
}

TEST_CASE(
    "21: the loser's partition is minutes behind: only the survivor waits; all other leads of its partition go on") {
  Lanes world(2);
  const std::string a = world.lead_in(1, 3, anon), b = world.lead_in(0, 5, user), other = world.lead_in(0, 1, user);
  world.settle();
  world.feed_into(0, identify("merge", b, user(b) + "," + anon(a), minutes(1)));
  world.feed_into(0, page("b", b, user(b), minutes(2)));
  world.feed_into(0, page("o", other, user(other), minutes(2)));
  world.identify_all();
  world.follow_lane(0, 6);
  CHECK(world.score_of("user:" + b) == "5.00");
  CHECK(world.score_of("user:" + other) == "2.00");
  const core::LeadId waiting = world.lead_of("user:" + b);
  for (const char* consumer : {"customers", "scoring", "intent", "stages"}) {
    CHECK(world.house.database.leads[consumer].at(waiting).holding);
    CHECK(world.house.database.held[consumer][waiting].size() == 2);  // the merging activity and one page
    // The waiting process dies, too.
    world.of(consumer)[0] = app::make_memory_process(world.house, consumer);
    world.of(consumer)[0]->assign({0});
  }
  for (const char* consumer : {"triggers", "sequences"}) CHECK(world.house.database.held[consumer].empty());
  world.finish();
  CHECK(world.score_of("user:" + b) == "9.00");
}

TEST_CASE("23: a large lead hands over in parts, applied as one") {
  for (const std::size_t part_bytes : {1, 7, 100, 100'000}) {
    Lanes world(2, part_bytes);
    const std::string a = world.lead_in(1, 1, anon), b = world.lead_in(0, 5, user);
    for (int i = 0; i < 300; ++i)
      world.feed_into(0, track("Form Submitted", fmt::format("f{}", i), a, anon(a), minutes(0),
                               fmt::format(R"("properties":{{"form":"{}"}})", i)));
    world.settle();
    world.feed_into(0, identify("merge", b, user(b) + "," + anon(a), minutes(1)));
    world.finish();
    CHECK(world.score_of("user:" + b) == "30006.00");
    std::size_t parts = 0;
    for (const auto& record : world.house.broker.log(flow::Topic::lead_activities, 0))
      parts += record.type == "scoreline.lead.handover.v1" ? 1 : 0;
    CHECK((parts == 1) == (part_bytes == 100'000));
  }
}
