#pragma once
/// Which matches does an event meet? An index over the `on` and `where` of a rule book, so that the cost of an event
/// does not grow with the rules that do not concern it (design section 8: 2,000 rules against 20).
///
/// Two steps: the activity name, then one selective predicate of each `where` — an equality (`is`, `in`) or a `prefix`,
/// looked up by hash. Whatever the hash brings up is checked by the whole `where`, so hashes need not be perfect.
/// Matches without such a predicate (a regular expression, a comparison) stand in a list per name and are tried one by
/// one.
///
/// Immutable; all functions are const, thread-safe and allocate nothing but what `matches_out` needs.
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/rulebook.hpp"

namespace scoreline::core {

class MatchIndex {
 public:
  /// All matches of the book, or those `wanted` (indices into RuleBook::matches; any order, repeats allowed). The book
  /// must outlive the index.
  explicit MatchIndex(const RuleBook& book);
  MatchIndex(const RuleBook& book, const std::vector<std::uint32_t>& wanted);

  /// Does any match name this activity? Cheaper than reading the event's fields first.
  bool knows(std::string_view name) const { return names_.find(name) != names_.end(); }

  /// Replaces `matches_out` by the indices of all matches that hold for the event, ascending. `event` has the slots of
  /// the book's PathTable; its name is slot PathTable::kName.
  void find(const Fields& event, std::vector<std::uint32_t>& matches_out) const;

 private:
  using Matches = std::vector<std::uint32_t>;
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
  };
  struct ByPath {
    PathId path = 0;
    std::unordered_map<std::uint64_t, Matches> equal;     // by hash of the value
    std::vector<std::size_t> prefix_lengths;              // ascending, distinct
    std::unordered_map<std::uint64_t, Matches> prefixed;  // by hash of the prefix
  };
  struct ByName {
    std::vector<ByPath> paths;
    Matches linear;
  };

  /// What must hold of one field where a `where` holds: the value's hash, or a prefix of it.
  struct Key {
    PathId path = 0;
    bool prefix = false;
    std::size_t length = 0;
    std::uint64_t hash = 0;
  };
  static bool keys_of(const Condition& condition, std::vector<Key>& keys);
  static bool keys_of_field(const Condition& condition, std::vector<Key>& keys);
  static void insert(ByName& entry, std::uint32_t match, const std::vector<Key>& keys);
  void try_all(const Matches& candidates, const Fields& event, Matches& out) const;

  const RuleBook& book_;
  std::unordered_map<std::string, ByName, TextHash, std::equal_to<>> names_;
};

}  // namespace scoreline::core
