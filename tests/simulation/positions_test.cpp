/// Interleavings 1 to 9: positions, take-over, publishing.
#include <doctest/doctest.h>

#include <fmt/format.h>

#include "base/hash.hpp"
#include "flow/topology.hpp"
#include "support/house_world.hpp"

using namespace scoreline;
using namespace scoreline::test::house;
using Fault = flow::MemorySession::CommitFault;

namespace {

const base::Instant kStart = at("2026-03-01T10:00:00Z");
base::Instant minutes(std::int64_t n) { return {kStart.us + n * 60 * base::kSecondUs}; }

/// Six people in all lanes, five pages each, and a form; then a midnight.
std::vector<Fed> some_events() {
  std::vector<Fed> events;
  for (int i = 0; i < 5; ++i)
    for (int who = 0; who < 6; ++who) {
      const std::string ids = fmt::format(R"("userId":"u{}")", who), key = fmt::format("u{}", who);
      events.push_back(page(fmt::format("p{}-{}", who, i), key, ids, minutes(i)));
      if (i == 2)
        events.push_back(
            track("Form Submitted", fmt::format("f{}", who), key, ids, minutes(i), R"("properties":{"form":"a"})"));
    }
  return events;
}

const base::Instant kEnd = at("2026-03-02T00:00:00Z");

/// Who reads lead.activities.
constexpr const char* kReaders[] = {"customers", "scoring", "intent", "stages"};

void assign_readers(World& world, const std::set<std::int32_t>& lanes) {
  for (const char* reader : kReaders) world.of(reader)[0]->assign(lanes);
}

void finish(World& world, const std::vector<Fed>& events) {
  world.tick(kEnd);
  world.settle();
  world.check_at_rest();
  world.check_replay();
  const Outcomes got = world.outcomes(base::day_of(kEnd)), want = without_faults(events, kEnd);
  CHECK_MESSAGE(got == want, differences(got, want));
}

}  // namespace

TEST_CASE("1: the reply to COMMIT is lost, after or before the server committed: nothing twice, nothing missing") {
  for (const Fault fault : {Fault::lost_reply_committed, Fault::lost_reply_not_committed, Fault::unavailable})
    for (int which = 0; which < 4; ++which) {
      World world(3);
      world.house.runner.batch_records = world.house.runner.lane_records = 4;
      world.start_simply();
      world.settle();
      for (app::MemoryProcess* process : world.alive()) {
        process->session.faults.assign(static_cast<std::size_t>(which), Fault::none);
        process->session.faults.push_back(fault);
      }
      world.feed(some_events());
      finish(world, some_events());
      for (const app::MemoryProcess* process : world.alive())
        CHECK_MESSAGE(process->session.faults.empty(), process->name());
    }
}

TEST_CASE("2: a frozen owner wakes in the middle of a batch: he loses that lane and goes on with his others") {
  for (const flow::ConsumerDeclaration& consumer : flow::consumers()) {
    CAPTURE(consumer.name);
    World world(3);
    auto& first = world.add(std::string(consumer.name));
    auto& second = world.add(std::string(consumer.name));
    first.assign({0, 1, 2});
    world.start_others();
    world.feed(some_events());
    // Between deciding and writing the process freezes; the other one takes lane 1 over and handles it.
    first.session.on_claim = [&] {
      second.assign({1});
      for (int i = 0; i < 20; ++i) second.runner().step();
    };
    world.settle();
    first.assign({0, 2});
    finish(world, some_events());
    CHECK(first.runner().view().size() == 2);
  }
}

TEST_CASE("3: one of many lanes is lost during a batch: the others are repeated and committed") {
  World world(24);
  world.start_simply();
  auto& other = world.add_identity();
  world.settle();
  world.feed(some_events());
  const std::int32_t lost = base::partition_of("u1", 24);
  world.identity[0]->session.on_claim = [&] {
    other.assign({lost});
    other.runner().step();
  };
  for (int i = 0; i < 5; ++i) world.identity[0]->runner().step();
  std::size_t running = 0;
  for (const auto& lane : world.identity[0]->runner().view()) running += lane.running ? 1 : 0;
  CHECK(running == 23);
  std::set<std::int32_t> rest = world.house.all_lanes();
  rest.erase(lost);
  world.identity[0]->assign(rest);
  finish(world, some_events());
}

