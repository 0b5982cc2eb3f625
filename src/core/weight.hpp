#pragma once
/// How much of its points an activity keeps as it ages (semantics 4.3). Weights are parts per million, ages whole days;
/// integers only. Immutable once built, thread-safe.
#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "base/time.hpp"
#include "core/rulebook.hpp"

namespace scoreline::core {

using base::Day;

/// Points in units of 1e-8: what scores, sums and buckets are computed in. Wide enough for any rule book and tally.
__extension__ typedef __int128 Points;

inline constexpr std::int64_t kFullWeight = 1'000'000;
/// Points of one hundredth: rule books count in hundredths.
inline constexpr Points kHundredth = 1'000'000;

/// The weights of one decay and expiry. Cheap to copy: the steps are shared.
class Weight {
 public:
  /// A weight and the first age with another one (kForever: it stays as it is).
  struct Aged {
    std::int64_t weight = 0;
    std::int64_t until = kForever;
  };
  static constexpr std::int64_t kForever = INT64_MAX;

  /// Both at once: an evaluation wants to know when to look again.
  Aged aged(std::int64_t age) const;
  /// The weight of something `age` days old: 0 ... kFullWeight.
  std::int64_t at(std::int64_t age) const { return aged(age).weight; }

 private:
  friend class WeightTable;
  std::int64_t step(std::uint64_t k) const {
    return k < steps_->size() ? (*steps_)[k] : (steps_->back() == 0 ? 0 : step_beyond(k));
  }
  std::int64_t step_beyond(std::uint64_t k) const;
  Aged aged_linear(std::int64_t age) const;

  Decay decay_;
  std::int64_t expires_ = kForever;
  std::shared_ptr<const std::vector<std::uint32_t>> steps_;  // step decay: w_0, w_1, ... up to the first 0, or kMaxSteps
};

inline Weight::Aged Weight::aged(std::int64_t age) const {
  if (age < 0) return {0, aged(0).weight > 0 ? 0 : kForever};
  if (age >= expires_) return {};
  if (decay_.kind == Decay::Kind::none) return {kFullWeight, expires_};
  if (decay_.kind == Decay::Kind::linear) return aged_linear(age);
  const std::uint64_t every = static_cast<std::uint32_t>(decay_.every_days);
  const std::uint64_t k = static_cast<std::uint64_t>(age) / every;
  const std::int64_t weight = step(k);
  return {weight, weight == 0 ? kForever : std::min(expires_, static_cast<std::int64_t>((k + 1) * every))};
}

/// Makes weights; those with the same factor share one table of steps. One per rule book.
class WeightTable {
 public:
  /// Longer tables (factors next to 1) are continued by computation.
  static constexpr std::size_t kMaxSteps = 8192;

  Weight make(const Decay& decay, std::optional<std::int32_t> expires_after_days);

 private:
  std::map<std::int64_t, std::shared_ptr<const std::vector<std::uint32_t>>> steps_;  // by factor
};

}  // namespace scoreline::core
