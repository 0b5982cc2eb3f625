#include "app/status.hpp"

#include <doctest/doctest.h>

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