TEST_CASE("4: one who lost his assignment fences the rightful owner, who takes the lane back after a heartbeat") {
  for (const flow::ConsumerDeclaration& consumer : flow::consumers()) {
    if (consumer.name == "identity") continue;
    CAPTURE(consumer.name);
    const std::string name(consumer.name);
    World world(2);
    world.start_simply();
    auto& late = world.add(name);
    world.feed(some_events());
    world.settle();
    const std::int32_t lane = world.partition_of(world.lead_of("user:u1"));
    const auto epoch = [&] { return world.house.database.lanes[{name, lane}].epoch; };
    const auto before = epoch();
    late.assign({lane});
    late.runner().step();
    CHECK(epoch() == before + 1);
    late.assign({});
    world.feed(page("more", "u1", R"("userId":"u1")", minutes(9)));
    world.settle();
    CHECK(epoch() == before + 2);
    CHECK(late.runner().view().empty());
    auto events = some_events();
    events.push_back(page("more", "u1", R"("userId":"u1")", minutes(9)));
    finish(world, events);
  }
}

TEST_CASE(
    "5: killed after COMMIT and half of the publishing; the old producer's late records come after the new owner's") {
  for (std::int64_t half = 0; half < 12; half += 3) {
    World world(3);
    world.house.runner.lane_records = 4;
    world.start_simply();
    world.settle();
    world.identity[0]->sink.fail_after = half;
    world.feed(some_events());
    world.identity[0]->runner().step();  // commits; the producer dies on the way
    world.identity[0]->sink.delay_records = true;
    world.identity[0]->runner().step();
    world.identity[0]->runner().step();
    world.graveyard.push_back(std::move(world.identity[0]));
    world.identity.clear();
    world.add_identity().assign({0, 1, 2});
    world.settle();
    world.graveyard[0]->sink.deliver_delayed();
    finish(world, some_events());
  }
}

TEST_CASE("6: a delivery error in the middle of a batch: a new producer goes on behind what is acknowledged") {
  World world(3);
  world.house.runner.lane_records = 3;
  world.start_simply();
  world.feed(some_events());
  for (int i = 0; i < 200; ++i) {
    int n = i;
    for (app::MemoryProcess* process : world.alive()) {
      if (++n % 3 == 0) process->sink.fail_after = n % 7;
      process->runner().step();
    }
  }
  for (app::MemoryProcess* process : world.alive()) process->sink.fail_after = -1;
  finish(world, some_events());
}

TEST_CASE("7: a sweep cut in the middle by a crash goes on where it was: no lead twice, none left out") {
  for (int steps = 1; steps < 24; ++steps) {
    World world(2);
    world.house.sweep_leads = 1;
    world.start_simply();
    std::vector<Fed> events;
    for (int who = 0; who < 12; ++who) {
      const std::string user = fmt::format("u{}", who), ids = fmt::format(R"("userId":"{}")", user);
      events.push_back(track("Form Submitted", "f" + user, user, ids, kStart, R"("properties":{"form":"a"})"));
    }
    world.feed(events);
    world.settle();
    world.tick(at("2026-03-05T00:00:00Z"));
    for (int i = 0; i < 4; ++i) world.identity[0]->runner().step();
    world.follow(steps);
    for (const flow::ConsumerDeclaration& consumer : flow::consumers())
      if (consumer.name != "identity") world.of(std::string(consumer.name)).clear();
    world.start_others();
    world.settle();
    world.check_at_rest();
    world.check_replay();
    std::size_t falls = 0;
    for (const std::int32_t p : {0, 1})
      for (const std::string& change : world.tier_changes(p))
        falls += change.find("\"to\":\"cold\"") != std::string::npos ? 1 : 0;
    CHECK(falls == 12);
    CHECK(world.outcomes(base::day_of(at("2026-03-05T00:00:00Z"))) ==
          without_faults(events, at("2026-03-05T00:00:00Z")));
  }
}

