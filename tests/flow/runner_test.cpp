#include "flow/runner.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "flow/emit.hpp"
#include "flow/memory_broker.hpp"
#include "flow/memory_store.hpp"
#include "flow/stream_check.hpp"

using namespace scoreline;
using namespace scoreline::flow;

namespace {

/// Copies every record to lead.scores; a record "poison" is one that the database refuses.
struct Copier final : Consumer, LaneCache {
  ConsumerSpec about{"copier", {Topic::lead_activities}, 2, LockMode::none};
  bool skips = true, refuses_now = false, refuses_sweep = false, sweeps = false;

  const ConsumerSpec& spec() const override { return about; }
  LockMode handle(std::span<LaneWork> lanes, LockMode lock) override {
    refuses_now = refuses_sweep;
    ++asked;
    for (LaneWork& work : lanes) {
      work.more = sweeps;
      for (const InRecord& record : work.records) {
        ++work.taken;
        if (judge(record.place, work.state->inputs[record.input].last_seq) != Arrival::apply) continue;
        refuses_now = refuses_now || record.value == "poison";
        emit(work, Topic::lead_scores, work.lane, "", "copy", record.value, record.log_time);
      }
    }
    return lock;
  }
  void save() override {
    if (refuses_now) throw base::Refused("no such thing");
  }
  void finish(bool) override {}
  bool may_skip(const InRecord&) const override { return skips; }
  void adopt(const LaneRow&) override {
    if (adopt_fails > 0 && adopt_fails-- > 0) throw base::Unavailable("the cache cannot be read");
  }
  void drop(std::int32_t) override {}
  int adopt_fails = 0, asked = 0;
};

/// Notes of halts fail while the database is away.
struct Lanes final : LaneTable {
  explicit Lanes(MemorySession& session) : inner(session) {}
  LaneRow take_over(const std::string& consumer, std::int32_t lane) override { return inner.take_over(consumer, lane); }
  std::vector<std::int32_t> claim(const std::string& consumer, std::span<const LaneMove> moves) override {
    ++claims;
    return inner.claim(consumer, moves);
  }
  std::vector<LaneRow> look(const std::string& consumer, std::span<const std::int32_t> lanes) override {
    return inner.look(consumer, lanes);
  }
  void note_halt(const std::string& consumer, std::int32_t lane, std::uint64_t epoch,
                 const std::string& reason) override {
    if (notes_fail) throw base::Unavailable("the database is away");
    inner.note_halt(consumer, lane, epoch, reason);
  }
  MemoryLanes inner;
  bool notes_fail = false;
  int claims = 0;
};

/// The memory source, which a test may let report a broken lane together with records.
struct Source final : flow::Source {
  explicit Source(MemoryBroker& broker) : inner(broker, "copier", {Topic::lead_activities}) {}
  PollResult poll(const PollRequest& request) override {
    PollResult result = inner.poll(request);
    result.lanes_broken = std::exchange(broken, {});
    return result;
  }
  void start(std::int32_t lane, std::span<const std::int64_t> next) override { inner.start(lane, next); }
  void stop(std::int32_t lane) override { inner.stop(lane); }
  void hint(std::int32_t lane, std::span<const std::int64_t> next) override { inner.hint(lane, next); }
  MemorySource inner;
  std::vector<std::pair<std::int32_t, std::string>> broken;
};

struct House {
  MemoryBroker broker{2};
  MemoryDatabase database;
  MemorySession session{database};
  Source source{broker};
  MemoryReader reader{broker};
  MemorySink sink{broker};
  Lanes lanes{session};
  MemoryOutbox outbox{session};
  MemoryDeadLetters letters{session};
  Copier copier;
  std::int64_t clock_us = 1;
  std::uint64_t seq[2] = {0, 0};
  Runner runner{copier, copier, {source, reader, sink, session, lanes, outbox, letters}, options()};

