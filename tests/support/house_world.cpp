#include "support/house_world.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>

#include "app/lead_report.hpp"
#include "base/hash.hpp"
#include "core/report_number.hpp"
#include "flow/stream_check.hpp"
#include "wire/lead_record.hpp"
#include "wire/rulebook_toml.hpp"

namespace scoreline::test::house {

using flow::Topic;

base::Instant at(const std::string& rfc3339) {
  return base::parse_rfc3339(rfc3339).value();  // no assertion: constants of tests are made before doctest is
}

namespace {

Fed tracking(const std::string& head, const std::string& message, const std::string& key, const std::string& ids,
             base::Instant time, const std::string& more) {
  return {Topic::tracking_events, key,
          fmt::format(R"({{{},"messageId":"{}",{},"receivedAt":"{}"{}{}}})", head, message, ids,
                      base::format_rfc3339(time), more.empty() ? "" : ",", more),
          time};
}

Fed erp(const std::string& number, const std::string& rest, base::Instant time) {
  const std::string when = base::format_rfc3339(time);
  return {Topic::erp_changes, "jtl:" + number,
          fmt::format(R"({{"source":"jtl","customer":"{}","timestamp":"{}","receivedAt":"{}",{}}})", number, when, when,
                      rest),
          time};
}

Fed crm(const std::string& key, const std::string& message, const std::string& rest, base::Instant time) {
  return {Topic::crm_events, key,
          fmt::format(R"({{"messageId":"{}","receivedAt":"{}",{}}})", message, base::format_rfc3339(time), rest), time};
}

/// Records of one stream once each, in order: what a reader applies.
std::vector<std::string> decisions(const std::vector<flow::StoredRecord>& log) {
  std::map<std::string, std::uint64_t, std::less<>> last_seq;
  std::vector<std::string> values;
  for (const flow::StoredRecord& record : log) {
    const flow::StreamPlace place{record.stream, record.seq};
    const flow::Arrival arrival = flow::judge(place, last_seq);
    CHECK(arrival != flow::Arrival::beyond_gap);
    if (arrival == flow::Arrival::apply && record.type == "scoreline.lead.tier_changed.v1")
      values.push_back(record.value);
  }
  return values;
}

std::string state_text(const std::string& bytes) {
  core::ScoreState state;
  REQUIRE(state.decode(bytes));
  std::string text = "tier " + state.tier;
  for (const core::Tallies* tallies : {&state.tallies, &state.staged}) {
    text += fmt::format(" | {}", tallies == &state.staged ? state.staged_version : 0);
    for (std::size_t i = 0; i < tallies->size(); ++i)
      for (const core::DayCount& count : tallies->entry(i).tally)
        text += fmt::format(" {:x}/{:x}/{}:{}", tallies->entry(i).match >> 48, count.value >> 48,
                            base::format_date(count.day), count.n);
  }
  return text + fmt::format(" fits {:x} {}", state.fits.fits, state.fits.holding.size());
}

}  // namespace

Fed page(const std::string& message, const std::string& key, const std::string& ids, base::Instant time,
         const std::string& more) {
  return tracking(R"("type":"page")", message, key, ids, time, more);
}

Fed track(const std::string& name, const std::string& message, const std::string& key, const std::string& ids,
          base::Instant time, const std::string& more) {
  return tracking(fmt::format(R"("type":"track","event":"{}")", name), message, key, ids, time, more);
}

Fed identify(const std::string& message, const std::string& key, const std::string& ids, base::Instant time,
             const std::string& traits) {
  return tracking(R"("type":"identify")", message, key, ids, time, R"("traits":)" + traits);
}

Fed retraction(const std::string& message, const std::string& of, base::Instant time) {
  return crm(of, message,
             fmt::format(R"("event":"activity.retracted","properties":{{"messageId":"{}","reason":"test"}})", of),
             time);
}

Fed erasure(const std::string& message, const std::string& user, base::Instant time) {
  return crm(user, message, fmt::format(R"("event":"lead.erased","userId":"{}")", user), time);
}

Fed erp_customer(const std::string& number, const std::string& email, int version, base::Instant time) {
  return erp(number,
             fmt::format(R"("kind":"customer","id":"{}","version":{},"data":{{"email":"{}"}})", number, version, email),
             time);
}

Fed erp_order(const std::string& number, const std::string& id, int version, bool cancelled, base::Instant time) {
  return erp(
      number,
      fmt::format(
          R"("kind":"order","id":"{}","version":{},"data":{{"number":"{}","placedOn":"{}","netCents":10000,"cancelled":{}}})",
          id, version, id, base::format_date(base::day_of(time)), cancelled),
      time);
}

std::string plain_book() {
  return R"(
[score]
max = 100000
[[rule]]
id = "page"
points = 1
on = "page"
[[rule]]
id = "form"
points = 100
on = "Form Submitted"
once_per = "properties.form"
decay = { factor = 0.5, every_days = 2 }
[[rule]]
id = "login"
points = 1000
on = "Login"
once_per = "day"
expires_after_days = 4
[[rule]]
id = "order"
points = 7
on = ["order.placed", "order.cancelled"]
[[fit]]
id = "chief"
points = 10000
when = { "traits.title" = "CEO" }
[[inactivity]]
id = "gone"
points = -500
days = 3
[[tier]]
id = "cold"
min = 0
[[tier]]
id = "warm"
min = 100
[[tier]]
id = "hot"
min = 1000
)";
}

