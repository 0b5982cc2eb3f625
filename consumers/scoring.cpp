#include "consumers/scoring.hpp"

#include "base/check.hpp"
#include "core/counted_matches.hpp"
#include "flow/encode.hpp"

namespace scoreline::consumers {
namespace {

struct Decoded final : flow::LeadData::Decoded {
  core::ScoreState state;
  bool traits_changed = false;
};

Decoded& open(flow::LeadData& lead) {
  if (lead.decoded == nullptr) {
    auto fresh = std::make_unique<Decoded>();
    const bool ours = fresh->state.decode(lead.state) && fresh->state.decode_personal(lead.personal);
    SCORELINE_CHECK(ours, "a scoring row that cannot be read");
    lead.decoded = std::move(fresh);
  }
  return static_cast<Decoded&>(*lead.decoded);
}

}  // namespace

ScoringHandler::ScoringHandler(std::shared_ptr<const core::RuleBook> active, std::shared_ptr<const core::RuleBook> prepared)
    : scorer_(active), counter_(active, std::move(prepared), core::rule_matches, core::kSignOfLife) {}

void ScoringHandler::count(const core::Activity& activity, int sign, flow::CountFor which, flow::LeadData& lead) {
  Decoded& decoded = open(lead);
  core::ScoreState& state = decoded.state;
  if (which.active && sign > 0 && !activity.trait_changes.empty()) {
    state.put_traits(activity.trait_changes);
    decoded.traits_changed = true;
  }
  counter_.count(activity, sign, which, state);
  if (which.active && core::is_sign_of_life(activity)) state.add_sign_of_life(base::day_of(activity.at), sign);
}

void ScoringHandler::evaluate(const flow::LeadContext& context, flow::LeadData& lead) {
  core::ScoreState& state = open(lead).state;
  const core::Day today = base::day_of(context.now);
  if (context.place.phase == core::Place::Phase::rulebook) {
    state.promote(scorer_.book());
    counter_.drop_unused(state);
  }
  if (scorer_.fits_stale(state)) scorer_.refresh_fits(state, counter_.facts(state.traits.all()));
  scorer_.evaluate(state, today, score_);
  const core::LevelChange change = scorer_.evaluate_tier(state, score_.value);
  if (change.changed()) flow::emit_tier_change(context, change, score_.value);
  lead.wake_on = score_.wake_on;
}

void ScoringHandler::merge(const flow::LeadContext&, flow::LeadData& other, flow::LeadData& lead) {
  core::ScoreState& state = open(lead).state;
  core::ScoreState& theirs = open(other).state;
  const core::RuleBook& book = scorer_.book();
  if (theirs.staged_version != 0 && theirs.staged_version == book.version) theirs.promote(book);
  counter_.align(theirs, other.rulebook, state);
  if (!theirs.traits.empty()) open(lead).traits_changed = true;
  state.merge(theirs, book.tiers);
  if (!lead.wake_on || (other.wake_on && *other.wake_on < *lead.wake_on)) lead.wake_on = other.wake_on;
}

void ScoringHandler::encode(flow::LeadData& lead) {
  if (lead.decoded == nullptr) return;
  Decoded& decoded = static_cast<Decoded&>(*lead.decoded);
  const core::ScoreState& state = decoded.state;
  lead.state.clear();
  const bool empty = state.tallies.empty() && state.staged.empty() && state.tier.empty() && state.traits.empty();
  if (!empty) state.encode(lead.state);
  if (!decoded.traits_changed) return;
  lead.personal.clear();
  state.encode_personal(lead.personal);
}

}  // namespace scoreline::consumers
