#include "support/house_chaos.hpp"

#include <cstdlib>
#include <utility>

#include "flow/topology.hpp"

namespace scoreline::test::house {

std::pair<std::uint64_t, std::uint64_t> starts(std::uint64_t usual) {
  const char* first = std::getenv("SCORELINE_START");
  const char* runs = std::getenv("SCORELINE_RUNS");
  const std::uint64_t otherwise = first == nullptr ? usual : 1;
  return {first == nullptr ? 1 : std::strtoull(first, nullptr, 10),
          runs == nullptr ? otherwise : std::strtoull(runs, nullptr, 10)};
}

Chaos::Chaos(Dice& dice, World& world) : dice_(dice), world_(world) {
  auto& house = world.house;
  house.runner.batch_records = static_cast<std::size_t>(dice.pick<int>({1, 3, 10, 100}));
  house.runner.lane_records = static_cast<std::size_t>(dice.pick<int>({1, 2, 7, 100}));
  house.sweep_leads = static_cast<std::size_t>(dice.pick<int>({1, 2, 100}));
  house.count_back_records = static_cast<std::size_t>(dice.pick<int>({1, 4, 1000}));
  house.part_bytes = static_cast<std::size_t>(dice.pick<int>({40, 300, 100'000}));
  house.dense_ids = dice.one_in(2);
  house.runner.publisher.batches_max = static_cast<std::size_t>(dice.pick<int>({1, 8}));
  for (const flow::ConsumerDeclaration& consumer : flow::consumers()) {
    for (int i = dice.pick<int>({1, 2, 2, 3}); i > 0; --i) world.add(std::string(consumer.name));
    deal(std::string(consumer.name));
  }
}

std::string Chaos::random_consumer() {
  const auto& all = flow::consumers();
  return std::string(all[static_cast<std::size_t>(dice_.roll(static_cast<int>(all.size())))].name);
}

app::MemoryProcess& Chaos::random_process() {
  std::vector<app::MemoryProcess*> moving = world_.alive();
  std::erase_if(moving, [&](const app::MemoryProcess* process) { return process->name() == paused_; });
  return *dice_.pick(moving);
}

// A rebalance. Now and then somebody does not hear of what he has lost until the next one.
void Chaos::deal(const std::string& consumer) {
  const auto& all = world_.of(consumer);
  std::vector<std::set<std::int32_t>> lanes(all.size());
  for (const std::int32_t lane : world_.house.all_lanes())
    lanes[static_cast<std::size_t>(dice_.roll(static_cast<int>(all.size())))].insert(lane);
  for (std::size_t i = 0; i < all.size(); ++i)
    if (!dice_.one_in(8)) all[i]->assign(lanes[i]);
}

// What it had handed to its producer may still arrive, or not.
void Chaos::kill(const std::string& consumer) {
  auto& all = world_.of(consumer);
  auto& victim = all[static_cast<std::size_t>(dice_.roll(static_cast<int>(all.size())))];
  victim->session.rollback();
  world_.graveyard.push_back(std::move(victim));
  victim = app::make_memory_process(world_.house, consumer);
  deal(consumer);
}

void Chaos::break_something(app::MemoryProcess& process) {
  using Fault = flow::MemorySession::CommitFault;
  switch (dice_.roll(6)) {
    case 0:
      process.session.faults.push_back(
          dice_.pick<Fault>({Fault::lost_reply_committed, Fault::lost_reply_not_committed, Fault::unavailable}));
      return;
    case 1:
      process.sink.fail_after = dice_.roll(6);
      return;
    case 2:
      process.sink.withhold_acks = !process.sink.withhold_acks;
      return;
    case 3:
      process.sink.delay_records = true;
      return;
    case 4:
      process.sink.deliver_delayed();
      process.sink.delay_records = false;
      return;
    default:
      break;
  }
  // Somebody else goes first, between this one's deciding and writing.
  app::MemoryProcess* other = &random_process();
  if (other == &process) return;
  process.session.on_claim = [this, other, steps = 1 + dice_.roll(4)] {
    if (std::exchange(nested_, true)) return;  // nobody steps while he stands in the middle of a step
    for (const app::MemoryProcess* alive : world_.alive())
      if (alive == other)
        for (int i = 0; i < steps; ++i) other->runner().step();
    nested_ = false;
  };
}

void Chaos::turn() {
  world_.house.steady_us += dice_.roll(50'000);
  if (pause_turns_ > 0 && --pause_turns_ == 0) paused_.clear();
  switch (dice_.roll(40)) {
    case 0:
      return deal(random_consumer());
    case 1:
      return kill(random_consumer());
    case 2:
    case 3:
      return break_something(random_process());
    case 4:
      if (!world_.graveyard.empty())
        world_.graveyard[static_cast<std::size_t>(dice_.roll(static_cast<int>(world_.graveyard.size())))]
            ->sink.deliver_delayed();
      return;
    case 5:
      if (pause_turns_ > 0) return;
      paused_ = random_consumer();
      pause_turns_ = 20 + dice_.roll(200);
      return;
    default:
      random_process().runner().step();
  }
}

void Chaos::calm() {
  for (app::MemoryProcess* process : world_.alive()) {
    process->session.faults.clear();
    process->session.on_claim = nullptr;
    process->sink.deliver_delayed();
    process->sink.delay_records = process->sink.withhold_acks = false;
    process->sink.fail_after = -1;
    process->assign({});
  }
  for (const flow::ConsumerDeclaration& consumer : flow::consumers())
    world_.of(std::string(consumer.name))[0]->assign(world_.house.all_lanes());
  for (auto& dead : world_.graveyard) dead->sink.deliver_delayed();
  world_.settle();
}

}  // namespace scoreline::test::house
