#pragma once
/// A lead's traits with what decides between values (semantics 3: `wins`). Personal: encoded apart from the rest, so that
/// it can be sealed. Not thread-safe.
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/activity.hpp"

namespace scoreline::core {

class TraitSet {
 public:
  /// Keeps the winner; true: the value of that key is another one now (not only its date).
  bool put(const Trait& trait);
  /// True: some value changed.
  bool put_all(std::span<const Trait> traits);
  bool merge(const TraitSet& other) { return put_all(other.all()); }
  /// Ascending by key; deleted ones ("null") included.
  std::span<const Trait> all() const { return traits_; }
  bool empty() const { return traits_.empty(); }
  void clear() { traits_.clear(); }

  /// Appends; nothing for no traits.
  void encode(std::string& out) const;
  /// Replaces all; "" is no traits. Safe on any bytes. False: not ours, and nothing is left in here.
  bool decode(std::string_view in);

 private:
  std::vector<Trait> traits_;
};

}  // namespace scoreline::core
