#include <doctest/doctest.h>

#include <numeric>

#include "conformance/houses.hpp"

namespace scoreline {
namespace {

using base::Day;
using core::LeadId;
using flow::HeldRecord;
using flow::LeadRow;

LeadRow row_of(std::uint64_t lead, std::int32_t lane, std::optional<Day> wake_on = {}) {
  LeadRow row;
  row.lead = {lead};
  row.lane = lane;
  row.state = "state " + std::to_string(lead);
  row.wake_on = wake_on;
  return row;
}

template <typename Process>
void save(Process& process, const std::vector<LeadRow>& rows) {
  process.in_transaction([&] { process.leads.save(rows); });
}

template <typename Process>
LeadRow load(Process& process, std::uint64_t lead) {
  const auto rows = process.leads.load(std::vector<LeadId>{{lead}});
  REQUIRE(rows.size() == 1);
  return rows[0];
}

std::vector<std::uint64_t> ids(const std::vector<LeadRow>& rows) {
  std::vector<std::uint64_t> ids;
  for (const LeadRow& row : rows) ids.push_back(row.lead.value);
  return ids;
}

TEST_CASE_TEMPLATE("conformance: rows of leads come back as they were saved, in order of lead", House,
                   SCORELINE_HOUSES) {
  House house;
  auto process = house.process();
  LeadRow full = row_of(12, 3, Day{20'000});
  full.state = std::string("\0\xFF\xFE", 3) + std::string(20'000, 'x');  // beyond a page, and no text
  full.personal = std::string("\xC3\0", 2);
  full.flow = "flow";
  full.forward_to = {4};
  full.erased = true;
  full.holding = true;
  save(*process, {row_of(5, 3), full, row_of(90, 4, Day{-1})});
  const auto rows = process->leads.load(std::vector<LeadId>{{5}, {6}, {12}, {90}, {91}});
  REQUIRE(ids(rows) == std::vector<std::uint64_t>{5, 12, 90});
  CHECK(rows[0].state == "state 5");
  CHECK(!rows[0].wake_on);
  CHECK(!rows[0].forward_to);
  CHECK(!rows[0].erased);
  CHECK(rows[1].state == full.state);
  CHECK(rows[1].personal == full.personal);
  CHECK(rows[1].flow == "flow");
  CHECK(rows[1].forward_to == LeadId{4});
  CHECK(rows[1].erased);
  CHECK(rows[1].holding);
  CHECK(rows[1].lane == 3);
  CHECK(rows[1].wake_on == Day{20'000});
  CHECK(rows[2].wake_on == Day{-1});
  full.forward_to = {};
  full.state = "short";
  save(*process, {full});
  CHECK(!load(*process, 12).forward_to);
  CHECK(load(*process, 12).state == "short");
}

TEST_CASE_TEMPLATE("conformance: wake_on becomes earlier, and later only where it is rewritten", House,
                   SCORELINE_HOUSES) {
  House house;
  auto process = house.process();
  const auto saved = [&](std::optional<Day> wake_on, bool rewrite) {
    LeadRow row = row_of(7, 1, wake_on);
    row.rewrite_wake = rewrite;
    save(*process, {row});
    return load(*process, 7).wake_on;
  };
  CHECK(saved(Day{100}, false) == Day{100});
  CHECK(saved(Day{120}, false) == Day{100});
  CHECK(saved(std::nullopt, false) == Day{100});
  CHECK(saved(Day{90}, false) == Day{90});
  CHECK(saved(Day{95}, true) == Day{95});
  CHECK(saved(std::nullopt, true) == std::nullopt);
  CHECK(saved(Day{300}, false) == Day{300});
}

TEST_CASE_TEMPLATE("conformance: rows are saved in the transaction that loaded them, new ones beside", House,
                   SCORELINE_HOUSES) {
  House house;
  auto process = house.process();
  LeadRow merged = row_of(2, 1, Day{50});
  merged.forward_to = {9};
  save(*process, {row_of(1, 1, Day{50}), merged, row_of(3, 1, Day{50}), row_of(4, 1)});
  process->in_transaction([&] {
    auto rows = process->leads.load(std::vector<LeadId>{{1}, {2}, {3}, {4}, {5}});
    REQUIRE(rows.size() == 4);
    rows[0].state = "one";
    rows[0].wake_on = Day{60};  // stays
    rows[1].state = "two";
    rows[1].forward_to = {};
    rows[2].state = "three";
    rows[2].wake_on = Day{60};
    rows[2].rewrite_wake = true;  // becomes later
    rows[3].flow = "flow";
    rows[3].erased = true;
    rows[3].wake_on = Day{40};
    rows.push_back(row_of(5, 1, Day{1}));
    process->leads.save(rows);
  });
  CHECK(load(*process, 1).state == "one");
  CHECK(load(*process, 1).wake_on == Day{50});
  CHECK(load(*process, 2).state == "two");
  CHECK(!load(*process, 2).forward_to);
  CHECK(load(*process, 3).state == "three");
  CHECK(load(*process, 3).wake_on == Day{60});
  CHECK(load(*process, 4).flow == "flow");
  CHECK(load(*process, 4).erased);
  CHECK(load(*process, 4).wake_on == Day{40});
  CHECK(load(*process, 5).wake_on == Day{1});
  // A sweep's chunk.
  process->in_transaction([&] {
    auto rows = process->leads.due(1, Day{60}, {0}, 2);
    REQUIRE(ids(rows) == std::vector<std::uint64_t>{1, 2});
    for (LeadRow& row : rows) {
      row.state += " swept";
      row.wake_on.reset();
      row.rewrite_wake = true;
    }
    process->leads.save(rows);
  });
  CHECK(load(*process, 1).state == "one swept");
  CHECK(!load(*process, 1).wake_on);
  CHECK(load(*process, 2).state == "two swept");
}

TEST_CASE_TEMPLATE("conformance: due leads come in order of id, in chunks, of one lane", House, SCORELINE_HOUSES) {
  House house;
  auto process = house.process();
  CHECK(!process->leads.next_wake(1));
  std::vector<LeadRow> rows;
  for (std::uint64_t lead = 1; lead <= 20; ++lead)
    rows.push_back(row_of(lead, static_cast<std::int32_t>(lead % 2), Day{100 - static_cast<std::int32_t>(lead)}));
  rows[2].wake_on.reset();   // lead 3
  rows[4].forward_to = {6};  // lead 5
  rows[6].erased = true;     // lead 7
  save(*process, rows);
  CHECK(ids(process->leads.due(1, Day{91}, {0}, 100)) == std::vector<std::uint64_t>{9, 11, 13, 15, 17, 19});
  CHECK(ids(process->leads.due(1, Day{91}, {11}, 2)) == std::vector<std::uint64_t>{13, 15});
  CHECK(process->leads.due(1, Day{80}, {0}, 5).empty());
  CHECK(process->leads.due(2, Day{1000}, {0}, 5).empty());
  CHECK(process->leads.next_wake(1) == Day{81});
  CHECK(process->leads.next_wake(0) == Day{80});
  // No day: all that are neither merged away nor erased, asleep or not.
  CHECK(ids(process->leads.due(1, std::nullopt, {0}, 4)) == std::vector<std::uint64_t>{1, 3, 9, 11});
  CHECK(ids(process->leads.due(1, std::nullopt, {15}, 4)) == std::vector<std::uint64_t>{17, 19});
}

TEST_CASE_TEMPLATE("conformance: five thousand leads are saved and loaded at once", House, SCORELINE_HOUSES) {
  House house;
  auto process = house.process();
  std::vector<LeadRow> rows;
  std::vector<LeadId> leads;
  for (std::uint64_t lead = 1; lead <= 5'000; ++lead) {
    rows.push_back(row_of(lead * 3, 1, Day{1}));
    leads.push_back({lead * 3});
  }
  save(*process, rows);
  for (LeadRow& row : rows) row.state += "!";
  save(*process, rows);
  const auto loaded = process->leads.load(leads);
  REQUIRE(loaded.size() == 5'000);
  bool same = true;
  for (std::size_t i = 0; i < rows.size(); ++i)
    same = same && loaded[i].lead == leads[i] && loaded[i].state == rows[i].state;
  CHECK(same);
}

TEST_CASE_TEMPLATE("conformance: held records come in order and go by lead", House, SCORELINE_HOUSES) {
  House house;
  auto process = house.process();
  const base::Instant at{1'700'000'000'000'000};
  process->in_transaction([&] {
    process->held.append(
        std::vector<HeldRecord>{{{1}, 5, 0, at, "a"}, {{1}, 5, 1, at, std::string("\0b", 2)}, {{1}, 9, 0, at, "c"}});
    process->held.append(std::vector<HeldRecord>{{{2}, 6, 0, at, "d"}});
  });
  auto records = process->held.load(std::vector<LeadId>{{1}, {2}, {3}});
  REQUIRE(records.size() == 4);
  CHECK(records[1].value == std::string("\0b", 2));
  CHECK(records[1].n == 1);
  CHECK(records[1].log_time == at);
  CHECK(records[2].offset == 9);
  CHECK(records[3].lead == LeadId{2});
  // What is rewritten is removed and appended in one transaction.
  process->in_transaction([&] {
    process->held.remove(std::vector<LeadId>{{1}});
    process->held.append(std::vector<HeldRecord>{{{1}, 9, 0, at, "c"}});
  });
  CHECK(process->held.load(std::vector<LeadId>{{1}}).size() == 1);
  CHECK(process->held.load(std::vector<LeadId>{{2}}).size() == 1);
}

}  // namespace
}  // namespace scoreline
