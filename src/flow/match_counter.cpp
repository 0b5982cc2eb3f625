#include "flow/match_counter.hpp"

#include <algorithm>

#include "core/score_state.hpp"

namespace scoreline::flow {
namespace {

bool contains(const std::vector<std::uint64_t>& sorted, std::uint64_t hash) {
  return std::binary_search(sorted.begin(), sorted.end(), hash);
}

std::vector<std::uint64_t> hashes_of(const core::RuleBook& book, const std::vector<std::uint32_t>& matches) {
  std::vector<std::uint64_t> hashes;
  for (const std::uint32_t match : matches) hashes.push_back(book.matches[match].hash);
  std::sort(hashes.begin(), hashes.end());
  return hashes;
}

}  // namespace

MatchCounter::MatchCounter(std::shared_ptr<const core::RuleBook> active, std::shared_ptr<const core::RuleBook> prepared,
                           const Wanted& wanted, std::uint64_t kept)
    : active_(std::move(active)),
      prepared_(std::move(prepared)),
      kept_(kept),
      hashes_(hashes_of(*active_, wanted(*active_))),
      matcher_(active_, wanted(*active_)) {
  if (prepared_ == nullptr) return;
  std::vector<std::uint32_t> matches = wanted(*prepared_);
  std::erase_if(matches, [&](std::uint32_t match) { return contains(hashes_, prepared_->matches[match].hash); });
  prepared_hashes_ = hashes_of(*prepared_, matches);
  prepared_matcher_ = std::make_unique<EventMatcher>(prepared_, matches);
}

bool MatchCounter::uses(std::uint64_t hash) const { return hash == kept_ || contains(hashes_, hash); }

void MatchCounter::count(const core::Activity& activity, int sign, CountFor which, core::CountedTallies& tallies) {
  if (!core::is_counted(activity)) return;
  const core::Day day = base::day_of(activity.at);
  if (which.active)
    for (const auto& found : matcher_.find(activity))
      tallies.add(active_->matches[found.match].hash, found.value.value_or(0), day, sign);
  if (which.prepared && prepared_matcher_ != nullptr)
    for (const auto& found : prepared_matcher_->find(activity))
      tallies.stage(prepared_->version, prepared_->matches[found.match].hash, found.value.value_or(0), day, sign);
}

// What the other counted for a book that is active there and prepared here must end where this lane keeps it. What else
// the book here does not use goes: it was counted for an older one; if the prepared book uses it again, it is counted
// back.
void MatchCounter::align(core::CountedTallies& theirs, std::uint64_t rulebook, core::CountedTallies& ours) const {
  const bool is_ahead = prepared_ != nullptr && rulebook == prepared_->version;
  core::Tallies ahead;
  for (std::size_t i = 0; i < theirs.tallies.size(); ++i) {
    const auto entry = theirs.tallies.entry(i);
    if (uses(entry.match)) continue;
    for (const core::DayCount& count : entry.tally) ahead.add(entry.match, count.value, count.day, count.n);
  }
  for (std::size_t i = 0; i < ahead.size(); ++i) {
    const auto entry = ahead.entry(i);
    if (!is_ahead || !contains(prepared_hashes_, entry.match)) continue;
    for (const core::DayCount& count : entry.tally)
      ours.stage(prepared_->version, entry.match, count.value, count.day, count.n);
  }
  theirs.tallies.subtract(ahead);
}

void MatchCounter::drop_unused(core::CountedTallies& tallies) const {
  std::vector<std::uint64_t> gone;
  for (std::size_t i = 0; i < tallies.tallies.size(); ++i)
    if (!uses(tallies.tallies.entry(i).match)) gone.push_back(tallies.tallies.entry(i).match);
  for (const std::uint64_t match : gone) tallies.tallies.remove(match);
}

}  // namespace scoreline::flow
