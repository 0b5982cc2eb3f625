#include "pg/migration_file.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace scoreline::pg {
namespace {

TEST_CASE("pg migration file: sections, options, checksum") {
  const auto parsed =
      parse_migration("20260101120000_make_it.sql",
                      "-- what for\n-- migrate:up transaction:false\nCREATE x;\n-- why\n\n-- migrate:down\nDROP x;");
  REQUIRE(parsed.ok());
  CHECK(parsed->version == "20260101120000");
  CHECK(parsed->name == "make_it");
  CHECK(parsed->up.sql == "CREATE x;\n-- why\n\n");
  CHECK(!parsed->up.transaction);
  CHECK(parsed->down.sql == "DROP x;\n");
  CHECK(parsed->down.transaction);
  // sha256sum of "-- migrate:up\n-- migrate:down\n"
  CHECK(parse_migration("20260101120000_a.sql", "-- migrate:up\n-- migrate:down\n")->sha256 ==
        "977d3c152ca363a8cff9f63519c570a5fda51f0b2cfd559e1e414fb84978fe5a");
}

TEST_CASE("pg migration file: what is none is refused with its place") {
  const auto refused = [](std::string_view name, std::string_view text) {
    const auto parsed = parse_migration(name, text);
    return parsed.ok() ? std::string("taken") : parsed.error().code + " " + parsed.error().where;
  };
  constexpr const char* kGood = "-- migrate:up\n-- migrate:down\n";
  CHECK(refused("20260101120000_a.sql", kGood) == "taken");
  for (const char* name : {"", ".sql", "a.sql", "2026_a.sql", "20260101120000.sql", "20260101120000_.sql",
                           "20260101120000-a.sql", "2026010112000x_a.sql", "20260101120000_a.txt"})
    CHECK(refused(name, kGood) == std::string("invalid_name ") + name);
  CHECK(refused("20260101120000_a.sql", "SELECT 1;") == "missing_section 20260101120000_a.sql");
  CHECK(refused("20260101120000_a.sql", "-- migrate:up\n") == "missing_section 20260101120000_a.sql");
  CHECK(refused("20260101120000_a.sql", "\n-- migrate:up transaction:no\n") == "unknown_option 20260101120000_a.sql:2");
}

TEST_CASE("pg migration file: the program's own are in order and can be taken back") {
  const auto& known = known_migrations();
  REQUIRE(known.size() >= 6);
  CHECK(std::is_sorted(known.begin(), known.end(),
                       [](const Migration& a, const Migration& b) { return a.version < b.version; }));
  for (const Migration& migration : known) CHECK(migration.down.sql.find_first_not_of(" \n") != std::string::npos);
}

}  // namespace
}  // namespace scoreline::pg
