#include "flow/lane_state.hpp"

#include <doctest/doctest.h>

using namespace scoreline;
using namespace scoreline::flow;

namespace {

LaneState full_state() {
  LaneState state;
  state.batch_no = 12;
  state.acked_batch = 9;
  state.inputs.resize(2);
  state.inputs[0].next_offset = 4711;
  state.inputs[0].anchor = {"topic-id", 3, 0xdeadbeef, true};
  state.inputs[0].last_seq = {{"identity/0", 17}, {"identity/5", 1}};
  state.now = base::Instant{1'777'000'000'000'000};
  state.sweep = {Sweep::Kind::day, base::Day{20'000}, 99};
  state.next_seq[{Topic::lead_scores, 3}] = 8;
  state.live_from = 100;
  state.rulebook_version = 2;
  state.count_back.version = 3;
  state.count_back.prepared_offset = 50;
  state.count_back.next_offset = 20;
  state.count_back.lanes_done = {0, 4, -1};
  state.count_back.last_seq = {{"scoring/1", 6}};
  return state;
}

}  // namespace

TEST_CASE("lane state: a take-over reads exactly what the last owner wrote") {
  const LaneState state = full_state();
  const auto read = decode_lane_state(encode(state));
  REQUIRE(read.has_value());
  CHECK(encode(*read) == encode(state));
  CHECK(read->inputs[0].last_seq.at("identity/0") == 17);
  CHECK(read->inputs[0].anchor.checksum == 0xdeadbeef);
  CHECK(read->sweep.after_lead == 99);
  CHECK(read->next_seq.at({Topic::lead_scores, 3}) == 8);
  CHECK(read->count_back.lanes_done == std::vector<std::int32_t>{0, 4, -1});
}

TEST_CASE("lane state: bytes that were cut are refused") {
  const std::string bytes = encode(full_state());
  for (std::size_t size = 0; size < bytes.size(); ++size) CHECK_FALSE(decode_lane_state(std::string_view(bytes).substr(0, size)).has_value());
  CHECK_FALSE(decode_lane_state(bytes + "x").has_value());
}
