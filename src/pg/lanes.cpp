#include "pg/lanes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/errors.hpp"
#include "base/log.hpp"
#include "pg/connection.hpp"
#include "pg/failure.hpp"

namespace scoreline::pg {
namespace {

const Statement kPatience{"lanes_patience", "SELECT set_config('lock_timeout', '3s', true)"};

const Statement kInsert{"lanes_insert",
                        "INSERT INTO lanes (consumer, lane) VALUES ($1::text, $2::int) ON CONFLICT DO NOTHING"};

// The update waits for a commit of the old owner that is under way; a plain SELECT would read the row before it.
const Statement kTake{
    "lanes_take",
    "UPDATE lanes SET epoch = epoch + 1, owner_pid = $3::int, owner_start = $4::timestamptz, owner_name = $5::text,"
    "  taken_at = now() WHERE consumer = $1::text AND lane = $2::int RETURNING epoch, batch_no, state,"
    "  coalesce((SELECT replays FROM consumer_starts s WHERE s.consumer = $1::text), true)"};

// Who keeps us from the row: the owner that is recorded, if he is inside a transaction, or whoever holds the row's lock
// (xmax of the version that we see is the transaction that is changing it: an owner on a new connection). Only our own
// kind is ended, never an operator's session.
const Statement kEndHolder{
    "lanes_end_holder",
    "SELECT a.pid, pg_terminate_backend(a.pid) FROM lanes l JOIN pg_stat_activity a"
    "    ON a.datname = current_database() AND a.usename = current_user AND a.pid <> pg_backend_pid()"
    "   AND a.application_name LIKE 'scoreline%'"
    " WHERE l.consumer = $1::text AND l.lane = $2::int AND a.xact_start IS NOT NULL"
    "   AND ((a.pid = l.owner_pid AND a.backend_start = l.owner_start)"
    "     OR EXISTS (SELECT FROM pg_locks k WHERE k.pid = a.pid AND k.granted AND k.locktype = 'transactionid'"
    "                   AND k.transactionid = l.xmax))"};

// Locks in lane order, so that two processes that believe in the same lanes never wait in a circle. next_offsets of all
// moves come as one flat array with the place of each lane's share.
const Statement kClaim{
    "lanes_claim",
    "WITH moves AS (SELECT * FROM unnest($2::int[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bytea[],"
    "      $7::timestamptz[], $8::bigint[], $9::bigint[], $10::int[], $11::int[])"
    "    AS m(lane, epoch, expected, acked, state, now_at, live_from, rulebook, first, last)),"
    "  mine AS MATERIALIZED (SELECT l.lane FROM moves m JOIN lanes l ON l.consumer = $1::text AND l.lane = m.lane"
    "    WHERE l.epoch = m.epoch AND l.batch_no = m.expected ORDER BY l.lane FOR NO KEY UPDATE OF l)"
    " UPDATE lanes l SET batch_no = m.expected + 1, acked_batch = m.acked, state = m.state, now_at = m.now_at,"
    "     live_from = m.live_from, rulebook_version = m.rulebook, next_offsets = ($12::bigint[])[m.first:m.last],"
    "     owner_pid = $13::int, owner_start = $14::timestamptz, moved_at = now()"
    "  FROM mine JOIN moves m USING (lane) WHERE l.consumer = $1::text AND l.lane = mine.lane RETURNING l.lane"};

const Statement kLook{"lanes_look",
                      "SELECT lane, epoch, state FROM lanes WHERE consumer = $1::text AND lane = ANY ($2::int[])"};

const Statement kHalt{
    "lanes_halt",
    "UPDATE lanes SET halted = $4::text WHERE consumer = $1::text AND lane = $2::int AND epoch = $3::bigint"
    "   AND halted <> $4::text"};

constexpr int kTries = 3;

flow::LaneState decoded(std::string_view bytes, const std::string& consumer, std::int32_t lane) {
  if (bytes.empty()) return {};
  auto state = flow::decode_lane_state(bytes);
  if (!state)
    throw base::Unavailable(fmt::format(
        "the row of lane {}/{} was written by another version of scoreline; run the same version everywhere", consumer,
        lane));
  return std::move(*state);
}

}  // namespace

PgLanes::PgLanes(PgSession& session) : session_(session) {
  session_.use({kPatience, kInsert, kTake, kEndHolder, kClaim, kLook, kHalt});
}

flow::LaneRow PgLanes::try_take_over(const std::string& consumer, std::int32_t lane) {
  session_.begin(flow::LockMode::none);
  session_.run(kPatience, {});
  session_.run(kInsert, Params().add(Text{consumer}).add(lane));
  const Backend& mine = session_.backend();
  const Rows rows = session_.run(
      kTake, Params().add(Text{consumer}).add(lane).add(mine.pid).add(mine.start).add(Text{session_.owner()}));
  // A row that no batch has moved is as good as new: its first owner may have gone before his first commit.
  const bool created = rows.int8(0, 1) == 0;
  flow::LaneRow row{lane, rows.natural(0, 0), decoded(rows.bytes(0, 2), consumer, lane), created, rows.boolean(0, 3)};
  // In doubt: the epoch may have been raised or not. Once more, then.
  if (!session_.commit()) throw base::Unavailable(lost_connection("COMMIT of a take-over"));
  return row;
}

flow::LaneRow PgLanes::take_over(const std::string& consumer, std::int32_t lane) {
  for (int attempt = 1;; ++attempt) {
    try {
      return try_take_over(consumer, lane);
    } catch (const LockTimeout&) {
      session_.rollback();
      if (attempt == kTries) throw;
    } catch (...) {
      session_.rollback();
      throw;
    }
    const Rows ended = session_.run(kEndHolder, Params().add(Text{consumer}).add(lane));
    for (std::size_t i = 0; i < ended.size(); ++i)
      base::log::warn("ended the backend of a former owner that held its lane",
                      {{"consumer", consumer},
                       {"lane", lane},
                       {"backend_pid", ended.int4(i, 0)},
                       {"next", "see why that process does not go on"}});
  }
}

std::vector<std::int32_t> PgLanes::claim(const std::string& consumer, std::span<const flow::LaneMove> moves) {
  using flow::LaneMove;
  std::vector<std::int64_t> offsets;
  std::vector<std::int32_t> first, last;
  std::vector<std::string> states;
  for (const LaneMove& move : moves) {
    first.push_back(static_cast<std::int32_t>(offsets.size()) + 1);
    for (const flow::InputPosition& input : move.next->inputs) offsets.push_back(input.next_offset);
    last.push_back(static_cast<std::int32_t>(offsets.size()));
    states.push_back(flow::encode(*move.next));
  }
  const Backend& mine = session_.backend();
  Params params;
  params.add(Text{consumer})
      .array(moves, [](const LaneMove& move) { return move.lane; })
      .array(moves, [](const LaneMove& move) { return move.epoch; })
      .array(moves, [](const LaneMove& move) { return move.expected_batch_no; })
      .array(moves, [](const LaneMove& move) { return move.next->acked_batch; })
      .array(states, [](const std::string& state) { return Bytes{state}; })
      .array(moves, [](const LaneMove& move) { return move.next->now; })
      .array(moves, [](const LaneMove& move) { return move.next->live_from; })
      .array(moves, [](const LaneMove& move) { return move.next->rulebook_version; })
      .array(first)
      .array(last)
      .array(offsets)
      .add(mine.pid)
      .add(mine.start);
  const Rows rows = session_.run(kClaim, params);
  std::set<std::int32_t> lost;
  for (const LaneMove& move : moves) lost.insert(move.lane);
  for (std::size_t i = 0; i < rows.size(); ++i) lost.erase(rows.int4(i, 0));
  return {lost.begin(), lost.end()};
}

std::vector<flow::LaneRow> PgLanes::look(const std::string& consumer, std::span<const std::int32_t> lanes) {
  const Rows found = session_.run(kLook, Params().add(Text{consumer}).array(lanes));
  std::vector<flow::LaneRow> rows;
  for (const std::int32_t lane : lanes) rows.push_back({lane, 0, {}, false, false});
  for (std::size_t i = 0; i < found.size(); ++i) {
    const std::int32_t lane = found.int4(i, 0);
    const auto row = std::find_if(rows.begin(), rows.end(), [&](const flow::LaneRow& r) { return r.lane == lane; });
    *row = {lane, found.natural(i, 1), decoded(found.bytes(i, 2), consumer, lane), false, false};
  }
  return rows;
}

void PgLanes::note_halt(const std::string& consumer, std::int32_t lane, std::uint64_t epoch,
                        const std::string& reason) {
  const std::string text = clean_text(reason);
  session_.run(kHalt, Params().add(Text{consumer}).add(lane).add(epoch).add(Text{text}));
}

}  // namespace scoreline::pg
