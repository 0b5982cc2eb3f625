#include "core/score.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <bit>

#include "base/bytes.hpp"
#include "base/check.hpp"
#include "base/hash.hpp"

namespace scoreline::core {
namespace {

void write_operand(const Operand& operand, base::ByteWriter& out) {
  out.u64(static_cast<std::uint64_t>(operand.type));
  out.boolean(operand.boolean);
  out.boolean(operand.number.is_integer);
  out.i64(operand.number.integer);
  out.fixed64(std::bit_cast<std::uint64_t>(operand.number.real));
  out.text(operand.text);
}

/// Of a fit, so over traits alone. A prefix code: no two different conditions are written alike.
void write_condition(const Condition& condition, const PathTable& paths, base::ByteWriter& out) {
  out.u64(static_cast<std::uint64_t>(condition.kind));
  if (condition.kind == ConditionKind::field) {
    out.text(paths.name(condition.path));
    out.u64(static_cast<std::uint64_t>(condition.op));
    out.text(condition.pattern ? condition.pattern->pattern() : std::string());
    out.u64(condition.operands.size());
    for (const Operand& operand : condition.operands) write_operand(operand, out);
  }
  out.u64(condition.children.size());
  for (const Condition& child : condition.children) write_condition(child, paths, out);
}

std::uint64_t fingerprint_of_fits(const RuleBook& book) {
  std::string text;
  base::ByteWriter out(text);
  for (const Fit& fit : book.fits) write_condition(fit.when, book.paths, out);
  const std::uint64_t hash = base::stable_hash(text);
  return hash == 0 ? 1 : hash;
}

Points full(std::int64_t points_x100) { return Points{points_x100} * kHundredth; }

/// The first day on which an inactivity holds, counted from the last sign of life.
std::int64_t starts_on(const Inactivity& inactivity, Day last) { return std::int64_t{last.n} + inactivity.days; }

/// Adds to a category, or to what has none.
void add_to(std::int32_t category, Points value, Score& score, Points& loose) {
  if (category < 0) {
    loose += value;
  } else {
    score.categories[static_cast<std::size_t>(category)] += value;
  }
}

void contribute(Contribution::Kind kind, std::size_t index, Points value, Score& score) {
  if (value != 0) score.contributions.push_back({kind, static_cast<std::uint32_t>(index), value});
}

}  // namespace

Scorer::Scorer(std::shared_ptr<const RuleBook> book) : book_(std::move(book)), fingerprint_(fingerprint_of_fits(*book_)) {
  WeightTable weights;
  for (std::uint32_t i = 0; i < book_->rules.size(); ++i) {
    const Rule& rule = book_->rules[i];
    rules_.add(book_->matches[rule.match].hash, {&rule, weights.make(rule.decay, rule.expires_after_days), 0, i});
  }
  rules_.build();
}

void Scorer::refresh_fits(ScoreState& state, const LeadFacts& lead) const {
  state.fits.fits = fingerprint_;
  state.fits.holding.clear();
  for (std::uint32_t i = 0; i < book_->fits.size(); ++i) {
    if (holds(book_->fits[i].when, lead)) state.fits.holding.push_back(i);
  }
}

void Scorer::add_rules(const ScoreState& state, Day today, Score& score, Points& loose) const {
  for (std::size_t i = 0; i < state.tallies.size(); ++i) {
    const auto [match, tally] = state.tallies.entry(i);
    for (const WeightedRule& rule : rules_.find(match)) {
      const Points sum = RuleTable::sum(rule, tally, today, score.scratch);
      contribute(Contribution::Kind::rule, rule.index, sum, score);
      add_to(rule.rule->category, sum, score, loose);
    }
  }
}

void Scorer::add_states(const ScoreState& state, Day today, Score& score, Points& loose) const {
  if (!book_->fits.empty()) {
    for (const std::uint32_t index : state.fits.holding) {
      const Fit& fit = book_->fits[index];
      contribute(Contribution::Kind::fit, index, full(fit.points_x100), score);
      add_to(fit.category, full(fit.points_x100), score, loose);
    }
  }
  if (book_->inactivities.empty()) return;
  const std::optional<Day> last = state.last_sign_of_life();
  if (!last) return;
  for (std::size_t i = 0; i < book_->inactivities.size(); ++i) {
    const Inactivity& inactivity = book_->inactivities[i];
    if (today.n < starts_on(inactivity, *last)) continue;
    contribute(Contribution::Kind::inactivity, i, full(inactivity.points_x100), score);
    add_to(inactivity.category, full(inactivity.points_x100), score, loose);
  }
}

void Scorer::evaluate(const ScoreState& state, Day today, Score& score_out) const {
  SCORELINE_CHECK(!fits_stale(state), "a score is asked for before the fits are known");
  score_out.contributions.clear();
  score_out.categories.assign(book_->categories.size(), 0);
  Points sum = 0;
  add_rules(state, today, score_out, sum);
  add_states(state, today, score_out, sum);
  for (std::size_t i = 0; i < book_->categories.size(); ++i) {
    const Category& category = book_->categories[i];
    score_out.categories[i] = clamped(score_out.categories[i], category.min_x100, category.max_x100);
    sum += score_out.categories[i];
  }
  score_out.value = clamped(sum, book_->score_min_x100, book_->score_max_x100);
}

Score Scorer::evaluate(ScoreState& state, Day today, const LeadFacts& lead) const {
  if (fits_stale(state)) refresh_fits(state, lead);
  Score score;
  evaluate(state, today, score);
  return score;
}

std::optional<Day> Scorer::wake_on(const ScoreState& state, Day today, std::vector<Bucket>& scratch) const {
  std::optional<Day> first = rules_.next_weight_change(state.tallies, today, scratch);
  if (book_->inactivities.empty()) return first;
  const std::optional<Day> last = state.last_sign_of_life();
  if (!last) return first;
  for (const Inactivity& inactivity : book_->inactivities) {
    const std::int64_t starts = starts_on(inactivity, *last);
    if (starts > today.n && starts <= INT32_MAX && (!first || starts < first->n)) first = Day{static_cast<std::int32_t>(starts)};
  }
  return first;
}

std::optional<Day> Scorer::next_change_on(const ScoreState& state, Day today) const {
  Score score;
  evaluate(state, today, score);
  const Points now = score.value;
  // Each candidate lies behind the one before, and weights only fall: this ends when the last one has.
  for (std::optional<Day> day = wake_on(state, today, score.scratch); day; day = wake_on(state, *day, score.scratch)) {
    evaluate(state, *day, score);
    if (score.value != now) return day;
  }
  return std::nullopt;
}

const std::string& Scorer::id(const Contribution& contribution) const {
  switch (contribution.kind) {
    case Contribution::Kind::fit: return book_->fits[contribution.index].id;
    case Contribution::Kind::inactivity: return book_->inactivities[contribution.index].id;
    case Contribution::Kind::rule: break;
  }
  return book_->rules[contribution.index].id;
}

void Scorer::sort_by_id(Score& score) const {
  std::sort(score.contributions.begin(), score.contributions.end(),
            [&](const Contribution& a, const Contribution& b) { return id(a) < id(b); });
}

ScoreExplanation Scorer::explain(const ScoreState& state, Day today) const {
  ScoreExplanation out;
  Score score;
  evaluate(state, today, score);
  out.score = score.value;
  std::vector<Points> sums(book_->categories.size(), 0);
  const auto take = [&](RuleExplanation rule, std::int32_t category) {
    (category < 0 ? out.sum : sums[static_cast<std::size_t>(category)]) += rule.limited;
    out.rules.push_back(std::move(rule));
  };
  for (std::size_t i = 0; i < state.tallies.size(); ++i) {
    const auto [match, tally] = state.tallies.entry(i);
    for (const WeightedRule& rule : rules_.find(match)) {
      RuleExplanation one = core::explain(rule, tally, today);
      if (!one.rows.empty()) take(std::move(one), rule.rule->category);
    }
  }
  for (const Contribution& one : score.contributions) {
    if (one.kind == Contribution::Kind::rule) continue;
    const bool fit = one.kind == Contribution::Kind::fit;
    take({id(one), one.value, one.value, one.value, {}}, fit ? book_->fits[one.index].category : book_->inactivities[one.index].category);
  }
  std::sort(out.rules.begin(), out.rules.end(), [](const RuleExplanation& a, const RuleExplanation& b) { return a.id < b.id; });
  for (std::size_t i = 0; i < sums.size(); ++i) {
    out.categories.push_back({book_->categories[i].id, sums[i], score.categories[i]});
    out.sum += score.categories[i];
  }
  return out;
}

}  // namespace scoreline::core
