#include "app/status.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "wire/json.hpp"

using namespace scoreline;
using namespace scoreline::app;

namespace {

LaneStatus lane_at(std::int32_t number, std::vector<std::int64_t> next) {
  LaneStatus lane;
  lane.consumer = "identity";
  lane.lane = number;
  lane.there = lane.owned = true;
  lane.owner = "host";
  lane.now = {1'000 * base::kSecondUs};
  lane.next = std::move(next);
  return lane;
}

constexpr base::Instant kWall{1'030 * base::kSecondUs};

}  // namespace

TEST_CASE("the lag is what lies between a lane and the ends of its logs") {
  std::vector<LaneStatus> lanes{lane_at(0, {10, 5})};
  settle_lag(lanes, "identity", {{{0, 17}}, {{0, 5}}}, kWall);
  CHECK(lanes[0].lag_records == 7);
  CHECK(lanes[0].lag_seconds == 30);
  CHECK(lanes[0].ends == std::vector<std::int64_t>{17, 5});
}

TEST_CASE("nothing waits: no lag, however old the last record is") {
  std::vector<LaneStatus> lanes{lane_at(0, {17})};
  settle_lag(lanes, "identity", {{{0, 17}}}, kWall);
  CHECK(lanes[0].lag_records == 0);
  CHECK(lanes[0].lag_seconds == 0);
}

TEST_CASE("a lane that never ran has its whole log before it") {
  std::vector<LaneStatus> lanes{lane_at(1, {4})};
  settle_lag(lanes, "identity", {{{3, 9}, {0, 4}}}, kWall);
  REQUIRE(lanes.size() == 2);
  CHECK(lanes[0].lane == 0);
  CHECK(!lanes[0].there);
  CHECK(lanes[0].lag_records == 6);
  CHECK(lanes[1].lag_records == 0);
}

TEST_CASE("what retention has taken is no lag") {
  std::vector<LaneStatus> lanes{lane_at(0, {2})};
  settle_lag(lanes, "identity", {{{5, 9}}}, kWall);
  CHECK(lanes[0].lag_records == 4);
}

TEST_CASE("unpublished batches count, so that no lag means that all has come through") {
  Status status;
  status.lanes = {lane_at(0, {1})};
  settle_lag(status.lanes, "identity", {{{0, 1}}}, kWall);
  CHECK(status.lag_records() == 0);
  status.lanes[0].outbox_rows = 2;
  CHECK(status.lag_records() == 2);
}

TEST_CASE("the status as JSON") {
  Status status;
  status.lanes = {lane_at(0, {10})};
  settle_lag(status.lanes, "identity", {{{0, 12}}}, kWall);
  status.lanes[0].halted = "the log was \"cut\"";
  status.dead_letters = {{"identity", "missing_id", 3}, {"identity", "too_deep", 1}, {"scoring", "invalid_json", 2}};
  status.rulebook = {2, "note", 3, 10, 20, 1, 6};
  status.migrations = {"20260901100500", 1, ""};
  const std::string json = to_json(status);
  REQUIRE(wire::check_json(json).ok());
  for (const char* part :
       {R"("lag_records":2)", R"("halted":1)", R"("dead_letters":{"identity":{"missing_id":3,"too_deep":1},"scoring":{"invalid_json":2}})",
        R"("rulebook":{"active":2,"preparing":{"version":3,"done":10,"total":20,"lanes_ready":1,"lanes":6}})",
        R"("migrations":{"version":"20260901100500","pending":1,"problem":""})"})
    CHECK_MESSAGE(json.find(part) != std::string::npos, part);
}

TEST_CASE("people see halts with their reason, and what to do about missing processes") {
  Status status;
  status.lanes = {lane_at(0, {10})};
  status.lanes[0].halted = "the log was cut";
  status.lanes[0].owned = false;
  const std::string text = to_text(status, {false, false});
  CHECK(text.find("identity lane 0 halted: the log was cut") != std::string::npos);
  CHECK(text.find("scoreline consume identity") != std::string::npos);
  CHECK(text.find("none published") != std::string::npos);
}

TEST_CASE("of many lanes only those that need a look are listed") {
  Status status;
  for (std::int32_t p = 0; p < 24; ++p) status.lanes.push_back(lane_at(p, {10}));
  settle_lag(status.lanes, "identity", {std::vector<kafka::PartitionRange>(24, {0, 10})}, kWall);
  CHECK(to_text(status, {false, false}).find("24 lanes are up to date") != std::string::npos);
  CHECK(to_text(status, {false, true}).find("up to date") == std::string::npos);
}

namespace {

LaneStatus lane_of(std::string consumer, std::int32_t number, std::vector<std::int64_t> next, std::vector<std::int64_t> ends) {
  LaneStatus lane = lane_at(number, std::move(next));
  lane.consumer = std::move(consumer);
  lane.ends = std::move(ends);
  for (std::size_t i = 0; i < lane.ends.size(); ++i) lane.lag_records += lane.ends[i] - lane.next[i];
  return lane;
}

std::vector<std::string> stages_wait(std::vector<LaneStatus> lanes) {
  settle_waits(lanes, flow::consumers());
  for (const LaneStatus& lane : lanes)
    if (lane.consumer == "stages") return lane.waits_for;
  return {"no stages"};
}

}  // namespace

TEST_CASE("status waits: a lane waits for those that have not passed the record at which it stands") {
  const std::vector<LaneStatus> lanes{lane_of("customers", 0, {11}, {20}), lane_of("intent", 0, {10}, {20}), lane_of("scoring", 0, {20}, {20}),
                                      lane_of("stages", 0, {10, 0, 0, 0}, {20, 0, 0, 0})};
  CHECK(stages_wait(lanes) == std::vector<std::string>{"intent"});
}

TEST_CASE("status waits: nobody waits at the end of the log") {
  CHECK(stages_wait({lane_of("customers", 0, {3}, {20}), lane_of("stages", 0, {20, 0, 0, 0}, {20, 0, 0, 0})}).empty());
}

TEST_CASE("status waits: consumers that never ran hold up, too, and only lanes of the same number count") {
  CHECK(stages_wait({lane_of("scoring", 1, {20}, {20}), lane_of("stages", 0, {0, 0, 0, 0}, {20, 0, 0, 0})}) ==
        std::vector<std::string>{"customers", "scoring", "intent"});
}

TEST_CASE("status waits: sequences wait for triggers, by the log of changes") {
  std::vector<LaneStatus> lanes{lane_of("sequences", 0, {5, 9}, {8, 9}), lane_of("triggers", 0, {5}, {8})};
  settle_waits(lanes, flow::consumers());
  CHECK(lanes[0].waits_for == std::vector<std::string>{"triggers"});
  CHECK(lanes[1].waits_for.empty());
  lanes[1].next = {6};
  settle_waits(lanes, flow::consumers());
  CHECK(lanes[0].waits_for.empty());
}

TEST_CASE("status waits: people read who holds up whom") {
  Status status;
  for (std::int32_t p = 0; p < 3; ++p) {
    status.lanes.push_back(lane_of("customers", p, {20}, {20}));
    status.lanes.push_back(lane_of("scoring", p, {20}, {20}));
    status.lanes.push_back(lane_of("intent", p, {p == 2 ? 20 : 4}, {20}));
    status.lanes.push_back(lane_of("stages", p, {4, 0, 0, 0}, {20, 0, 0, 0}));
  }
  settle_waits(status.lanes, flow::consumers());
  std::stable_sort(status.lanes.begin(), status.lanes.end(), [](const LaneStatus& a, const LaneStatus& b) { return a.consumer < b.consumer; });
  CHECK(to_text(status, {false, false}).find("running; 2 lanes wait for intent") != std::string::npos);
  CHECK(to_json(status).find(R"("waits_for":["intent"])") != std::string::npos);
}
