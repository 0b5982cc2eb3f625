#include "core/weight.hpp"

#include "base/check.hpp"

namespace scoreline::core {
namespace {

std::int64_t one_step(std::int64_t weight, std::int64_t factor_ppm) { return weight * factor_ppm / kFullWeight; }

}  // namespace

std::int64_t Weight::step_beyond(std::uint64_t k) const {
  std::int64_t weight = steps_->back();
  for (std::uint64_t i = steps_->size() - 1; i < k && weight > 0; ++i) weight = one_step(weight, decay_.factor_ppm);
  return weight;
}

Weight::Aged Weight::aged_linear(std::int64_t age) const {
  const std::int64_t zero = decay_.zero_after_days;
  if (age >= zero) return {};
  const std::int64_t weight = kFullWeight * (zero - age) / zero;
  if (zero <= kFullWeight) return {weight, std::min(expires_, age + 1)};  // every day is a step down
  if (weight == 0) return {};
  // The first age with floor(full x (Z - age) / Z) < weight.
  const std::int64_t kept = (weight * zero + kFullWeight - 1) / kFullWeight;
  return {weight, std::min(expires_, zero - kept + 1)};
}

Weight WeightTable::make(const Decay& decay, std::optional<std::int32_t> expires_after_days) {
  Weight made;
  made.decay_ = decay;
  if (expires_after_days) made.expires_ = *expires_after_days;
  if (decay.kind != Decay::Kind::step) return made;
  SCORELINE_CHECK(decay.every_days > 0, "a step decay without a length");
  SCORELINE_CHECK(decay.factor_ppm >= 0 && decay.factor_ppm < kFullWeight, "a step decay that does not decay");
  auto& shared = steps_[decay.factor_ppm];
  if (!shared) {
    std::vector<std::uint32_t> steps{static_cast<std::uint32_t>(kFullWeight)};
    while (steps.back() != 0 && steps.size() < kMaxSteps) {
      steps.push_back(static_cast<std::uint32_t>(one_step(steps.back(), decay.factor_ppm)));
    }
    shared = std::make_shared<const std::vector<std::uint32_t>>(std::move(steps));
  }
  made.steps_ = shared;
  return made;
}

}  // namespace scoreline::core
