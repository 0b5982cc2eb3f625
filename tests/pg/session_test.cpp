#include "pg/session.hpp"

#include <doctest/doctest.h>

#include "base/errors.hpp"
#include "pg/connection.hpp"
#include "pg/failure.hpp"
#include "pg/proxy.hpp"
#include "support/live_pg.hpp"

#include <thread>

namespace scoreline::pg {
namespace {

const Statement kPut{"test_put",
                     "INSERT INTO scoring_leads VALUES ($1::bigint, NULL, 1, NULL, false, false, $2::bytea, '', '')"};
const Statement kText{"test_text", "SELECT $1::text"};
const Statement kFail{"test_fail", "SELECT 1 / ($1::int - $1::int)"};
const Statement kRaise{"test_raise", "SELECT test_raise($1::text)"};
const Statement kShow{"test_show", "SELECT current_setting($1::text)"};

Params number(std::int64_t n) { return Params().add(n).add(Bytes{std::string_view("\0\xFF", 2)}); }

SessionSettings settings(const std::string& dsn) { return {dsn, "scoreline test", "test:1"}; }

struct Tables {
  std::string dsn = live::fresh_tables();
  std::string rows() { return live::ask(dsn, "SELECT count(*) FROM scoring_leads"); }
};

TEST_CASE("pg session: every connection has the guard settings; the operator's own win") {
  const Tables tables;
  PgSession session(settings(tables.dsn));
  session.use({kShow});
  const auto shown = [](PgSession& of, const char* name) { return of.run(kShow, Params().add(Text{name})).text(0, 0); };
  CHECK(shown(session, "statement_timeout") == "10s");
  CHECK(shown(session, "lock_timeout") == "5s");
  CHECK(shown(session, "idle_in_transaction_session_timeout") == "15s");
  CHECK(shown(session, "synchronous_commit") == "on");
  CHECK(shown(session, "application_name") == "scoreline test");
  PgSession own(settings(tables.dsn + " options='-c statement_timeout=33s'"));
  own.use({kShow});
  CHECK(shown(own, "statement_timeout") == "33s");
  CHECK(shown(own, "lock_timeout") == "5s");
}

TEST_CASE("pg session: a wrong statement stops the boot and names the remedy") {
  const Tables tables;
  PgSession session(settings(tables.dsn));
  session.use({{"test_wrong", "SELECT nothing FROM nowhere"}});
  CHECK_THROWS_WITH_AS(session.connect(), doctest::Contains("scoreline migrate up"), base::UsageError);
  PgSession connected(settings(tables.dsn));
  connected.connect();
  CHECK_THROWS_AS(connected.use({{"test_wrong", "SELECT nothing FROM nowhere"}}), base::UsageError);
}

TEST_CASE("pg session: nobody at the address, a wrong string") {
  PgSession away(settings("host=127.0.0.1 port=1 user=x dbname=x password=hush"));
  CHECK_THROWS_WITH_AS(away.connect(), doctest::Contains("postgres.dsn"), base::Unavailable);
  PgSession wrong(settings("host=x password=hush nonsense"));
  CHECK_THROWS_AS(wrong.connect(), base::UsageError);
  try {
    wrong.connect();
  } catch (const base::UsageError& error) {
    CHECK(std::string(error.what()).find("hush") == std::string::npos);
  }
}

TEST_CASE("pg session: COMMIT that only rolls back is no success") {
  Tables tables;
  PgSession session(settings(tables.dsn));
  session.use({kPut, kFail});
  session.begin(flow::LockMode::none);
  session.run(kPut, number(1));
  CHECK_THROWS_AS(session.run(kFail, Params().add(std::int32_t{3})), base::Refused);
  CHECK_THROWS_AS(session.commit(), base::Refused);
  session.rollback();
  CHECK(tables.rows() == "0");
  session.begin(flow::LockMode::none);
  session.run(kPut, number(1));
  CHECK(session.commit());
  CHECK(tables.rows() == "1");
}

TEST_CASE("pg session: errors are sorted by what happens next") {
  const Tables tables;
  live::run(tables.dsn,
            "CREATE OR REPLACE FUNCTION test_raise(text) RETURNS int LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'primary: secret' USING ERRCODE = $1, DETAIL = 'secret detail'; END $$");
  PgSession session(settings(tables.dsn));
  session.use({kRaise});
  const auto raise = [&](const char* state) { session.run(kRaise, Params().add(Text{state})); };
  for (const char* state : {"40001", "40P01"}) CHECK_THROWS_AS(raise(state), base::Conflict);
  for (const char* state : {"22003", "22021", "23514", "54000"}) CHECK_THROWS_AS(raise(state), base::Refused);
  for (const char* state : {"53100", "53300", "57014", "58030", "XX000", "42501", "0A000"})
    CHECK_THROWS_AS(raise(state), base::Unavailable);
  CHECK_THROWS_AS(raise("55P03"), LockTimeout);
  try {
    raise("22P02");
  } catch (const base::Refused& refused) {
    CHECK(std::string(refused.what()).find("secret") == std::string::npos);
    CHECK(std::string(refused.what()).find("22P02") != std::string::npos);
  }
  CHECK_THROWS_AS(throw_failure({"23505", "m", "identifiers", "s"}), base::Conflict);
  CHECK_THROWS_AS(throw_failure({"23505", "m", "leads", "s"}), base::Conflict);
  CHECK_THROWS_AS(throw_failure({"23505", "m", "outbox", "s"}), base::Refused);
}

TEST_CASE("pg session: bytes may be anything, text is made storable") {
  Tables tables;
  PgSession session(settings(tables.dsn));
  session.use({kPut, kText});
  session.begin(flow::LockMode::none);
  session.run(kPut, number(1));
  CHECK(session.commit());
  CHECK(live::ask(tables.dsn, "SELECT encode(state, 'hex') FROM scoring_leads") == "00ff");
  CHECK_THROWS_AS(session.run(kText, Params().add(Text{std::string_view("a\0b", 3)})), base::Refused);
  CHECK_THROWS_AS(session.run(kText, Params().add(Text{"\xFF"})), base::Refused);
  const std::string all = clean_text(std::string_view("a\0\xC3\xA4\xFF\xED\xA0\x80\xF0\x9F\x98\x80\xE2\x82", 14));
  CHECK(session.run(kText, Params().add(Text{all})).text(0, 0) == all);
  CHECK(all.starts_with("a\xEF\xBF\xBD\xC3\xA4\xEF\xBF\xBD"));
  CHECK(all.find("\xF0\x9F\x98\x80") != std::string::npos);
}

TEST_CASE("pg session: a connection that breaks inside a transaction is Unavailable, and replaced at the next begin") {
  Tables tables;
  PgSession session(settings(tables.dsn));
  session.use({kPut});
  session.begin(flow::LockMode::none);
  session.run(kPut, number(1));
  const Backend before = session.backend();
  live::run(tables.dsn, "SELECT pg_terminate_backend(" + std::to_string(before.pid) + ", 5000)");
  CHECK_THROWS_AS(session.run(kPut, number(2)), base::Unavailable);
  CHECK_THROWS_AS(session.commit(), base::Unavailable);
  session.rollback();
  session.begin(flow::LockMode::none);
  session.run(kPut, number(1));
  CHECK(session.commit());
  CHECK(session.backend().pid != before.pid);
  CHECK(tables.rows() == "1");
}

TEST_CASE("pg session: the backend is ended while it commits: in doubt, and not done") {
  Tables tables;
  live::run(
      tables.dsn,
      "CREATE OR REPLACE FUNCTION test_slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(9); RETURN "
      "NULL; END $$;"
      "CREATE CONSTRAINT TRIGGER test_slow AFTER INSERT ON scoring_leads DEFERRABLE INITIALLY DEFERRED FOR EACH ROW"
      " EXECUTE FUNCTION test_slow()");
  PgSession session(settings(tables.dsn));
  session.use({kPut});
  session.begin(flow::LockMode::none);
  session.run(kPut, number(1));
  const int pid = session.backend().pid;
  std::thread killer([&] {
    live::Rival rival(tables.dsn);
    for (int i = 0;
         i < 500 &&
         rival.run("SELECT 1 FROM pg_stat_activity WHERE query = 'COMMIT' AND wait_event = 'PgSleep'").empty();
         ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    rival.run("SELECT pg_terminate_backend(" + std::to_string(pid) + ")");
  });
  CHECK(!session.commit());
  killer.join();
  live::run(tables.dsn, "DROP FUNCTION test_slow CASCADE");
  CHECK(tables.rows() == "0");
  session.rollback();
  session.begin(flow::LockMode::none);
  session.run(kPut, number(1));
  CHECK(session.commit());
}

TEST_CASE("pg session: the answer to COMMIT is lost: in doubt either way") {
  Tables tables;
  live::Proxy proxy(tables.dsn);
  PgSession session(settings(proxy.dsn()));
  session.use({kPut});
  session.begin(flow::LockMode::shared);
  session.run(kPut, number(1));
  SUBCASE("it was done") {
    proxy.cut(live::Proxy::At::commit_sent);
    CHECK(!session.commit());
    CHECK(tables.rows() == "1");
  }
  SUBCASE("it was not") {
    proxy.cut(live::Proxy::At::commit_unsent);
    CHECK(!session.commit());
    // The next connection ends what the last one may have left behind.
    session.begin(flow::LockMode::shared);
    session.run(kPut, number(1));
    CHECK(session.commit());
    CHECK(tables.rows() == "1");
  }
}

TEST_CASE("pg session: identity's lock is shared by many or one's alone") {
  Tables tables;
  PgSession one(settings(tables.dsn)), two(settings(tables.dsn + " options='-c lock_timeout=100ms'"));
  one.use({kPut});
  two.use({kPut});
  one.begin(flow::LockMode::shared);
  one.run(kPut, number(1));
  two.begin(flow::LockMode::shared);
  two.run(kPut, number(2));
  CHECK(two.commit());
  two.begin(flow::LockMode::exclusive);
  CHECK_THROWS_AS(two.run(kPut, number(3)), LockTimeout);
  two.rollback();
  CHECK(one.commit());
  two.begin(flow::LockMode::exclusive);
  two.run(kPut, number(3));
  CHECK(two.commit());
  CHECK(tables.rows() == "3");
}

TEST_CASE("pg session: COPY may be the first statement, and fails as a whole") {
  Tables tables;
  PgSession session(settings(tables.dsn));
  const auto copy = [&](std::int64_t lead, int times) {
    CopyRows rows;
    for (int i = 0; i < times; ++i) rows.add(lead, std::int32_t{1}, false, false, Bytes{"s"}, Bytes{""}, Bytes{""});
    session.copy(
        "COPY scoring_leads (lead_id, lane, erased, holding, state, personal, flow) FROM STDIN (FORMAT binary)",
        rows.finish());
  };
  session.begin(flow::LockMode::shared);
  copy(1, 1);
  CHECK(session.commit());
  session.begin(flow::LockMode::none);
  CHECK_THROWS_AS(copy(2, 2), base::Refused);
  session.rollback();
  session.begin(flow::LockMode::none);
  copy(3, 1);
  CHECK(session.commit());
  CHECK(tables.rows() == "2");
}

}  // namespace
}  // namespace scoreline::pg
