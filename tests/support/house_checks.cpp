/// World: what must come out whatever happens.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>

#include "app/lead_report.hpp"
#include "core/report_number.hpp"
#include "core/stage_state.hpp"
#include "flow/stream_check.hpp"
#include "flow/topology.hpp"
#include "support/house_world.hpp"
#include "wire/json.hpp"

namespace scoreline::test::house {

using flow::Topic;

namespace {

constexpr std::string_view kMark = "scoreline.mark.v1", kPart = "scoreline.lead.part.v1",
                           kMerged = "scoreline.lead.merged.v1";

/// Records of one stream once each, in order: what a reader applies.
std::vector<flow::StoredRecord> applied_of(const std::vector<flow::StoredRecord>& log) {
  std::map<std::string, std::uint64_t, std::less<>> last_seq;
  std::vector<flow::StoredRecord> records;
  for (const flow::StoredRecord& record : log) {
    const flow::Arrival arrival = flow::judge({record.stream, record.seq}, last_seq);
    CHECK(arrival != flow::Arrival::beyond_gap);
    if (arrival == flow::Arrival::apply && record.type != kMark) records.push_back(record);
  }
  return records;
}

/// The members of a lead's report that depend on the order in which partitions meet, or the others.
std::string members_of(const std::string& report, bool decided) {
  std::string text;
  wire::json_members(report, [&](std::string_view key, std::string_view raw) {
    const bool by_order = key == "deals" || key == "firings" || key == "emails";
    const bool of_this_world = key == "lead" || key == "partition" || key == "traits" || key == "intents";
    if (by_order == decided && !of_this_world) text += fmt::format("{}={} ", key, raw);
    if (key != "intents") return;
    wire::json_members(raw, [&](std::string_view intent, std::string_view found) {
      wire::json_members(found, [&](std::string_view member, std::string_view value) {
        if ((member == "level") == decided) text += fmt::format("{}.{}={} ", intent, member, value);
      });
    });
  });
  return text;
}

flow::LeadRow row_of(flow::MemoryDatabase& database, const std::string& consumer, core::LeadId lead) {
  const auto& rows = database.leads[consumer];
  const auto row = rows.find(lead);
  return row == rows.end() ? flow::LeadRow{} : row->second;
}

std::string tallies_text(const core::Tallies& tallies) {
  std::string text;
  for (std::size_t i = 0; i < tallies.size(); ++i)
    for (const core::DayCount& count : tallies.entry(i).tally)
      text += fmt::format("{:x}/{:x}/{}:{} ", tallies.entry(i).match >> 48, count.value >> 48,
                          base::format_date(count.day), count.n);
  return text;
}

std::string traits_text(const core::TraitSet& traits) {
  std::map<std::string, std::string> seen;
  for (const core::Trait& trait : traits.all()) seen[trait.key] = trait.json;
  std::string text;
  for (const auto& [key, json] : seen)
    if (json != "null") text += key + "=" + json + " ";
  return text;
}

}  // namespace

std::string to_text(const Outcomes& outcomes) {
  std::string text;
  for (const auto& [who, outcome] : outcomes)
    text += fmt::format("\n  {}: {} {} {}\n    {}", who, outcome.score, outcome.tier, outcome.traits, outcome.found);
  return text;
}

std::string differences(const Outcomes& got, const Outcomes& want) {
  const auto without_common = [](Outcomes left, const Outcomes& others) {
    for (const auto& [who, outcome] : others)
      if (const auto same = left.find(who); same != left.end() && same->second == outcome) left.erase(same);
    return left;
  };
  return "\ngot" + to_text(without_common(got, want)) + "\nwant" + to_text(without_common(want, got));
}

Outcomes World::outcomes(base::Day today, const std::string& toml) {
  const auto book = book_of(toml.empty() ? toml_ : toml);
  app::LeadReporter reporter(book);
  Outcomes result;
  flow::MemorySession reading(house.database);
  flow::MemoryFirings firings(reading);
  for (const auto& [id, identity_row] : house.database.identities) {
    if (identity_row.merged_into || identity_row.erased) continue;
    const auto known = core::decode_identity(identity_row.personal);
    REQUIRE(known.has_value());
    const flow::LeadRow row = row_of(house.database, "scoring", id);
    const auto scored = reporter.score(&row, today);
    REQUIRE(scored.has_value());
    app::LeadRows rows{row_of(house.database, "customers", id).personal,
                       row_of(house.database, "intent", id).state,
                       row_of(house.database, "stages", id).state,
                       row_of(house.database, "sequences", id).state,
                       {}};
    rows.firings = firings.of_leads({&id, 1});
    const std::string report =
        reporter.report(id, 0, *known, *scored, app::read_parts(rows, book, base::midnight(today)));
    std::string who;
    for (const std::string& identifier : app::sorted_identifiers(*known)) who += identifier + " ";
    core::StageState stages;
    REQUIRE(stages.decode(rows.stages));
    result[who] = {core::report_number(scored->score.value), scored->tier, traits_text(scored->state.traits),
                   members_of(report, false) + "did " + tallies_text(stages.tallies), members_of(report, true)};
  }
  return result;
}

std::vector<std::string> World::applied(Topic topic, std::int32_t partition) {
  std::vector<std::string> texts;
  for (const flow::StoredRecord& record : applied_of(house.broker.log(topic, partition))) {
    // Offsets in lead.changes depend on where marks stand, hence on how records were cut into batches; what triggers
    // keep names them.
    if (topic == Topic::lead_firings && record.type == kPart) continue;
    // How far a count-back was when a lead was merged away is no matter of the log: what it finds later is sent on.
    if (!house.database.rulebooks.empty() && (record.type == kPart || record.type == kMerged)) continue;
    std::string text = fmt::format("{} {} ", record.type, record.key);
    wire::json_members(record.value, [&](std::string_view key, std::string_view raw) {
      if (topic != Topic::lead_firings || key != "cause") text += fmt::format("{}={} ", key, raw);
    });
    texts.push_back(std::move(text));
  }
  return texts;
}

std::vector<std::string> World::tier_changes(std::int32_t partition) {
  std::vector<std::string> values;
  for (const flow::StoredRecord& record : applied_of(house.broker.log(Topic::lead_scores, partition)))
    if (record.type == "scoreline.lead.tier_changed.v1") values.push_back(record.value);
  return values;
}

// What a lane wrote to a partition, its readers have applied to the last.
void World::check_streams(const std::string& writer, std::int32_t lane) {
  const flow::LaneState& state = house.database.lanes[{writer, lane}].state;
  const std::string stream = writer + "/" + std::to_string(lane);
  for (const auto& [place, next] : state.next_seq)
    for (const flow::ConsumerDeclaration& reader : flow::consumers())
      for (std::size_t i = 0; i < reader.inputs.size(); ++i) {
        if (reader.inputs[i] != place.first) continue;
        const auto& input = house.database.lanes[{std::string(reader.name), place.second}].state.inputs.at(i);
        const auto last = input.last_seq.find(stream);
        CHECK_MESSAGE((last == input.last_seq.end() ? 0 : last->second) == next - 1, stream, " into ", place.second,
                      " as ", reader.name, " has read it");
      }
}

void World::check_read(const std::string& reader) {
  const auto& inputs = flow::find_consumer(reader)->inputs;
  for (std::int32_t p = 0; p < house.partitions; ++p)
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const auto read = house.database.lanes[{reader, p}].state.inputs.at(i).next_offset;
      CHECK_MESSAGE(read == static_cast<std::int64_t>(house.broker.log(inputs[i], p).size()), reader, "/", p, " of ",
                    flow::declaration(inputs[i]).name);
    }
}