std::shared_ptr<const core::RuleBook> book_of(const std::string& toml) {
  const wire::LoadedRuleBook loaded = wire::load_rulebook({{"book.toml", toml}});
  for (const wire::RuleBookProblem& problem : loaded.problems) FAIL(wire::to_text(problem));
  return loaded.book;
}

std::string to_text(const Outcomes& outcomes) {
  std::string text;
  for (const auto& [who, outcome] : outcomes)
    text += fmt::format("\n  {}: {} {} {}", who, outcome.score, outcome.tier, outcome.traits);
  return text;
}

World::World(std::int32_t partitions, const std::string& toml) : house(partitions, book_of(toml)), toml_(toml) {
  house.runner.backoff_us_min = 1'000;
  house.runner.poll_wait = std::chrono::milliseconds(0);
}

app::MemoryIdentityProcess& World::add_identity() {
  return *identity.emplace_back(std::make_unique<app::MemoryIdentityProcess>(house));
}

app::MemoryScoringProcess& World::add_scoring() {
  return *scoring.emplace_back(std::make_unique<app::MemoryScoringProcess>(house));
}

void World::start_simply() {
  add_identity().assign(house.all_lanes());
  add_scoring().assign(house.all_lanes());
}

void World::feed(const Fed& fed) { feed_into(base::partition_of(fed.key, house.partitions), fed); }

void World::feed(const std::vector<Fed>& all) {
  for (const Fed& fed : all) feed(fed);
}

void World::feed_into(std::int32_t partition, const Fed& fed) {
  flow::StoredRecord record;
  record.time = fed.time;
  record.key = fed.key;
  record.value = fed.value;
  record.write_key = "default";
  house.broker.append(fed.topic, partition, std::move(record));
}

void World::tick(base::Instant time) {
  const Fed fed = crm("", "tick", R"("event":"time.tick")", time);
  for (std::int32_t p = 0; p < house.partitions; ++p) feed_into(p, fed);
}

void World::store_book(std::uint64_t version, const std::string& toml) {
  flow::StoredRuleBook stored;
  stored.version = version;
  stored.files = {{"book.toml", toml}};
  house.database.rulebooks[version] = stored;
}

void World::announce(core::RecordKind kind, std::uint64_t version, base::Instant time,
                     const std::set<std::int32_t>& partitions) {
  core::LeadRecord record;
  record.kind = kind;
  record.version = version;
  for (const std::int32_t p : partitions.empty() ? house.all_lanes() : partitions) {
    flow::StoredRecord stored;
    stored.time = time;
    stored.value = wire::encode(record);
    house.broker.append(Topic::lead_activities, p, std::move(stored));
  }
}

bool World::ready(std::uint64_t version) const {
  for (const std::int32_t lane : house.all_lanes()) {
    const auto progress = house.database.progress.find({version, "scoring", lane});
    if (progress == house.database.progress.end() || !progress->second.ready) return false;
  }
  return true;
}

void World::settle() {
  std::vector<app::MemoryProcess*> all;
  for (auto& process : identity) all.push_back(process.get());
  for (auto& process : scoring) all.push_back(process.get());
  int quiet = 0;
  for (int round = 0; round < 20'000; ++round) {
    bool busy = false;
    for (app::MemoryProcess* process : all) busy = process->runner().step() || busy;
    for (app::MemoryProcess* process : all) busy = busy || !process->runner().trouble().empty();
    house.steady_us += busy ? 1'000 : 4 * base::kSecondUs;
    quiet = busy ? 0 : quiet + 1;
    if (quiet == 4) return;
  }
  FAIL("the house does not come to rest");
}

std::int32_t World::partition_of(core::LeadId lead) const { return flow::partition_of(lead, house.partitions); }

core::LeadId World::lead_of(const std::string& identifier) const {
  for (const auto& [id, row] : house.database.identities) {
    if (row.merged_into || row.erased) continue;
    const auto known = core::decode_identity(row.personal);
    REQUIRE(known.has_value());
    for (const core::Identifier& mine : known->identifiers)
      if (core::to_text(mine) == identifier) return id;
  }
  return {};
}

