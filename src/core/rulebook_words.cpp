#include "core/rulebook_words.hpp"

#include <fmt/core.h>

#include <array>
#include <string_view>

namespace scoreline::core {
namespace {

std::string quoted(const Operand& operand) {
  switch (operand.type) {
    case FieldType::boolean:
      return operand.boolean ? "true" : "false";
    case FieldType::number:
      return operand.number.is_integer ? fmt::format("{}", operand.number.integer)
                                       : fmt::format("{}", operand.number.real);
    default:
      return fmt::format("\"{}\"", operand.text);
  }
}

std::string listed(const std::vector<std::string>& words, std::string_view link) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : std::string(link)) + word;
  return out;
}

std::string comparison(const Condition& condition) {
  std::vector<std::string> operands;
  for (const Operand& operand : condition.operands) operands.push_back(quoted(operand));
  const std::string first = operands.empty() ? "" : operands.front();
  switch (condition.op) {
    case Operator::is:
      return "is " + first;
    case Operator::is_not:
      return "is not " + first;
    case Operator::in:
      return operands.empty() ? "is one of nothing" : "is " + listed(operands, " or ");
    case Operator::contains:
      return "contains " + first;
    case Operator::prefix:
      return "begins with " + first;
    case Operator::suffix:
      return "ends with " + first;
    case Operator::matches:
      return fmt::format("matches `{}`", condition.operands.front().text);
    case Operator::gt:
      return "is above " + first;
    case Operator::gte:
      return "is at least " + first;
    case Operator::lt:
      return "is below " + first;
    case Operator::lte:
      return "is at most " + first;
    case Operator::exists:
      return condition.operands.front().boolean ? "is there" : "is missing";
  }
  return {};
}

std::string position(const Condition& condition) {
  return fmt::format("{} `{}`", condition.op == Operator::is ? "is" : "is at least", condition.text);
}

std::string group(const Condition& condition, const RuleBook& book) {
  std::vector<std::string> parts;
  for (const Condition& child : condition.children) {
    const bool nested = child.children.size() > 1;
    parts.push_back(nested ? "(" + in_words(child, book) + ")" : in_words(child, book));
  }
  if (condition.kind == ConditionKind::all) return parts.empty() ? "always" : listed(parts, " and ");
  if (condition.kind == ConditionKind::any) return parts.empty() ? "never" : listed(parts, " or ");
  return parts.empty() ? "always" : fmt::format("not ({})", listed(parts, " or "));
}

}  // namespace

std::string hundredths_in_words(std::int64_t x100) {
  std::string out =
      fmt::format("{}{}.{:02}", x100 < 0 ? "-" : "", (x100 < 0 ? -x100 : x100) / 100, (x100 < 0 ? -x100 : x100) % 100);
  while (out.back() == '0') out.pop_back();
  if (out.back() == '.') out.pop_back();
  return out;
}

std::string names_in_words(const std::vector<std::string>& names) {
  std::vector<std::string> ticked;
  for (const std::string& name : names) ticked.push_back("`" + name + "`");
  return listed(ticked, " or ");
}

std::string in_words(const Condition& condition, const RuleBook& book) {
  switch (condition.kind) {
    case ConditionKind::all:
    case ConditionKind::any:
    case ConditionKind::none:
      return group(condition, book);
    case ConditionKind::field:
      return fmt::format("{} {}", book.paths.name(condition.path), comparison(condition));
    case ConditionKind::customer:
      return fmt::format("customer.{} {}", condition.subject, comparison(condition));
    case ConditionKind::tier:
      return "the tier " + position(condition);
    case ConditionKind::intent:
      return fmt::format("intent `{}` {}", condition.subject, position(condition));
    case ConditionKind::stage:
      return fmt::format("the deal in `{}` {}", condition.subject, position(condition));
    case ConditionKind::did:
      break;
  }
  const std::string days =
      condition.within_days == 1 ? " today" : fmt::format(" within {} days", condition.within_days);
  return "did " + in_words(book.matches[condition.match], book) + (condition.within_days == 0 ? "" : days);
}

std::string in_words(const Match& match, const RuleBook& book) {
  std::string out = names_in_words(match.on);
  if (!match.where.children.empty()) out += " where " + in_words(match.where, book);
  return out;
}

std::string in_words(const Occasion& occasion, const RuleBook& book) {
  switch (occasion.kind) {
    case Occasion::Kind::activity:
      return in_words(book.matches[occasion.match], book);
    case Occasion::Kind::tier:
      return fmt::format("the tier rises to `{}`", occasion.text);
    case Occasion::Kind::intent:
      return fmt::format("intent `{}` rises to `{}`", occasion.subject, occasion.text);
    case Occasion::Kind::stage:
      return fmt::format("a deal enters `{}/{}`", occasion.subject, occasion.text);
    case Occasion::Kind::churn_risk:
      break;
  }
  return "a customer is about to leave (churn_risk)";
}

std::string in_words(const Decay& decay) {
  if (decay.kind == Decay::Kind::none) return "none";
  const auto days = [](std::int32_t n) { return n == 1 ? std::string("day") : fmt::format("{} days", n); };
  if (decay.kind == Decay::Kind::linear) return fmt::format("to nothing within {}", days(decay.zero_after_days));
  return fmt::format("times {} every {}", static_cast<double>(decay.factor_ppm) / 1e6, days(decay.every_days));
}

std::string in_words(const Window& window) {
  constexpr std::array<const char*, 7> kDays{"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
  std::vector<std::string> days;
  for (std::size_t i = 0; i < kDays.size(); ++i) {
    if ((window.days >> i & 1) != 0) days.emplace_back(kDays[i]);
  }
  const auto clock = [](std::int32_t minute) { return fmt::format("{:02}:{:02}", minute / 60, minute % 60); };
  return fmt::format("{} {} to {}", listed(days, ", "), clock(window.from_minute), clock(window.to_minute));
}

std::string subject_of(const Condition& condition, const RuleBook& book) {
  const std::string path = condition.kind == ConditionKind::field ? book.paths.name(condition.path) : "";
  const Operator op = condition.op == Operator::in ? Operator::is : condition.op;  // "is one of" replaces "is"
  return fmt::format("{} {} {} {}", static_cast<int>(condition.kind), path, condition.subject, static_cast<int>(op));
}

}  // namespace scoreline::core
