// Take-overs of lanes whose owners are in the way: each waits three seconds before it ends a backend.
#include <doctest/doctest.h>

#include <chrono>
#include <functional>
#include <thread>

#include "base/errors.hpp"
#include "pg/lanes.hpp"
#include "support/live_pg.hpp"

namespace scoreline::pg {
namespace {

constexpr const char* kConsumer = "scoring";

struct Process {
  explicit Process(const std::string& dsn) : session({dsn, "scoreline scoring", "host:1"}) {}
  PgSession session;
  PgLanes lanes{session};
};

flow::LaneState state_of(std::uint64_t batch_no) {
  flow::LaneState state;
  state.batch_no = batch_no;
  return state;
}

// Begins a batch of `row` and leaves it open.
void begin_batch(Process& process, const flow::LaneRow& row, const flow::LaneState& next) {
  process.session.begin(flow::LockMode::none);
  REQUIRE(process.lanes.claim(kConsumer, std::vector<flow::LaneMove>{{row.lane, row.epoch, next.batch_no - 1, &next}})
              .empty());
}

double seconds_of(const std::function<void()>& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

TEST_CASE("pg lanes: a take-over waits for the commit that is under way") {
  const std::string& dsn = live::fresh_tables();
  Process old(dsn), young(dsn);
  const auto row = old.lanes.take_over(kConsumer, 7);
  const auto next = state_of(1);
  begin_batch(old, row, next);
  std::thread committing([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(700));
    CHECK(old.session.commit());
  });
  const auto taken = young.lanes.take_over(kConsumer, 7);
  committing.join();
  CHECK(taken.epoch == row.epoch + 1);
  CHECK(taken.state.batch_no == 1);
  CHECK(!taken.created);
}

TEST_CASE("pg lanes: a frozen owner's backend is ended after three seconds") {
  const std::string& dsn = live::fresh_tables();
  Process frozen(dsn), young(dsn);
  const auto row = frozen.lanes.take_over(kConsumer, 7);
  const auto next = state_of(1);
  SUBCASE("on the connection that took the lane") {}
  SUBCASE("on a later one, which no committed row knows") {
    live::run(dsn, "SELECT pg_terminate_backend(" + std::to_string(frozen.session.backend().pid) + ", 5000)");
    frozen.session.begin(flow::LockMode::none);
    CHECK_THROWS_AS(frozen.lanes.look(kConsumer, std::vector{7}), base::Unavailable);
    frozen.session.rollback();
  }
  begin_batch(frozen, row, next);
  flow::LaneRow taken;
  const double seconds = seconds_of([&] { taken = young.lanes.take_over(kConsumer, 7); });
  CHECK(seconds > 2.9);
  CHECK(seconds < 5.5);
  CHECK(taken.epoch == row.epoch + 1);
  CHECK(taken.state.batch_no == 0);
  // What comes to life again has lost its transaction, and its next batch is fenced.
  bool committed = false;
  try {
    committed = frozen.session.commit();
  } catch (const base::Unavailable&) {
  }
  CHECK(!committed);
  frozen.session.rollback();
  frozen.session.begin(flow::LockMode::none);
  CHECK(frozen.lanes.claim(kConsumer, std::vector<flow::LaneMove>{{7, row.epoch, 0, &next}}) == std::vector{7});
  frozen.session.rollback();
}

TEST_CASE("pg lanes: an operator's session is not ended; the take-over says why it fails") {
  const std::string& dsn = live::fresh_tables();
  Process young(dsn);
  young.lanes.take_over(kConsumer, 7);
  live::Rival operator_session(dsn, "psql");
  operator_session.run("BEGIN");
  operator_session.run("SELECT 1 FROM lanes WHERE lane = 7 FOR UPDATE");
  Process other(dsn);
  CHECK_THROWS_WITH_AS(other.lanes.take_over(kConsumer, 7), doctest::Contains("lock"), base::Unavailable);
  CHECK(!operator_session.broken());
  operator_session.run("ROLLBACK");
  CHECK(other.lanes.take_over(kConsumer, 7).epoch == 2);
}

}  // namespace
}  // namespace scoreline::pg
