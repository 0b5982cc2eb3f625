/// Interleaving 29: midnights.
#include <doctest/doctest.h>

#include <fmt/format.h>

#include "support/house_world.hpp"

using namespace scoreline;
using namespace scoreline::test::house;

namespace {

std::vector<Fed> across_midnights() {
  const std::string u = R"("userId":"u")", v = R"("userId":"v")";
  const auto form = [&](const char* message, const char* who, const std::string& ids, const char* when) {
    return track("Form Submitted", message, who, ids, at(when), R"("properties":{"form":"a"})");
  };
  return {form("f1", "u", u, "2026-03-01T23:59:58Z"),
          form("f2", "v", v, "2026-03-01T23:59:59Z"),
          page("p1", "u", u, at("2026-03-02T00:00:00Z")),
          page("p2", "v", v, at("2026-03-06T12:00:00Z")),
          page("p3", "u", u, at("2026-03-05T12:00:00Z")),  // its log time lies before the last one
          track("Login", "l1", "u", u, at("2026-03-06T12:00:01Z")),
          page("p4", "u", u, at("2026-03-09T00:00:00.000001Z"))};
}

}  // namespace

TEST_CASE(
    "29: midnights between two records of one batch, several at once, and a record whose log time lies before the last "
    "one") {
  const base::Instant end = at("2026-03-12T00:00:00Z");
  std::vector<std::string> first_changes;
  for (const std::size_t records : {1, 2, 3, 100})
    for (const std::size_t leads : {1, 2, 100}) {
      World world(1);
      world.house.runner.batch_records = world.house.runner.lane_records = records;
      world.house.sweep_leads = leads;
      world.start_simply();
      world.feed(across_midnights());
      world.tick(end);
      world.settle();
      world.check_at_rest();
      world.check_replay();
      CHECK(world.outcomes(base::day_of(end)) == without_faults(across_midnights(), end));
      const auto changes = world.tier_changes(0);
      if (first_changes.empty()) first_changes = changes;
      CHECK(changes == first_changes);
    }
  // Forms make both warm; on 3 March they are worth half. A login is worth 1000 for four days; at the midnight of 9
  // March three days without a sign of life cost 500 until a page, a microsecond later, takes them back.
  std::string tiers;
  for (const std::string& change : first_changes)
    for (const char* to : {"warm", "cold", "hot"})
      if (change.find(fmt::format(R"("to":"{}")", to)) != std::string::npos) tiers += std::string(to) + " ";
  CHECK(tiers == "warm warm cold cold hot warm hot cold ");
}
