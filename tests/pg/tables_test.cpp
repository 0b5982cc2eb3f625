// What only PostgreSQL's tables promise, beyond the ports (tests/conformance).
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "base/errors.hpp"
#include "pg/activities.hpp"
#include "pg/dead_letter_queries.hpp"
#include "pg/identity.hpp"
#include "pg/lanes.hpp"
#include "pg/lead_rows.hpp"
#include "pg/outbox.hpp"
#include "pg/rulebooks.hpp"
#include "support/live_pg.hpp"

namespace scoreline::pg {
namespace {

using live::ask;

struct Process {
  explicit Process(const std::string& dsn) : session({dsn, "scoreline test", "host:1"}) {}
  template <typename Work>
  void in_transaction(Work work) {
    session.begin(flow::LockMode::none);
    work();
    REQUIRE(session.commit());
  }
  PgSession session;
  PgLanes lanes{session};
  PgDeadLetters dead_letters{session};
  PgLeads leads{session, "scoring"};
  PgIdentifiers identifiers{session};
  PgRuleBooks rulebooks{session};
};

TEST_CASE("pg lanes: people can read a lane's row") {
  const std::string& dsn = live::fresh_tables();
  Process process(dsn);
  auto one = process.lanes.take_over("scoring", 1), two = process.lanes.take_over("scoring", 2);
  for (flow::LaneRow* row : {&one, &two}) {
    row->state.batch_no = 1;
    row->state.inputs.resize(3);
    for (std::size_t i = 0; i < 3; ++i)
      row->state.inputs[i].next_offset = row->lane * 10 + static_cast<std::int64_t>(i);
  }
  one.state.now = *base::parse_rfc3339("2026-05-01T10:00:00.25Z");
  process.in_transaction([&] {
    CHECK(process.lanes.claim("scoring", std::vector<flow::LaneMove>{{1, 1, 0, &one.state}, {2, 1, 0, &two.state}})
              .empty());
  });
  CHECK(ask(dsn, "SELECT next_offsets FROM lane_overview WHERE lane = 1") == "{10,11,12}");
  CHECK(ask(dsn, "SELECT next_offsets FROM lane_overview WHERE lane = 2") == "{20,21,22}");
  CHECK(ask(dsn, "SELECT now_at = '2026-05-01 10:00:00.25+00' FROM lane_overview WHERE lane = 1") == "t");
  CHECK(ask(dsn, "SELECT now_at FROM lane_overview WHERE lane = 2") == "-infinity");
  CHECK(ask(dsn, "SELECT owner_name FROM lane_overview WHERE lane = 2") == "host:1");
  CHECK(ask(dsn, "SELECT owner_pid FROM lanes WHERE lane = 2") == std::to_string(process.session.backend().pid));
  process.lanes.note_halt("scoring", 1, 9, "not his lane");
  CHECK(ask(dsn, "SELECT standing FROM lane_overview WHERE lane = 1") == "taken");
  process.lanes.note_halt("scoring", 1, 1, std::string("trimmed\0 \xFF", 10));
  CHECK(ask(dsn, "SELECT standing || ': ' || halted FROM lane_overview WHERE lane = 1") ==
        "halted: trimmed\xEF\xBF\xBD \xEF\xBF\xBD");
  process.lanes.note_halt("scoring", 1, 1, "");
  CHECK(ask(dsn, "SELECT standing FROM lane_overview WHERE lane = 1") == "taken");
}

TEST_CASE("pg lanes: a state of another version is no reason to begin anew") {
  const std::string& dsn = live::fresh_tables();
  Process process(dsn);
  process.lanes.take_over("scoring", 1);
  live::run(dsn, "UPDATE lanes SET state = '\\x7f01'");
  CHECK_THROWS_WITH_AS(process.lanes.take_over("scoring", 1), doctest::Contains("another version"), base::Unavailable);
  CHECK(ask(dsn, "SELECT epoch FROM lanes") == "1");
}

TEST_CASE("pg leads: updates that leave wake_on alone are HOT") {
  const std::string& dsn = live::fresh_tables();
  Process process(dsn);
  const auto counter = [&](const char* name) {
    return std::stoll(ask(dsn, std::string("SELECT pg_stat_get_") + name + "('scoring_leads'::regclass)"));
  };
  std::vector<flow::LeadRow> rows;
  for (std::uint64_t lead = 1; lead <= 2'000; ++lead) {
    flow::LeadRow& row = rows.emplace_back();
    row.lead = {lead};
    row.lane = static_cast<std::int32_t>(lead % 24);
    row.state = std::string(200, 's');
    row.wake_on = base::Day{20'000};
  }
  process.in_transaction([&] { process.leads.save(rows); });
  live::run(dsn, "VACUUM ANALYZE scoring_leads");
  process.session.rollback();
  const auto wait_for_updates = [&](std::int64_t updates) {
    process.leads.next_wake(0);  // statistics are sent by a session between transactions
    for (int i = 0; i < 300 && counter("tuples_updated") < updates; ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
  };
  const auto updated = counter("tuples_updated"), hot = counter("tuples_hot_updated");
  for (int round = 0; round < 5; ++round) {
    std::vector<flow::LeadRow> touched;
    for (std::size_t i = static_cast<std::size_t>(round); i < rows.size(); i += 5) {
      touched.push_back(rows[i]);
      touched.back().state[0] = static_cast<char>('a' + round);
      touched.back().wake_on = base::Day{20'001 + round};  // later: stays as it is
    }
    process.in_transaction([&] { process.leads.save(touched); });
    std::this_thread::sleep_for(std::chrono::milliseconds(1'100));  // and at most once a second
    wait_for_updates(updated + 400 * (round + 1));
  }
  CHECK(counter("tuples_updated") - updated == 2'000);
  const auto hot_now = counter("tuples_hot_updated") - hot;
  MESSAGE("HOT: " << hot_now << " of 2000");
  CHECK(hot_now >= 1'990);
}

TEST_CASE("pg leads: a row that somebody else has changed since it was loaded is saved all the same") {
  const std::string& dsn = live::fresh_tables();
  Process process(dsn);
  live::run(
      dsn, "INSERT INTO scoring_leads SELECT n, NULL, 1, NULL, false, false, 's', '', '' FROM generate_series(1, 3) n");
  const auto rewrite = [&](const char* sql, const char* state, bool twice) {
    process.session.begin(flow::LockMode::none);
    auto rows = process.leads.load(std::vector<LeadId>{{1}, {2}, {3}});
    REQUIRE(rows.size() >= 2);
    live::run(dsn, sql);
    for (flow::LeadRow& row : rows) row.state = state;
    process.leads.save(rows);
    if (twice) process.leads.save(rows);
    REQUIRE(process.session.commit());
    return ask(dsn,
               "SELECT string_agg(lead_id || convert_from(state, 'UTF8'), ' ' ORDER BY lead_id) FROM scoring_leads");
  };
  CHECK(rewrite("SELECT 1", "a", false) == "1a 2a 3a");
  CHECK(rewrite("SELECT 1", "b", true) == "1b 2b 3b");
  CHECK(rewrite("UPDATE scoring_leads SET state = 'x' WHERE lead_id = 2", "c", false) == "1c 2c 3c");
  CHECK(rewrite("DELETE FROM scoring_leads WHERE lead_id = 3", "d", false) == "1d 2d 3d");
  // The place of an earlier transaction is not used.
  process.session.begin(flow::LockMode::none);
  auto rows = process.leads.load(std::vector<LeadId>{{1}, {2}});
  process.session.rollback();
  live::run(dsn,
            "DELETE FROM scoring_leads; INSERT INTO scoring_leads SELECT n, NULL, 1, NULL, false, false, 's', '', '' "
            "FROM generate_series(9, 1, -1) n");
  process.in_transaction([&] { process.leads.save(rows); });
  CHECK(ask(dsn, "SELECT count(*) FROM scoring_leads WHERE state = 'd'") == "2");
}

TEST_CASE("pg leads: due leads are found through their index") {
  const std::string& dsn = live::fresh_tables();
  live::run(
      dsn,
      "INSERT INTO scoring_leads SELECT n, NULL, n % 24, '2026-01-01'::date + (n % 900)::int, false, false, 's', '', ''"
      "  FROM generate_series(1, 50000) n; ANALYZE scoring_leads");
  Process process(dsn);
  process.leads.due(4, *base::parse_date("2026-01-10"), {0}, 1'000);
  const auto begin = std::chrono::steady_clock::now();
  const auto rows = process.leads.due(3, *base::parse_date("2026-01-10"), {0}, 1'000);
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
  CHECK(std::to_string(rows.size()) ==
        ask(dsn, "SELECT count(*) FROM scoring_leads WHERE lane = 3 AND wake_on <= '2026-01-10'"));
  CHECK(process.leads.next_wake(3).has_value());
  MESSAGE("due of 50000 leads: " << took.count() << " ms");
}

TEST_CASE("pg identifiers: of two lanes that make one at the same time, the second starts over") {
  const std::string& dsn = live::fresh_tables();
  Process one(dsn), two(dsn);
  const flow::IdentifierRow mine{{1, 2}, {10}}, his{{1, 2}, {11}};
  bool conflict = false;
  one.session.begin(flow::LockMode::shared);
  one.identifiers.insert({&mine, 1});
  std::thread other([&] {
    two.session.begin(flow::LockMode::shared);
    try {
      two.identifiers.insert({&his, 1});  // waits for the first one's end
    } catch (const base::Conflict&) {
      conflict = true;
    }
    two.session.rollback();
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  bool committed = false;
  SUBCASE("the first commits") {
    REQUIRE(one.session.commit());
    committed = true;
  }
  SUBCASE("the first rolls back") { one.session.rollback(); }
  other.join();
  CHECK(conflict == committed);
}

TEST_CASE("pg identifiers: waiting in a circle ends as a conflict") {
  const std::string& dsn = live::fresh_tables();
  Process one(dsn), two(dsn);
  const flow::IdentifierRow a{{1, 0}, {10}}, b{{2, 0}, {11}};
  one.session.begin(flow::LockMode::none);
  two.session.begin(flow::LockMode::none);
  one.identifiers.insert({&a, 1});
  two.identifiers.insert({&b, 1});
  std::atomic<int> conflicts{0};
  const auto insert = [&](Process& process, const flow::IdentifierRow& row) {
    try {
      process.identifiers.insert({&row, 1});
    } catch (const base::Conflict&) {
      ++conflicts;
    }
    process.session.rollback();
  };
  std::thread other([&] { insert(two, a); });
  insert(one, b);
  other.join();
  CHECK(conflicts == 1);
}

TEST_CASE("pg dead letters: kept once, found by reason, sent again, removed") {
  const std::string& dsn = live::fresh_tables();
  Process process(dsn);
  flow::DeadLetter letter;
  letter.consumer = "identity";
  letter.topic = flow::Topic::crm_events;
  letter.partition = 3;
  letter.offset = 77;
  letter.log_time = base::Instant{1'700'000'000'000'001};
  letter.code = "invalid_json";
  letter.message = std::string("a\0b\xFF", 4);
  letter.where = "/properties/x";
  letter.key = std::string("k\0", 2);
  letter.raw = std::string("{\0\xFE", 3);
  flow::DeadLetter again = letter, other = letter;
  again.code = "something_else";
  other.offset = 78;
  other.code = "missing_id";
  process.in_transaction([&] { process.dead_letters.append(std::vector{letter, again, other}); });
  process.in_transaction([&] { process.dead_letters.append(std::vector{again}); });
  const DeadLetterQueries queries(dsn);
  CHECK(queries.find({}).size() == 2);
  const auto found = queries.find({.consumer = "identity", .code = "invalid_json"});
  REQUIRE(found.size() == 1);
  const flow::DeadLetter& back = found[0].letter;
  CHECK(back.topic == letter.topic);
  CHECK(back.partition == 3);
  CHECK(back.offset == 77);
  CHECK(back.log_time == letter.log_time);
  CHECK(back.message ==
        "a\xEF\xBF\xBD"
        "b\xEF\xBF\xBD");
  CHECK(back.where == letter.where);
  CHECK(back.key == letter.key);
  CHECK(back.raw == letter.raw);
  CHECK(found[0].attempts == 0);
  CHECK(queries.note_retry(letter));
  CHECK(queries.find({.topic = "crm.events", .partition = 3, .offset = 77})[0].attempts == 1);
  CHECK(queries.find({.topic = "erp.changes"}).empty());
  CHECK(queries.find({.limit = 1}).size() == 1);
  CHECK(queries.remove(letter));
  CHECK(!queries.remove(letter));
  CHECK(!queries.note_retry(letter));
  CHECK(ask(dsn, "SELECT consumer || ' ' || code || ' ' || letters FROM dead_letter_overview") ==
        "identity missing_id 1");
}

TEST_CASE("pg rule books: a lane that was ready stays ready") {
  const std::string& dsn = live::fresh_tables();
  live::run(dsn, "INSERT INTO rulebooks (version, sha256, author, note, files) VALUES (4, '', '', '', '{}')");
  Process process(dsn);
  process.rulebooks.note_progress(4, {"scoring", 2, 50, 100, false});
  CHECK(ask(dsn, "SELECT done || '/' || total || ' ' || ready FROM rulebook_progress") == "50/100 false");
  process.rulebooks.note_progress(4, {"scoring", 2, 100, 100, true});
  process.rulebooks.note_progress(4, {"scoring", 2, 10, 100, false});
  CHECK(ask(dsn, "SELECT done || '/' || total || ' ' || ready FROM rulebook_progress") == "10/100 true");
}

TEST_CASE("pg identity: merges are followed in SQL") {
  const std::string& dsn = live::fresh_tables();
  live::run(dsn,
            "INSERT INTO leads (lead_id, version, merged_into, created_at, founding_id, personal)"
            " VALUES (1, 1, NULL, now(), '', ''), (2, 1, 3, now(), '', ''), (3, 1, 1, now(), '', ''), (4, 1, NULL, "
            "now(), '', '')");
  CHECK(ask(dsn, "SELECT lead_survivor(2)") == "1");
  CHECK(ask(dsn, "SELECT lead_survivor(1)") == "1");
  CHECK(ask(dsn, "SELECT lead_survivor(9)") == "");
  CHECK(ask(dsn, "SELECT string_agg(f::text, ' ' ORDER BY f) FROM lead_family(2) f") == "1 2 3");
  CHECK(ask(dsn, "SELECT count(*) FROM lead_family(9)") == "0");
  CHECK(ask(dsn, "SELECT lead_id_today FROM lead_directory WHERE lead_id = 2") == "1");
}

}  // namespace
}  // namespace scoreline::pg
