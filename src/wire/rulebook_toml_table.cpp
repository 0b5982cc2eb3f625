#include "wire/rulebook_toml_table.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <tuple>

#include "base/suggest.hpp"

namespace scoreline::wire {
namespace {

/// The shortest text that reads back as this double, without an exponent: what was written, for every number that
/// people write.
std::string shortest(double value) {
  char buffer[400];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::fixed);
  return std::string(buffer, end.ptr);
}

std::int64_t power_of_ten(int exponent) {
  std::int64_t out = 1;
  for (; exponent > 0; --exponent) out *= 10;
  return out;
}

std::vector<RuleBookProblem> sorted(std::vector<RuleBookProblem> problems) {
  std::stable_sort(problems.begin(), problems.end(), [](const RuleBookProblem& a, const RuleBookProblem& b) {
    return std::tie(a.file, a.line, a.column) < std::tie(b.file, b.line, b.column);
  });
  return problems;
}

std::string how_to_write(TomlNode::Kind kind) {
  switch (kind) {
    case TomlNode::Kind::string:
      return "write it in quotes";
    case TomlNode::Kind::integer:
      return "write a whole number";
    case TomlNode::Kind::table:
      return "write `{ ... }`";
    case TomlNode::Kind::array:
      return "write `[ ... ]`";
    default:
      return {};
  }
}

constexpr std::string_view kCounts[] = {"no", "one", "two", "three", "four", "five", "six"};

}  // namespace

void Problems::add(int line, int column, std::string message, std::string suggestion) {
  problems_.push_back(
      {file_, line, column, std::move(message), std::move(suggestion), RuleBookProblem::Severity::error});
}

void Problems::at_key(const TomlNode& node, std::string message, std::string suggestion) {
  const bool has_key = node.key_line != 0;
  add(has_key ? node.key_line : node.line, has_key ? node.key_column : node.column, std::move(message),
      std::move(suggestion));
}

void Problems::doubt(const TomlNode& node, std::string message, std::string suggestion) {
  remarks_.push_back(
      {file_, node.line, node.column, std::move(message), std::move(suggestion), RuleBookProblem::Severity::error});
}

void Problems::warn(const TomlNode& node, std::string message, std::string suggestion) {
  doubt(node, std::move(message), std::move(suggestion));
  remarks_.back().severity = RuleBookProblem::Severity::warning;
}

std::vector<RuleBookProblem> Problems::take() { return sorted(std::move(problems_)); }
std::vector<RuleBookProblem> Problems::take_remarks() { return sorted(std::move(remarks_)); }

std::string did_you_mean(std::string_view wrong, std::span<const std::string_view> known) {
  const std::string near = base::suggest(wrong, known);
  if (!near.empty()) return fmt::format("did you mean `{}`?", near);
  constexpr std::size_t kShown = 24;
  if (known.empty() || known.size() > kShown) return {};
  std::string out = "known:";
  for (const std::string_view one : known) out += fmt::format("{} `{}`", out.size() > 6 ? "," : "", one);
  return out;
}

std::string did_you_mean(std::string_view wrong, const std::vector<std::string>& known) {
  const std::vector<std::string_view> views(known.begin(), known.end());
  return did_you_mean(wrong, std::span<const std::string_view>(views));
}

std::string Table::label(std::string_view key) const { return fmt::format("`{}` of {}", key, what_); }

void Table::missing(std::string_view key) {
  problems_.at_key(node_, fmt::format("{} has no `{}`", what_, key), fmt::format("add `{} = ...`", key));
}

void Table::wrong(const TomlNode& node, std::string_view expected, std::string suggestion) {
  problems_.at_value(node, fmt::format("{} must be {}, not {}", label(node.key), expected, kind_name(node.kind)),
                     std::move(suggestion));
}

const TomlNode* Table::find(std::string_view key, Need need) {
  known_.emplace_back(key);
  for (const TomlNode& child : node_.children) {
    if (child.key == key) return &child;
  }
  if (need == Need::required) missing(key);
  return nullptr;
}

const TomlNode* Table::find(std::string_view key, TomlNode::Kind kind, Need need) {
  const TomlNode* found = find(key, need);
  if (found == nullptr || found->kind == kind) return found;
  wrong(*found, kind_name(kind), how_to_write(kind));
  return nullptr;
}

std::optional<std::string> Table::text(std::string_view key, Need need) {
  const TomlNode* found = find(key, TomlNode::Kind::string, need);
  if (found == nullptr) return std::nullopt;
  if (!found->text.empty()) return found->text;
  problems_.at_value(*found, fmt::format("{} is empty", label(key)), "write something between the quotes");
  return std::nullopt;
}

