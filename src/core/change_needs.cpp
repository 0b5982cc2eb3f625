#include "core/change_needs.hpp"

#include <set>
#include <string_view>

namespace scoreline::core {
namespace {

template <typename Visit>
void walk(const Condition& condition, const Visit& visit) {
  visit(condition);
  for (const Condition& child : condition.children) walk(child, visit);
}

/// The `when`s of triggers and sequences.
template <typename Visit>
void walk_effects(const RuleBook& book, const Visit& visit) {
  for (const Trigger& trigger : book.triggers) walk(trigger.when, visit);
  for (const Sequence& sequence : book.sequences) walk(sequence.when, visit);
}

}  // namespace

ChangeNeeds change_needs(const RuleBook& book) {
  constexpr std::string_view kTraits = "traits.";
  std::set<std::string> traits;
  std::set<std::pair<std::uint32_t, std::int32_t>> dids;
  walk_effects(book, [&](const Condition& condition) {
    if (condition.kind == ConditionKind::did) dids.emplace(condition.match, condition.within_days);
    if (condition.kind != ConditionKind::field) return;
    const std::string& path = book.paths.name(condition.path);
    if (path.starts_with(kTraits))
      traits.insert(path.substr(kTraits.size(), path.find('.', kTraits.size()) - kTraits.size()));
  });
  if (!book.sequences.empty()) traits.insert("timezone");
  return {{traits.begin(), traits.end()}, {dids.begin(), dids.end()}};
}

std::vector<std::string> customer_fields_named(const RuleBook& book) {
  std::set<std::string> fields;
  const auto visit = [&](const Condition& condition) {
    if (condition.kind == ConditionKind::customer) fields.insert(condition.subject);
  };
  for (const Pipeline& pipeline : book.pipelines) {
    if (pipeline.route) walk(*pipeline.route, visit);
    for (const Advance& advance : pipeline.advances) walk(advance.when, visit);
  }
  walk_effects(book, visit);
  return {fields.begin(), fields.end()};
}

}  // namespace scoreline::core
