#include "core/stage_rules.hpp"

#include <algorithm>

#include "core/rule_sum.hpp"

namespace scoreline::core {
namespace {

constexpr std::int64_t kNeverDay = INT64_MAX;

/// Does an open deal keep the lead from being routed?
bool has_open_deal(const Deals& deals, const RuleBook& book) {
  const auto all = deals.all();
  return std::any_of(all.begin(), all.end(),
                     [&](const Deal& deal) { return deal.open && find_pipeline(book, deal.pipeline) != nullptr; });
}

/// On which day may the pipeline take a lead without an open deal? INT64_MIN: it has no deal there; kNeverDay: it has,
/// and a pipeline takes back nobody without reopen_after_days.
std::int64_t takes_from(const Deals& deals, const Pipeline& pipeline) {
  std::int64_t day = INT64_MIN;
  for (const Deal& deal : deals.all()) {
    if (deal.pipeline != pipeline.id) continue;
    if (!pipeline.reopen_after_days || !deal.closed_on) return kNeverDay;
    day = std::max(day, std::int64_t{deal.closed_on->n} + *pipeline.reopen_after_days);
  }
  return day;
}

bool is_used(const Deal& deal, const Advance& advance) {
  return std::find(deal.used.begin(), deal.used.end(), advance.id) != deal.used.end();
}

/// Calls with each advance that could move the deal if its `when` held, in rule-book order.
template <typename Use>
void for_each_advance(const Deal& deal, const Pipeline& pipeline, const Use& use) {
  const int place = find_stage(pipeline, deal.stage);
  if (!deal.open || place < 0) return;
  for (const Advance& advance : pipeline.advances) {
    if (advance.to > static_cast<std::uint32_t>(place) && !is_used(deal, advance)) use(advance);
  }
}

/// Calls with each `did` below a condition.
template <typename Use>
void for_each_did(const Condition& condition, const Use& use) {
  if (condition.kind == ConditionKind::did) use(condition);
  for (const Condition& child : condition.children) for_each_did(child, use);
}

/// The first day after `today` on which any_within gives another answer; kNeverDay: it stays.
std::int64_t next_change(Tally tally, Day today, std::int32_t within_days) {
  if (!any_within(tally, today, within_days)) {
    std::int64_t first = kNeverDay;
    for (const DayCount& count : tally) {
      if (count.n > 0 && count.day > today) first = std::min<std::int64_t>(first, count.day.n);
    }
    return first;
  }
  if (within_days == 0) return kNeverDay;
  std::int64_t end = std::int64_t{today.n} + 1;  // of the days that are covered without a gap, from today on
  for (bool grew = true; grew;) {
    grew = false;
    for (const DayCount& count : tally) {
      const std::int64_t leaves = std::int64_t{count.day.n} + within_days;
      if (count.n <= 0 || count.day.n > end || leaves <= end) continue;
      end = leaves;
      grew = true;
    }
  }
  return end;
}

/// One evaluation on its way. Whoever reads `facts` sees the deals as they are at that moment.
class Evaluation {
 public:
  Evaluation(const RuleBook& book, Deals& deals, FactSheet& facts, const StageRules::Input& input)
      : book_(book), deals_(deals), facts_(facts), input_(input) {
    facts_.stages = deals_.stages();
  }

  void move_manually(const ManualMove& move);
  void route(const std::vector<const Pipeline*>& routes);
  void advance();
  StageRules::Outcome take_outcome() { return std::move(outcome_); }

 private:
  std::size_t make(const Pipeline& pipeline);
  void enter(std::size_t index, const Stage& stage, const std::string& by, bool manual);

