#pragma once
/// Random events and a random world: which process steps when, and what breaks. Everything follows from one number.
#include <random>
#include <utility>

#include "support/house_world.hpp"

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

/// (first, how many): 1 and `usual`, or what the environment says: SCORELINE_START, SCORELINE_RUNS (1 if only that is
/// not set).
std::pair<std::uint64_t, std::uint64_t> starts(std::uint64_t usual);

/// A few people with devices, a login, an address and a customer number each; who is who is unambiguous in the end.
struct Events {
  std::vector<Fed> all;
  base::Instant end;  // after the last midnight
};
Events random_events(Dice& dice, int count);

/// A world whose processes live dangerously. calm() ends all faults and lets it come to rest.
class Chaos {
 public:
  Chaos(Dice& dice, World& world);
  /// One random thing happens.
  void turn();
  void calm();

 private:
  void deal(const std::string& consumer);
  void kill(const std::string& consumer);
  void break_something(app::MemoryProcess& process);
  app::MemoryProcess& random_process();
  std::string random_consumer();

  Dice& dice_;
  World& world_;
  bool nested_ = false;
};

}  // namespace scoreline::test::house