std::optional<std::int64_t> Table::integer(std::string_view key, std::int64_t min, std::int64_t max, Need need) {
  const TomlNode* found = find(key, TomlNode::Kind::integer, need);
  if (found == nullptr) return std::nullopt;
  if (found->integer >= min && found->integer <= max) return found->integer;
  problems_.at_value(*found, fmt::format("{} is {}", label(key), found->integer),
                     fmt::format("write an integer from {} to {}", min, max));
  return std::nullopt;
}

std::optional<std::int32_t> Table::days(std::string_view key, std::int32_t min, Need need) {
  constexpr std::int32_t kDaysMax = 100'000;  // 273 years
  const auto value = integer(key, min, kDaysMax, need);
  return value ? std::optional(static_cast<std::int32_t>(*value)) : std::nullopt;
}

std::optional<std::int64_t> Table::decimal(std::string_view key, int decimals, std::int64_t bound, Need need) {
  const TomlNode* found = find(key, need);
  if (found == nullptr) return std::nullopt;
  if (found->kind != TomlNode::Kind::integer && found->kind != TomlNode::Kind::real) {
    wrong(*found, "a number");
    return std::nullopt;
  }
  const std::int64_t unit = power_of_ten(decimals);
  const bool integral = found->kind == TomlNode::Kind::integer;
  const bool inside = integral ? found->integer >= -bound && found->integer <= bound
                               : std::isfinite(found->real) && std::abs(found->real) <= static_cast<double>(bound);
  if (!inside) {
    problems_.at_value(*found, fmt::format("{} is out of range", label(key)),
                       fmt::format("write a number from {} to {}", -bound, bound));
    return std::nullopt;
  }
  if (integral) return found->integer * unit;
  const std::string text = shortest(found->real);
  const std::size_t dot = text.find('.');
  const std::string fraction = dot == std::string::npos ? "" : text.substr(dot + 1);
  if (fraction.size() > static_cast<std::size_t>(decimals)) {
    problems_.at_value(*found, fmt::format("{} has more than {} decimals", label(key), kCounts[decimals]),
                       fmt::format("write {:.{}f}", found->real, decimals));
    return std::nullopt;
  }
  std::string digits = text.substr(0, dot) + fraction;
  digits.append(static_cast<std::size_t>(decimals) - fraction.size(), '0');
  std::int64_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

std::optional<std::size_t> Table::choice(std::string_view key, std::span<const std::string_view> known, Need need) {
  const TomlNode* found = find(key, TomlNode::Kind::string, need);
  if (found == nullptr) return std::nullopt;
  const auto place = std::find(known.begin(), known.end(), found->text);
  if (place != known.end()) return static_cast<std::size_t>(place - known.begin());
  problems_.at_value(*found, fmt::format("{} is `{}`, which is not known", label(key), found->text),
                     did_you_mean(found->text, known));
  return std::nullopt;
}

std::vector<const TomlNode*> Table::tables(std::string_view key) {
  std::vector<const TomlNode*> out;
  const TomlNode* found = find(key);
  if (found == nullptr) return out;
  const bool in_list = found->kind == TomlNode::Kind::array &&
                       std::all_of(found->children.begin(), found->children.end(),
                                   [](const TomlNode& one) { return one.kind == TomlNode::Kind::table; });
  if (!in_list) {
    wrong(*found, "a list of tables",
          found->kind == TomlNode::Kind::table ? fmt::format("write `[[...{}]]` with two brackets", key) : "");
    return out;
  }
  for (const TomlNode& one : found->children) out.push_back(&one);
  return out;
}

std::optional<std::string> Table::id() {
  constexpr std::size_t kIdMax = 100;
  auto value = text("id", Need::required);
  if (!value) return value;
  const bool control = std::any_of(value->begin(), value->end(),
                                   [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
  if (value->size() > kIdMax || control) {
    problems_.at_value(*find("id"), fmt::format("the id of {} is too long or has control characters", what_),
                       fmt::format("use at most {} bytes of letters, digits and `_`", kIdMax));
    return std::nullopt;
  }
  what_ += fmt::format(" `{}`", *value);
  return value;
}

void Table::finish() {
  for (const TomlNode& child : node_.children) {
    if (std::find(known_.begin(), known_.end(), child.key) != known_.end()) continue;
    problems_.at_key(child, fmt::format("unknown key `{}` in {}", child.key, what_), did_you_mean(child.key, known_));
  }
}

}  // namespace scoreline::wire
