#include "core/rule_index.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace scoreline::core {
namespace {

std::uint64_t text_hash(std::string_view text) { return std::hash<std::string_view>{}(text); }

/// Equal numbers hash equally, whether written 1 or 1.0.
std::uint64_t number_hash(const Number& number) {
  constexpr double kTwo63 = 9223372036854775808.0;
  std::int64_t integer = number.integer;
  if (!number.is_integer) {
    if (number.real < -kTwo63 || number.real >= kTwo63 || number.real != std::trunc(number.real)) {
      return std::hash<double>{}(number.real);
    }
    integer = static_cast<std::int64_t>(number.real);
  }
  return static_cast<std::uint64_t>(integer) * 0x9E3779B97F4A7C15ull;
}

/// Of a FieldValue or an Operand; types may share hashes, the check afterwards keeps them apart.
template <typename Value>
std::uint64_t value_hash(const Value& value) {
  switch (value.type) {
    case FieldType::boolean:
      return value.boolean ? 1 : 2;
    case FieldType::number:
      return number_hash(value.number);
    case FieldType::string:
      return text_hash(value.text);
    default:
      return 0;
  }
}

std::vector<std::uint32_t> all_matches(const RuleBook& book) {
  std::vector<std::uint32_t> out(book.matches.size());
  std::iota(out.begin(), out.end(), 0u);
  return out;
}

}  // namespace

bool MatchIndex::keys_of_field(const Condition& condition, std::vector<Key>& keys) {
  if (condition.op == Operator::prefix) {
    const std::string& text = condition.operands.front().text;
    if (text.empty()) return false;  // holds for every string: nothing to look up
    keys.push_back({condition.path, true, text.size(), text_hash(text)});
    return true;
  }
  if (condition.op != Operator::is && condition.op != Operator::in) return false;
  for (const Operand& operand : condition.operands) keys.push_back({condition.path, false, 0, value_hash(operand)});
  return true;
}

/// Keys of which at least one is met whenever `condition` holds; false: none can be given. Of several entries of an
/// `all` an equality is taken before a prefix, and fewer keys before more.
bool MatchIndex::keys_of(const Condition& condition, std::vector<Key>& keys) {
  if (condition.kind == ConditionKind::field) return keys_of_field(condition, keys);
  if (condition.kind == ConditionKind::any) {
    return std::all_of(condition.children.begin(), condition.children.end(),
                       [&](const Condition& child) { return keys_of(child, keys); });
  }
  if (condition.kind != ConditionKind::all) return false;
  std::vector<Key> best;
  bool found = false;
  for (const Condition& child : condition.children) {
    std::vector<Key> mine;
    if (!keys_of(child, mine)) continue;
    const auto rank = [](const std::vector<Key>& some) {
      const bool prefix = std::any_of(some.begin(), some.end(), [](const Key& key) { return key.prefix; });
      return std::pair(prefix, some.size());
    };
    if (!found || rank(mine) < rank(best)) best = std::move(mine);
    found = true;
  }
  keys.insert(keys.end(), best.begin(), best.end());
  return found;
}

void MatchIndex::insert(ByName& entry, std::uint32_t match, const std::vector<Key>& keys) {
  for (const Key& key : keys) {
    auto by_path =
        std::find_if(entry.paths.begin(), entry.paths.end(), [&](const ByPath& one) { return one.path == key.path; });
    if (by_path == entry.paths.end()) {
      by_path = entry.paths.emplace(entry.paths.end());
      by_path->path = key.path;
    }
    Matches& matches = (key.prefix ? by_path->prefixed : by_path->equal)[key.hash];
    if (matches.empty() || matches.back() != match) matches.push_back(match);
    if (!key.prefix) continue;
    auto& lengths = by_path->prefix_lengths;
    const auto place = std::lower_bound(lengths.begin(), lengths.end(), key.length);
    if (place == lengths.end() || *place != key.length) lengths.insert(place, key.length);
  }
}

MatchIndex::MatchIndex(const RuleBook& book) : MatchIndex(book, all_matches(book)) {}

MatchIndex::MatchIndex(const RuleBook& book, const std::vector<std::uint32_t>& wanted) : book_(book) {
  Matches sorted = wanted;
  std::sort(sorted.begin(), sorted.end());
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  for (const std::uint32_t match : sorted) {
    std::vector<Key> keys;
    const bool selective = keys_of(book.matches[match].where, keys);
    for (const std::string& name : book.matches[match].on) {
      ByName& entry = names_[name];
      if (selective) {
        insert(entry, match, keys);
      } else if (entry.linear.empty() || entry.linear.back() != match) {
        entry.linear.push_back(match);
      }
    }
  }
}

void MatchIndex::try_all(const Matches& candidates, const Fields& event, Matches& out) const {
  for (const std::uint32_t match : candidates) {
    if (holds(book_.matches[match].where, event)) out.push_back(match);
  }
}

void MatchIndex::find(const Fields& event, std::vector<std::uint32_t>& matches_out) const {
  matches_out.clear();
  const auto found = names_.find(event.at(PathTable::kName).text);
  if (found == names_.end()) return;
  for (const ByPath& by_path : found->second.paths) {
    const FieldValue& value = event.at(by_path.path);
    if (!value.present()) continue;
    if (const auto equal = by_path.equal.find(value_hash(value)); equal != by_path.equal.end())
      try_all(equal->second, event, matches_out);
    if (value.type != FieldType::string) continue;
    for (const std::size_t length : by_path.prefix_lengths) {
      if (length > value.text.size()) break;
      const auto prefixed = by_path.prefixed.find(text_hash(value.text.substr(0, length)));
      if (prefixed != by_path.prefixed.end()) try_all(prefixed->second, event, matches_out);
    }
  }
  try_all(found->second.linear, event, matches_out);
  // A match with several keys may have come up more than once.
  std::sort(matches_out.begin(), matches_out.end());
  matches_out.erase(std::unique(matches_out.begin(), matches_out.end()), matches_out.end());
}

}  // namespace scoreline::core
