#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "base/errors.hpp"
#include "conformance/houses.hpp"
#include "wire/lead_record.hpp"

namespace scoreline {
namespace {

using base::Conflict;
using base::Hash128;
using base::Instant;
using core::LeadId;
using flow::ActivityRow;
using flow::IdentifierRow;
using flow::IdentityLead;
using Move = flow::IdentifierTable::Move;

constexpr Instant kAt{1'700'000'000'000'123};

// The first bit set, too: their order must be the same everywhere.
Hash128 hash_of(std::uint64_t n) { return {n * 0x9E3779B97F4A7C15ULL, ~n}; }

std::vector<Hash128> hashes_of(std::vector<std::uint64_t> numbers) {
  std::vector<Hash128> hashes;
  for (const std::uint64_t n : numbers) hashes.push_back(hash_of(n));
  std::sort(hashes.begin(), hashes.end());
  return hashes;
}

IdentityLead lead_of(std::uint64_t id) { return {{id}, 0, {}, false, kAt, "00ff", std::string("\0who\xFF", 5)}; }

TEST_CASE_TEMPLATE("conformance: lead ids ascend and are never given twice", House, SCORELINE_HOUSES) {
  House house;
  auto one = house.process();
  auto two = house.process();
  std::set<LeadId> seen;
  for (int round = 0; round < 3; ++round)
    for (auto* process : {one.get(), two.get()}) {
      process->session.begin(flow::LockMode::none);
      const auto ids = process->identity_leads.next_ids(7);
      process->session.rollback();
      REQUIRE(ids.size() == 7);
      CHECK(ids[0].value >= 1);
      CHECK(std::is_sorted(ids.begin(), ids.end()));
      for (const LeadId id : ids) CHECK(seen.insert(id).second);
    }
}

TEST_CASE_TEMPLATE("conformance: leads are changed by version", House, SCORELINE_HOUSES) {
  House house;
  auto one = house.process();
  auto two = house.process();
  one->in_transaction([&] { one->identity_leads.insert(std::vector{lead_of(1), lead_of(2), lead_of(3)}); });
  auto leads = two->identity_leads.load(std::vector<LeadId>{{1}, {3}, {4}});
  REQUIRE(leads.size() == 2);
  CHECK(leads[0].version == 1);
  CHECK(leads[0].created_at == kAt);
  CHECK(leads[0].founding_id == "00ff");
  CHECK(leads[0].personal == lead_of(1).personal);
  CHECK(!leads[0].merged_into);
  auto stale = leads;
  leads[0].merged_into = {3};
  leads[1].erased = true;
  leads[1].personal = "";
  two->in_transaction([&] { two->identity_leads.update(leads); });
  const auto now = one->identity_leads.load(std::vector<LeadId>{{1}, {3}});
  CHECK(now[0].version == 2);
  CHECK(now[0].merged_into == LeadId{3});
  CHECK(now[1].erased);
  CHECK(now[1].personal.empty());
  one->session.begin(flow::LockMode::shared);
  CHECK_THROWS_AS(one->identity_leads.update(stale), Conflict);
  one->session.rollback();
  CHECK(one->identity_leads.load(std::vector<LeadId>{{1}})[0].version == 2);
}

TEST_CASE_TEMPLATE("conformance: an identifier belongs to one lead", House, SCORELINE_HOUSES) {
  House house;
  auto process = house.process();
  const auto keys = hashes_of({1, 2, 3});
  process->in_transaction([&] {
    process->identifiers.insert(std::vector<IdentifierRow>{{keys[0], {10}}, {keys[1], {11}}, {keys[2], {10}}});
  });
  const auto found = process->identifiers.find(hashes_of({1, 2, 3, 4}));
  REQUIRE(found.size() == 3);
  for (const IdentifierRow& row : found) CHECK(row.lead.value == (row.hash == keys[1] ? 11 : 10));

  process->session.begin(flow::LockMode::none);
  CHECK_THROWS_AS(process->identifiers.insert(std::vector<IdentifierRow>{{keys[0], {12}}}), Conflict);
  process->session.rollback();
  process->session.begin(flow::LockMode::none);
  CHECK_THROWS_AS(process->identifiers.move(std::vector<Move>{{keys[1], {10}, {12}}}), Conflict);
  process->session.rollback();
  process->session.begin(flow::LockMode::none);
  CHECK_THROWS_AS(process->identifiers.move(std::vector<Move>{{hash_of(4), {10}, {}}}), Conflict);
  process->session.rollback();

  process->in_transaction([&] {
    process->identifiers.move(std::vector<Move>{{keys[0], {10}, {11}}, {keys[2], {10}, {}}});
  });
  const auto now = process->identifiers.find(keys);
  REQUIRE(now.size() == 2);
  CHECK(now[0].lead == LeadId{11});
  CHECK(now[1].lead == LeadId{11});
}

std::string record_with_secrets(std::uint64_t lead) {
  core::LeadRecord record;
  record.lead = {lead};
  record.activity.name = "page";
  record.activity.type = "page";
  record.activity.source = "web";
  record.activity.message_id = "m1";
  record.activity.record_key = "secret-key";
  record.activity.at = record.activity.received_at = kAt;
  record.activity.properties = R"({"card":"secret-card"})";
  record.activity.identifiers = {{core::IdentifierKind::email, "secret@example.com"}};
  return wire::encode(record);
}

TEST_CASE_TEMPLATE("conformance: activities are found by message and by lead", House, SCORELINE_HOUSES) {
  House house;
  auto process = house.process();
  std::vector<ActivityRow> rows;
  for (std::uint64_t n = 0; n < 50; ++n)
    rows.push_back({{1 + n % 5},
                    hash_of(n / 2),
                    {kAt.us + static_cast<std::int64_t>(n)},
                    {kAt.us - static_cast<std::int64_t>(n)},
                    n % 3 != 0,
                    "page",
                    "web",
                    "record " + std::to_string(n)});
  process->in_transaction([&] { process->activities.append(rows); });
  auto found = process->activities.find_by_message(hashes_of({3, 20, 99}));
  REQUIRE(found.size() == 4);
  CHECK(found[0].record == "record 6");
  CHECK(found[3].record == "record 41");
  CHECK(!found[0].counted);
  CHECK(found[1].counted);
  CHECK(found[1].lead == LeadId{3});
  CHECK(found[1].at == Instant{kAt.us - 7});
  CHECK(found[1].log_time == Instant{kAt.us + 7});
  CHECK(found[1].name == "page");
  CHECK(found[1].source == "web");
  CHECK(found[1].message == hash_of(3));
  found = process->activities.of_leads(std::vector<LeadId>{{1}, {2}}, 100);
  REQUIRE(found.size() == 20);
  CHECK(found.front().record == "record 46");
  CHECK(found.back().record == "record 0");
  found = process->activities.of_leads(std::vector<LeadId>{{1}, {2}}, 2);  // the youngest
  REQUIRE(found.size() == 2);
  CHECK(found[0].record == "record 1");
}

TEST_CASE_TEMPLATE("conformance: erasing takes what is personal out of every activity of a lead", House,
                   SCORELINE_HOUSES) {
  House house;
  auto process = house.process();
  std::vector<ActivityRow> rows;
  for (std::uint64_t n = 0; n < 6; ++n)
    rows.push_back({{1 + n % 2}, hash_of(n), kAt, kAt, true, "page", "web", record_with_secrets(1 + n % 2)});
  process->in_transaction([&] { process->activities.append(rows); });
  process->in_transaction([&] { process->activities.erase_personal(std::vector<LeadId>{{1}}); });
  for (const ActivityRow& row : process->activities.of_leads(std::vector<LeadId>{{1}}, 10)) {
    CHECK(row.record.find("secret") == std::string::npos);
    const auto record = wire::decode_lead_record(row.record);
    REQUIRE(record.ok());
    CHECK(record->activity.name == "page");
    CHECK(record->activity.message_id == "m1");
  }
  const auto others = process->activities.of_leads(std::vector<LeadId>{{2}}, 10);
  REQUIRE(others.size() == 3);
  for (const ActivityRow& row : others) CHECK(row.record == record_with_secrets(2));
}

TEST_CASE_TEMPLATE("conformance: retractions are remembered once and for all", House, SCORELINE_HOUSES) {
  House house;
  auto process = house.process();
  process->in_transaction([&] { process->retractions.remember(hashes_of({5, 1})); });
  process->in_transaction([&] { process->retractions.remember(hashes_of({5, 9})); });
  CHECK(process->retractions.find(hashes_of({1, 2, 5, 9})) == hashes_of({1, 5, 9}));
}

TEST_CASE_TEMPLATE("conformance: documents keep their last version", House, SCORELINE_HOUSES) {
  House house;
  auto process = house.process();
  process->in_transaction([&] {
    process->documents.save(std::vector<flow::DocumentRow>{{hash_of(1), 5, false}, {hash_of(2), -1, false}});
  });
  process->in_transaction([&] {
    process->documents.save(std::vector<flow::DocumentRow>{{hash_of(1), INT64_MAX, true}});
  });
  for (const flow::DocumentRow& row : process->documents.load(hashes_of({1, 2, 3}))) {
    CHECK(row.version == (row.document == hash_of(1) ? INT64_MAX : -1));
    CHECK(row.cancelled == (row.document == hash_of(1)));
  }
  CHECK(process->documents.load(hashes_of({1, 2, 3})).size() == 2);
}

std::string packed_ids(char first, std::size_t count) {
  std::string packed;
  for (std::size_t i = 0; i < count; ++i)
    packed += std::string(1, static_cast<char>(first + static_cast<char>(i))) + std::string(15, '\0');
  return packed;
}

TEST_CASE_TEMPLATE("conformance: message ids move from the open segment into closed ones", House, SCORELINE_HOUSES) {
  House house;
  auto process = house.process();
  flow::MessageIdTable& table = process->message_ids;
  process->in_transaction([&] {
    table.append(4, 9, packed_ids('a', 2));
    table.append(5, 9, packed_ids('x', 1));
  });
  process->in_transaction([&] { table.append(4, 10, packed_ids('c', 1)); });
  CHECK(table.open(4).first == packed_ids('a', 3));
  CHECK(table.open(4).second.empty());
  const flow::IdSegment first{1, kAt, 3, std::string("\0filter\xFF", 8)}, second{2, {kAt.us + 10}, 2, "f2"};
  process->in_transaction([&] { table.close(4, first, packed_ids('a', 3), base::kNever); });
  process->in_transaction([&] { table.append(4, 11, packed_ids('d', 2)); });
  process->in_transaction([&] {
    table.close(4, second, packed_ids('d', 2), base::kNever);
    table.append(4, 12, packed_ids('f', 1));
  });
  const auto [open, closed] = table.open(4);
  CHECK(open == packed_ids('f', 1));
  REQUIRE(closed.size() == 2);
  CHECK(closed[0].number == 1);
  CHECK(closed[0].last_at == kAt);
  CHECK(closed[0].count == 3);
  CHECK(closed[0].filter == first.filter);
  CHECK(closed[1].number == 2);
  using Slice = flow::MessageIdTable::Slice;
  const auto slices =
      table.read(4, std::vector<Slice>{{2, 16, 16}, {1, 0, 32}, {1, 16, 1'000}, {7, 0, 16}, {1, 480, 16}});
  REQUIRE(slices.size() == 5);
  CHECK(slices[0] == packed_ids('e', 1));
  CHECK(slices[1] == packed_ids('a', 2));
  CHECK(slices[2] == packed_ids('b', 2));
  CHECK(slices[3].empty());
  CHECK(slices[4].empty());
  process->in_transaction([&] {
    table.close(4, {3, {kAt.us + 20}, 1, "f3"}, packed_ids('f', 1), Instant{kAt.us + 5});
  });
  const auto kept = table.open(4).second;
  REQUIRE(kept.size() == 2);
  CHECK(kept[0].number == 2);
  CHECK(table.open(5).first == packed_ids('x', 1));
}

TEST_CASE_TEMPLATE("conformance: rule books are loaded as they were stored", House, SCORELINE_HOUSES) {
  House house;
  auto process = house.process();
  flow::StoredRuleBook book;
  book.sha256 = std::string(64, 'a');
  book.author = "Ann";
  book.note = "first \"try\"";
  book.files = {{"10-score.toml", "[score]\nmin = 0\t# \"quoted\" {a,b} \\ ä\n"},
                {"20-tiers.toml", ""},
                {"templates/a.html", "NULL"}};
  const std::uint64_t version = house.store(book);
  const auto loaded = process->rulebooks.load(version);
  REQUIRE(loaded.has_value());
  CHECK(loaded->version == version);
  CHECK(loaded->sha256 == book.sha256);
  CHECK(loaded->author == book.author);
  CHECK(loaded->note == book.note);
  CHECK(loaded->files == book.files);
  CHECK(loaded->state == flow::StoredRuleBook::State::draft);
  CHECK(!process->rulebooks.load(version + 1));
  process->in_transaction([&] { process->rulebooks.note_progress(version, {"scoring", 3, 10, 10, true}); });
  process->rulebooks.note_progress(version, {"scoring", 3, 5, 10, false});
}

}  // namespace
}  // namespace scoreline