std::string World::key_in(std::int32_t partition, const std::string& stem) const {
  for (int i = 0;; ++i) {
    std::string key = stem + std::to_string(i);
    if (base::partition_of(key, house.partitions) == partition) return key;
  }
}

Outcomes World::outcomes(base::Day today, const std::string& toml) {
  app::LeadReporter reporter(book_of(toml.empty() ? toml_ : toml));
  Outcomes result;
  const auto& rows = house.database.leads["scoring"];
  for (const auto& [id, identity_row] : house.database.identities) {
    if (identity_row.merged_into || identity_row.erased) continue;
    const auto known = core::decode_identity(identity_row.personal);
    REQUIRE(known.has_value());
    const auto row = rows.find(id);
    const auto scored = reporter.score(row == rows.end() ? nullptr : &row->second, today);
    REQUIRE(scored.has_value());
    std::string who, traits;
    for (const std::string& identifier : app::sorted_identifiers(*known)) who += identifier + " ";
    std::map<std::string, std::string> seen;
    for (const core::Trait& trait : scored->state.traits.all()) seen[trait.key] = trait.json;
    for (const auto& [key, json] : seen)
      if (json != "null") traits += key + "=" + json + " ";
    result[who] = {core::report_number(scored->score.value), scored->tier, traits};
  }
  return result;
}

std::vector<std::string> World::tier_changes(std::int32_t partition) {
  return decisions(house.broker.log(Topic::lead_scores, partition));
}

// What a lane wrote to a partition, its readers have applied to the last.
void World::check_streams(const std::string& writer, std::int32_t lane) {
  const flow::LaneState& state = house.database.lanes[{writer, lane}].state;
  const std::string stream = writer + "/" + std::to_string(lane);
  for (const auto& [place, next] : state.next_seq) {
    if (place.first != Topic::lead_activities) continue;
    const auto& input = house.database.lanes[{"scoring", place.second}].state.inputs.at(0);
    const auto last = input.last_seq.find(stream);
    CHECK_MESSAGE((last == input.last_seq.end() ? 0 : last->second) == next - 1, stream, " into ", place.second);
  }
}

void World::check_at_rest() {
  for (const auto& [who, lane] : house.database.lanes) {
    CHECK_MESSAGE(lane.halted.empty(), who.first, "/", who.second, ": ", lane.halted);
    CHECK(lane.state.sweep.kind == flow::Sweep::Kind::none);
    check_streams(who.first, who.second);
  }
  for (const auto& [who, rows] : house.database.outbox) CHECK_MESSAGE(rows.empty(), who.first, "/", who.second);
  for (const auto& [consumer, leads] : house.database.held)
    for (const auto& [lead, records] : leads)
      CHECK_MESSAGE(records.empty(), consumer, " holds ", records.size(), " of ", lead.value);
  for (const auto& [lead, row] : house.database.leads["scoring"])
    CHECK_MESSAGE(!row.holding, "lead ", lead.value, " still waits");
  for (std::int32_t p = 0; p < house.partitions; ++p) {
    const auto read = house.database.lanes[{"scoring", p}].state.inputs.at(0).next_offset;
    CHECK(read == static_cast<std::int64_t>(house.broker.log(Topic::lead_activities, p).size()));
  }
}

void World::check_replay() {
  for (std::int32_t p = 0; p < house.partitions; ++p) {
    World alone(1, toml_);
    alone.house.scoring.lane.hands_over = false;
    alone.house.scoring.marks = false;
    alone.house.hash_key = house.hash_key;
    alone.house.database.rulebooks = house.database.rulebooks;
    for (const flow::StoredRecord& record : house.broker.log(Topic::lead_activities, p))
      alone.house.broker.append(Topic::lead_activities, 0, record);
    alone.add_scoring().assign({0});
    alone.scoring[0]->sink.forgets = {Topic::lead_activities};
    alone.settle();
    const auto& replayed = alone.house.database.leads["scoring"];
    for (const auto& [lead, row] : house.database.leads["scoring"]) {
      if (row.lane != p || row.forward_to || row.erased) continue;
      const auto found = replayed.find(lead);
      REQUIRE_MESSAGE(found != replayed.end(), "lead ", lead.value, " of partition ", p);
      CHECK_MESSAGE(found->second.state == row.state, "lead ", lead.value, " of partition ", p, ": ",
                    state_text(found->second.state), "\n live: ", state_text(row.state));
      CHECK_MESSAGE(found->second.personal == row.personal, "lead ", lead.value, " of partition ", p);
    }
    CHECK(alone.tier_changes(0) == tier_changes(p));
  }
}

Outcomes without_faults(const std::vector<Fed>& events, base::Instant until, const std::string& toml) {
  World world(1, toml);
  world.start_simply();
  world.feed(events);
  world.tick(until);
  world.settle();
  world.check_at_rest();
  return world.outcomes(base::day_of(until), toml);
}

}  // namespace scoreline::test::house
