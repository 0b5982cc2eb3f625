#include "consumers/scoring.hpp"

#include <algorithm>

#include "base/check.hpp"
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

bool contains(const std::vector<std::uint64_t>& sorted, std::uint64_t hash) { return std::binary_search(sorted.begin(), sorted.end(), hash); }

}  // namespace

ScoringHandler::ScoringHandler(std::shared_ptr<const core::RuleBook> active, std::shared_ptr<const core::RuleBook> prepared)
    : active_(active), scorer_(active), matcher_(active) {
  for (const core::Match& match : active_->matches) active_hashes_.push_back(match.hash);
  std::sort(active_hashes_.begin(), active_hashes_.end());
  if (prepared != nullptr) prepare(std::move(prepared));
}

void ScoringHandler::prepare(std::shared_ptr<const core::RuleBook> book) {
  std::vector<std::uint32_t> wanted;
  for (std::uint32_t i = 0; i < book->matches.size(); ++i) {
    if (contains(active_hashes_, book->matches[i].hash)) continue;
    wanted.push_back(i);
    prepared_.hashes.push_back(book->matches[i].hash);
  }
  std::sort(prepared_.hashes.begin(), prepared_.hashes.end());
  prepared_.matcher = std::make_unique<flow::EventMatcher>(book, wanted);
  prepared_.book = std::move(book);
}

void ScoringHandler::count(const core::Activity& activity, int sign, flow::CountFor which, flow::LeadData& lead) {
  Decoded& decoded = open(lead);
  core::ScoreState& state = decoded.state;
  if (which.active && sign > 0 && !activity.trait_changes.empty()) {
    state.put_traits(activity.trait_changes);
    decoded.traits_changed = true;
  }
  if (!core::is_counted(activity)) return;
  const core::Day day = base::day_of(activity.at);
  if (which.active) {
    for (const auto& found : matcher_.find(activity)) state.add(active_->matches[found.match].hash, found.value.value_or(0), day, sign);
    if (core::is_sign_of_life(activity)) state.add_sign_of_life(day, sign);
  }
  if (which.prepared && prepared_.book != nullptr)
    for (const auto& found : prepared_.matcher->find(activity))
      state.stage(prepared_.book->version, prepared_.book->matches[found.match].hash, found.value.value_or(0), day, sign);
}

void ScoringHandler::evaluate(const flow::LeadContext& context, flow::LeadData& lead) {
  core::ScoreState& state = open(lead).state;
  const core::Day today = base::day_of(context.now);
  if (context.cause.rulebook) state.promote(*active_);
  if (scorer_.fits_stale(state)) scorer_.refresh_fits(state, matcher_.facts(state.traits.all()));
  scorer_.evaluate(state, today, score_);
  const core::LevelChange change = scorer_.evaluate_tier(state, score_.value);
  if (change.changed()) flow::emit_tier_change(context, change.from, change.to, score_.value);
  lead.wake_on = score_.wake_on;
}

// The two may stand at different rule books while one is being published: what the other counted for a book that is
// active here and was prepared there, or the other way round, must end where this lane keeps it; what neither book counts
// would be incomplete if it came back.
void ScoringHandler::merge(flow::LeadData& other, flow::LeadData& lead) {
  core::ScoreState& state = open(lead).state;
  core::ScoreState& theirs = open(other).state;
  if (theirs.staged_version != 0 && theirs.staged_version == active_->version) theirs.promote(*active_);
  core::Tallies ahead;
  for (std::size_t i = 0; i < theirs.tallies.size(); ++i) {
    const auto entry = theirs.tallies.entry(i);
    if (entry.match == core::kSignOfLife || contains(active_hashes_, entry.match)) continue;
    for (const core::DayCount& count : entry.tally) ahead.add(entry.match, count.value, count.day, count.n);
  }
  for (std::size_t i = 0; i < ahead.size(); ++i) {
    const auto entry = ahead.entry(i);
    if (!contains(prepared_.hashes, entry.match)) continue;
    for (const core::DayCount& count : entry.tally) state.stage(prepared_.book->version, entry.match, count.value, count.day, count.n);
  }
  theirs.tallies.subtract(ahead);
  if (!theirs.traits.empty()) open(lead).traits_changed = true;
  state.merge(theirs, active_->tiers);
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