  const RuleBook& book_;
  Deals& deals_;
  FactSheet& facts_;
  const StageRules::Input& input_;
  StageRules::Outcome outcome_;
  int made_ = 0;
};

std::size_t Evaluation::make(const Pipeline& pipeline) {
  Deal deal;
  deal.id.append(input_.deal_key).append("-").append(std::to_string(++made_));
  deal.pipeline = pipeline.id;
  deal.created_at = input_.now;
  deal.created_by = input_.cause;
  return deals_.add(std::move(deal));
}

void Evaluation::enter(std::size_t index, const Stage& stage, const std::string& by, bool manual) {
  const Deal& deal = deals_.at(index);
  outcome_.entries.push_back({deal.id, deal.pipeline, deal.stage, stage.id, by, manual});
  deals_.move(index, stage.id, stage.outcome != core::Outcome::none, input_.now);
  facts_.stages = deals_.stages();
}

void Evaluation::move_manually(const ManualMove& move) {
  const Pipeline* pipeline = find_pipeline(book_, move.pipeline);
  if (pipeline == nullptr) {
    outcome_.refused = {"unknown_pipeline", "the rule book has no pipeline of that id: the deal was not moved",
                        "/properties/pipeline"};
    return;
  }
  const int to = find_stage(*pipeline, move.to);
  if (to < 0) {
    outcome_.refused = {"unknown_stage", "the pipeline has no stage of that id: the deal was not moved",
                        "/properties/to"};
    return;
  }
  const auto newest = deals_.newest(pipeline->id);
  if (newest && deals_.at(*newest).stage == move.to) return;
  const std::size_t index = newest ? *newest : make(*pipeline);
  enter(index, pipeline->stages[static_cast<std::size_t>(to)], move.by, true);
  // What holds already must not undo what a person has just decided.
  for (const Advance& advance : pipeline->advances) {
    if (holds(advance.when, facts_)) deals_.use_up(index, advance.id);
  }
}

void Evaluation::route(const std::vector<const Pipeline*>& routes) {
  if (has_open_deal(deals_, book_)) return;
  const std::int64_t today = base::day_of(input_.now).n;
  for (const Pipeline* pipeline : routes) {
    if (takes_from(deals_, *pipeline) > today || !holds(*pipeline->route, facts_)) continue;
    enter(make(*pipeline), pipeline->stages.front(), "route", false);
    return;
  }
}

void Evaluation::advance() {
  struct Move {
    std::size_t index = 0;
    const Pipeline* pipeline = nullptr;
    const Advance* advance = nullptr;
  };
  std::vector<Move> moves;  // all are found before one is made: each sees the facts after the route
  for (const std::size_t index : deals_.open()) {
    const Deal& deal = deals_.at(index);
    const Pipeline* pipeline = find_pipeline(book_, deal.pipeline);
    if (pipeline == nullptr) continue;
    const Advance* farthest = nullptr;
    for_each_advance(deal, *pipeline, [&](const Advance& one) {
      if ((farthest == nullptr || one.to > farthest->to) && holds(one.when, facts_)) farthest = &one;
    });
    if (farthest != nullptr) moves.push_back({index, pipeline, farthest});
  }
  for (const Move& move : moves) {
    enter(move.index, move.pipeline->stages[move.advance->to], move.advance->id, false);
    deals_.use_up(move.index, move.advance->id);
  }
}

}  // namespace

StageRules::StageRules(std::shared_ptr<const RuleBook> book) : book_(std::move(book)) {
  for (const Pipeline& pipeline : book_->pipelines) {
    if (pipeline.route && !pipeline.stages.empty()) routes_.push_back(&pipeline);
  }
  std::stable_sort(routes_.begin(), routes_.end(),
                   [](const Pipeline* a, const Pipeline* b) { return a->priority < b->priority; });
}

StageRules::Outcome StageRules::evaluate(Deals& deals, FactSheet& facts, const Input& input) const {
  Evaluation evaluation(*book_, deals, facts, input);
  if (input.move) evaluation.move_manually(*input.move);
  evaluation.route(routes_);
  evaluation.advance();
  return evaluation.take_outcome();
}

bool StageRules::settled(const Deals& deals, FactSheet& facts, Instant now) const {
  Deals tried = deals;
  const bool nothing = evaluate(tried, facts, {now, {}, {}, std::nullopt}).entries.empty();
  facts.stages = deals.stages();
  return nothing;
}

std::optional<Day> StageRules::wake_on(const Deals& deals, const Tallies& tallies, Day today) const {
  Wake wake;
  const auto consider = [&](const Condition& when) {
    for_each_did(when, [&](const Condition& did) {
      wake.consider(next_change(tallies.of(book_->matches[did.match].hash), today, did.within_days));
    });
  };
  for (const std::size_t index : deals.open()) {
    const Pipeline* pipeline = find_pipeline(*book_, deals.at(index).pipeline);
    if (pipeline == nullptr) continue;
    for_each_advance(deals.at(index), *pipeline, [&](const Advance& advance) { consider(advance.when); });
  }
  if (has_open_deal(deals, *book_)) return wake.day();
  for (const Pipeline* pipeline : routes_) {
    const std::int64_t from = takes_from(deals, *pipeline);
    if (from == kNeverDay) continue;
    if (from > today.n) wake.consider(from);
    consider(*pipeline->route);
  }
  return wake.day();
}

}  // namespace scoreline::core
