#pragma once
/// The whole flow on in-memory ports: the very handlers and the very batch loop of the live processes, without Kafka,
/// PostgreSQL, clock or network. `simulate` runs one partition of it; tests run many, with faults.
#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "consumers/identity.hpp"
#include "consumers/scoring.hpp"
#include "flow/input_consumer.hpp"
#include "flow/lead_consumer.hpp"
#include "flow/memory_broker.hpp"
#include "flow/memory_identity.hpp"
#include "flow/memory_store.hpp"
#include "flow/runner.hpp"

namespace scoreline::app {

/// What all processes of a house share.
struct MemoryHouse {
  MemoryHouse(std::int32_t partition_count, std::shared_ptr<const core::RuleBook> rulebook)
      : partitions(partition_count), book(std::move(rulebook)), broker(partition_count) {}
  std::int32_t partitions;
  std::shared_ptr<const core::RuleBook> book;   // version 0: decides until one is published
  flow::MemoryBroker broker;
  flow::MemoryDatabase database;
  base::HashKey hash_key{};
  bool dense_ids = true;                        // lead ids 1, 2, 3, ... without holes
  bool one_writer_per_topic = true;
  flow::LeadConsumerOptions scoring;            // of the scoring processes
  std::int64_t steady_us = 1;                   // the clock of pauses and gaps; tests move it
  flow::RunnerOptions runner;

  /// Every lane number, for a process that owns all.
  std::set<std::int32_t> all_lanes() const;
};

/// How identity reads and writes records; the live process uses the same.
consumers::IdentityOptions identity_options(const base::HashKey& key, std::size_t id_chunk);

/// What every process has, whichever consumer it runs.
class MemoryProcess {
 public:
  MemoryProcess(MemoryHouse& house, std::string name, std::vector<flow::Topic> inputs);
  virtual ~MemoryProcess() = default;
  flow::Runner& runner() { return *runner_; }
  void assign(std::set<std::int32_t> lanes) { source.assign(std::move(lanes)); }

  flow::MemorySession session;
  flow::MemorySource source;
  flow::MemoryReader reader;
  flow::MemorySink sink;

 protected:
  void run(flow::Consumer& consumer, flow::LaneCache& cache);
  flow::ConsumerSpec spec_;
  MemoryHouse& house_;

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

class MemoryScoringProcess final : public MemoryProcess {
 public:
  explicit MemoryScoringProcess(MemoryHouse& house);

 private:
  flow::MemoryLeads leads_;
  flow::MemoryHeld held_;
  flow::MemoryRuleBooks table_;
  flow::RuleBooks books_;
  flow::LeadConsumer consumer_;
};

/// Steps all runners in turns until none has anything to do. False: still busy after `rounds_max`.
bool run_until_quiet(std::span<MemoryProcess* const> processes, int rounds_max = 1'000'000);

}  // namespace scoreline::app
