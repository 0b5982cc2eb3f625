#include "pg/activities.hpp"

#include <doctest/doctest.h>

#include <thread>

#include "base/errors.hpp"
#include "core/activity.hpp"
#include "pg/migrations.hpp"
#include "support/live_pg.hpp"
#include "wire/lead_record.hpp"

namespace scoreline::pg {
namespace {

using flow::ActivityRow;
using live::ask;

constexpr Instant kAt{1'700'000'000'000'000};

Hash128 message_of(std::uint64_t n) { return {n * 0x9E3779B97F4A7C15ULL, n}; }

ActivityRow row_of(std::uint64_t n, std::uint64_t lead) {
  core::LeadRecord record;
  record.lead = {lead};
  record.activity.name = "page";
  record.activity.message_id = "m" + std::to_string(n);
  record.activity.at = record.activity.received_at = kAt;
  record.activity.properties = R"({"who":"secret"})";
  return {{lead}, message_of(n),       {kAt.us + static_cast<std::int64_t>(n)}, kAt, true, "page",
          "web",  wire::encode(record)};
}

/// A database of its own: parts that were made stay.
struct House {
  House() : session({database.dsn(), "scoreline test", ""}) { Migrations({.dsn = database.dsn()}).up(); }
  void append(std::uint64_t from, std::uint64_t to) {
    std::vector<ActivityRow> rows;
    for (std::uint64_t n = from; n < to; ++n) rows.push_back(row_of(n, 1 + n % 10));
    session.begin(flow::LockMode::none);
    activities.append(rows);
    REQUIRE(session.commit());
  }
  std::string parts() {
    return ask(database.dsn(),
               "SELECT string_agg(tableoid::regclass || ':' || count, ' ' ORDER BY tableoid) FROM"
               " (SELECT tableoid, count(*) AS count FROM activities GROUP BY tableoid) AS parts");
  }
  live::Database database;
  PgSession session;
  PgActivities activities{session};
};

TEST_CASE("pg activities: full parts are closed and indexed, and everything stays findable") {
  House house;
  const std::string& dsn = house.database.dsn();
  const PartLimits by_bytes{1'000'000'000, 20'000};
  CHECK(maintain_activities(dsn, by_bytes).empty());
  house.append(0, 100);
  CHECK(maintain_activities(dsn, by_bytes) == std::vector<std::string>{"opened part 2", "indexed part 1"});
  CHECK(maintain_activities(dsn, by_bytes).empty());
  house.append(100, 200);
  CHECK(house.parts() == "activities_000001:100 activities_000002:100");
  CHECK(maintain_activities(dsn, by_bytes) == std::vector<std::string>{"opened part 3", "indexed part 2"});
  house.append(200, 210);
  CHECK(ask(dsn, "SELECT count(*) FROM pg_indexes WHERE tablename = 'activities_000001'") == "2");
  CHECK(ask(dsn, "SELECT count(*) FROM pg_indexes WHERE tablename = 'activities_000003'") == "0");
  const auto found =
      house.activities.find_by_message(std::vector{message_of(7), message_of(150), message_of(205), message_of(999)});
  REQUIRE(found.size() == 3);
  CHECK(found[0].record == row_of(7, 8).record);
  CHECK(found[2].lead == LeadId{6});
  CHECK(house.activities.of_leads(std::vector<LeadId>{{8}}, 1'000).size() == 21);
  live::run(dsn,
            "INSERT INTO leads (lead_id, version, created_at, founding_id, personal) VALUES (8, 1, now(), '', '')");
  CHECK(ask(dsn, "SELECT lead_id FROM activity_log WHERE record_json LIKE '%\"m7\"%'") == "8");
}

TEST_CASE("pg activities: closed parts are asked through their indexes") {
  House house;
  const std::string& dsn = house.database.dsn();
  house.append(0, 3'000);
  maintain_activities(dsn, {1'000'000'000, 1});
  live::Rival rival(dsn);
  rival.run("SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan");
  rival.run("PREPARE p(uuid[]) AS SELECT record FROM activities WHERE message = ANY ($1)");
  rival.run("CREATE TEMP TABLE plans (line text)");
  rival.run(
      "DO $$ DECLARE line text; BEGIN FOR line IN EXECUTE 'EXPLAIN EXECUTE p(''{}'')' LOOP INSERT INTO plans VALUES "
      "(line); END LOOP; END $$");
  CHECK(rival.run("SELECT count(*) FROM plans WHERE line LIKE '%activities_000001_message%'") != "0");
  CHECK(rival.run("SELECT count(*) FROM plans WHERE line LIKE '%Seq Scan on activities_000001%'") == "0");
}

TEST_CASE("pg activities: upkeep does not disturb a batch that still writes to the closed part") {
  House house;
  const std::string& dsn = house.database.dsn();
  house.append(0, 100);
  house.session.begin(flow::LockMode::none);
  house.activities.append(std::vector{row_of(100, 1)});
  std::thread upkeep([&] { CHECK(maintain_activities(dsn, {1'000'000'000, 20'000}).size() == 2); });
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  // Building the index waits for this batch, and takes its rows in.
  CHECK(ask(dsn, "SELECT max(part) FROM activity_parts") == "2");
  house.activities.append(std::vector{row_of(101, 1)});
  REQUIRE(house.session.commit());
  upkeep.join();
  CHECK(house.activities.find_by_message(std::vector{message_of(100), message_of(101)}).size() == 2);
  house.append(102, 103);
  CHECK(house.parts().ends_with("activities_000002:2"));
}

TEST_CASE("pg activities: upkeep is one's at a time") {
  House house;
  house.append(0, 100);
  live::Rival rival(house.database.dsn());
  rival.run("BEGIN");
  CHECK(rival.run("SELECT activities_maintain(1000000000, 1)") == "opened part 2");
  CHECK(maintain_activities(house.database.dsn(), {1'000'000'000, 1}).empty());
  rival.run("COMMIT");
  CHECK(maintain_activities(house.database.dsn(), {1'000'000'000, 1}).size() == 1);
}

TEST_CASE("pg activities: erasing reaches closed and open parts, and nobody else") {
  House house;
  house.append(0, 100);
  maintain_activities(house.database.dsn(), {1'000'000'000, 1});
  house.append(100, 200);
  house.session.begin(flow::LockMode::none);
  house.activities.erase_personal(std::vector<LeadId>{{3}, {4}});
  REQUIRE(house.session.commit());
  CHECK(ask(house.database.dsn(),
            "SELECT count(*) FROM activities WHERE record::text LIKE '%' || encode('secret', 'hex') || '%'") == "160");
  CHECK(ask(house.database.dsn(), "SELECT count(*) FROM activities WHERE lead_id IN (3, 4)") == "40");
  for (const ActivityRow& row : house.activities.of_leads(std::vector<LeadId>{{3}}, 100))
    CHECK(row.record.find("secret") == std::string::npos);
}

TEST_CASE("pg activities: names that PostgreSQL cannot store do not stop a batch") {
  House house;
  ActivityRow row = row_of(1, 1);
  row.name = std::string("a\0b", 3);
  row.source = "\xFF";
  house.session.begin(flow::LockMode::none);
  house.activities.append(std::vector{row});
  REQUIRE(house.session.commit());
  const auto found = house.activities.find_by_message(std::vector{row.message});
  REQUIRE(found.size() == 1);
  CHECK(found[0].name ==
        "a\xEF\xBF\xBD"
        "b");
}

}  // namespace
}  // namespace scoreline::pg
