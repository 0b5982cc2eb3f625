#include "core/trigger.hpp"

#include <algorithm>

#include "core/occasion.hpp"
#include "core/state_bytes.hpp"

namespace scoreline::core {
namespace {

constexpr std::uint64_t kEncoding = 1;

constexpr auto kBefore = [](const auto& entry, std::string_view trigger) { return entry.first < trigger; };

bool cools_down(const Trigger& trigger, const TriggerState& state, Instant now) {
  if (trigger.cooldown_days == 0) return false;
  const auto last = state.last_fired(trigger.id);
  return last && now.us - last->us < trigger.cooldown_days * base::kDayUs;
}

}  // namespace

std::optional<Instant> TriggerState::last_fired(std::string_view trigger) const {
  const auto at = std::lower_bound(fired_.begin(), fired_.end(), trigger, kBefore);
  return at != fired_.end() && at->first == trigger ? std::optional(at->second) : std::nullopt;
}

void TriggerState::set_fired(std::string_view trigger, Instant at) {
  const auto entry = std::lower_bound(fired_.begin(), fired_.end(), trigger, kBefore);
  if (entry != fired_.end() && entry->first == trigger) {
    entry->second = std::max(entry->second, at);
  } else {
    fired_.emplace(entry, trigger, at);
  }
}

void TriggerState::merge(const TriggerState& other) {
  for (const auto& [trigger, at] : other.fired_) set_fired(trigger, at);
}

void TriggerState::encode(std::string& out) const {
  base::ByteWriter bytes(out);
  bytes.u64(kEncoding);
  bytes.u64(fired_.size());
  for (const auto& [trigger, at] : fired_) {
    bytes.text(trigger);
    write_instant(bytes, at);
  }
}

bool TriggerState::decode(std::string_view in) {
  clear();
  if (in.empty()) return true;
  base::ByteReader bytes(in);
  bool good = bytes.u64() == kEncoding;
  const std::size_t size = good ? bytes.count() : 0;
  for (std::size_t i = 0; good && i < size; ++i) {
    std::string trigger(bytes.text());
    Instant at;
    good = read_instant(bytes, at) && (fired_.empty() || fired_.back().first < trigger);
    fired_.emplace_back(std::move(trigger), at);
  }
  good = good && bytes.ok() && bytes.at_end();
  if (!good) clear();
  return good;
}

std::vector<FiringDecision> TriggerRules::decide(TriggerState& state, const LeadChange& change,
                                                 std::span<const std::uint32_t> matches, const LeadFacts& facts) const {
  std::vector<FiringDecision> out;
  for (const OccasionView& occasion : occasions(change)) {
    for (std::uint32_t i = 0; i < book_->triggers.size(); ++i) {
      const Trigger& trigger = book_->triggers[i];
      if (!meets(trigger.on, occasion, matches, *book_) || !holds(trigger.when, facts)) continue;
      FiringDecision firing{i, occasion.place, change.suppressed};
      if (firing.suppressed.empty() && cools_down(trigger, state, change.now)) firing.suppressed = "cooldown";
      if (firing.suppressed.empty()) state.set_fired(trigger.id, change.now);
      out.push_back(std::move(firing));
    }
  }
  return out;
}

std::vector<std::string> TriggerRules::enrolments_of(const FiringDecision& firing) const {
  std::vector<std::string> out;
  if (!firing.suppressed.empty()) return out;
  for (const Action& action : book_->triggers[firing.trigger].actions) {
    if (!action.enrol_sequence.empty()) out.push_back(action.enrol_sequence);
  }
  return out;
}

}  // namespace scoreline::core
