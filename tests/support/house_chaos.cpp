#include "support/house_chaos.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <utility>

#include "flow/topology.hpp"

namespace scoreline::test::house {

namespace {

constexpr std::int64_t kHourUs = 3'600 * base::kSecondUs;

struct Person {
  std::string name;
  std::vector<std::string> devices;
  int order_versions = 0, customer_versions = 0;
  std::string user() const { return fmt::format(R"("userId":"{}")", name); }
  std::string mail() const { return name + "@x.de"; }
};

class Storyteller {
 public:
  explicit Storyteller(Dice& dice) : dice_(dice), now_(at("2026-03-01T08:00:00Z")) {
    const int people = 2 + dice.roll(4);
    for (int i = 0; i < people; ++i) {
      Person person{fmt::format("p{}", i), {}, 0, 0};
      for (int d = 1 + dice.roll(3); d > 0; --d) person.devices.push_back(fmt::format("{}-{}", person.name, d));
      people_.push_back(person);
    }
  }

  Events tell(int count) {
    Events events;
    for (int i = 0; i < count; ++i) {
      now_.us += dice_.one_in(8) ? dice_.roll(30) * kHourUs : dice_.roll(60) * 60 * base::kSecondUs;
      events.all.push_back(one());
      const Fed& last = events.all.back();
      if (dice_.one_in(12)) events.all.push_back(last);  // sent twice
      if (dice_.one_in(12))
        events.all.push_back(events.all[static_cast<std::size_t>(dice_.roll(static_cast<int>(events.all.size())))]);
    }
    for (Person& person : people_)
      for (const Fed& link : links(person)) events.all.push_back(link);
    events.end = base::midnight(base::day_of(now_) + 2 + dice_.roll(5));
    return events;
  }

 private:
  std::string message() {
    messages_.push_back(fmt::format("m{}", messages_.size()));
    return messages_.back();
  }
  // When it happened: mostly now, sometimes days ago.
  std::string more(const std::string& rest) {
    std::string text = rest;
    const auto add = [&](const std::string& member) { text += (text.empty() ? "" : ",") + member; };
    if (dice_.one_in(6))
      add(fmt::format(R"("timestamp":"{}")", base::format_rfc3339({now_.us - dice_.roll(80) * kHourUs})));
    if (dice_.one_in(12)) add(R"("machine":true)");
    return text;
  }

  Fed one() {
    Person& person = people_[static_cast<std::size_t>(dice_.roll(static_cast<int>(people_.size())))];
    const std::string& device = dice_.pick(person.devices);
    const bool known = dice_.one_in(3);
    const std::string ids = known ? person.user() : fmt::format(R"("anonymousId":"{}")", device);
    const std::string key = known ? person.name : device;
    switch (dice_.roll(10)) {
      case 0:
        return track("Login", message(), key, ids, now_, more(""));
      case 1:
        return track("Form Submitted", message(), key, ids, now_,
                     more(fmt::format(R"("properties":{{"form":"{}"}})", dice_.roll(3))));
      case 2:
        return erp_order(person.name, "o1", ++person.order_versions, dice_.one_in(4), now_);
      case 3:
        return erp_customer(person.name, person.mail(), ++person.customer_versions, now_);
      case 4:
        return identify(message(), device, fmt::format(R"("anonymousId":"{}",{})", device, person.user()), now_);
      case 5:
        return identify(message(), key, ids, now_,
                        fmt::format(R"({{"title":{}}})", dice_.pick<std::string>({"\"CEO\"", "\"CTO\"", "null"})));
      case 6: {
        // Also of messages that are still to come.
        const std::string of =
            dice_.one_in(5) || messages_.empty() ? fmt::format("m{}", messages_.size() + 3) : dice_.pick(messages_);
        return retraction(fmt::format("r{}", ++retractions_), of, now_);
      }
      default:
        return page(message(), key, ids, now_, more(""));
    }
  }

  std::vector<Fed> links(Person& person) {
    now_.us += base::kSecondUs;
    std::vector<Fed> all{
        erp_customer(person.name, person.mail(), 1000, now_),
        identify(message(), person.name, person.user(), now_, fmt::format(R"({{"email":"{}"}})", person.mail()))};
    for (const std::string& device : person.devices)
      all.push_back(identify(message(), device, fmt::format(R"("anonymousId":"{}",{})", device, person.user()), now_));
    return all;
  }

  Dice& dice_;
  base::Instant now_;
  std::vector<Person> people_;
  std::vector<std::string> messages_;
  int retractions_ = 0;
};

}  // namespace

std::pair<std::uint64_t, std::uint64_t> starts(std::uint64_t usual) {
  const char* first = std::getenv("SCORELINE_START");
  const char* runs = std::getenv("SCORELINE_RUNS");
  const std::uint64_t otherwise = first == nullptr ? usual : 1;
  return {first == nullptr ? 1 : std::strtoull(first, nullptr, 10),
          runs == nullptr ? otherwise : std::strtoull(runs, nullptr, 10)};
}

Events random_events(Dice& dice, int count) { return Storyteller(dice).tell(count); }

Chaos::Chaos(Dice& dice, World& world) : dice_(dice), world_(world) {
  auto& house = world.house;
  house.runner.batch_records = static_cast<std::size_t>(dice.pick<int>({1, 3, 10, 100}));
  house.runner.lane_records = static_cast<std::size_t>(dice.pick<int>({1, 2, 7, 100}));
  house.sweep_leads = static_cast<std::size_t>(dice.pick<int>({1, 2, 100}));
  house.count_back_records = static_cast<std::size_t>(dice.pick<int>({1, 4, 1000}));
  house.part_bytes = static_cast<std::size_t>(dice.pick<int>({40, 300, 100'000}));
  house.dense_ids = dice.one_in(2);
  for (const flow::ConsumerDeclaration& consumer : flow::consumers()) {
    for (int i = 0; i < 2; ++i) world.add(std::string(consumer.name));
    deal(std::string(consumer.name));
  }
}

std::string Chaos::random_consumer() {
  const auto& all = flow::consumers();
  return std::string(all[static_cast<std::size_t>(dice_.roll(static_cast<int>(all.size())))].name);
}

app::MemoryProcess& Chaos::random_process() { return *dice_.pick(world_.alive()); }

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
