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

void Scorer::add(Contribution contribution, std::int32_t category, Score& score, Sum& sum) {
  if (contribution.value == 0) return;
  score.contributions.push_back(contribution);
  (category < 0 ? sum.loose : score.categories[static_cast<std::size_t>(category)]) += contribution.value;
}

void Scorer::add_rules(const ScoreState& state, Day today, Score& score, Sum& sum) const {
  for (std::size_t i = 0; i < state.tallies.size(); ++i) {
    const auto [match, tally] = state.tallies.entry(i);
    for (const WeightedRule& rule : rules_.find(match)) {
      const Points value = RuleTable::sum(rule, tally, today, sum.wake, score.scratch);
      add({Contribution::Kind::rule, rule.index, value}, rule.rule->category, score, sum);
    }
  }
}

void Scorer::add_fits(const ScoreState& state, Score& score, Sum& sum) const {
  if (book_->fits.empty()) return;  // the state's are another rule book's
  for (const std::uint32_t index : state.fits.holding) {
    const Fit& fit = book_->fits[index];
    add({Contribution::Kind::fit, index, full(fit.points_x100)}, fit.category, score, sum);
  }
}

void Scorer::add_inactivities(const ScoreState& state, Day today, Score& score, Sum& sum) const {
  if (book_->inactivities.empty()) return;
  const std::optional<Day> last = state.last_sign_of_life();
  if (!last) return;
  for (std::uint32_t i = 0; i < book_->inactivities.size(); ++i) {
    const Inactivity& inactivity = book_->inactivities[i];
    const std::int64_t starts = starts_on(inactivity, *last);
    if (today.n < starts) {
      sum.wake.consider(starts);
    } else {
      add({Contribution::Kind::inactivity, i, full(inactivity.points_x100)}, inactivity.category, score, sum);
    }
  }
}

void Scorer::evaluate(const ScoreState& state, Day today, Score& score_out) const {
  SCORELINE_CHECK(!fits_stale(state), "a score is asked for before the fits are known");
  score_out.contributions.clear();
  score_out.categories.assign(book_->categories.size(), 0);
  Sum sum;
  add_rules(state, today, score_out, sum);
  add_fits(state, score_out, sum);
  add_inactivities(state, today, score_out, sum);
  for (std::size_t i = 0; i < book_->categories.size(); ++i) {
    const Category& category = book_->categories[i];
    score_out.categories[i] = clamped(score_out.categories[i], category.min_x100, category.max_x100);
    sum.loose += score_out.categories[i];
  }
  score_out.value = clamped(sum.loose, book_->score_min_x100, book_->score_max_x100);
  score_out.wake_on = sum.wake.day();
}

Score Scorer::evaluate(ScoreState& state, Day today, const LeadFacts& lead) const {
  if (fits_stale(state)) refresh_fits(state, lead);
  Score score;
  evaluate(state, today, score);
  return score;
}

std::optional<Day> Scorer::next_change_on(const ScoreState& state, Day today) const {
  Score score;
  evaluate(state, today, score);
  const Points now = score.value;
  // Each candidate lies behind the one before, and weights only fall: this ends when the last one has.
  while (const std::optional<Day> day = score.wake_on) {
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
