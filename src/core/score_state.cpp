#include "core/score_state.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "core/tier.hpp"

namespace scoreline::core {
namespace {

constexpr std::uint64_t kEncoding = 1;
constexpr std::uint64_t kHasFits = 1;

bool decode_fits(base::ByteReader& in, FitCache& fits) {
  fits.fits = in.fixed64();
  const std::size_t size = in.count();
  fits.holding.reserve(size);
  std::uint64_t next = 0;
  for (std::size_t i = 0; i < size; ++i) {
    const std::uint64_t distance = in.u64();
    if (!in.ok() || distance > UINT32_MAX || next + distance > UINT32_MAX) return false;
    fits.holding.push_back(static_cast<std::uint32_t>(next + distance));
    next += distance + 1;
  }
  return in.ok() && fits.fits != 0;
}

}  // namespace

bool is_counted(const Activity& activity) { return !activity.machine && !activity.retracted && !activity.silent; }

bool is_sign_of_life(const Activity& activity) {
  if (!is_counted(activity)) return false;
  if (activity.topic == InputTopic::tracking) return true;
  return activity.name == "email.clicked" || activity.name == "email.replied" || activity.name == "booking.created" ||
         activity.name == "order.placed";
}

std::optional<Day> ScoreState::last_sign_of_life() const {
  const Tally days = tallies.of(kSignOfLife);
  const auto last = std::find_if(days.rbegin(), days.rend(), [](const DayCount& count) { return count.n > 0; });
  return last == days.rend() ? std::nullopt : std::optional(last->day);
}

void ScoreState::put_traits(std::span<const Trait> changes) {
  if (traits.put_all(changes)) fits.forget();
}

void ScoreState::merge(const ScoreState& other, const std::vector<Level>& tiers) {
  merge_tallies(other);
  if (traits.merge(other.traits)) fits.forget();
  if (const std::string& above = higher(tiers, tier, other.tier); above != tier) tier = std::string(above);
}

void ScoreState::clear() {
  clear_tallies();
  tier.clear();
  fits.forget();
  traits.clear();
}

void ScoreState::encode(std::string& out) const {
  base::ByteWriter bytes(out);
  bytes.u64(kEncoding);
  bytes.u64(fits.fits != 0 ? kHasFits : 0);
  bytes.text(tier);
  if (fits.fits != 0) {
    bytes.fixed64(fits.fits);
    bytes.u64(fits.holding.size());
    std::uint32_t next = 0;
    for (const std::uint32_t fit : fits.holding) {
      bytes.u64(fit - next);
      next = fit + 1;
    }
  }
  encode_tallies(bytes);
}

bool ScoreState::decode(std::string_view in) {
  clear_tallies();
  tier.clear();
  fits.forget();
  if (in.empty()) return true;
  base::ByteReader bytes(in);
  const std::uint64_t encoding = bytes.u64();
  const std::uint64_t flags = bytes.u64();
  tier = bytes.text();
  bool good = bytes.ok() && encoding == kEncoding && flags <= kHasFits;
  if (good && (flags & kHasFits) != 0) good = decode_fits(bytes, fits);
  good = good && decode_tallies(bytes) && bytes.ok() && bytes.at_end();
  if (good) return true;
  clear_tallies();
  tier.clear();
  fits.forget();
  return false;
}

}  // namespace scoreline::core
