#pragma once
/// A whole installation in memory for tests: several processes per consumer over several partitions, whose assignments
/// the test changes and which it breaks; and what must come out whatever happens (facts of design 2 and 5).
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "app/memory_house.hpp"
#include "support/house_book.hpp"
#include "support/house_events.hpp"

namespace scoreline::test::house {

/// What a person's lead looks like in the end.
struct Outcome {
  std::string score, tier, traits;
  std::string found;    // what does not depend on the order in which partitions meet: contributions, intents, customer
  std::string decided;  // what does: deals, firings, emails

  /// `decided` is compared with replays (World::check_replay).
  bool operator==(const Outcome& other) const {
    return score == other.score && tier == other.tier && traits == other.traits && found == other.found;
  }
};
/// By identifiers, joined in order.
using Outcomes = std::map<std::string, Outcome>;
std::string to_text(const Outcomes& outcomes);
/// Who came out otherwise.
std::string differences(const Outcomes& got, const Outcomes& want);

class World {
 public:
  using Processes = std::vector<std::unique_ptr<app::MemoryProcess>>;

  explicit World(std::int32_t partitions, const std::string& toml = plain_book());

  /// A fresh process of a consumer; it owns nothing yet.
  app::MemoryProcess& add(const std::string& consumer);
  app::MemoryProcess& add_identity() { return add("identity"); }
  app::MemoryProcess& add_scoring() { return add("scoring"); }
  /// One process that owns every lane, of each consumer that has none yet.
  void start_others();
  /// One process of each consumer that owns every lane.
  void start_simply() { start_others(); }
  /// Of each consumer but identity one process per lane, so that every lane can be minutes behind.
  void start_lane_by_lane();
  /// Processes of all consumers, in the order of the flow.
  std::vector<app::MemoryProcess*> alive();
  /// Steps, in the order of the flow, every process behind identity; of start_lane_by_lane() those of one lane.
  void follow(int steps);
  void follow_lane(std::int32_t lane, int steps);

  /// Appends to the partition of the record's key, or to a chosen one.
  void feed(const Fed& fed);
  void feed(const std::vector<Fed>& all);
  void feed_into(std::int32_t partition, const Fed& fed);
  /// Time comes to `time` in every lane, as the clock's ticks say it.
  void tick(base::Instant time);
  /// As the rule book's publisher: stores nothing, appends to every partition that is named (none: to all).
  void store_book(std::uint64_t version, const std::string& toml);
  void announce(core::RecordKind kind, std::uint64_t version, base::Instant time,
                const std::set<std::int32_t>& partitions = {}, bool fire = false);
  bool ready(std::uint64_t version) const;

  /// Steps all living processes in turns until nothing moves; pauses pass at once. Fails the test if that never
  /// happens. Consumers that are asleep do nothing.
  void settle(const std::set<std::string>& asleep = {});
  /// A partition of a lead, and the number of the lead who holds this identifier ("user:u").
  std::int32_t partition_of(core::LeadId lead) const;
  core::LeadId lead_of(const std::string& identifier) const;
  /// A record key whose events go to `partition`.
  std::string key_in(std::int32_t partition, const std::string& stem) const;

  Outcomes outcomes(base::Day today, const std::string& toml = "");
  /// What a reader of a topic's partition applies: each once, in order, marks left out; "type key value".
  std::vector<std::string> applied(flow::Topic topic, std::int32_t partition);
  /// Of a trigger: how often it fired with this outcome ("": it did fire).
  std::size_t fired(const std::string& trigger, const std::string& suppressed = "") const;
  /// Of all mails of a sequence: "step status reason lead", in order of step and key.
  std::vector<std::string> mails(const std::string& sequence) const;
  /// The same of tier changes alone: their values.
  std::vector<std::string> tier_changes(std::int32_t partition);
  /// No lane halted, no hole in any stream, nothing unpublished or held, everything read, all agree about the facts.
  void check_at_rest();
  /// Every partition of lead.activities, handled alone by one process of each consumer, gives the same rows and
  /// records.
  void check_replay();

  app::MemoryHouse house;

 private:
  std::map<std::string, Processes> processes_;

 public:
  Processes& of(const std::string& consumer) { return processes_.at(consumer); }
  Processes& identity;
  Processes& scoring;
  Processes graveyard;  // killed; what they had sent may still arrive

 private:
  void check_streams(const std::string& writer, std::int32_t lane);
  void check_read(const std::string& reader);
  void check_facts();
  void check_erased();
  base::Instant erased_at(core::LeadId lead);
  std::shared_ptr<const core::RuleBook> active_book();
  void replay_into(World& alone, std::int32_t partition);
  void check_replayed_leads(World& alone, std::int32_t partition);
  void check_replayed_effects(World& alone, std::int32_t partition);
  std::string toml_;
};

/// The outcome of the same events without faults: one partition, one process of each kind.
Outcomes without_faults(const std::vector<Fed>& events, base::Instant until, const std::string& toml = plain_book());

}  // namespace scoreline::test::house
