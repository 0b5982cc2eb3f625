#pragma once
/// Random rule books and activities for property tests.
#include <rapidcheck.h>

#include "support/score_book.hpp"

namespace scoreline::test {

template <typename T>
T any_of(T first, T last) {  // inclusive
  return *rc::gen::inRange<T>(first, static_cast<T>(last + 1));
}

inline bool coin() { return any_of(0, 1) == 1; }

inline core::Decay random_decay() {
  switch (any_of(0, 2)) {
    case 1: return step_decay(*rc::gen::element<std::int64_t>(1, 300'000, 500'000, 900'000), any_of(1, 12));
    case 2: return linear_decay(any_of(1, 60));
    default: return {};
  }
}

inline core::Rule random_rule(const core::RuleBook& book, std::string id, std::int64_t least_points) {
  core::Rule out;
  out.id = std::move(id);
  out.points_x100 = any_of<std::int64_t>(least_points, 3000);
  out.match = any_of<std::uint32_t>(0, static_cast<std::uint32_t>(book.matches.size() - 1));
  if (book.matches[out.match].value_path) {
    out.once_per = core::OncePer::path;
  } else {
    out.once_per = *rc::gen::element(core::OncePer::event, core::OncePer::day, core::OncePer::lead);
  }
  if (coin()) out.limit_x100 = any_of<std::int64_t>(0, 4000);
  if (coin()) out.max_per_day = any_of(1, 3);
  if (out.once_per == core::OncePer::event || out.once_per == core::OncePer::day) {
    if (coin()) out.min_per_day = any_of(1, 3);
  }
  return out;
}

/// Three plain matches, two with values; rules, inactivities and intents over them. No fits.
inline std::shared_ptr<const core::RuleBook> random_book() {
  auto book = std::make_shared<core::RuleBook>();
  for (int i = 0; i < 5; ++i) add_match(*book, i >= 3);
  book->score_min_x100 = coin() ? 0 : -5000;
  book->score_max_x100 = coin() ? 10'000 : 100'000;
  book->categories.push_back({"one", std::nullopt, any_of<std::int64_t>(0, 5000)});
  book->categories.push_back({"two", any_of<std::int64_t>(-500, 500), std::nullopt});
  const int rules = any_of(1, 8);
  for (int i = 0; i < rules; ++i) {
    core::Rule one = random_rule(*book, "r" + std::to_string(i), -2000);
    one.category = any_of(-1, 1);
    one.decay = random_decay();
    if (coin()) one.expires_after_days = any_of(1, 50);
    book->rules.push_back(one);
  }
  for (int i = any_of(0, 2); i > 0; --i) {
    book->inactivities.push_back({"i" + std::to_string(i), any_of(-1, 1), any_of<std::int64_t>(-2000, 500), any_of(1, 40)});
  }
  for (int i = any_of(0, 2); i > 0; --i) {
    core::Intent intent;
    intent.id = "intent" + std::to_string(i);
    intent.min_signals = any_of(0, 2);
    intent.decay = random_decay();
    if (coin()) intent.expires_after_days = any_of(1, 50);
    for (int j = any_of(1, 3); j > 0; --j) intent.signals.push_back(random_rule(*book, "s" + std::to_string(j), 1));
    intent.levels = {level("low", 10, 5), level("high", 40, 30)};
    book->intents.push_back(intent);
  }
  return book;
}

inline std::vector<Op> random_ops(const core::RuleBook& book) {
  std::vector<Op> ops;
  for (int i = any_of(0, 40); i > 0; --i) {
    Op op;
    op.match = any_of<std::uint32_t>(0, static_cast<std::uint32_t>(book.matches.size()));
    if (op.match == book.matches.size()) op.match = kSign;
    const bool values = op.match != kSign && book.matches[op.match].value_path.has_value();
    if (values) op.value = any_of<std::uint64_t>(0, 3);
    op.day = any_of(0, 60);
    op.n = any_of(0, 4) == 0 ? -1 : 1;
    ops.push_back(op);
  }
  return ops;
}

template <typename T>
std::vector<T> shuffled(std::vector<T> all) {
  for (std::size_t i = all.size(); i > 1; --i) std::swap(all[i - 1], all[any_of<std::size_t>(0, i - 1)]);
  return all;
}

inline core::ScoreState state_of(const core::RuleBook& book, const std::vector<Op>& ops) {
  core::ScoreState state;
  for (const Op& op : ops) apply(book, op, state);
  return state;
}

}  // namespace scoreline::test
