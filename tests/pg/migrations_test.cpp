#include "pg/migrations.hpp"

#include <doctest/doctest.h>

#include <thread>

#include "base/errors.hpp"
#include "support/live_pg.hpp"

namespace scoreline::pg {
namespace {

using State = MigrationStatus::State;

Migration migration_of(const std::string& version, const std::string& up, const std::string& down,
                       bool transaction = true) {
  const std::string option = transaction ? "" : " transaction:false";
  return parse_migration(version + "_test.sql",
                         "-- migrate:up" + option + "\n" + up + "\n-- migrate:down" + option + "\n" + down + "\n")
      .value();
}

const Migration kOne =
    migration_of("20260101000001", "CREATE TABLE one (a int); CREATE TABLE uno (a int);", "DROP TABLE one, uno;");
const Migration kTwo = migration_of("20260101000002", "CREATE INDEX CONCURRENTLY one_a ON one (a);",
                                    "DROP INDEX CONCURRENTLY one_a;", false);
const Migration kBad = migration_of("20260101000003", "CREATE TABLE three (a int); SELECT nonsense;", "");

Migrations with(const std::string& dsn, std::vector<Migration> migrations) {
  return Migrations({dsn, std::chrono::milliseconds(300), std::move(migrations)});
}

std::string states(const Migrations& migrations) {
  std::string text;
  for (const MigrationStatus& row : migrations.status())
    text += std::string(text.empty() ? "" : " ") + to_text(row.state);
  return text;
}

TEST_CASE("pg migrations: the program's own go up, down and up again") {
  const live::Database database;
  const Migrations migrations({.dsn = database.dsn()});
  CHECK_THROWS_WITH_AS(require_current(database.dsn()), doctest::Contains("scoreline migrate up"), base::UsageError);
  CHECK(migrations.plan().find("CREATE TABLE lanes") != std::string::npos);
  std::size_t heard = 0;
  migrations.up([&](const MigrationStatus& row) {
    ++heard;
    CHECK(row.state == State::applied);
    CHECK(row.applied_sha256 == row.sha256);
    CHECK(!row.tool_version.empty());
    CHECK(row.applied_by != "");
    CHECK(row.applied_at.us > 1'500'000'000'000'000);
  });
  CHECK(heard == known_migrations().size());
  CHECK_NOTHROW(require_current(database.dsn()));
  CHECK(migrations.plan().empty());
  CHECK(migrations.verify().empty());
  migrations.up([&](const MigrationStatus&) { FAIL("nothing is pending"); });
  while (migrations.down()) {
  }
  CHECK(live::ask(database.dsn(),
                  "SELECT string_agg(relname, ' ') FROM pg_class WHERE relnamespace = 'public'::regnamespace"
                  " AND relname NOT LIKE 'scoreline_migrations%'") == "");
  CHECK(live::ask(database.dsn(), "SELECT count(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace") == "0");
  migrations.up();
  CHECK_NOTHROW(require_current(database.dsn()));
}

TEST_CASE("pg migrations: every table and column of the schema is explained") {
  const std::string& dsn = live::fresh_tables();
  CHECK(live::ask(dsn,
                  "SELECT string_agg(relname, ' ') FROM pg_class WHERE relnamespace = 'public'::regnamespace AND "
                  "relkind IN ('r', 'p', 'v')"
                  " AND relname NOT LIKE 'scoreline_migrations%' AND NOT relispartition AND obj_description(oid, "
                  "'pg_class') IS NULL") == "");
}

TEST_CASE("pg migrations: one that fails leaves nothing behind and says why") {
  const live::Database database;
  CHECK_THROWS_WITH_AS(with(database.dsn(), {kOne, kBad}).up(),
                       doctest::Contains("20260101000003_test failed: ERROR:  column \"nonsense\""), base::UsageError);
  CHECK(states(with(database.dsn(), {kOne, kBad})) == "applied pending");
  CHECK(live::ask(database.dsn(), "SELECT to_regclass('three') IS NULL") == "t");
}

TEST_CASE("pg migrations: some run outside of a transaction") {
  const live::Database database;
  const Migrations migrations = with(database.dsn(), {kOne, kTwo});
  migrations.up();
  CHECK(states(migrations) == "applied applied");
  CHECK(live::ask(database.dsn(), "SELECT indisvalid FROM pg_index WHERE indexrelid = 'one_a'::regclass") == "t");
  CHECK(migrations.down()->version == kTwo.version);
  CHECK(live::ask(database.dsn(), "SELECT to_regclass('one_a') IS NULL") == "t");
}

TEST_CASE("pg migrations: a file that was changed afterwards stops everything, with the fix") {
  const live::Database database;
  with(database.dsn(), {kOne}).up();
  Migration changed = kOne;
  changed.sha256 = std::string(64, 'b');
  const Migrations migrations = with(database.dsn(), {changed, kTwo});
  CHECK(states(migrations) == "changed pending");
  CHECK_THROWS_WITH_AS(migrations.up(), doctest::Contains("UPDATE scoreline_migrations SET sha256"), base::UsageError);
  CHECK_THROWS_AS(migrations.down(), base::UsageError);
  REQUIRE(migrations.verify().size() == 1);
  // The fix that is shown works.
  const std::string text = migrations.verify()[0];
  const std::size_t from = text.find("UPDATE");
  live::run(database.dsn(), text.substr(from, text.rfind('"') - from));
  CHECK(migrations.verify().empty());
  migrations.up();
}

TEST_CASE("pg migrations: older and newer programs notice each other") {
  const live::Database database;
  with(database.dsn(), {kOne, kTwo}).up();
  CHECK(states(with(database.dsn(), {kOne})) == "applied unknown");
  CHECK_THROWS_WITH_AS(with(database.dsn(), {kOne}).up(), doctest::Contains("update this program"), base::UsageError);
  CHECK_THROWS_WITH_AS(require_current(database.dsn()), doctest::Contains("update this program"), base::UsageError);
  const Migration between = migration_of("20260101000000", "SELECT 1;", "");
  CHECK_THROWS_WITH_AS(with(database.dsn(), {between, kOne, kTwo}).up(), doctest::Contains("later version"),
                       base::UsageError);
}

TEST_CASE("pg migrations: two at a time wait for each other, and say for whom") {
  const live::Database database;
  live::Rival rival(database.dsn(), "scoreline migrate");
  rival.run("SELECT pg_advisory_lock(7235419286437711875)");
  const Migrations migrations = with(database.dsn(), {kOne});
  CHECK_THROWS_WITH_AS(migrations.up(), doctest::Contains(("backend " + std::to_string(rival.pid())).c_str()),
                       base::UsageError);
  std::thread releasing([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    rival.run("SELECT pg_advisory_unlock_all()");
  });
  Migrations({database.dsn(), std::chrono::seconds(10), {kOne}}).up();
  releasing.join();
  CHECK(states(migrations) == "applied");
}

}  // namespace
}  // namespace scoreline::pg
