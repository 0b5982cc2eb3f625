// Every consumer's rows per lead have one shape, which one reader and writer knows.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/errors.hpp"
#include "pg/lead_rows.hpp"
#include "support/live_pg.hpp"

namespace scoreline::pg {
namespace {

using live::ask;

constexpr const char* kConsumers[] = {"scoring", "customers", "intent", "stages", "triggers", "sequences"};
constexpr const char* kHolding[] = {"scoring", "customers", "intent", "stages"};

std::string shape_of(const std::string& dsn, const std::string& consumer, const std::string& table) {
  return ask(
      dsn,
      fmt::format("SELECT (SELECT string_agg(concat_ws(' ', attname, atttypid::regtype, attnotnull, attstorage), ', '"
                  "          ORDER BY attnum) FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0)"
                  "  || ' with ' || coalesce(array_to_string(reloptions, ' '), '') || ' indexes '"
                  "  || (SELECT string_agg(replace(indexdef, '{0}', 'x'), ', ' ORDER BY indexdef)"
                  "        FROM pg_indexes WHERE tablename = c.relname)"
                  "  FROM pg_class c WHERE oid = '{0}_{1}'::regclass",
                  consumer, table));
}

TEST_CASE("pg lead tables: all have the shape of scoring's") {
  const std::string& dsn = live::fresh_tables();
  REQUIRE(shape_of(dsn, "scoring", "leads").find("fillfactor=60") != std::string::npos);
  for (const char* consumer : kConsumers) CHECK(shape_of(dsn, consumer, "leads") == shape_of(dsn, "scoring", "leads"));
  for (const char* consumer : kHolding) CHECK(shape_of(dsn, consumer, "held") == shape_of(dsn, "scoring", "held"));
  CHECK(ask(dsn, "SELECT to_regclass('triggers_held') IS NULL AND to_regclass('sequences_held') IS NULL") == "t");
}

TEST_CASE("pg lead tables: no consumer sees another one's rows") {
  const std::string& dsn = live::fresh_tables();
  std::int32_t lane = 0;
  for (const char* consumer : kConsumers) {
    PgSession session({dsn, "scoreline test", "host:1"});
    PgLeads leads(session, consumer);
    flow::LeadRow row;
    row.lead = {7};
    row.lane = ++lane;
    row.state = consumer;
    CHECK(leads.load(std::vector<LeadId>{{7}}).empty());
    session.begin(flow::LockMode::none);
    leads.save(std::vector{row});
    REQUIRE(session.commit());
    REQUIRE(leads.load(std::vector<LeadId>{{7}}).size() == 1);
    CHECK(leads.load(std::vector<LeadId>{{7}})[0].state == consumer);
  }
  for (const char* consumer : kHolding) {
    PgSession session({dsn, "scoreline test", "host:1"});
    PgHeld held(session, consumer);
    CHECK(held.load(std::vector<LeadId>{{7}}).empty());
    session.begin(flow::LockMode::none);
    held.append(std::vector<flow::HeldRecord>{{{7}, 1, 0, {1}, consumer}});
    REQUIRE(session.commit());
    CHECK(held.load(std::vector<LeadId>{{7}})[0].value == consumer);
  }
}

TEST_CASE("pg lead tables: every column is explained, by the right consumer") {
  const std::string& dsn = live::fresh_tables();
  CHECK(
      ask(dsn,
          "SELECT string_agg(relname || '.' || attname, ' ') FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
          " WHERE relnamespace = 'public'::regnamespace AND attnum > 0 AND relkind = 'r'"
          "   AND (relname ~ '^(customers|intent|stages|triggers|sequences)_leads$' AND attname <> 'lead_id'"
          "     OR relname IN ('deals', 'firings', 'actions', 'enrolments', 'email_queue')"
          "     OR relname = 'consumer_starts' AND attname <> 'consumer')"
          "   AND col_description(c.oid, attnum) IS NULL") == "");
  CHECK(
      ask(dsn,
          "SELECT string_agg(relname || '.' || attname, ' ') FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
          " WHERE relnamespace = 'public'::regnamespace AND relname NOT LIKE 'scoring%'"
          "   AND col_description(c.oid, attnum) LIKE '%scoring%'") == "");
  CHECK(ask(dsn, "SELECT col_description('stages_leads'::regclass, 6)") ==
        "Records of it wait in stages_held for a merge.");
  CHECK(ask(dsn, "SELECT col_description('triggers_leads'::regclass, 6)") == "Always false: nothing waits here.");
}

}  // namespace
}  // namespace scoreline::pg
