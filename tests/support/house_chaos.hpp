#pragma once
/// A random world: which process steps when, and what breaks. Everything follows from one number.
#include <utility>

#include "support/house_story.hpp"
#include "support/house_world.hpp"

namespace scoreline::test::house {

/// (first, how many): 1 and `usual`, or what the environment says: SCORELINE_START, SCORELINE_RUNS (1 if only that is
/// not set).
std::pair<std::uint64_t, std::uint64_t> starts(std::uint64_t usual);

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
  std::string paused_;  // a consumer that stands still
  int pause_turns_ = 0;
};

}  // namespace scoreline::test::house