TEST_CASE(
    "8: the broker forgot acknowledged records: that lane halts and says which stream and numbers; others go on") {
  World world(2);
  world.start_simply();
  world.feed(some_events());
  world.settle();
  const std::string user = world.key_in(0, "x"), ids = fmt::format(R"("userId":"{}")", user);
  auto& logs = world.house.broker;
  assign_readers(world, {});
  world.settle();
  std::map<std::int32_t, std::size_t> before{{0, logs.log(flow::Topic::lead_activities, 0).size()},
                                             {1, logs.log(flow::Topic::lead_activities, 1).size()}};
  for (int i = 0; i < 4; ++i) world.feed(page(fmt::format("x{}", i), user, ids, minutes(20 + i)));
  world.settle();
  const std::int32_t p = world.partition_of(world.lead_of("user:" + user)), other = 1 - p;
  auto& log = logs.log(flow::Topic::lead_activities, p);
  log.erase(log.begin() + static_cast<std::ptrdiff_t>(before[p]),
            log.begin() + static_cast<std::ptrdiff_t>(before[p]) + 2);
  assign_readers(world, {0, 1});
  world.settle();
  for (const char* reader : kReaders)
    CHECK(world.house.database.lanes[{reader, p}].halted.empty());  // it may still come
  world.house.steady_us += 31 * base::kSecondUs;
  world.feed(page("y", user, ids, minutes(30)));
  world.settle();
  for (const char* reader : kReaders) {
    if (std::string_view(reader) == "stages") continue;  // waits for the others before it gets there
    const std::string halted = world.house.database.lanes[{reader, p}].halted;
    CHECK_MESSAGE(halted.find("of stream identity/0 are missing") != std::string::npos, reader, ": ", halted);
    CHECK(world.house.database.lanes[{reader, other}].halted.empty());
  }
}

TEST_CASE("8b: what fills a gap waited while the database was away: the lane goes on") {
  World world(1);
  world.start_simply();
  world.feed(some_events());
  world.settle();
  assign_readers(world, {});
  world.settle();
  auto& log = world.house.broker.log(flow::Topic::lead_activities, 0);
  for (int i = 0; i < 3; ++i) world.feed(page(fmt::format("x{}", i), "u1", R"("userId":"u1")", minutes(20 + i)));
  world.settle();
  const flow::StoredRecord first = log[log.size() - 3], second = log[log.size() - 2], third = log.back();
  log.erase(log.end() - 3);
  assign_readers(world, {0});
  world.settle();
  log.insert(log.end(), {first, second, third});
  world.house.steady_us += 60 * base::kSecondUs;
  world.settle();
  for (const char* reader : kReaders) CHECK(world.house.database.lanes[{reader, 0}].halted == "");
  CHECK(world.outcomes(base::day_of(kStart)).at("user:u1 ").score == "108.00");
}

TEST_CASE(
    "9: PostgreSQL restored from yesterday: the hint in Kafka is ahead; the lane halts before anything is applied") {
  World world(2);
  world.start_simply();
  world.feed(some_events());
  const flow::MemoryDatabase yesterday = world.house.database;
  world.settle();
  for (const flow::ConsumerDeclaration& consumer : flow::consumers()) world.of(std::string(consumer.name)).clear();
  world.house.database = yesterday;
  world.start_simply();
  world.settle();
  for (const auto& [who, lane] : world.house.database.lanes) {
    CHECK_MESSAGE(lane.halted.find("the database was set back") != std::string::npos, who.first, "/", who.second);
    CHECK(lane.state.batch_no == 0);
  }
}
