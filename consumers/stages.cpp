#include "consumers/stages.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "consumers/cause.hpp"
#include "core/match_use.hpp"
#include "core/score_state.hpp"
#include "core/sequence.hpp"
#include "flow/encode.hpp"

namespace scoreline::consumers {
namespace {

using core::Signal;
using FactKind = core::FactRecord::Kind;

struct Decoded final : flow::LeadData::Decoded {
  core::StageState state;
  std::vector<Signal> learned;  // since the last evaluation
  bool traits_changed = false;
};

Decoded& open(flow::LeadData& lead) {
  if (lead.decoded == nullptr) {
    auto fresh = std::make_unique<Decoded>();
    SCORELINE_CHECK(fresh->state.decode(lead.state) && fresh->state.decode_personal(lead.personal),
                    "a stages row that cannot be read");
    lead.decoded = std::move(fresh);
  }
  return static_cast<Decoded&>(*lead.decoded);
}

/// Is this an activity that is an occasion and may move a deal? Machines' are not, nor what was taken back.
bool happened(const flow::LeadContext& context, const core::LeadChange& change) {
  return context.activity != nullptr && !context.retraction && !change.retracted && core::is_counted(*context.activity);
}

}  // namespace

StagesHandler::StagesHandler(std::shared_ptr<const core::RuleBook> active,
                             std::shared_ptr<const core::RuleBook> prepared, flow::DealRows& rows)
    : rules_(active),
      counter_(active, std::move(prepared), core::did_matches),
      occasions_(active, core::occasion_matches(*active)),
      needs_(core::change_needs(*active)),
      rows_(rows) {}

void StagesHandler::count(const core::Activity& activity, int sign, flow::CountFor which, flow::LeadData& lead) {
  Decoded& decoded = open(lead);
  if (which.active && sign > 0 && !activity.trait_changes.empty()) {
    decoded.state.traits.put_all(activity.trait_changes);
    decoded.traits_changed = true;
  }
  counter_.count(activity, sign, which, decoded.state);
}

// In the order of semantics 1.1, because customers come before scores and those before intents.
void StagesHandler::learn(const core::FactRecord& fact, flow::LeadData& lead) {
  Decoded& decoded = open(lead);
  decoded.state.learn(fact);
  if (fact.kind == FactKind::customer_changed && fact.churn_alarm)
    decoded.learned.push_back({Signal::Kind::churn_risk, "", "", "", "", "", "", false});
  if (fact.kind == FactKind::tier_changed)
    decoded.learned.push_back({Signal::Kind::tier, "", fact.from, fact.to, fact.value, "", "", false});
  if (fact.kind == FactKind::intent_changed)
    decoded.learned.push_back({Signal::Kind::intent, fact.intent, fact.from, fact.to, fact.value, "", "", false});
}

core::FactSheet StagesHandler::facts_of(core::StageState& state, core::Day today) {
  const core::RuleBook& book = rules_.book();
  core::FactSheet facts(book, counter_.facts(state.traits.all()).traits());
  facts.tier = state.tier.empty() && !book.tiers.empty() ? std::string_view(book.tiers.front().id)
                                                         : std::string_view(state.tier);
  facts.levels = state.levels;
  facts.stages = state.deals.stages();
  customer_.read(state.customer);
  if (customer_.known()) facts.customer = [this](const std::string& field) { return customer_.field(field); };
  facts.did = [&state, today](std::uint64_t match, std::int32_t within_days) {
    return core::any_within(state.tallies.of(match), today, within_days);
  };
  return facts;
}

void StagesHandler::evaluate(const flow::LeadContext& context, flow::LeadData& lead) {
  Decoded& decoded = open(lead);
  core::StageState& state = decoded.state;
  if (context.place.phase == core::Place::Phase::rulebook) {
    state.promote(rules_.book());
    counter_.drop_unused(state);
  }
  const core::Day today = base::day_of(context.now);
  core::LeadChange change = change_of(context, state.founding);
  change.retracted = context.activity != nullptr && !context.retraction &&
                     (context.activity->retracted || state.was_retracted(change.cause_key));
  if (context.retraction) state.remember_retraction(core::cause_key(*context.activity), today);
  change.signals = std::exchange(decoded.learned, {});
  core::FactSheet facts = facts_of(state, today);
  const auto outcome = move_deals(context, change, state, facts);
  lead.wake_on = rules_.wake_on(state.deals, state.tallies, today);
  if (!outcome.entries.empty() && !rules_.settled(state.deals, facts, context.now)) lead.wake_on = today + 1;
  if (happened(context, change) && is_occasion(*context.activity)) change.activity = *context.activity;
  if (!change.activity && change.signals.empty() && change.refused.empty()) return;
  change.facts = told_facts(state, facts);
  flow::emit_change(context, std::move(change));
}

core::StageRules::Outcome StagesHandler::move_deals(const flow::LeadContext& context, core::LeadChange& change,
                                                    core::StageState& state, core::FactSheet& facts) {
  core::StageRules::Input input{context.now, context.place, change.cause_key, {}};
  if (happened(context, change)) input.move = flow::manual_move(*context.activity);
  auto outcome = rules_.evaluate(state.deals, facts, input);
  for (const core::StageEntry& entry : outcome.entries)
    change.signals.push_back(
        {Signal::Kind::stage, entry.pipeline, entry.from, entry.to, "", entry.deal, entry.by, entry.manual});
  for (const core::Deal& deal : state.deals.all())
    if (std::any_of(outcome.entries.begin(), outcome.entries.end(),
                    [&](const core::StageEntry& entry) { return entry.deal == deal.id; }))
      put_row(context, deal, false);
  if (outcome.refused) {
    change.refused = outcome.refused->code;
    context.complain(*outcome.refused);
  }
  return outcome;
}

bool StagesHandler::is_occasion(const core::Activity& activity) {
  if (!occasions_.find(activity).empty()) return true;
  return !rules_.book().sequences.empty() && core::may_always_exit(activity.name);
}

core::ChangeFacts StagesHandler::told_facts(const core::StageState& state, const core::FactSheet& facts) const {
  core::ChangeFacts told;
  told.tier = facts.tier;
  told.levels = state.levels;
  told.stages = state.deals.stages();
  told.customer = state.customer;
  for (const auto& [match, within_days] : needs_.dids)
    if (const std::uint64_t hash = rules_.book().matches[match].hash; facts.did(hash, within_days))
      told.did.emplace_back(hash, within_days);
  for (const core::Trait& trait : state.traits.all())
    if (trait.json != "null" && std::binary_search(needs_.traits.begin(), needs_.traits.end(), trait.key))
      told.traits.push_back(trait);
  return told;
}

void StagesHandler::put_row(const flow::LeadContext& context, const core::Deal& deal, bool merged) {
  rows_.put({deal.id, context.lead, context.lane, deal.pipeline, deal.stage, deal.open && !merged, merged,
             deal.created_at, deal.moved_at});
}

void StagesHandler::merge(const flow::LeadContext& context, flow::LeadData& other, flow::LeadData& lead) {
  core::StageState& state = open(lead).state;
  core::StageState& theirs = open(other).state;
  const core::RuleBook& book = rules_.book();
  if (theirs.staged_version != 0 && theirs.staged_version == book.version) theirs.promote(book);
  counter_.align(theirs, other.rulebook, state);
  if (!theirs.traits.empty()) open(lead).traits_changed = true;
  for (const core::Deal& deal : state.merge(theirs, book)) put_row(context, deal, true);
  for (const core::Deal& deal : state.deals.all()) put_row(context, deal, false);
}

void StagesHandler::encode(flow::LeadData& lead) {
  if (lead.decoded == nullptr) return;
  const Decoded& decoded = static_cast<Decoded&>(*lead.decoded);
  lead.state.clear();
  if (!decoded.state.empty()) decoded.state.encode(lead.state);
  if (!decoded.traits_changed) return;
  lead.personal.clear();
  decoded.state.encode_personal(lead.personal);
}

}  // namespace scoreline::consumers
