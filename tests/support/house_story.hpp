#pragma once
/// Random events. Everything follows from one number.
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "support/house_events.hpp"

namespace scoreline::test::house {

class Dice {
 public:
  explicit Dice(std::uint64_t start) : engine_(start) {}
  int roll(int sides) { return std::uniform_int_distribution<int>(0, sides - 1)(engine_); }
  bool one_in(int n) { return roll(n) == 0; }
  template <typename T>
  const T& pick(const std::vector<T>& from) {
    return from[static_cast<std::size_t>(roll(static_cast<int>(from.size())))];
  }
  std::mt19937_64& engine() { return engine_; }

 private:
  std::mt19937_64 engine_;
};

/// A few people with devices, a login, an address and a customer number each; who is who is unambiguous in the end.
struct Events {
  std::vector<Fed> all;
  base::Instant end;    // after the last midnight
  bool erases = false;  // somebody: what is left of him depends on the order in which partitions meet
};
Events random_events(Dice& dice, int count, bool with_erasures = true);

}  // namespace scoreline::test::house
