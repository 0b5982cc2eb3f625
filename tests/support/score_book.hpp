#pragma once
/// Small rule books in code, and a naive model of semantics 4.2 and 4.3 that counts single activities: slow, obvious, and
/// written apart from what it checks.
#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "core/condition.hpp"
#include "core/report_number.hpp"
#include "core/rulebook.hpp"
#include "core/score_state.hpp"

namespace scoreline::test {

using base::Day;
using core::Points;

inline core::Decay step_decay(std::int64_t factor_ppm, std::int32_t every_days) {
  core::Decay decay;
  decay.kind = core::Decay::Kind::step;
  decay.factor_ppm = factor_ppm;
  decay.every_days = every_days;
  return decay;
}

inline core::Decay linear_decay(std::int32_t zero_after_days) {
  core::Decay decay;
  decay.kind = core::Decay::Kind::linear;
  decay.zero_after_days = zero_after_days;
  return decay;
}

/// Adds a match (with or without a value path) and gives its index.
inline std::uint32_t add_match(core::RuleBook& book, bool with_value) {
  core::Match match;
  match.hash = 0x1000 + 977 * book.matches.size();
  if (with_value) match.value_path = book.paths.add("properties.value");
  book.matches.push_back(match);
  return static_cast<std::uint32_t>(book.matches.size() - 1);
}

inline core::Rule rule(std::string id, std::int64_t points, std::uint32_t match, core::OncePer once_per = core::OncePer::event) {
  core::Rule out;
  out.id = std::move(id);
  out.points_x100 = points * 100;
  out.match = match;
  out.once_per = once_per;
  return out;
}

inline core::Level level(std::string id, std::int64_t min, std::int64_t leave) { return {std::move(id), min * 100, leave * 100}; }

/// One counted activity, or its retraction (n = -1).
struct Op {
  std::uint32_t match = 0;  // index; kSign: a sign of life
  std::uint64_t value = 0;
  std::int32_t day = 0;
  std::int32_t n = 1;
};
inline constexpr std::uint32_t kSign = UINT32_MAX;

inline std::uint64_t hash_of(const core::RuleBook& book, std::uint32_t match) {
  return match == kSign ? core::kSignOfLife : book.matches[match].hash;
}

inline void apply(const core::RuleBook& book, const Op& op, core::ScoreState& state) {
  state.add(hash_of(book, op.match), op.value, Day{op.day}, op.n);
}

/// The model.
class NaiveScore {
 public:
  NaiveScore(const core::RuleBook& book, const std::vector<Op>& ops) : book_(book) {
    for (const Op& op : ops) net_[{op.match, op.value, op.day}] += op.n;
  }

  static std::int64_t weight(const core::Decay& decay, std::optional<std::int32_t> expires, std::int64_t age) {
    if (age < 0 || (expires && age >= *expires)) return 0;
    if (decay.kind == core::Decay::Kind::none) return 1'000'000;
    if (decay.kind == core::Decay::Kind::linear) {
      return age < decay.zero_after_days ? 1'000'000 * (decay.zero_after_days - age) / decay.zero_after_days : 0;
    }
    std::int64_t w = 1'000'000;
    for (std::int64_t k = age / decay.every_days; k > 0; --k) w = w * decay.factor_ppm / 1'000'000;
    return w;
  }

  /// n(rule, day) after once_per, min_per_day, max_per_day.
  std::map<std::int32_t, std::int64_t> counted(const core::Rule& rule) const {
    std::map<std::int32_t, std::int64_t> days;
    std::set<std::uint64_t> seen;
    for (const auto& [key, n] : net_) {  // by match, value, day: the earliest day of a value comes first
      const auto& [match, value, day] = key;
      if (match != rule.match || n <= 0) continue;
      if (rule.once_per == core::OncePer::path) {
        if (seen.insert(value).second) days[day] += 1;
      } else {
        days[day] += n;
      }
    }
    if (rule.once_per == core::OncePer::lead && !days.empty()) days = {{days.begin()->first, 1}};
    for (auto& [day, n] : days) {
      if (rule.min_per_day && n < *rule.min_per_day) n = 0;
      if (rule.once_per == core::OncePer::day) n = std::min<std::int64_t>(n, 1);
      if (rule.max_per_day) n = std::min<std::int64_t>(n, *rule.max_per_day);
    }
    return days;
  }

  Points rule_sum(const core::Rule& rule, const core::Decay& decay, std::optional<std::int32_t> expires, std::int32_t today) const {
    Points sum = 0;
    for (const auto& [day, n] : counted(rule)) sum += Points{rule.points_x100} * n * weight(decay, expires, today - day);
    if (rule.limit_x100) {
      sum = std::min(sum, Points{*rule.limit_x100} * 1'000'000);
      sum = std::max(sum, Points{*rule.limit_x100} * -1'000'000);
    }
    return sum;
  }

  Points score(std::int32_t today) const {
    std::map<std::int32_t, Points> by_category;
    for (const core::Rule& rule : book_.rules) by_category[rule.category] += rule_sum(rule, rule.decay, rule.expires_after_days, today);
    std::optional<std::int32_t> last;
    for (const auto& [key, n] : net_) {
      if (std::get<0>(key) == kSign && n > 0) last = std::max(last.value_or(INT32_MIN), std::get<2>(key));
    }
    for (const core::Inactivity& one : book_.inactivities) {
      if (last && today - *last >= one.days) by_category[one.category] += Points{one.points_x100} * 1'000'000;
    }
    Points sum = by_category[-1];
    for (std::size_t i = 0; i < book_.categories.size(); ++i) {
      Points part = by_category[static_cast<std::int32_t>(i)];
      if (book_.categories[i].min_x100) part = std::max(part, Points{*book_.categories[i].min_x100} * 1'000'000);
      if (book_.categories[i].max_x100) part = std::min(part, Points{*book_.categories[i].max_x100} * 1'000'000);
      sum += part;
    }
    return std::min(std::max(sum, Points{book_.score_min_x100} * 1'000'000), Points{book_.score_max_x100} * 1'000'000);
  }

 private:
  const core::RuleBook& book_;
  std::map<std::tuple<std::uint32_t, std::uint64_t, std::int32_t>, std::int64_t> net_;
};

}  // namespace scoreline::test
