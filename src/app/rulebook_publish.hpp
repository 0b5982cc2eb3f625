#pragma once
/// Publishing a rule book (design 5, Rule books): stored, announced in every partition of lead.activities, counted back
/// by every lane, switched on by a second record in every partition. Both records are idempotent by version, so that any
/// step can be repeated: whoever is interrupted resumes. What is needed of the world is behind small interfaces.
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/activity.hpp"
#include "flow/ports.hpp"
#include "wire/rulebook_toml.hpp"

namespace scoreline::app {

/// A version as the table lists it, without its files.
struct RuleBookVersion {
  std::uint64_t version = 0;
  std::string sha256, author, note;
  flow::StoredRuleBook::State state = flow::StoredRuleBook::State::draft;
  bool switching = false;  // activation was begun: it cannot be cancelled any more
  std::optional<base::Instant> created_at, activated_at;
};

struct LaneStanding {
  std::uint64_t rulebook_version = 0;
  bool owned = false;
  std::string halted;
};

/// The table of rule books. Throws base::Unavailable.
class RuleBookDesk {
 public:
  virtual ~RuleBookDesk() = default;
  virtual std::vector<RuleBookVersion> list() = 0;
  /// As a draft, under the next number.
  virtual std::uint64_t insert(const wire::RuleBookFiles& files, const std::string& sha256, const std::string& author,
                               const std::string& note) = 0;
  virtual void set_state(std::uint64_t version, flow::StoredRuleBook::State state) = 0;
  /// From here on the version cannot be cancelled.
  virtual void note_switching(std::uint64_t version) = 0;
};

/// How far the lanes are. Throws base::Unavailable.
class LaneWindow {
 public:
  virtual ~LaneWindow() = default;
  virtual std::vector<flow::CountBackProgress> progress(std::uint64_t version) = 0;
  /// Lanes that have run, of a consumer.
  virtual std::vector<LaneStanding> lanes(const std::string& consumer) = 0;
};

struct PublishWorld {
  RuleBookDesk& desk;
  LaneWindow& window;
  /// Writes rulebook_prepared or rulebook_activated of `version` into every partition and waits for the broker.
  std::function<void(core::RecordKind kind, std::uint64_t version)> announce;
  /// Shows a line that stays.
  std::function<void(const std::string& line)> say;
  /// Shows how far it is; may be called often.
  std::function<void(const std::string& line)> progress;
  /// Sleeps a little; false: the user wants to stop.
  std::function<bool()> wait;
  std::function<std::int64_t()> steady_us;
  std::int32_t partitions = 0;
  std::vector<std::string> consumers;             // who counts by rule books: flow::counting_consumers()
  std::int64_t patience_us = 60'000'000;          // nothing moves for so long: give up (resumable)
};

struct PublishRequest {
  const wire::RuleBookFiles* files = nullptr;  // null: resume only
  std::string sha256, author, note;
  std::optional<std::uint64_t> resume, cancel;
  std::function<bool(const std::string& question)> confirm = [](const std::string&) { return true; };
};

/// kDone, or kProblem when it was left half-way (resumable). Throws base::UsageError when another version is being
/// prepared, or a version is not there or cannot be resumed or cancelled.
int publish(const PublishRequest& request, PublishWorld& world);

}  // namespace scoreline::app
