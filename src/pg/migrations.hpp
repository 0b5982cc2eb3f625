#pragma once
/// Schema changes: what was applied, what is to come, and nothing in between. The history table `scoreline_migrations`
/// keeps each file's SHA-256, so that a file that was changed afterwards is noticed.
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "pg/migration_file.hpp"

namespace scoreline::pg {

struct MigrationStatus {
  enum class State { applied, pending, changed, unknown } state = State::pending;
  std::string version, name;
  std::string sha256;          // of this program's file, "" if it has none
  std::string applied_sha256;  // "" if it was not applied
  base::Instant applied_at = base::kNever;
  std::int64_t duration_ms = 0;
  std::string tool_version, applied_by;
};
/// "applied", "pending", "changed" (the file is not the one that was applied), "unknown" (applied by a newer program).
const char* to_text(MigrationStatus::State state);

struct MigrationOptions {
  std::string dsn;
  std::chrono::milliseconds lock_wait{30'000};  // how long another migration may take
  std::vector<Migration> migrations = known_migrations();
};

/// All functions throw Unavailable when PostgreSQL is away, and UsageError where people must act; the text says how.
class Migrations {
 public:
  explicit Migrations(MigrationOptions options);

  /// In order of version: this program's and those that only the database knows.
  std::vector<MigrationStatus> status() const;
  /// Applies what is pending, each file in a transaction of its own; `on_applied` hears of each. Two at a time: the
  /// second waits for lock_wait, then says who holds the lock.
  void up(const std::function<void(const MigrationStatus&)>& on_applied = {}) const;
  /// Takes the last applied one back; nullopt: there is none. Its data is gone.
  std::optional<Migration> down() const;
  /// The SQL that up() would run, "" when nothing is pending.
  std::string plan() const;
  /// What is wrong, with the remedy: one text per problem. Pending ones are not.
  std::vector<std::string> verify() const;

 private:
  MigrationOptions options_;
};

/// For services at their start: throws UsageError, naming the command that helps, unless the schema is this program's.
void require_current(const std::string& dsn);

}  // namespace scoreline::pg
