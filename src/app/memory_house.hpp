#pragma once
/// The whole flow on in-memory ports: the very handlers and the very batch loop of the live processes, without Kafka,
/// PostgreSQL, clock or network. `simulate` runs one partition of it; tests run many, with faults.
#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "app/composition.hpp"
#include "flow/input_consumer.hpp"
#include "flow/memory_broker.hpp"
#include "flow/memory_effects.hpp"
#include "flow/memory_identity.hpp"
#include "flow/memory_store.hpp"
#include "flow/runner.hpp"

namespace scoreline::app {

/// What all processes of a house share.
struct MemoryHouse {
  MemoryHouse(std::int32_t partition_count, std::shared_ptr<const core::RuleBook> rulebook)
      : partitions(partition_count), book(std::move(rulebook)), broker(partition_count) {}
  std::int32_t partitions;
  std::shared_ptr<const core::RuleBook> book;  // version 0: decides until one is published
  flow::MemoryBroker broker;
  flow::MemoryDatabase database;
  base::HashKey hash_key{};
  bool dense_ids = true;  // lead ids 1, 2, 3, ... without holes
  bool one_writer_per_topic = true;
  bool settles_merges = false;      // identity waits after each merge until it is settled, and ticks where it is silent
  bool replays_log = false;         // lead.activities is given: nobody writes into it
  bool ignores_rulebooks = false;   // one book from the start
  std::size_t sweep_leads = 5'000;  // per chunk, and records of a count-back
  std::size_t count_back_records = 5'000;
  std::size_t part_bytes = flow::kPartBytes;  // of what goes in numbered parts in merges
  std::int64_t steady_us = 1;                 // the clock of pauses and gaps; tests move it
  flow::RunnerOptions runner;

  /// Every lane number, for a process that owns all.
  std::set<std::int32_t> all_lanes() const;
};

/// What every process has, whichever consumer it runs.
class MemoryProcess {
 public:
  MemoryProcess(MemoryHouse& house, const std::string& name);
  virtual ~MemoryProcess() = default;
  flow::Runner& runner() { return *runner_; }
  const std::string& name() const { return spec_.name; }
  void assign(std::set<std::int32_t> lanes) { source.assign(std::move(lanes)); }

 protected:
  void run(flow::Consumer& consumer, flow::LaneCache& cache);
  flow::ConsumerSpec spec_;
  MemoryHouse& house_;

 public:
  flow::MemorySession session;
  flow::MemorySource source;
  flow::MemoryReader reader;
  flow::MemorySink sink;

 private:
  flow::MemoryLanes lanes_;
  flow::MemoryOutbox outbox_;
  flow::MemoryDeadLetters dead_letters_;
  std::unique_ptr<flow::Runner> runner_;
};

class MemoryIdentityProcess final : public MemoryProcess {
 public:
  explicit MemoryIdentityProcess(MemoryHouse& house);

 private:
  flow::MemoryIdentityLeads leads_;
  flow::MemoryIdentifiers identifiers_;
  flow::MemoryActivities activities_;
  flow::MemoryRetractions retractions_;
  flow::MemoryDocuments documents_;
  flow::MemoryMessageIds message_ids_;
  consumers::IdentityHandler handler_;
  flow::InputConsumer consumer_;
};

/// customers, scoring, intent, stages.
class MemoryLeadProcess final : public MemoryProcess {
 public:
  MemoryLeadProcess(MemoryHouse& house, const std::string& name);

 private:
  flow::MemoryLeads leads_;
  flow::MemoryHeld held_;
  flow::MemoryRuleBooks table_;
  flow::MemoryDeals deal_table_;
  flow::DealRows deals_;
  flow::RuleBooks books_;
  flow::LeadConsumer consumer_;
};

/// triggers, sequences.
class MemoryChangeProcess final : public MemoryProcess {
 public:
  MemoryChangeProcess(MemoryHouse& house, const std::string& name);

 private:
  flow::MemoryLeads leads_;
  flow::MemoryRuleBooks table_;
  flow::MemoryFirings firings_;
  flow::MemoryActions actions_;
  flow::MemoryMails mails_;
  EffectBuffers buffers_;
  flow::RuleBooks books_;
  flow::ChangeConsumer consumer_;
};

/// Any consumer of flow::consumers(), by name.
std::unique_ptr<MemoryProcess> make_memory_process(MemoryHouse& house, const std::string& name);

/// Steps all runners in turns until none has anything to do. False: still busy after `rounds_max`.
bool run_until_quiet(std::span<MemoryProcess* const> processes, int rounds_max = 1'000'000);

}  // namespace scoreline::app
