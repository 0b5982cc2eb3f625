/// Interleavings 24 to 26: consumers of several topics wait for each other.
#include <doctest/doctest.h>

#include <fmt/format.h>

#include "support/house_chaos.hpp"
#include "support/house_lanes.hpp"

using namespace scoreline;
using namespace scoreline::test::house;
using flow::Topic;

namespace {

std::int64_t handled(World& world, const std::string& consumer, std::size_t input, std::int32_t lane = 0) {
  return world.house.database.lanes[{consumer, lane}].state.inputs.at(input).next_offset;
}

/// How many records an input of a lane has read ahead of what is handled.
std::int64_t in_memory(World& world, const std::string& consumer, std::size_t input) {
  return world.of(consumer)[0]->source.read_up_to(0, input) - handled(world, consumer, input);
}

}  // namespace

TEST_CASE(
    "24: one who finds facts is stopped for an hour: stages, triggers and sequences wait with bounded memory, and then "
    "decide as a replay does") {
  for (const std::string asleep : {"customers", "scoring", "intent"}) {
    CAPTURE(asleep);
    World world(1);
    world.house.runner.waiting_records = 1;  // the smallest: 64 records per lane and input, and as many in one poll
    world.start_simply();
    Dice dice(24);
    const Events events = random_events(dice, 600, false);
    const auto before = events.all.begin(), noon = before + 100;
    world.feed({before, noon});
    world.settle();
    const std::int64_t stopped_at = handled(world, asleep, 0);
    for (auto fed = noon; fed != events.all.end(); ++fed) {
      world.feed(*fed);
      if (dice.one_in(20)) world.settle({asleep});
      if (!dice.one_in(20)) continue;
      for (std::size_t input = 0; input < 4; ++input) CHECK(in_memory(world, "stages", input) <= 128);
    }
    world.settle({asleep});
    CHECK(static_cast<std::int64_t>(world.house.broker.log(Topic::lead_activities, 0).size()) > stopped_at + 300);
    CHECK(handled(world, "stages", 0) == stopped_at);
    CHECK(handled(world, "sequences", 0) ==
          static_cast<std::int64_t>(world.house.broker.log(Topic::lead_changes, 0).size()));
    world.tick(events.end);
    world.settle();
    world.check_at_rest();
    world.check_replay();
    CHECK(world.outcomes(base::day_of(events.end)) == without_faults(events.all, events.end));
  }
}

TEST_CASE(
    "24b: triggers are stopped: sequences wait with bounded memory, and then enrol whom they would have enrolled") {
  World world(1);
  world.house.runner.waiting_records = 1;
  world.start_simply();
  Dice dice(24);
  const Events events = random_events(dice, 600, false);
  world.feed(events.all);
  world.tick(events.end);
  world.settle({"triggers"});
  const auto changes = static_cast<std::int64_t>(world.house.broker.log(Topic::lead_changes, 0).size());
  CHECK(changes > 140);
  CHECK(handled(world, "sequences", 0) == 0);
  CHECK(in_memory(world, "sequences", 0) <= 128);
  world.settle();
  world.check_at_rest();
  world.check_replay();
  CHECK(world.fired("hot_alert") > 0);
}

TEST_CASE("25: who has nothing to say for a long time holds nobody up: every record is decided at once") {
  World world(1);
  world.house.runner.lane_records = 1;
  world.start_simply();
  world.settle();
  for (int i = 0; i < 20; ++i) {
    world.feed(fact("note.added", fmt::format("n{}", i), "u", minutes(i)));
    world.settle();
    const auto log = static_cast<std::int64_t>(world.house.broker.log(Topic::lead_activities, 0).size());
    CHECK(log == i + 1);
    for (const char* consumer : {"customers", "scoring", "intent", "stages"}) CHECK(handled(world, consumer, 0) == log);
    for (const char* consumer : {"triggers", "sequences"})
      CHECK(handled(world, consumer, 0) ==
            static_cast<std::int64_t>(world.house.broker.log(Topic::lead_changes, 0).size()));
  }
  for (const Topic silent : {Topic::lead_customers, Topic::lead_scores, Topic::lead_intents, Topic::lead_changes})
    CHECK(world.applied(silent, 0).empty());
}

