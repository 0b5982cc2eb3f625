#pragma once
/// How much of its points an activity keeps as it ages (semantics 4.3). Weights are parts per million, ages whole days;
/// integers only. Immutable once built, thread-safe.
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
  /// The weight of something `age` days old: 0 ... kFullWeight.
  std::int64_t at(std::int64_t age) const {
    if (age < 0 || age >= expires_) return 0;
    switch (decay_.kind) {
      case Decay::Kind::none: return kFullWeight;
      case Decay::Kind::step: return step(static_cast<std::uint64_t>(age) / static_cast<std::uint64_t>(decay_.every_days));
      case Decay::Kind::linear: break;
    }
    return age < decay_.zero_after_days ? kFullWeight * (decay_.zero_after_days - age) / decay_.zero_after_days : 0;
  }
  /// The first age after `age` with another weight; nullopt: it stays as it is.
  std::optional<std::int64_t> next_change(std::int64_t age) const;

 private:
  friend class WeightTable;
  std::int64_t step(std::uint64_t k) const {
    return k < steps_->size() ? (*steps_)[k] : (steps_->back() == 0 ? 0 : step_beyond(k));
  }
  std::int64_t step_beyond(std::uint64_t k) const;

  Decay decay_;
  std::int64_t expires_ = INT64_MAX;
  std::shared_ptr<const std::vector<std::uint32_t>> steps_;  // step decay: w_0, w_1, ... up to the first 0, or kMaxSteps
};

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
