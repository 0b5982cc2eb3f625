#pragma once
/// What the looking tools and `rulebook publish` ask PostgreSQL: lanes with their owners, dead letters, rule books, all
/// rows of a consumer in pages. Reads but for the rule-book writes; outside of transactions. Errors as pg/session.hpp.
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pg/session.hpp"

namespace scoreline::pg {

struct LaneView {
  std::string consumer;
  std::int32_t lane = 0;
  std::uint64_t batch_no = 0, acked_batch = 0, rulebook_version = 0;
  std::vector<std::int64_t> next_offsets;  // per input topic of the consumer; empty before the first batch
  Instant now;                             // kNever: nothing handled yet
  std::string owner, halted;
  bool owned = false;            // the owner's connection lives
  std::int64_t unpublished = 0;  // outbox rows behind acked_batch
};

struct DeadLetterView {
  std::string consumer, code;
  std::int64_t count = 0;
};

struct RuleBookView {
  std::uint64_t version = 0;
  std::string sha256, author, note;
  flow::StoredRuleBook::State state = flow::StoredRuleBook::State::draft;
  Instant created_at;
  std::optional<Instant> prepared_at, activated_at;
};

struct ServerView {
  std::string version;                                        // "15.14"
  std::vector<std::pair<std::string, std::string>> settings;  // of those that doctor looks at
};

class AdminViews {
 public:
  explicit AdminViews(PgSession& session);

  std::vector<LaneView> lanes();               // by consumer, lane
  std::vector<DeadLetterView> dead_letters();  // by consumer, code
  ServerView server();

  /// Rows of `consumer` that are neither merged away nor erased, by lead id, in pages: memory stays bounded.
  void for_each_lead(const std::string& consumer, const std::function<void(const flow::LeadRow&)>& visit);

  std::vector<RuleBookView> rulebooks();  // by version
  /// As a draft under the next number. Conflict or Refused: somebody else took it at the same time.
  std::uint64_t insert_rulebook(const std::string& files_json, const std::string& sha256, const std::string& author,
                                const std::string& note);
  void set_rulebook_state(std::uint64_t version, flow::StoredRuleBook::State state);
  /// Notes that activation was begun (activated_at of a prepared version).
  void note_switching(std::uint64_t version);
  std::vector<flow::CountBackProgress> progress(std::uint64_t version);

 private:
  PgSession& session_;
};

}  // namespace scoreline::pg