  RunnerOptions options() {
    RunnerOptions made;
    made.group = "copier";
    made.poll_wait = std::chrono::milliseconds(0);
    made.steady_us = [this] { return clock_us; };
    return made;
  }
  House() { source.inner.assign({0, 1}); }
  void put(std::int32_t lane, const std::string& value) {
    StoredRecord record;
    record.time = {1'000};
    record.value = value;
    record.stream = "writer/0";
    record.seq = ++seq[lane];
    broker.append(Topic::lead_activities, lane, record);
  }
  void run(int steps = 60) {
    for (int i = 0; i < steps; ++i) {
      runner.step();
      clock_us += 500'000;
    }
  }
  std::string copied(std::int32_t lane) {
    std::string all;
    for (const StoredRecord& record : broker.log(Topic::lead_scores, lane)) all += record.value + " ";
    return all;
  }
};

}  // namespace

TEST_CASE("runner: when all is said, nothing is committed any more") {
  House house;
  house.put(0, "a");
  house.run();
  const int claims = house.lanes.claims;
  house.run();
  CHECK(house.lanes.claims == claims);
  CHECK(house.runner.step() == false);
  CHECK(house.database.outbox[{"copier", 0}].empty());
}

TEST_CASE("runner: lanes that were taken over with nothing to do are asked once, not for ever") {
  House house;
  house.put(0, "a");
  house.put(1, "b");
  house.run();
  house.source.inner.assign({});
  house.run(3);
  house.source.inner.assign({0, 1});
  house.run();
  const int asked = house.copier.asked;
  house.run();
  CHECK(house.copier.asked == asked);
  house.put(1, "c");
  house.run();
  CHECK(house.copied(1) == "b c ");
}

TEST_CASE("runner: a record that the database refuses becomes a dead letter; what follows in its stream is applied") {
  House house;
  for (const char* value : {"a", "b", "poison", "c"}) house.put(0, value);
  house.put(1, "x");
  house.run();
  CHECK(house.copied(0) == "a b c ");
  CHECK(house.copied(1) == "x ");
  REQUIRE(house.database.dead_letters.size() == 1);
  CHECK(house.database.dead_letters[0].offset == 2);
  CHECK(house.database.dead_letters[0].code == "refused_by_database");
}

TEST_CASE(
    "runner: the database goes away just when a refused record is set aside: it is set aside later, and nothing is "
    "lost") {
  using Fault = MemorySession::CommitFault;
  for (const Fault fault : {Fault::unavailable, Fault::lost_reply_committed, Fault::lost_reply_not_committed}) {
    House house;
    house.run();
    for (const char* value : {"poison", "a", "b"}) house.put(0, value);
    house.session.faults.push_back(fault);
    house.run();
    CHECK(house.copied(0) == "a b ");
    CHECK(house.database.dead_letters.size() == 1);
  }
}

TEST_CASE("runner: what must not be skipped, and what no input causes, halts its lane; the others go on") {
  House house;
  house.copier.skips = false;
  for (const char* value : {"a", "poison", "b"}) house.put(0, value);
  house.put(1, "x");
  house.run();
  CHECK(house.copied(0) == "a ");
  CHECK(house.copied(1) == "x ");
  CHECK(house.database.lanes[{"copier", 0}].halted == "the database refuses what this lane writes: no such thing");
  CHECK(house.database.lanes[{"copier", 1}].halted.empty());
  House sweeping;
  sweeping.copier.sweeps = sweeping.copier.refuses_sweep = true;
  sweeping.run();
  for (const std::int32_t lane : {0, 1}) CHECK_FALSE(sweeping.database.lanes[{"copier", lane}].halted.empty());
}

TEST_CASE("runner: a lane breaks while the database is away: the records that came with the news are not lost") {
  House house;
  house.run();
  house.put(0, "a");
  house.source.broken = {{1, "trimmed"}};
  house.lanes.notes_fail = true;
  house.run();
  house.lanes.notes_fail = false;
  house.run();
  CHECK(house.copied(0) == "a ");
  CHECK(house.database.lanes[{"copier", 1}].halted == "trimmed");
}

TEST_CASE("runner: a peer that goes away during a take-over leaves no half lane behind") {
  House house;
  house.put(0, "a");
  house.put(1, "b");
  house.copier.adopt_fails = 3;
  house.runner.step();
  CHECK(std::none_of(house.database.lanes.begin(), house.database.lanes.end(),
                     [](const auto& lane) { return lane.second.state.batch_no > 0; }));
  for (const LaneView& lane : house.runner.view()) CHECK_FALSE(lane.running);
  house.runner.shut_down(std::chrono::milliseconds(0));
  house.run();
  CHECK(house.copied(0) == "a ");
  CHECK(house.copied(1) == "b ");
}

TEST_CASE(
    "runner: the decisions of a consumer that replays are replay on what lies before its first batch, even if its first "
    "start failed") {
  House house;
  house.database.replays["copier"] = true;
  for (int i = 0; i < 3; ++i) house.put(0, "a");
  house.copier.adopt_fails = 1;
  house.run();
  CHECK(house.database.lanes[{"copier", 0}].state.live_from == 3);
}

TEST_CASE("runner: in a new installation everything counts, also what was in the log before a consumer's first start") {
  House house;
  for (int i = 0; i < 3; ++i) house.put(0, "a");
  house.run();
  CHECK(house.copied(0) == "a a a ");
  CHECK(house.database.lanes[{"copier", 0}].state.live_from == 0);
}
