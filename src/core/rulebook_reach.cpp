#include "core/rulebook_reach.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace scoreline::core {
namespace {

using Conditions = std::vector<const Condition*>;

constexpr std::size_t kBranchesMax = 4'096;  // of `any` within `any`; beyond that nothing is proved

bool is_leaf(const Condition& condition) {
  return condition.kind != ConditionKind::all && condition.kind != ConditionKind::any &&
         condition.kind != ConditionKind::none;
}

/// Holds whatever the facts are. (A leaf may always fail: there may be no such fact.)
bool always(const Condition& condition) {
  const auto child_always = [](const Condition& child) { return always(child); };
  const auto never = [](const Condition& child) { return child.kind == ConditionKind::any && child.children.empty(); };
  switch (condition.kind) {
    case ConditionKind::all:
      return std::all_of(condition.children.begin(), condition.children.end(), child_always);
    case ConditionKind::any:
      return std::any_of(condition.children.begin(), condition.children.end(), child_always);
    case ConditionKind::none:
      return std::all_of(condition.children.begin(), condition.children.end(), never);
    default:
      return false;
  }
}

FieldValue value_of(const Operand& operand) { return {operand.type, operand.boolean, operand.number, operand.text}; }

double as_double(const Number& number) { return number.is_integer ? static_cast<double>(number.integer) : number.real; }

bool compares(Operator op) {
  return op == Operator::gt || op == Operator::gte || op == Operator::lt || op == Operator::lte;
}

bool beyond_doubles(const Condition* leaf) {
  return compares(leaf->op) && std::abs(as_double(leaf->operands.front().number)) > 1e15;
}

/// One value of each kind that the comparisons tell apart: the bounds, something between them, something outside.
std::vector<FieldValue> sample_numbers(const Conditions& leaves) {
  std::vector<double> bounds;
  std::vector<FieldValue> out;
  for (const Condition* leaf : leaves) {
    if (!compares(leaf->op)) continue;
    bounds.push_back(as_double(leaf->operands.front().number));
    out.push_back(value_of(leaf->operands.front()));
  }
  std::sort(bounds.begin(), bounds.end());
  const auto add = [&](double real) { out.push_back({FieldType::number, false, {false, 0, real}, {}}); };
  add(bounds.front() - 1);
  for (std::size_t i = 1; i < bounds.size(); ++i) add(bounds[i - 1] / 2 + bounds[i] / 2);
  add(bounds.back() + 1);
  return out;
}

/// Is there a value that meets all the conditions on one field?
bool field_can_hold(Conditions leaves) {
  std::vector<FieldValue> candidates;
  const auto first = [&](auto&& test) { return std::find_if(leaves.begin(), leaves.end(), test); };
  const auto absent =
      first([](const Condition* c) { return c->op == Operator::exists && !c->operands.front().boolean; });
  const auto equal = first([](const Condition* c) { return c->op == Operator::is || c->op == Operator::in; });
  if (absent != leaves.end()) {
    candidates.emplace_back();
  } else if (equal != leaves.end()) {
    for (const Operand& operand : (*equal)->operands) candidates.push_back(value_of(operand));
  } else if (std::any_of(leaves.begin(), leaves.end(), [](const Condition* c) { return compares(c->op); })) {
    // Numbers are dense: leaving a few of them out never empties a range, only a single point.
    std::erase_if(leaves, [](const Condition* c) { return c->op == Operator::is_not; });
    if (std::any_of(leaves.begin(), leaves.end(), beyond_doubles)) return true;
    candidates = sample_numbers(leaves);
  } else {
    return true;
  }
  return std::any_of(candidates.begin(), candidates.end(), [&](const FieldValue& value) {
    return std::all_of(leaves.begin(), leaves.end(), [&](const Condition* leaf) { return holds(value, *leaf); });
  });
}

class Search {
 public:
  Search(const Ladders& ladders, std::optional<StageBefore> before) : ladders_(ladders), before_(before) {}

  /// `open` are conditions that must all hold, `leaves` those of them that were taken apart already.
  bool feasible(Conditions open, Conditions leaves) {
    if (++branches_ > kBranchesMax) return true;
    while (!open.empty()) {
      const Condition& one = *open.back();
      open.pop_back();
      if (is_leaf(one)) {
        leaves.push_back(&one);
      } else if (one.kind == ConditionKind::all) {
        for (const Condition& child : one.children) open.push_back(&child);
      } else if (one.kind == ConditionKind::none) {
        if (std::any_of(one.children.begin(), one.children.end(), always)) return false;
      } else {
        return std::any_of(one.children.begin(), one.children.end(), [&](const Condition& child) {
          Conditions branch = open;
          branch.push_back(&child);
          return feasible(std::move(branch), leaves);
        });
      }
    }
    return leaves_can_hold(leaves);
  }

 private:
  const std::vector<std::string>* ladder_of(const Condition& leaf) const {
    if (leaf.kind == ConditionKind::tier) return &ladders_.tiers;
    const auto& outer = leaf.kind == ConditionKind::intent ? ladders_.intents : ladders_.pipelines;
    const auto found = outer.find(leaf.subject);
    return found == outer.end() ? nullptr : &found->second;
  }

  bool positions_can_hold(const Conditions& leaves) const {
    const std::vector<std::string>* ladder = ladder_of(*leaves.front());
    if (ladder == nullptr) return true;
    std::size_t low = 0, high = ladder->size();  // high is excluded
    if (before_ && leaves.front()->kind == ConditionKind::stage && leaves.front()->subject == before_->pipeline)
      high = before_->position;
    for (const Condition* leaf : leaves) {
      const auto place = std::find(ladder->begin(), ladder->end(), leaf->text);
      if (place == ladder->end()) return true;  // unknown: somebody else's business
      const auto at = static_cast<std::size_t>(place - ladder->begin());
      low = std::max(low, at);
      if (leaf->op == Operator::is) high = std::min(high, at + 1);
    }
    return low < high;
  }

  bool leaves_can_hold(const Conditions& leaves) const {
    std::map<std::tuple<ConditionKind, PathId, std::string>, Conditions> by_fact;
    for (const Condition* leaf : leaves) by_fact[{leaf->kind, leaf->path, leaf->subject}].push_back(leaf);
    return std::all_of(by_fact.begin(), by_fact.end(), [&](const auto& entry) {
      switch (std::get<ConditionKind>(entry.first)) {
        case ConditionKind::field:
        case ConditionKind::customer:
          return field_can_hold(entry.second);
        case ConditionKind::tier:
        case ConditionKind::intent:
        case ConditionKind::stage:
          return positions_can_hold(entry.second);
        default:
          return true;
      }
    });
  }

  const Ladders& ladders_;
  std::optional<StageBefore> before_;
  std::size_t branches_ = 0;
};

}  // namespace

bool can_hold(const Condition& condition, const Ladders& ladders, std::optional<StageBefore> before) {
  return Search(ladders, before).feasible({&condition}, {});
}

}  // namespace scoreline::core
