#include <doctest/doctest.h>

#include "base/errors.hpp"
#include "conformance/houses.hpp"

namespace scoreline {
namespace {

using flow::LaneMove;
using flow::LaneRow;
using flow::LaneState;

constexpr const char* kConsumer = "scoring";

// Full of what a state may hold, so that nothing of it is lost on the way.
LaneState state_after(std::uint64_t batch_no) {
  LaneState state;
  state.batch_no = batch_no;
  state.acked_batch = batch_no / 2;
  state.inputs.resize(2);
  state.inputs[0].next_offset = static_cast<std::int64_t>(batch_no) * 100;
  state.inputs[0].anchor = {"topic\0id", 3, 0xFFFFFFFFU, true};
  state.inputs[0].last_seq["identity/3"] = 77;
  state.inputs[1].next_offset = 5;
  state.now = base::Instant{1'700'000'000'000'001};
  state.next_seq[{flow::Topic::lead_scores, 7}] = 9;
  state.live_from = 12;
  state.rulebook_version = 4;
  return state;
}

LaneMove move_of(const LaneRow& row, const LaneState& next) { return {row.lane, row.epoch, next.batch_no - 1, &next}; }

template <typename Process>
std::vector<std::int32_t> commit_claim(Process& process, const std::vector<LaneMove>& moves) {
  process.session.begin(flow::LockMode::none);
  auto lost = process.lanes.claim(kConsumer, moves);
  REQUIRE(process.session.commit());
  return lost;
}

TEST_CASE_TEMPLATE("conformance: a lane is created once and goes on where it was left", House, SCORELINE_HOUSES) {
  House house;
  auto first = house.process();
  LaneRow row = first->lanes.take_over(kConsumer, 3);
  CHECK(row.created);
  CHECK(row.lane == 3);
  CHECK(row.epoch == 1);
  CHECK(row.state.batch_no == 0);
  CHECK(row.state.now == base::kNever);
  const LaneState next = state_after(1);
  CHECK(commit_claim(*first, {move_of(row, next)}).empty());

  auto second = house.process();
  row = second->lanes.take_over(kConsumer, 3);
  CHECK(!row.created);
  CHECK(row.epoch == 2);
  CHECK(flow::encode(row.state) == flow::encode(next));
  CHECK(second->lanes.take_over("identity", 3).epoch == 1);
}

TEST_CASE_TEMPLATE("conformance: a consumer that comes late replays, those of a new installation do not", House,
                   SCORELINE_HOUSES) {
  House house;
  house.comes_late("stages");
  auto process = house.process();
  for (const char* consumer : {"identity", "customers", "scoring", "intent", "triggers", "sequences"}) {
    CAPTURE(consumer);
    CHECK_FALSE(process->lanes.take_over(consumer, 1).replays);
    CHECK_FALSE(process->lanes.take_over(consumer, 1).replays);
  }
  CHECK(process->lanes.take_over("stages", 1).replays);
  CHECK(process->lanes.take_over("stages", 2).replays);
  CHECK(process->lanes.take_over("stages", 1).replays);
}

TEST_CASE_TEMPLATE("conformance: only the owner with the right batch number moves a lane", House, SCORELINE_HOUSES) {
  House house;
  auto old = house.process();
  auto young = house.process();
  const LaneRow mine = old->lanes.take_over(kConsumer, 1);
  const LaneRow other = old->lanes.take_over(kConsumer, 2);
  const LaneState one = state_after(1), two = state_after(2);
  CHECK(commit_claim(*old, {move_of(mine, one), move_of(other, one)}).empty());
  young->lanes.take_over(kConsumer, 2);

  old->session.begin(flow::LockMode::none);
  CHECK(old->lanes.claim(kConsumer, std::vector{move_of(mine, two), move_of(other, two)}) == std::vector{2});
  old->session.rollback();
  CHECK(commit_claim(*old, {move_of(mine, two)}).empty());
  SUBCASE("the same batch again") { CHECK(commit_claim(*old, {move_of(mine, two)}) == std::vector{1}); }
  SUBCASE("a batch too far") {
    const LaneState four = state_after(4);
    CHECK(commit_claim(*old, {move_of(mine, four)}) == std::vector{1});
  }
  const auto rows = young->lanes.look(kConsumer, std::vector{1, 2});
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].epoch == 1);
  CHECK(rows[0].state.batch_no == 2);
  CHECK(rows[1].epoch == 2);
  CHECK(rows[1].state.batch_no == 1);
}

TEST_CASE_TEMPLATE("conformance: what is rolled back did not happen", House, SCORELINE_HOUSES) {
  House house;
  auto process = house.process();
  const LaneRow row = process->lanes.take_over(kConsumer, 0);
  const LaneState next = state_after(1);
  flow::OutBatch batch;
  batch.append({flow::Topic::lead_scores, 1, 1, {}, "7", "{}", "t"});
  process->session.begin(flow::LockMode::shared);
  CHECK(process->lanes.claim(kConsumer, std::vector{move_of(row, next)}).empty());
  process->outbox.append(kConsumer, std::vector<flow::OutboxRow>{{0, 1, &batch}});
  process->session.rollback();
  CHECK(process->lanes.look(kConsumer, std::vector{0})[0].state.batch_no == 0);
  CHECK(process->outbox.pending(kConsumer, 0, 0).empty());
  CHECK(commit_claim(*process, {move_of(row, next)}).empty());
}

TEST_CASE_TEMPLATE("conformance: an empty transaction commits in every lock mode", House, SCORELINE_HOUSES) {
  House house;
  auto process = house.process();
  for (const auto mode : {flow::LockMode::none, flow::LockMode::shared, flow::LockMode::exclusive}) {
    process->session.begin(mode);
    CHECK(process->session.commit());
  }
  process->session.rollback();  // nothing is open: nothing happens
}

TEST_CASE_TEMPLATE("conformance: the outbox keeps batches in order until they are removed", House, SCORELINE_HOUSES) {
  House house;
  auto process = house.process();
  std::vector<flow::OutBatch> batches(3);
  for (int i = 0; i < 3; ++i)
    for (int n = 0; n < 100; ++n)
      batches[static_cast<std::size_t>(i)].append({flow::Topic::lead_activities, n % 5,
                                                   static_cast<std::uint64_t>(n + 1), base::Instant{n}, "key",
                                                   std::string("a\0\xFF", 3) + std::to_string(i), "type"});
  const flow::OutBatch nothing;
  process->in_transaction([&] {
    process->outbox.append(kConsumer, std::vector<flow::OutboxRow>{{4, 9, &batches[0]}, {5, 2, &batches[2]}});
    process->outbox.append(kConsumer, std::vector<flow::OutboxRow>{{4, 10, &batches[1]}, {4, 11, &nothing}});
    process->outbox.append("identity", std::vector<flow::OutboxRow>{{4, 10, &batches[2]}});
  });
  auto pending = process->outbox.pending(kConsumer, 4, 8);
  REQUIRE(pending.size() == 3);
  CHECK(pending[0].first == 9);
  CHECK(pending[0].second.bytes() == batches[0].bytes());
  CHECK(pending[1].first == 10);
  CHECK(pending[1].second.bytes() == batches[1].bytes());
  CHECK(pending[2].second.empty());
  CHECK(process->outbox.pending(kConsumer, 4, 9).size() == 2);
  process->in_transaction([&] { process->outbox.remove(kConsumer, std::vector<flow::BatchId>{{4, 10}, {5, 1}}); });
  CHECK(process->outbox.pending(kConsumer, 4, 0).size() == 1);
  CHECK(process->outbox.pending(kConsumer, 5, 0).size() == 1);
  CHECK(process->outbox.pending("identity", 4, 0).size() == 1);
}

}  // namespace
}  // namespace scoreline