std::shared_ptr<const core::RuleBook> World::active_book() {
  const std::uint64_t version = house.database.lanes[{"stages", 0}].state.rulebook_version;
  if (version == 0) return house.book;
  return book_of(house.database.rulebooks.at(version).files.front().second);
}

// What scoring and intent found, stages knows.
void World::check_facts() {
  const auto book = active_book();
  for (const auto& [lead, row] : house.database.leads["stages"]) {
    if (row.forward_to || row.erased) continue;
    core::StageState stages;
    core::ScoreState scores;
    core::IntentState intents;
    REQUIRE(stages.decode(row.state));
    REQUIRE(stages.decode_personal(row.personal));
    const flow::LeadRow scored = row_of(house.database, "scoring", lead);
    REQUIRE(scores.decode(scored.state));
    REQUIRE(scores.decode_personal(scored.personal));
    REQUIRE(intents.decode(row_of(house.database, "intent", lead).state));
    const std::string lowest = book->tiers.empty() ? "" : book->tiers.front().id;
    const auto tier = [&](const std::string& known) { return known.empty() ? lowest : known; };
    CHECK_MESSAGE(tier(stages.tier) == tier(scores.tier), "lead ", lead.value);
    CHECK_MESSAGE(traits_text(stages.traits) == traits_text(scores.traits), "lead ", lead.value);
    for (const auto& level : stages.levels)
      CHECK_MESSAGE(intents.level(level.first) == level.second, "lead ", lead.value);
    for (const core::Intent& intent : book->intents) {
      const auto known = std::find_if(stages.levels.begin(), stages.levels.end(),
                                      [&](const auto& level) { return level.first == intent.id; });
      CHECK_MESSAGE((known == stages.levels.end() ? "" : known->second) == intents.level(intent.id), "lead ",
                    lead.value);
    }
  }
}

