#pragma once
/// What scoring keeps of one lead. `encode` holds numbers and rule-book ids only; traits are personal and encoded apart.
/// Not thread-safe; decode reuses memory.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/activity.hpp"
#include "core/rulebook.hpp"
#include "core/tally.hpp"
#include "core/trait_set.hpp"

namespace scoreline::core {

/// Signs of life are tallied like a match, under this hash: stands in rows, never changes.
inline constexpr std::uint64_t kSignOfLife = 0x5369676e4f664c69ull;

/// Human, not retracted, and an activity at all: only these are tallied (semantics 1, 4.2). For a retraction's original,
/// too.
bool is_counted(const Activity& activity);
/// Semantics 4.3; implies is_counted.
bool is_sign_of_life(const Activity& activity);

/// Which fits hold, by rule-book order. Valid for one set of fits and one set of traits.
struct FitCache {
  std::uint64_t fits = 0;            // fingerprint of the rule book's fits (Scorer); 0: unknown
  std::vector<std::uint32_t> holding;

  void forget() {
    fits = 0;
    holding.clear();
  }
};

/// `tallies` has signs of life, too, under kSignOfLife. Before traits are put or merged they must have been decoded.
class ScoreState : public CountedTallies {
 public:
  std::string tier;                  // id; "": new, or a rule book without tiers
  FitCache fits;
  TraitSet traits;

  void add_sign_of_life(Day day, std::int32_t n) { tallies.add(kSignOfLife, 0, day, n); }
  /// The largest day with one, even if it is still to come.
  std::optional<Day> last_sign_of_life() const;
  /// Keeps what wins; what the traits decide is to be found out again if something changed.
  void put_traits(std::span<const Trait> changes);

  /// Rule book `book` becomes the active one, see CountedTallies.
  void promote(const RuleBook& book) { promote_tallies(book, kSignOfLife); }
  /// Adds what was kept for another lead (semantics 3, Merge), without evaluation. The higher tier of `tiers` stays.
  void merge(const ScoreState& other, const std::vector<Level>& tiers);

  void clear();
  /// Appends.
  void encode(std::string& out) const;
  void encode_personal(std::string& out) const { traits.encode(out); }
  /// Replaces all but the traits; "" is a new lead. Safe on any bytes. False: not ours, and nothing is left in here.
  bool decode(std::string_view in);
  /// Replaces the traits. Needed only when they change or Scorer::fits_stale() says so.
  bool decode_personal(std::string_view in) { return traits.decode(in); }
};

}  // namespace scoreline::core
