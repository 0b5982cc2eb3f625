#include "consumers/intent.hpp"

#include "base/check.hpp"
#include "core/counted_matches.hpp"
#include "flow/encode.hpp"

namespace scoreline::consumers {
namespace {

struct Decoded final : flow::LeadData::Decoded {
  core::IntentState state;
};

core::IntentState& open(flow::LeadData& lead) {
  if (lead.decoded == nullptr) {
    auto fresh = std::make_unique<Decoded>();
    SCORELINE_CHECK(fresh->state.decode(lead.state), "an intent row that cannot be read");
    lead.decoded = std::move(fresh);
  }
  return static_cast<Decoded&>(*lead.decoded).state;
}

}  // namespace

IntentHandler::IntentHandler(std::shared_ptr<const core::RuleBook> active,
                             std::shared_ptr<const core::RuleBook> prepared)
    : scorer_(active), counter_(active, std::move(prepared), core::signal_matches) {}

void IntentHandler::count(const core::Activity& activity, int sign, flow::CountFor which, flow::LeadData& lead) {
  counter_.count(activity, sign, which, open(lead));
}

void IntentHandler::evaluate(const flow::LeadContext& context, flow::LeadData& lead) {
  core::IntentState& state = open(lead);
  if (context.place.phase == core::Place::Phase::rulebook) {
    state.promote(scorer_.book());
    counter_.drop_unused(state);
  }
  lead.wake_on = scorer_.evaluate(state.tallies, base::day_of(context.now), values_, scratch_);
  for (const core::IntentChange& change : scorer_.evaluate_levels(state, values_))
    flow::emit_intent_change(context, scorer_.book().intents[change.intent].id, change.level, change.value);
}

void IntentHandler::merge(const flow::LeadContext&, flow::LeadData& other, flow::LeadData& lead) {
  core::IntentState& state = open(lead);
  core::IntentState& theirs = open(other);
  const core::RuleBook& book = scorer_.book();
  if (theirs.staged_version != 0 && theirs.staged_version == book.version) theirs.promote(book);
  counter_.align(theirs, other.rulebook, state);
  state.merge(theirs, book.intents);
}

void IntentHandler::encode(flow::LeadData& lead) {
  if (lead.decoded == nullptr) return;
  const core::IntentState& state = open(lead);
  lead.state.clear();
  if (!state.empty()) state.encode(lead.state);
}

}  // namespace scoreline::consumers
