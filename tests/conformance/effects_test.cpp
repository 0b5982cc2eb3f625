#include <doctest/doctest.h>

#include "conformance/effect_lists.hpp"
#include "conformance/houses.hpp"

namespace scoreline {
namespace {

using conformance::actions_of;
using conformance::deals_of;
using conformance::flag;
using conformance::key_of;
using conformance::kMay;
using core::LeadId;
using flow::ActionRow;
using flow::DealRow;
using flow::FiringRow;
using Leads = std::vector<LeadId>;

// ------------------------------------------------------------------------------------------------------------- deals

DealRow deal_of(const std::string& id, std::uint64_t lead, const std::string& stage) {
  return {id, {lead}, static_cast<std::int32_t>(lead % 24), "sales", stage, true, false, {kMay}, {kMay + 5}};
}

TEST_CASE_TEMPLATE("conformance: deals stand as they were saved last, whoever had them before", House,
                   SCORELINE_HOUSES) {
  House house;
  auto process = house.process();
  process->in_transaction([&] {
    process->deals.save(std::vector{deal_of("d2", 7, "new"), deal_of("d1", 8, "new"), deal_of("d3", 9, "new")});
  });
  CHECK(deals_of(house) ==
        "d1 8 8 sales/new t f 1777593600000001 1777593600000006\n"
        "d2 7 7 sales/new t f 1777593600000001 1777593600000006\n"
        "d3 9 9 sales/new t f 1777593600000001 1777593600000006");
  DealRow merged = deal_of("d1", 7, "new");
  merged.open = false;
  merged.merged = true;
  DealRow moved = deal_of("d2", 7, "meeting");
  moved.moved_at = {kMay + 9};
  process->in_transaction([&] {
    process->deals.save(std::vector{moved, merged});
    process->deals.save(std::vector<DealRow>{});
  });
  CHECK(deals_of(house) ==
        "d1 7 7 sales/new f t 1777593600000001 1777593600000006\n"
        "d2 7 7 sales/meeting t f 1777593600000001 1777593600000010\n"
        "d3 9 9 sales/new t f 1777593600000001 1777593600000006");
}

TEST_CASE_TEMPLATE("conformance: a deal that moves twice in a batch stands where it went last", House,
                   SCORELINE_HOUSES) {
  House house;
  auto process = house.process();
  process->in_transaction([&] {
    process->deals.save(std::vector{deal_of("d1", 7, "new"), deal_of("d0", 7, "new"), deal_of("d1", 7, "meeting"),
                                    deal_of("d1", 7, "won")});
  });
  CHECK(deals_of(house) ==
        "d0 7 7 sales/new t f 1777593600000001 1777593600000006\n"
        "d1 7 7 sales/won t f 1777593600000001 1777593600000006");
}

TEST_CASE_TEMPLATE("conformance: deals of erased leads are gone, also those that came by a merge", House,
                   SCORELINE_HOUSES) {
  House house;
  auto process = house.process();
  process->in_transaction([&] {
    process->deals.save(std::vector{deal_of("d1", 7, "new"), deal_of("d2", 8, "new"), deal_of("d3", 9, "new")});
  });
  process->in_transaction([&] {
    process->deals.save(std::vector{deal_of("d2", 7, "new")});
    process->deals.remove(Leads{{7}, {8}, {99}});
    process->deals.remove(Leads{});
  });
  CHECK(deals_of(house) == "d3 9 9 sales/new t f 1777593600000001 1777593600000006");
  process->session.begin(flow::LockMode::none);
  process->deals.remove(Leads{{9}});
  process->deals.save(std::vector{deal_of("d4", 9, "new")});
  process->session.rollback();
  CHECK(deals_of(house) == "d3 9 9 sales/new t f 1777593600000001 1777593600000006");
}

// ----------------------------------------------------------------------------------------------------------- firings

FiringRow firing_of(int key, std::uint64_t lead, int cause) {
  FiringRow row;
  row.key = key_of(key);
  row.lead = {lead};
  row.lane = static_cast<std::int32_t>(lead % 24);
  row.trigger = "alert";
  row.cause_key = key_of(cause);
  row.occasion_text = "tier hot";
  row.at = {kMay};
  row.rulebook = 3;
  return row;
}

std::string shown(const FiringRow& row) {
  return fmt::format("{} {} {} {} {} {} '{}' {} [{}] {} {} {} {}", row.key, row.lead.value, row.lane, row.trigger,
                     row.cause_key, row.occasion, row.occasion_text, row.at.us, row.suppressed, flag(row.retracted),
                     row.rulebook, row.change_offset, row.n);
}

std::string shown(const std::vector<FiringRow>& rows) {
  std::string text;
  for (const FiringRow& row : rows) text += (text.empty() ? "" : "\n") + shown(row);
  return text;
}

// Key, lead and "retracted" of rows that are the same otherwise.
std::string short_of(const std::vector<FiringRow>& rows) {
  std::string text;
  for (const FiringRow& row : rows)
    text +=
        fmt::format("{}:{}{} ", std::stoi(row.key.substr(16), nullptr, 16), row.lead.value, row.retracted ? "r" : "");
  return text;
}

TEST_CASE_TEMPLATE("conformance: firings come back by key as they were saved", House, SCORELINE_HOUSES) {
  House house;
  auto process = house.process();
  FiringRow full = firing_of(5, 7, 50);
  full.key = "ffeeddccbbaa99887766554433221100";
  full.cause_key = "00112233445566778899aabbccddeeff";
  full.occasion = 4;
  full.occasion_text = "activity Größe 🙂 \"gefragt\"";
  full.suppressed = "cooldown";
  full.retracted = true;
  full.rulebook = 1ULL << 40;
  full.change_offset = 1LL << 41;
  full.n = 6;
  const FiringRow plain = firing_of(1, 9, 60);
  process->in_transaction([&] { process->firings.save(std::vector{full, plain}); });
  CHECK(shown(process->firings.find(std::vector{full.key, key_of(2), plain.key, full.key})) ==
        shown(std::vector{plain, full}));
  CHECK(process->firings.find(std::vector{key_of(2)}).empty());
  CHECK(process->firings.find(std::vector<std::string>{}).empty());
  process->session.begin(flow::LockMode::none);
  process->firings.save(std::vector{firing_of(2, 7, 50)});
  process->session.rollback();
  CHECK(process->firings.find(std::vector{key_of(2)}).empty());
}

TEST_CASE_TEMPLATE("conformance: a firing that is derived again keeps its outcome; it may change hands", House,
                   SCORELINE_HOUSES) {
  House house;
  auto process = house.process();
  FiringRow first = firing_of(1, 7, 50);
  FiringRow again = firing_of(1, 8, 51);
  again.trigger = "other";
  again.suppressed = "replay";
  again.occasion = 2;
  again.occasion_text = "other";
  again.at = {kMay + 77};
  again.rulebook = 9;
  again.change_offset = 99;
  again.n = 9;
  FiringRow expected = first;
  expected.lead = again.lead;
  expected.lane = again.lane;
  SUBCASE("in a later batch") {
    process->in_transaction([&] { process->firings.save(std::vector{first}); });
    process->in_transaction([&] { process->firings.save(std::vector{again}); });
  }
  SUBCASE("in the same one") {
    process->in_transaction([&] { process->firings.save(std::vector{first, firing_of(0, 7, 50), again}); });
  }
  CHECK(shown(process->firings.find(std::vector{first.key})) == shown(expected));
  CHECK(shown(process->firings.of_leads(Leads{{8}})) == shown(expected));
  CHECK(short_of(process->firings.of_leads(Leads{{7}})).find("1:") == std::string::npos);
}

TEST_CASE_TEMPLATE("conformance: a retraction of a firing stays", House, SCORELINE_HOUSES) {
  House house;
  auto process = house.process();
  const auto save = [&](bool retracted) {
    FiringRow row = firing_of(1, 7, 50);
    row.retracted = retracted;
    process->in_transaction([&] { process->firings.save(std::vector{row}); });
    return short_of(process->firings.of_leads(Leads{{7}}));
  };
  CHECK(save(false) == "1:7 ");
  CHECK(save(true) == "1:7r ");
  CHECK(save(false) == "1:7r ");
}

TEST_CASE_TEMPLATE("conformance: firings of leads come in the order in which they were decided", House,
                   SCORELINE_HOUSES) {
  House house;
  auto process = house.process();
  std::vector<FiringRow> rows;
  const auto add = [&](int key, std::uint64_t lead, std::int64_t at, std::int64_t offset, std::uint32_t n) {
    FiringRow& row = rows.emplace_back(firing_of(key, lead, 50));
    row.at = {at};
    row.change_offset = offset;
    row.n = n;
  };
  add(1, 7, 20, 5, 0);
  add(2, 8, 20, 4, 9);
  add(3, 7, 20, 4, 10);
  add(4, 7, 10, 6, 0);
  add(5, 9, 1, 1, 1);
  add(6, 8, -5, 70, 0);
  process->in_transaction([&] { process->firings.save(rows); });
  CHECK(short_of(process->firings.of_leads(Leads{{8}, {7}, {8}})) == "6:8 4:7 2:8 3:7 1:7 ");
  CHECK(process->firings.of_leads(Leads{}).empty());
}

TEST_CASE_TEMPLATE("conformance: a retracted cause marks its firings of that lead, and no others", House,
                   SCORELINE_HOUSES) {
  House house;
  auto process = house.process();
  FiringRow suppressed = firing_of(2, 7, 50);
  suppressed.suppressed = "cooldown";
  process->in_transaction([&] {
    process->firings.save(
        std::vector{firing_of(1, 7, 50), suppressed, firing_of(3, 7, 51), firing_of(4, 8, 50), firing_of(5, 8, 52)});
  });
  using Cause = std::pair<LeadId, std::string>;
  process->in_transaction([&] {
    process->firings.retract(std::vector<Cause>{{{7}, key_of(50)}, {{8}, key_of(52)}, {{9}, key_of(50)}});
    process->firings.retract(std::vector<Cause>{});
  });
  CHECK(short_of(process->firings.of_leads(Leads{{7}, {8}})) == "1:7r 2:7r 3:7 4:8 5:8r ");
  process->in_transaction([&] {
    process->firings.save(std::vector{firing_of(6, 8, 53)});
    process->firings.retract(std::vector<Cause>{{{8}, key_of(53)}, {{7}, key_of(50)}});
  });
  CHECK(short_of(process->firings.of_leads(Leads{{7}, {8}})) == "1:7r 2:7r 3:7 4:8 5:8r 6:8r ");
}

// ----------------------------------------------------------------------------------------------------------- actions

ActionRow action_of(int key, int firing, std::uint64_t lead, const std::string& kind = "slack.message") {
  ActionRow row;
  row.key = key_of(key);
  row.firing = key_of(firing);
  row.lead = {lead};
  row.lane = static_cast<std::int32_t>(lead % 24);
  row.trigger = "alert";
  row.number = 2;
  row.kind = kind;
  row.with_json = R"({"text":"{{ lead.name }}"})";
  row.due_at = {kMay};
  row.not_after = {kMay + 1};
  row.rulebook = 3;
  row.depth = 4;
  return row;
}

std::string action_line(const ActionRow& row, const std::string& reason_and_state) {
  return fmt::format("{} {} {} {} alert 2 {} {} 1777593600000001 1777593600000002 3 4 {}", row.key, row.firing,
                     row.lead.value, row.lane, row.kind, row.with_json, reason_and_state);
}

TEST_CASE_TEMPLATE("conformance: actions wait until somebody does them, but suppressed ones and enrolments", House,
                   SCORELINE_HOUSES) {
  House house;
  auto process = house.process();
  std::vector<ActionRow> rows{action_of(4, 1, 7), action_of(3, 1, 7), action_of(2, 1, 7, "sequence.enrol"),
                              action_of(1, 1, 7, "sequence.enrol")};
  rows[1].suppressed = "replay";
  rows[3].suppressed = "history";
  process->in_transaction([&] {
    process->actions.save(rows);
    process->actions.save(std::vector<ActionRow>{});
  });
  CHECK(actions_of(house) == action_line(rows[3], "[history] suppressed") + "\n" + action_line(rows[2], "[] done") +
                                 "\n" + action_line(rows[1], "[replay] suppressed") + "\n" +
                                 action_line(rows[0], "[] never_tried"));
}

TEST_CASE_TEMPLATE("conformance: an action that is there stays as it is", House, SCORELINE_HOUSES) {
  House house;
  auto process = house.process();
  const ActionRow first = action_of(1, 1, 7);
  ActionRow again = action_of(1, 2, 8, "webhook.post");
  again.trigger = "other";
  again.suppressed = "replay";
  again.due_at = again.not_after = {1};
  SUBCASE("in a later batch") {
    process->in_transaction([&] { process->actions.save(std::vector{first}); });
    process->in_transaction([&] { process->actions.save(std::vector{again}); });
  }
  SUBCASE("in the same one") {
    process->in_transaction([&] { process->actions.save(std::vector{first, again}); });
  }
  CHECK(actions_of(house) == action_line(first, "[] never_tried"));
}

TEST_CASE_TEMPLATE("conformance: what nobody has tried is cancelled, once, for these leads", House, SCORELINE_HOUSES) {
  House house;
  auto process = house.process();
  ActionRow suppressed = action_of(2, 1, 7);
  suppressed.suppressed = "cooldown";
  const ActionRow open = action_of(1, 1, 7), enrol = action_of(3, 1, 7, "sequence.enrol"), other = action_of(4, 2, 8);
  process->in_transaction([&] { process->actions.save(std::vector{open, suppressed, enrol, other}); });
  process->in_transaction([&] {
    process->actions.cancel(Leads{{7}, {9}}, "erased");
    process->actions.cancel(Leads{}, "nobody");
  });
  process->in_transaction([&] { process->actions.cancel(Leads{{7}}, "another reason"); });
  process->in_transaction([&] { process->actions.save(std::vector{open}); });
  CHECK(actions_of(house) == action_line(open, "[erased] cancelled") + "\n" +
                                 action_line(suppressed, "[cooldown] suppressed") + "\n" +
                                 action_line(enrol, "[] done") + "\n" + action_line(other, "[] never_tried"));
}

TEST_CASE_TEMPLATE("conformance: actions follow their firing to another lead, whatever came of them", House,
                   SCORELINE_HOUSES) {
  House house;
  auto process = house.process();
  std::vector<ActionRow> rows{action_of(1, 1, 7), action_of(2, 1, 7, "sequence.enrol"), action_of(3, 2, 7),
                              action_of(4, 1, 7)};
  rows[3].suppressed = "cooldown";
  process->in_transaction([&] {
    process->firings.save(std::vector{firing_of(1, 7, 50), firing_of(2, 7, 50)});
    process->actions.save(rows);
  });
  process->in_transaction([&] { process->firings.save(std::vector{firing_of(3, 30, 50), firing_of(1, 30, 50)}); });
  for (const std::size_t i : {0U, 1U, 3U}) {
    rows[i].lead = {30};
    rows[i].lane = 6;
  }
  const auto expected = [&] {
    return action_line(rows[0], "[] never_tried") + "\n" + action_line(rows[1], "[] done") + "\n" +
           action_line(rows[2], "[] never_tried") + "\n" + action_line(rows[3], "[cooldown] suppressed");
  };
  CHECK(actions_of(house) == expected());
  // On to the next one, and cancelled there.
  process->in_transaction([&] {
    process->firings.save(std::vector{firing_of(1, 31, 50)});
    process->actions.cancel(Leads{{30}}, "erased");
  });
  for (const std::size_t i : {0U, 1U, 3U}) {
    rows[i].lead = {31};
    rows[i].lane = 7;
  }
  CHECK(actions_of(house) == expected());
}

}  // namespace
}  // namespace scoreline
