#include "core/condition.hpp"

#include <re2/re2.h>

#include <algorithm>

#include "base/check.hpp"

namespace scoreline::core {
namespace {

bool equal(const FieldValue& value, const Operand& operand) {
  if (value.type != operand.type) return false;
  switch (value.type) {
    case FieldType::boolean:
      return value.boolean == operand.boolean;
    case FieldType::number:
      return compare(value.number, operand.number) == 0;
    case FieldType::string:
      return value.text == operand.text;
    default:
      return false;  // arrays and objects equal nothing, not even each other
  }
}

bool text_holds(std::string_view text, const Condition& condition) {
  if (condition.op == Operator::matches)
    return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *condition.pattern);
  const std::string& operand = condition.operands.front().text;
  switch (condition.op) {
    case Operator::contains:
      return text.find(operand) != std::string_view::npos;
    case Operator::prefix:
      return text.starts_with(operand);
    case Operator::suffix:
      return text.ends_with(operand);
    default:
      return false;
  }
}

bool number_holds(const Number& number, const Condition& condition) {
  const int sign = compare(number, condition.operands.front().number);
  switch (condition.op) {
    case Operator::gt:
      return sign > 0;
    case Operator::gte:
      return sign >= 0;
    case Operator::lt:
      return sign < 0;
    case Operator::lte:
      return sign <= 0;
    default:
      return false;
  }
}

/// The tree is the same for events and leads; `leaf` answers for what is no group.
template <typename Leaf>
bool tree_holds(const Condition& condition, const Leaf& leaf) {
  const auto child_holds = [&](const Condition& child) { return tree_holds(child, leaf); };
  switch (condition.kind) {
    case ConditionKind::all:
      return std::all_of(condition.children.begin(), condition.children.end(), child_holds);
    case ConditionKind::any:
      return std::any_of(condition.children.begin(), condition.children.end(), child_holds);
    case ConditionKind::none:
      return std::none_of(condition.children.begin(), condition.children.end(), child_holds);
    default:
      return leaf(condition);
  }
}

}  // namespace

bool holds(const FieldValue& value, const Condition& condition) {
  switch (condition.op) {
    case Operator::exists:
      return value.present() == condition.operands.front().boolean;
    case Operator::is_not:
      return !equal(value, condition.operands.front());
    case Operator::is:
      return equal(value, condition.operands.front());
    case Operator::in:
      return std::any_of(condition.operands.begin(), condition.operands.end(),
                         [&](const Operand& one) { return equal(value, one); });
    case Operator::contains:
    case Operator::prefix:
    case Operator::suffix:
    case Operator::matches:
      return value.type == FieldType::string && text_holds(value.text, condition);
    case Operator::gt:
    case Operator::gte:
    case Operator::lt:
    case Operator::lte:
      return value.type == FieldType::number && number_holds(value.number, condition);
  }
  return false;
}

bool holds(const Condition& condition, const Fields& event) {
  return tree_holds(condition, [&](const Condition& leaf) {
    SCORELINE_CHECK(leaf.kind == ConditionKind::field, "a `where` asks only for fields");
    return holds(event.at(leaf.path), leaf);
  });
}

bool holds(const Condition& condition, const LeadFacts& lead) {
  return tree_holds(condition, [&](const Condition& leaf) {
    return leaf.kind == ConditionKind::field ? holds(lead.traits().at(leaf.path), leaf) : lead.fact_holds(leaf);
  });
}

}  // namespace scoreline::core