base::Instant World::erased_at(core::LeadId lead) {
  for (const flow::StoredRecord& record : house.broker.log(Topic::lead_changes, partition_of(lead)))
    if (record.type == "scoreline.lead.erased.v1" && record.key == std::to_string(lead.value)) return record.time;
  FAIL("stages told nobody that lead ", lead.value, " was erased");
  return {};
}

// Nothing is left of whom identity has erased, nor of whom he had taken in.
void World::check_erased() {
  const flow::MemoryDatabase& database = house.database;
  for (const auto& [lead, identity_row] : database.identities) {
    const flow::IdentityLead* today = &identity_row;
    while (today->merged_into) today = &database.identities.at(today->merged_into);
    if (!today->erased) continue;
    for (const auto& [consumer, rows] : database.leads) {
      const auto row = rows.find(lead);
      if (row == rows.end()) continue;
      CHECK_MESSAGE(row->second.state.empty(), consumer, ": erased lead ", lead.value);
      CHECK_MESSAGE(row->second.personal.empty(), consumer, ": erased lead ", lead.value);
    }
    CHECK_MESSAGE(database.deals.of_lead(lead).empty(), "deals of erased lead ", lead.value);
    const base::Instant when = erased_at(today->lead);
    for (const std::string& key : database.mails.of_lead(lead)) {
      const flow::MailRow& mail = database.mails.all().at(key);
      CHECK_MESSAGE((mail.status != flow::MailRow::Status::queued || mail.due_at <= when), "mail of erased lead ",
                    lead.value);
    }
    for (const std::string& key : database.actions.of_lead(lead))
      CHECK_MESSAGE(database.actions.all().at(key).state != "never_tried", "action of erased lead ", lead.value);
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
  for (const auto& [consumer, leads] : house.database.leads)
    for (const auto& [lead, row] : leads) CHECK_MESSAGE(!row.holding, consumer, ": lead ", lead.value, " still waits");
  for (const flow::ConsumerDeclaration& consumer : flow::consumers())
    if (consumer.name != "identity") check_read(std::string(consumer.name));
  check_facts();
  check_erased();
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
