#include "flow/change_view.hpp"

#include <algorithm>

#include "core/match_use.hpp"

namespace scoreline::flow {

ChangeView::ChangeView(std::shared_ptr<const core::RuleBook> book)
    : book_(std::move(book)), matcher_(book_, core::occasion_matches(*book_)) {}

void ChangeView::look_at(const core::LeadChange& change) {
  change_ = &change;
  matches_.clear();
  if (change.activity)
    for (const EventMatcher::Found& found : matcher_.find(*change.activity)) matches_.push_back(found.match);
  facts_ = std::make_unique<core::FactSheet>(*book_, matcher_.facts(change.facts.traits).traits());
  facts_->tier = change.facts.tier;
  facts_->levels = change.facts.levels;
  facts_->stages = change.facts.stages;
  customer_.read(change.facts.customer);
  if (customer_.known()) facts_->customer = [this](const std::string& field) { return customer_.field(field); };
  facts_->did = [&change](std::uint64_t match, std::int32_t within_days) {
    return std::find(change.facts.did.begin(), change.facts.did.end(), std::pair(match, within_days)) !=
           change.facts.did.end();
  };
}

std::string occasion_text(const core::LeadChange& change, std::uint32_t place) {
  if (place == 0) return "activity " + (change.activity ? change.activity->name : std::string());
  if (place > change.signals.size()) return {};
  const core::Signal& signal = change.signals[place - 1];
  switch (signal.kind) {
    case core::Signal::Kind::churn_risk:
      return "customer churn_risk";
    case core::Signal::Kind::tier:
      return "tier " + signal.to;
    case core::Signal::Kind::intent:
      return "intent " + signal.subject + "/" + signal.to;
    case core::Signal::Kind::stage:
      return "stage " + signal.subject + "/" + signal.to;
  }
  return {};
}

}  // namespace scoreline::flow
