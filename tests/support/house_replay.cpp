/// World: every partition of lead.activities, handled alone, gives what was lived through.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>

#include "core/score_state.hpp"
#include "flow/topology.hpp"
#include "support/house_world.hpp"

namespace scoreline::test::house {

using flow::Topic;

namespace {

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

void World::replay_into(World& alone, std::int32_t partition) {
  alone.house.replays_log = true;
  alone.house.hash_key = house.hash_key;
  alone.house.part_bytes = house.part_bytes;
  alone.house.database.rulebooks = house.database.rulebooks;
  for (const flow::StoredRecord& record : house.broker.log(Topic::lead_activities, partition))
    alone.house.broker.append(Topic::lead_activities, 0, record);
  alone.start_others();
  alone.of("identity").clear();
  alone.settle();
}

void World::check_replayed_leads(World& alone, std::int32_t partition) {
  for (const flow::ConsumerDeclaration& consumer : flow::consumers()) {
    const std::string name(consumer.name);
    const auto& replayed = alone.house.database.leads[name];
    for (const auto& [lead, row] : replayed)
      if (!row.state.empty() || !row.personal.empty() || row.forward_to || row.erased)
        CHECK_MESSAGE(house.database.leads[name].contains(lead), name, ": lead ", lead.value, " of partition ",
                      partition);
    for (const auto& [lead, row] : house.database.leads[name]) {
      if (row.lane != partition) continue;
      // A row that says nothing may as well not be there.
      const auto found = replayed.find(lead);
      const flow::LeadRow again = found == replayed.end() ? flow::LeadRow{} : found->second;
      CHECK_MESSAGE(again.state == row.state, name, ": lead ", lead.value, " of partition ", partition);
      if (name == "scoring" && again.state != row.state)
        MESSAGE(state_text(again.state), "\n live: ", state_text(row.state));
      CHECK_MESSAGE(again.personal == row.personal, name, ": lead ", lead.value, " of partition ", partition);
      CHECK(again.forward_to == row.forward_to);
      CHECK(again.erased == row.erased);
    }
  }
}

namespace {

std::string text_of(const flow::DealRow& row) {
  return fmt::format("deal {} of {}: {}/{} open {} merged {} at {} {}", row.id, row.lead.value, row.pipeline, row.stage,
                     row.open, row.merged, row.created_at.us, row.moved_at.us);
}
std::string text_of(const flow::FiringRow& row) {
  return fmt::format("firing {} of {}: {} at {} cause {} {} ({}) suppressed '{}' retracted {} book {}", row.key,
                     row.lead.value, row.trigger, row.at.us, row.cause_key, row.occasion, row.occasion_text,
                     row.suppressed, row.retracted, row.rulebook);
}
std::string text_of(const flow::EnrolmentRow& row) {
  return fmt::format("enrolment {} of {}: {} at {} in {} suppressed '{}' ended '{}'", row.key, row.lead.value,
                     row.sequence, row.enrolled_at.us, row.zone, row.suppressed, row.ended);
}
std::string text_of(const flow::MailRow& row) {
  return fmt::format("mail {} of {}: {}/{} due {} status {} '{}'", row.key, row.lead.value, row.sequence, row.step,
                     row.due_at.us, static_cast<int>(row.status), row.reason);
}

/// Of one partition, in order of key. What leads that were merged away have left goes where they went.
template <typename Row>
std::vector<std::string> texts_of(const flow::MemoryRows<Row>& rows, const flow::MemoryDatabase::LeadRows& leads,
                                  std::int32_t partition) {
  std::vector<std::string> texts;
  for (const auto& [key, row] : rows.all()) {
    const auto lead = leads.find(row.lead);
    if (row.lane == partition && !(lead != leads.end() && lead->second.forward_to)) texts.push_back(text_of(row));
  }
  return texts;
}

/// Refused by the consumers behind identity, or named by them beside records that count.
std::vector<std::string> letters_of(const flow::MemoryDatabase& database, std::int32_t partition) {
  std::vector<std::string> texts;
  for (const flow::DeadLetter& letter : database.dead_letters)
    if (letter.consumer != "identity" && letter.partition == partition)
      texts.push_back(fmt::format("{} {}@{} {} {}", letter.consumer, flow::declaration(letter.topic).name,
                                  letter.offset, letter.code, letter.message));
  std::sort(texts.begin(), texts.end());
  return texts;
}

/// Where an action belongs now, and whether it is still to be done, is no matter of one partition.
std::string text_of(const flow::ActionRow& row) {
  return fmt::format("action {} of firing {}: {} {} {} {} due {} until {} suppressed '{}' depth {}", row.key,
                     row.firing, row.trigger, row.number, row.kind, row.with_json, row.due_at.us, row.not_after.us,
                     row.suppressed, row.depth);
}

void check_same(const std::vector<std::string>& live, const std::vector<std::string>& replayed,
                const std::string& what) {
  for (std::size_t i = 0; i < std::max(live.size(), replayed.size()); ++i) {
    const std::string mine = i < live.size() ? live[i] : "nothing",
                      again = i < replayed.size() ? replayed[i] : "nothing";
    const bool same = mine == again;
    CHECK_MESSAGE(same, what, " ", i, "\n live:  ", mine.substr(0, 1'000), "\n again: ", again.substr(0, 1'000));
    if (!same) return;
  }
}

}  // namespace

void World::check_replayed_effects(World& alone, std::int32_t partition) {
  flow::MemoryDatabase &live = house.database, &again = alone.house.database;
  const auto check = [&](const auto& rows, const auto& replayed, const char* owner, const char* what) {
    check_same(texts_of(rows, live.leads[owner], partition), texts_of(replayed, again.leads[owner], 0), what);
  };
  check(live.deals, again.deals, "stages", "deals");
  check(live.firings, again.firings, "triggers", "firings");
  check(live.enrolments, again.enrolments, "sequences", "enrolments");
  check(live.mails, again.mails, "sequences", "mails");
  check_same(letters_of(live, partition), letters_of(again, 0), "dead letters");
}

void World::check_replay() {
  std::map<std::string, std::string> actions;
  for (std::int32_t p = 0; p < house.partitions; ++p) {
    World alone(1, toml_);
    replay_into(alone, p);
    for (const Topic topic :
         {Topic::lead_customers, Topic::lead_scores, Topic::lead_intents, Topic::lead_changes, Topic::lead_firings})
      check_same(applied(topic, p), alone.applied(topic, 0), fmt::format("{}/{}", flow::declaration(topic).name, p));
    check_replayed_leads(alone, p);
    check_replayed_effects(alone, p);
    for (const auto& [key, row] : alone.house.database.actions.all())
      CHECK_MESSAGE(actions.emplace(key, text_of(row)).second, "decided twice: ", text_of(row));
  }
  std::vector<std::string> live, again;
  for (const auto& [key, row] : house.database.actions.all()) live.push_back(text_of(row));
  for (const auto& [key, text] : actions) again.push_back(text);
  check_same(live, again, "actions");
}

}  // namespace scoreline::test::house
