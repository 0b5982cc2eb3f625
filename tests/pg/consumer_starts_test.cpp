// Which consumers replay (migrations: consumer_starts): what the schema decides, beyond flow::LaneTable.
#include <doctest/doctest.h>

#include "pg/lanes.hpp"
#include "pg/migrations.hpp"
#include "support/live_pg.hpp"

namespace scoreline::pg {
namespace {

using live::ask;

constexpr const char* kReplaying =
    "SELECT string_agg(consumer, ' ' ORDER BY consumer) FROM consumer_starts WHERE replays";

bool replays(const std::string& dsn, const std::string& consumer) {
  PgSession session({dsn, "scoreline test", "host:1"});
  return PgLanes(session).take_over(consumer, 3).replays;
}

TEST_CASE("pg consumer starts: where others are at work already, a consumer that is new in this version replays") {
  const live::Database database;
  const std::string& dsn = database.dsn();
  std::vector<Migration> before;
  for (const Migration& migration : known_migrations())
    if (migration.version < "20261127") before.push_back(migration);
  Migrations({.dsn = dsn, .migrations = before}).up();
  std::string expected;
  SUBCASE("an empty database is a new installation") {}
  SUBCASE("lanes that no batch has moved are none at work") {
    live::run(dsn, "INSERT INTO lanes (consumer, lane) VALUES ('identity', 0), ('scoring', 1)");
  }
  SUBCASE("others are at work") {
    live::run(dsn,
              "INSERT INTO lanes (consumer, lane, batch_no) VALUES ('identity', 0, 1), ('scoring', 1, 0),"
              " ('scoring', 2, 9), ('stages', 1, 0)");
    expected = "customers intent sequences stages triggers";
  }
  Migrations({.dsn = dsn}).up();
  CHECK(ask(dsn, kReplaying) == expected);
  CHECK(ask(dsn, "SELECT count(*) FROM consumer_starts") == "7");
  CHECK(replays(dsn, "stages") == !expected.empty());
}

TEST_CASE("pg consumer starts: whoever takes a consumer's lane rows away lets it replay") {
  const std::string& dsn = live::fresh_tables();
  CHECK_FALSE(replays(dsn, "stages"));
  CHECK_FALSE(replays(dsn, "triggers"));
  live::run(dsn, "DELETE FROM lanes WHERE consumer = 'nobody'");
  CHECK(ask(dsn, kReplaying) == "");
  live::run(dsn, "DELETE FROM lanes WHERE consumer = 'stages'");
  CHECK(ask(dsn, kReplaying) == "stages");
  CHECK(replays(dsn, "stages"));
  CHECK_FALSE(replays(dsn, "triggers"));
  live::run(dsn, "TRUNCATE lanes");
  CHECK(ask(dsn, kReplaying) == "customers identity intent scoring sequences stages triggers");
}

TEST_CASE("pg consumer starts: a consumer that nobody has announced replays") {
  const std::string& dsn = live::fresh_tables();
  CHECK(replays(dsn, "somebody"));
}

}  // namespace
}  // namespace scoreline::pg
