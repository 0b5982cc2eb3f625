#include "core/stage_state.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "core/tier.hpp"

namespace scoreline::core {
namespace {

constexpr std::uint64_t kEncoding = 1;
/// Overtaking lasts moments; a week covers a lane that was halted.
constexpr int kRememberedDays = 7;

void set_level(std::vector<std::pair<std::string, std::string>>& levels, const std::string& intent,
               const std::string& level) {
  const auto at = std::lower_bound(levels.begin(), levels.end(), intent,
                                   [](const auto& pair, const std::string& id) { return pair.first < id; });
  const bool there = at != levels.end() && at->first == intent;
  if (level.empty()) {
    if (there) levels.erase(at);
  } else if (there) {
    at->second = level;
  } else {
    levels.emplace(at, intent, level);
  }
}

std::string level_of(const std::vector<std::pair<std::string, std::string>>& levels, const std::string& intent) {
  const auto found = std::find_if(levels.begin(), levels.end(), [&](const auto& pair) { return pair.first == intent; });
  return found == levels.end() ? std::string() : found->second;
}

}  // namespace

void StageState::learn(const FactRecord& fact) {
  switch (fact.kind) {
    case FactRecord::Kind::tier_changed:
      tier = fact.to;
      return;
    case FactRecord::Kind::intent_changed:
      return set_level(levels, fact.intent, fact.to);
    case FactRecord::Kind::customer_changed:
      customer = fact.customer;
      return;
    default:
      return;
  }
}

void StageState::promote(const RuleBook& book) {
  promote_tallies(book, 0);
  std::erase_if(levels, [&](const auto& level) {
    return std::none_of(book.intents.begin(), book.intents.end(),
                        [&](const Intent& intent) { return intent.id == level.first; });
  });
}

void StageState::remember_retraction(const std::string& cause_key, Day today) {
  std::erase_if(retracted_, [&](const auto& entry) { return today - entry.second > kRememberedDays; });
  retracted_.emplace_back(cause_key, today);
}

bool StageState::was_retracted(const std::string& cause_key) const {
  return std::any_of(retracted_.begin(), retracted_.end(), [&](const auto& entry) { return entry.first == cause_key; });
}

// Customers are not taken over: customers unites the documents and tells the figures anew.
std::vector<Deal> StageState::merge(const StageState& other, const RuleBook& book) {
  merge_tallies(other);
  traits.merge(other.traits);
  tier = higher(book.tiers, tier, other.tier);
  for (const Intent& intent : book.intents)
    set_level(levels, intent.id, higher(intent.levels, level_of(levels, intent.id), level_of(other.levels, intent.id)));
  retracted_.insert(retracted_.end(), other.retracted_.begin(), other.retracted_.end());
  if (founding.empty()) founding = other.founding;
  if (customer.empty()) customer = other.customer;
  return deals.merge(other.deals, book);
}

bool StageState::empty() const {
  return founding.empty() && tier.empty() && levels.empty() && customer.empty() && deals.all().empty() &&
         retracted_.empty() && tallies.empty() && staged.empty();
}

void StageState::clear() {
  founding.clear();
  tier.clear();
  levels.clear();
  customer.clear();
  deals.clear();
  retracted_.clear();
  clear_tallies();
}

void StageState::encode(std::string& out) const {
  base::ByteWriter bytes(out);
  bytes.u64(kEncoding);
  bytes.text(founding);
  bytes.text(tier);
  bytes.u64(levels.size());
  for (const auto& [intent, level] : levels) {
    bytes.text(intent);
    bytes.text(level);
  }
  bytes.text(customer);
  std::string packed;
  deals.encode(packed);
  bytes.text(packed);
  bytes.u64(retracted_.size());
  for (const auto& [key, day] : retracted_) {
    bytes.text(key);
    bytes.i64(day.n);
  }
  encode_tallies(bytes);
}

bool StageState::decode(std::string_view in) {
  clear();
  if (in.empty() || decode_parts(in)) return true;
  clear();
  return false;
}

bool StageState::decode_parts(std::string_view in) {
  base::ByteReader bytes(in);
  if (bytes.u64() != kEncoding) return false;
  founding = bytes.text();
  tier = bytes.text();
  for (std::size_t n = bytes.count(); n > 0 && bytes.ok(); --n) {
    std::string intent(bytes.text());
    levels.emplace_back(std::move(intent), bytes.text());
  }
  customer = bytes.text();
  if (!bytes.ok() || !deals.decode(bytes.text())) return false;
  for (std::size_t n = bytes.count(); n > 0 && bytes.ok(); --n) {
    std::string key(bytes.text());
    retracted_.emplace_back(std::move(key), Day{static_cast<std::int32_t>(bytes.i64())});
  }
  return bytes.ok() && decode_tallies(bytes) && bytes.ok() && bytes.at_end();
}

}  // namespace scoreline::core
