#pragma once
/// What people ask for: lanes, dead letters, rule books. For the CLI; opens a connection per call. Errors as in
/// migrations.hpp. Leads: lead_queries.hpp.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "flow/ports.hpp"

namespace scoreline::pg {

struct LaneInfo {
  std::string consumer;
  std::int32_t lane = 0;
  std::uint64_t epoch = 0, batch_no = 0, acked_batch = 0;
  std::vector<std::int64_t> next_offsets;                     // per input topic
  base::Instant now_at = base::kNever;                        // kNever: no record yet
  std::int64_t live_from = 0;
  std::uint64_t rulebook_version = 0;
  std::string owner_name, halted;                             // "": none
  std::int32_t owner_pid = 0;
  bool owner_connected = false;                               // that backend is there at present
  base::Instant taken_at = base::kNever, moved_at = base::kNever;
};

struct DeadLetterCount {
  std::string consumer, topic, code, example;
  std::int64_t letters = 0;
  base::Instant first = base::kNever, last = base::kNever;    // log times
};

struct StoredDeadLetter {
  flow::DeadLetter letter;
  base::Instant created_at;
  std::int32_t attempts = 0;
};

/// Empty members do not filter.
struct DeadLetterFilter {
  std::string consumer, topic, code;
  std::optional<std::int32_t> partition;
  std::optional<std::int64_t> offset;
  std::int64_t limit = 1'000;
};

struct RuleBookInfo {
  std::uint64_t version = 0;
  std::string sha256, author, note;
  flow::StoredRuleBook::State state = flow::StoredRuleBook::State::draft;
  base::Instant created_at, prepared_at = base::kNever, activated_at = base::kNever;
};

class Admin {
 public:
  explicit Admin(std::string dsn) : dsn_(std::move(dsn)) {}

  /// By consumer and lane.
  std::vector<LaneInfo> lanes() const;

  std::vector<DeadLetterCount> dead_letter_counts() const;
  /// Oldest first, with their content.
  std::vector<StoredDeadLetter> dead_letters(const DeadLetterFilter& filter) const;
  /// The letter was sent again: counts the attempt. False: it is not there any more.
  bool note_retry(const flow::DeadLetter& letter) const;
  bool remove_dead_letter(const flow::DeadLetter& letter) const;

  /// By version, without their files (flow::RuleBookTable::load gives those).
  std::vector<RuleBookInfo> rulebooks() const;
  /// Stores a draft and returns its version; content that is there already (same SHA-256, not cancelled) keeps its own.
  std::uint64_t insert_draft(const flow::StoredRuleBook& book) const;
  /// draft -> prepared -> activated, or draft or prepared -> cancelled; doing it again is harmless. UsageError: it is in
  /// another state, or there is no such version.
  void set_rulebook_state(std::uint64_t version, flow::StoredRuleBook::State to) const;
  std::vector<flow::CountBackProgress> rulebook_progress(std::uint64_t version) const;

 private:
  std::string dsn_;
};

}  // namespace scoreline::pg