TEST_CASE("25b: a record and the midnight before it, of one lead and of several, in batches that end between them") {
  std::map<Topic, std::vector<std::string>> first;
  for (const std::size_t records : {1, 2, 3, 100})
    for (const std::size_t leads : {1, 2, 100}) {
      World world(1);
      world.house.runner.batch_records = world.house.runner.lane_records = records;
      world.house.sweep_leads = leads;
      world.start_simply();
      for (const char* who : {"u", "v", "w"}) {
        const std::string ids = user(who), stem = who;
        world.feed(track("Form Submitted", "f" + stem, who, ids, minutes(0), R"("properties":{"form":"1"})"));
        world.feed(track("Form Submitted", "g" + stem, who, ids, minutes(0), R"("properties":{"form":"2"})"));
        world.feed(fact("booking.created", "b" + stem, who, minutes(1)));
        world.feed(
            erp_document(stem, "customer", stem, 1, R"({"email":")" + stem + R"(@x.de","churnDays":2})", minutes(2)));
        world.feed(erp_order(stem, "o", 1, false, minutes(2)));
        world.feed(identify("i" + stem, who, ids, minutes(3), R"({"email":")" + stem + R"(@x.de"})"));
      }
      // Two days later the first record of v, then of all.
      for (const char* who : {"v", "u", "w", "v"})
        world.feed(page(fmt::format("p{}{}", who, records), who, user(who), {kStart.us + 2 * base::kDayUs}));
      world.tick({kStart.us + 12 * base::kDayUs});
      world.settle();
      world.check_at_rest();
      world.check_replay();
      for (const Topic topic :
           {Topic::lead_customers, Topic::lead_scores, Topic::lead_intents, Topic::lead_changes, Topic::lead_firings}) {
        std::vector<std::string> got = world.applied(topic, 0);
        CHECK(got.size() > 3);
        const auto known = first.try_emplace(topic, got);
        CHECK(got == known.first->second);
      }
      CHECK(world.fired("at_risk") == 3);
    }
}

TEST_CASE(
    "26: whom a trigger enrols is enrolled at that change, before the next one of that lead, however late triggers "
    "are") {
  for (int late = 0; late < 6; ++late) {
    World world(1);
    world.house.runner.lane_records = 1;
    world.start_simply();
    world.settle();
    const auto steps_without_triggers = [&](int n) {
      for (int i = 0; i < n; ++i)
        for (app::MemoryProcess* process : world.alive())
          if (process->name() != "triggers") process->runner().step();
    };
    // Whoever comes back is welcomed. The booking, an exit of that, comes before triggers have said so.
    world.feed(page("p", "u", user("u"), minutes(0)));
    world.feed(track("Login", "l", "u", user("u"), minutes(1)));
    steps_without_triggers(late * 4);
    if (late % 2 == 1) world.settle();
    world.feed(fact("booking.created", "b", "u", minutes(50)));
    world.feed(page("q", "u", user("u"), minutes(90)));
    steps_without_triggers(20);
    const auto lead = world.lead_of("user:u").value;
    if (late % 2 == 0) CHECK(world.mails("welcome").empty());
    world.settle();
    world.check_at_rest();
    world.check_replay();
    CHECK(world.mails("welcome") == std::vector<std::string>{fmt::format("hello cancelled 'booking.created' {}", lead),
                                                             fmt::format("last cancelled 'booking.created' {}", lead),
                                                             fmt::format("more cancelled 'booking.created' {}", lead)});
    for (const auto& [key, row] : world.house.database.enrolments.all())
      if (row.sequence == "welcome") CHECK(row.enrolled_at == minutes(1));
  }
}
