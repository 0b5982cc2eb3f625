#include "core/rule_sum.hpp"

#include <algorithm>
#include <bit>

#include "base/check.hpp"

namespace scoreline::core {
namespace {

/// 9999-12-31: no date is written beyond, and no day changes anything for us.
constexpr std::int64_t kLastDay = 2'932'896;

std::int64_t age_of(Day today, Day day) { return std::int64_t{today.n} - day.n; }

/// Calls with (day, n > 0) for each day of a tally without values; `rule` counts by event, day or lead.
template <typename Use>
void for_each_day(const Rule& rule, Tally tally, const Use& use) {
  const std::int64_t least = rule.min_per_day.value_or(1);
  const std::int64_t most = rule.max_per_day.value_or(INT32_MAX);
  const std::int64_t per_day = rule.once_per == OncePer::event ? most : std::min<std::int64_t>(most, 1);
  for (const DayCount& count : tally) {
    if (count.n <= 0) continue;
    if (rule.once_per == OncePer::lead) {
      if (per_day > 0) use(count.day, per_day);
      return;
    }
    if (count.n < least) continue;
    if (const std::int64_t n = std::min<std::int64_t>(count.n, per_day); n > 0) use(count.day, n);
  }
}

/// The earliest day of each distinct value, summed up by day.
void buckets_by_value(const Rule& rule, Tally tally, std::vector<Bucket>& out) {
  bool taken = false;
  for (std::size_t i = 0; i < tally.size(); ++i) {
    if (i == 0 || tally[i].value != tally[i - 1].value) taken = false;
    if (taken || tally[i].n <= 0) continue;
    out.push_back({tally[i].day, 1});
    taken = true;
  }
  std::sort(out.begin(), out.end(), [](const Bucket& a, const Bucket& b) { return a.day < b.day; });
  std::size_t kept = 0;
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (kept > 0 && out[kept - 1].day == out[i].day) {
      ++out[kept - 1].n;
    } else {
      out[kept++] = out[i];
    }
  }
  out.resize(kept);
  if (!rule.max_per_day) return;
  for (Bucket& bucket : out) bucket.n = std::min<std::int64_t>(bucket.n, *rule.max_per_day);
  std::erase_if(out, [](const Bucket& bucket) { return bucket.n <= 0; });
}

template <typename Use>
void for_each_bucket(const Rule& rule, Tally tally, std::vector<Bucket>& scratch, const Use& use) {
  if (rule.once_per != OncePer::path) {
    for_each_day(rule, tally, use);
    return;
  }
  scratch.clear();
  buckets_by_value(rule, tally, scratch);
  for (const Bucket& bucket : scratch) use(bucket.day, bucket.n);
}

/// Match hashes are good 64-bit hashes, but nobody promised that for their low bits.
std::size_t spread(std::uint64_t match) { return static_cast<std::size_t>((match * 0x9E3779B97F4A7C15ull) >> 32); }

}  // namespace

std::optional<Day> Wake::day() const {
  if (first_ > kLastDay) return std::nullopt;
  return Day{static_cast<std::int32_t>(first_)};
}

void buckets_of(const Rule& rule, Tally tally, std::vector<Bucket>& buckets_out) {
  buckets_out.clear();
  if (rule.once_per == OncePer::path) {
    buckets_by_value(rule, tally, buckets_out);
  } else {
    for_each_day(rule, tally, [&](Day day, std::int64_t n) { buckets_out.push_back({day, n}); });
  }
}

Points limited(const Rule& rule, Points sum) {
  if (!rule.limit_x100) return sum;
  const Points limit = *rule.limit_x100 * kHundredth;
  return sum > limit ? limit : (sum < -limit ? -limit : sum);
}

Points clamped(Points sum, std::optional<std::int64_t> min_x100, std::optional<std::int64_t> max_x100) {
  if (min_x100 && sum < *min_x100 * kHundredth) return *min_x100 * kHundredth;
  if (max_x100 && sum > *max_x100 * kHundredth) return *max_x100 * kHundredth;
  return sum;
}

RuleExplanation explain(const WeightedRule& rule, Tally tally, Day today) {
  RuleExplanation out;
  out.id = rule.rule->id;
  std::vector<Bucket> buckets;
  buckets_of(*rule.rule, tally, buckets);
  for (const Bucket& bucket : buckets) {
    const std::int64_t weight = rule.weight.at(age_of(today, bucket.day));
    const Points value = Points{rule.rule->points_x100} * bucket.n * weight;
    out.raw += Points{rule.rule->points_x100} * bucket.n * kFullWeight;
    out.decayed += value;
    out.rows.push_back({bucket.day, bucket.n, weight, value});
  }
  out.limited = limited(*rule.rule, out.decayed);
  return out;
}

void RuleTable::add(std::uint64_t match, WeightedRule rule) { added_.emplace_back(match, std::move(rule)); }

void RuleTable::build() {
  std::stable_sort(added_.begin(), added_.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  slots_.assign(std::bit_ceil(added_.size() * 2 + 1), Slot{});
  for (auto& [match, rule] : added_) {
    std::size_t at = spread(match) & (slots_.size() - 1);
    while (slots_[at].count != 0 && slots_[at].match != match) at = (at + 1) & (slots_.size() - 1);
    if (slots_[at].count == 0) slots_[at] = {match, static_cast<std::uint32_t>(rules_.size()), 0};
    ++slots_[at].count;
    rules_.push_back(std::move(rule));
  }
  added_.clear();
}

std::span<const WeightedRule> RuleTable::find(std::uint64_t match) const {
  SCORELINE_CHECK(!slots_.empty() && added_.empty(), "a rule table is used before it is built");
  std::size_t at = spread(match) & (slots_.size() - 1);
  while (slots_[at].count != 0) {
    if (slots_[at].match == match) return {rules_.data() + slots_[at].begin, slots_[at].count};
    at = (at + 1) & (slots_.size() - 1);
  }
  return {};
}

Points RuleTable::sum(const WeightedRule& rule, Tally tally, Day today, Wake& wake, std::vector<Bucket>& scratch) {
  // Points times the sum of n x weight is the sum of the buckets: nothing is rounded in between.
  Points counted = 0;
  for_each_bucket(*rule.rule, tally, scratch, [&](Day day, std::int64_t n) {
    const Weight::Aged aged = rule.weight.aged(age_of(today, day));
    counted += Points{n} * aged.weight;
    if (aged.until != Weight::kForever) wake.consider(aged.until + day.n);
  });
  return limited(*rule.rule, counted * rule.rule->points_x100);
}

}  // namespace scoreline::core
