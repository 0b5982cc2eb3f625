#include "core/rule_sum.hpp"

#include <doctest/doctest.h>

#include "support/score_book.hpp"

using namespace scoreline;
using core::Bucket;
using core::OncePer;

namespace {

/// "day:n day:n" of what counts.
std::string counted(const core::Rule& rule, const core::Tallies& tallies) {
  std::vector<Bucket> buckets;
  core::buckets_of(rule, tallies.of(1), buckets);
  std::string out;
  for (const Bucket& bucket : buckets) out += (out.empty() ? "" : " ") + std::to_string(bucket.day.n) + ":" + std::to_string(bucket.n);
  return out;
}

core::Tallies plain(std::initializer_list<std::pair<int, int>> days) {
  core::Tallies out;
  for (const auto& [day, n] : days) out.add(1, 0, base::Day{day}, n);
  return out;
}

}  // namespace

TEST_CASE("once per lead counts the earliest day, once") {
  const auto rule = test::rule("r", 1, 0, OncePer::lead);
  CHECK(counted(rule, plain({{5, 3}, {2, 2}})) == "2:1");
  CHECK(counted(rule, plain({{5, 3}, {2, -1}})) == "5:1");
  CHECK(counted(rule, plain({})) == "");
}

TEST_CASE("once per day, and limits per day") {
  auto rule = test::rule("r", 1, 0, OncePer::day);
  CHECK(counted(rule, plain({{2, 4}, {5, 1}})) == "2:1 5:1");
  rule.min_per_day = 3;
  CHECK(counted(rule, plain({{1, 2}, {2, 3}, {5, 4}})) == "2:1 5:1");
  rule.once_per = OncePer::event;
  CHECK(counted(rule, plain({{1, 2}, {2, 3}, {5, 4}})) == "2:3 5:4");
  rule.max_per_day = 2;
  CHECK(counted(rule, plain({{1, 2}, {2, 3}, {5, 4}})) == "2:2 5:2");
}

TEST_CASE("each value counts on its earliest day, then the limit per day") {
  core::Tallies tallies;
  tallies.add(1, 11, base::Day{3}, 2);
  tallies.add(1, 11, base::Day{5}, 1);
  tallies.add(1, 22, base::Day{3}, 1);
  tallies.add(1, 33, base::Day{1}, -1);
  tallies.add(1, 33, base::Day{3}, 1);
  tallies.add(1, 0, base::Day{2}, 1);
  auto rule = test::rule("r", 1, 0, OncePer::path);
  CHECK(counted(rule, tallies) == "2:1 3:3");
  rule.max_per_day = 2;
  CHECK(counted(rule, tallies) == "2:1 3:2");
}

TEST_CASE("a table finds the rules of a match, and only those") {
  core::RuleTable table;
  std::vector<core::Rule> rules(500);
  for (std::uint32_t i = 0; i < 500; ++i) table.add(i / 2 * 4096, {&rules[i], {}, 0, i});
  table.build();
  for (std::uint64_t match = 0; match < 250; ++match) {
    const auto found = table.find(match * 4096);
    REQUIRE(found.size() == 2);
    CHECK(found[0].index == match * 2);
    CHECK(found[1].index == match * 2 + 1);
  }
  CHECK(table.find(1).empty());
  core::RuleTable empty;
  empty.build();
  CHECK(empty.find(0).empty());
}

TEST_CASE("an explanation shows what decay and limit took away") {
  auto rule = test::rule("r", 10, 0);
  rule.limit_x100 = 1500;
  const auto weight = core::WeightTable().make(test::step_decay(500'000, 10), std::nullopt);
  const auto tallies = plain({{0, 2}, {10, 1}});
  const auto explained = core::explain({&rule, weight, 0, 0}, tallies.of(1), base::Day{10});
  CHECK(explained.id == "r");
  CHECK(core::report_number(explained.raw) == "30.00");
  CHECK(core::report_number(explained.decayed) == "20.00");
  CHECK(core::report_number(explained.limited) == "15.00");
  REQUIRE(explained.rows.size() == 2);
  CHECK(explained.rows[0].weight == 500'000);
  CHECK(core::report_number(explained.rows[0].value) == "10.00");
}
