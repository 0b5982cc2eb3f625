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

namespace scoreline::test::house {

/// One record of an input topic, as a collector or connector would append it.
struct Fed {
  flow::Topic topic = flow::Topic::tracking_events;
  std::string key, value;
  base::Instant time;
};

base::Instant at(const std::string& rfc3339);
/// Calls of the tracking API; `ids` are members such as R"("userId":"u")", `more` any further members.
Fed page(const std::string& message, const std::string& key, const std::string& ids, base::Instant time,
         const std::string& more = "");
Fed track(const std::string& name, const std::string& message, const std::string& key, const std::string& ids,
          base::Instant time, const std::string& more = "");
Fed identify(const std::string& message, const std::string& key, const std::string& ids, base::Instant time,
             const std::string& traits = "{}");
Fed retraction(const std::string& message, const std::string& of, base::Instant time);
Fed erasure(const std::string& message, const std::string& user, base::Instant time);
Fed erp_customer(const std::string& number, const std::string& email, int version, base::Instant time);
Fed erp_order(const std::string& number, const std::string& id, int version, bool cancelled, base::Instant time);

/// The rule book of most tests: every page is one point, so that a lost or doubled event shows.
std::string plain_book();
std::shared_ptr<const core::RuleBook> book_of(const std::string& toml);

/// What a person's lead looks like in the end.
struct Outcome {
  std::string score, tier, traits;
  bool operator==(const Outcome&) const = default;
};
/// By identifiers, joined in order.
using Outcomes = std::map<std::string, Outcome>;
std::string to_text(const Outcomes& outcomes);

class World {
 public:
  explicit World(std::int32_t partitions, const std::string& toml = plain_book());

  /// Fresh processes; they own nothing yet.
  app::MemoryIdentityProcess& add_identity();
  app::MemoryScoringProcess& add_scoring();
  /// One process of each consumer that owns every lane.
  void start_simply();

  /// Appends to the partition of the record's key, or to a chosen one.
  void feed(const Fed& fed);
  void feed(const std::vector<Fed>& all);
  void feed_into(std::int32_t partition, const Fed& fed);
  /// Time comes to `time` in every lane, as the clock's ticks say it.
  void tick(base::Instant time);
  /// As the rule book's publisher: stores nothing, appends to every partition that is named (none: to all).
  void store_book(std::uint64_t version, const std::string& toml);
  void announce(core::RecordKind kind, std::uint64_t version, base::Instant time,
                const std::set<std::int32_t>& partitions = {});
  bool ready(std::uint64_t version) const;

  /// Steps all living processes in turns until nothing moves; pauses pass at once. Fails the test if that never
  /// happens.
  void settle();
  /// A partition of a lead, and the number of the lead who holds this identifier ("user:u").
  std::int32_t partition_of(core::LeadId lead) const;
  core::LeadId lead_of(const std::string& identifier) const;
  /// A record key whose events go to `partition`.
  std::string key_in(std::int32_t partition, const std::string& stem) const;

  Outcomes outcomes(base::Day today, const std::string& toml = "");
  /// What a reader of lead.scores[partition] applies of tier changes: each once, in order.
  std::vector<std::string> tier_changes(std::int32_t partition);
  /// No lane halted, no hole in any stream, nothing unpublished or held, everything read.
  void check_at_rest();
  /// Every partition of lead.activities, handled alone by one scoring process, gives the same states and decisions.
  void check_replay();

  app::MemoryHouse house;
  std::vector<std::unique_ptr<app::MemoryIdentityProcess>> identity;
  std::vector<std::unique_ptr<app::MemoryScoringProcess>> scoring;
  std::vector<std::unique_ptr<app::MemoryProcess>> graveyard;  // killed; what they had sent may still arrive

 private:
  void check_streams(const std::string& writer, std::int32_t lane);
  std::string toml_;
};

/// The outcome of the same events without faults: one partition, one process of each kind.
Outcomes without_faults(const std::vector<Fed>& events, base::Instant until, const std::string& toml = plain_book());

}  // namespace scoreline::test::house
