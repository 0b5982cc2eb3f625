#include "core/match_use.hpp"

#include <algorithm>

namespace scoreline::core {
namespace {

void add_dids(const Condition& condition, std::vector<std::uint32_t>& out) {
  if (condition.kind == ConditionKind::did) out.push_back(condition.match);
  for (const Condition& child : condition.children) add_dids(child, out);
}

void add_activity(const Occasion& occasion, std::vector<std::uint32_t>& out) {
  if (occasion.kind == Occasion::Kind::activity) out.push_back(occasion.match);
}

std::vector<std::uint32_t> each_once(std::vector<std::uint32_t> matches) {
  std::sort(matches.begin(), matches.end());
  matches.erase(std::unique(matches.begin(), matches.end()), matches.end());
  return matches;
}

}  // namespace

std::vector<std::uint32_t> did_matches(const RuleBook& book) {
  std::vector<std::uint32_t> out;
  for (const Pipeline& pipeline : book.pipelines) {
    if (pipeline.route) add_dids(*pipeline.route, out);
    for (const Advance& advance : pipeline.advances) add_dids(advance.when, out);
  }
  for (const Trigger& trigger : book.triggers) add_dids(trigger.when, out);
  for (const Sequence& sequence : book.sequences) add_dids(sequence.when, out);
  return each_once(std::move(out));
}

std::vector<std::uint32_t> occasion_matches(const RuleBook& book) {
  std::vector<std::uint32_t> out;
  for (const Trigger& trigger : book.triggers) add_activity(trigger.on, out);
  for (const Sequence& sequence : book.sequences) {
    if (sequence.enrol_on) add_activity(*sequence.enrol_on, out);
    for (const Occasion& exit : sequence.exit_on) add_activity(exit, out);
  }
  return each_once(std::move(out));
}

}  // namespace scoreline::core
