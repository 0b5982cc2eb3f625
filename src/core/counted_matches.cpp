#include "core/counted_matches.hpp"

#include <set>

namespace scoreline::core {

std::vector<std::uint32_t> rule_matches(const RuleBook& book) {
  std::set<std::uint32_t> matches;
  for (const Rule& rule : book.rules) matches.insert(rule.match);
  return {matches.begin(), matches.end()};
}

std::vector<std::uint32_t> signal_matches(const RuleBook& book) {
  std::set<std::uint32_t> matches;
  for (const Intent& intent : book.intents)
    for (const Rule& signal : intent.signals) matches.insert(signal.match);
  return {matches.begin(), matches.end()};
}

}  // namespace scoreline::core
