#include "app/lead_ranking.hpp"

#include <algorithm>

namespace scoreline::app {

bool LeadRanking::better(const RankedLead& a, const RankedLead& b) const {
  const core::Points left = by_ == By::score ? a.score : a.change, right = by_ == By::score ? b.score : b.change;
  if (left != right) return left > right;
  if (a.score != b.score) return a.score > b.score;
  return a.row.lead < b.row.lead;
}

void LeadRanking::add(RankedLead lead) {
  const auto order = [this](const RankedLead& a, const RankedLead& b) { return better(a, b); };
  if (limit_ == 0) {
    heap_.push_back(std::move(lead));
    return;
  }
  if (heap_.size() == limit_) {
    if (!better(lead, heap_.front())) return;
    std::pop_heap(heap_.begin(), heap_.end(), order);
    heap_.pop_back();
  }
  heap_.push_back(std::move(lead));
  std::push_heap(heap_.begin(), heap_.end(), order);
}

std::vector<RankedLead> LeadRanking::take() {
  std::sort(heap_.begin(), heap_.end(), [this](const RankedLead& a, const RankedLead& b) { return better(a, b); });
  return std::move(heap_);
}

}  // namespace scoreline::app
