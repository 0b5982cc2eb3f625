#pragma once
/// PostgreSQL in memory: every table of ports.hpp over one shared MemoryDatabase. Writes are staged and happen at commit,
/// so that a rollback costs nothing; reads see committed rows only, as handlers read before they write. Single-threaded;
/// tests run several sessions in turns.
#include <functional>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "flow/effect_ports.hpp"
#include "flow/ports.hpp"

namespace scoreline::flow {

/// Rows with a key and a lead, found by either.
template <typename Row>
class MemoryRows {
 public:
  /// In order of key.
  const std::map<std::string, Row>& all() const { return rows_; }
  /// Keys of a lead's rows, in order.
  std::set<std::string> of_lead(LeadId lead) const {
    const auto found = by_lead_.find(lead);
    return found == by_lead_.end() ? std::set<std::string>{} : found->second;
  }
  /// False: the key was there, and its row stays as it is.
  bool insert(const std::string& key, const Row& row) {
    if (!rows_.emplace(key, row).second) return false;
    by_lead_[row.lead].insert(key);
    return true;
  }
  /// `change` of the row with this key, which must be there; it may give it to another lead.
  template <typename Change>
  void change(const std::string& key, Change change) {
    Row& row = rows_.at(key);
    const LeadId before = row.lead;
    change(row);
    if (row.lead == before) return;
    by_lead_[before].erase(key);
    by_lead_[row.lead].insert(key);
  }
  void erase_lead(LeadId lead) {
    for (const std::string& key : of_lead(lead)) rows_.erase(key);
    by_lead_.erase(lead);
  }

 private:
  std::map<std::string, Row> rows_;
  std::map<LeadId, std::set<std::string>> by_lead_;
};

/// What all sessions share.
struct MemoryDatabase {
  struct ActionEntry : ActionRow {
    std::string state, reason;                  // effect_ports.hpp, States of doing; why it is suppressed or cancelled
  };
  struct LaneEntry {
    std::uint64_t epoch = 0;
    std::uint64_t batch_no = 0;
    LaneState state;
    std::string halted;
  };
  struct IdLane {
    std::map<std::uint64_t, std::string> open;  // batch_no -> packed
    std::map<std::uint64_t, std::pair<IdSegment, std::string>> closed;
  };
  using LeadRows = std::map<LeadId, LeadRow>;

  std::map<std::pair<std::string, std::int32_t>, LaneEntry> lanes;
  std::map<std::pair<std::string, std::int32_t>, std::map<std::uint64_t, std::string>> outbox;
  std::vector<DeadLetter> dead_letters;
  std::map<std::string, LeadRows> leads;                      // by consumer
  std::map<std::string, std::map<LeadId, std::vector<HeldRecord>>> held;
  std::map<std::string, std::set<std::tuple<std::int32_t, Day, LeadId>>> wakes;
  std::map<LeadId, IdentityLead> identities;
  std::unordered_map<Hash128, LeadId, base::Hash128Hasher> identifiers;
  std::uint64_t last_lead = 0;
  std::vector<ActivityRow> activities;
  std::unordered_multimap<Hash128, std::size_t, base::Hash128Hasher> activities_by_message;
  std::unordered_multimap<LeadId, std::size_t> activities_by_lead;
  std::set<Hash128> retractions;
  std::unordered_map<Hash128, DocumentRow, base::Hash128Hasher> documents;
  std::map<std::int32_t, IdLane> message_ids;
  std::map<std::uint64_t, StoredRuleBook> rulebooks;
  std::map<std::tuple<std::uint64_t, std::string, std::int32_t>, CountBackProgress> progress;
  std::map<std::string, bool> replays;                        // by consumer: LaneRow::replays
  MemoryRows<DealRow> deals;
  MemoryRows<FiringRow> firings;
  MemoryRows<ActionEntry> actions;
  MemoryRows<EnrolmentRow> enrolments;
  MemoryRows<MailRow> mails;
  std::map<const void*, LockMode> locks;                      // the one lock of identity, by session
};

class MemorySession final : public Session {
 public:
  explicit MemorySession(MemoryDatabase& database) : database_(database) {}
  ~MemorySession() override { rollback(); }
  MemoryDatabase& database() { return database_; }

  /// Throws Unavailable where PostgreSQL would wait for the lock: nobody can be waited for on one thread.
  void begin(LockMode mode) override;
  bool commit() override;
  void rollback() noexcept override;

  /// Staged until commit.
  void stage(std::function<void()> write) { writes_.push_back(std::move(write)); }

  /// Faults of the next commit, one after the other.
  enum class CommitFault { none, lost_reply_committed, lost_reply_not_committed, unavailable };
  std::vector<CommitFault> faults;
  /// Runs when a batch claims its lanes (between deciding and writing): tests let others go first here.
  std::function<void()> on_claim;

 private:
  MemoryDatabase& database_;
  std::vector<std::function<void()>> writes_;
};

class MemoryLanes final : public LaneTable {
 public:
  explicit MemoryLanes(MemorySession& session) : session_(session) {}
  LaneRow take_over(const std::string& consumer, std::int32_t lane) override;
  std::vector<std::int32_t> claim(const std::string& consumer, std::span<const LaneMove> moves) override;
  std::vector<LaneRow> look(const std::string& consumer, std::span<const std::int32_t> lanes) override;
  void note_halt(const std::string& consumer, std::int32_t lane, std::uint64_t epoch, const std::string& reason) override;

 private:
  MemorySession& session_;
};

class MemoryOutbox final : public OutboxTable {
 public:
  explicit MemoryOutbox(MemorySession& session) : session_(session) {}
  void append(const std::string& consumer, std::span<const OutboxRow> rows) override;
  void remove(const std::string& consumer, std::span<const BatchId> up_to) override;
  std::vector<std::pair<std::uint64_t, OutBatch>> pending(const std::string& consumer, std::int32_t lane, std::uint64_t acked_batch) override;

 private:
  MemorySession& session_;
};

class MemoryDeadLetters final : public DeadLetterTable {
 public:
  explicit MemoryDeadLetters(MemorySession& session) : session_(session) {}
  void append(std::span<const DeadLetter> letters) override;

 private:
  MemorySession& session_;
};

class MemoryLeads final : public LeadTable {
 public:
  MemoryLeads(MemorySession& session, std::string consumer) : session_(session), consumer_(std::move(consumer)) {}
  std::vector<LeadRow> load(std::span<const LeadId> leads) override;
  void save(std::span<const LeadRow> rows) override;
  std::vector<LeadRow> due(std::int32_t lane, std::optional<Day> day, LeadId after, std::size_t limit) override;
  std::optional<Day> next_wake(std::int32_t lane) override;

 private:
  void put(LeadRow row);
  MemorySession& session_;
  std::string consumer_;
};

class MemoryHeld final : public HeldTable {
 public:
  MemoryHeld(MemorySession& session, std::string consumer) : session_(session), consumer_(std::move(consumer)) {}
  void append(std::span<const HeldRecord> records) override;
  std::vector<HeldRecord> load(std::span<const LeadId> leads) override;
  void remove(std::span<const LeadId> leads) override;

 private:
  MemorySession& session_;
  std::string consumer_;
};

}  // namespace scoreline::flow
