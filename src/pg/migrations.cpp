#include "pg/migrations.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <thread>

#include "base/embedded.hpp"
#include "pg/pqxx_connection.hpp"

namespace scoreline::pg {
namespace {

using State = MigrationStatus::State;

constexpr const char* kApplication = "scoreline migrate";
constexpr std::int64_t kLock = 7'235'419'286'437'711'875;

constexpr const char* kMakeHistory =
    "CREATE TABLE IF NOT EXISTS scoreline_migrations ("
    " version text PRIMARY KEY, name text NOT NULL, sha256 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT "
    "now(),"
    " duration_ms bigint NOT NULL, tool_version text NOT NULL, applied_by text NOT NULL DEFAULT current_user)";

std::vector<MigrationStatus> read_status(pqxx::connection& connection, const std::vector<Migration>& migrations) {
  std::map<std::string, MigrationStatus> by_version;
  for (const Migration& migration : migrations) {
    MigrationStatus& row = by_version[migration.version];
    row.version = migration.version;
    row.name = migration.name;
    row.sha256 = migration.sha256;
  }
  pqxx::nontransaction work(connection);
  if (!work.query_value<bool>("SELECT to_regclass('scoreline_migrations') IS NULL")) {
    const std::string query =
        fmt::format("SELECT version, name, sha256, {}, duration_ms, tool_version, applied_by FROM scoreline_migrations",
                    as_us("applied_at"));
    for (const auto& [version, name, sha256, at, duration_ms, tool, by] :
         work.query<std::string, std::string, std::string, std::optional<std::int64_t>, std::int64_t, std::string,
                    std::string>(query)) {
      MigrationStatus& row = by_version[version];
      row.state = row.version.empty() ? State::unknown : row.sha256 == sha256 ? State::applied : State::changed;
      row.version = version;
      row.name = name;
      row.applied_sha256 = sha256;
      row.applied_at = read_us(at);
      row.duration_ms = duration_ms;
      row.tool_version = tool;
      row.applied_by = by;
    }
  }
  std::vector<MigrationStatus> rows;
  for (auto& [version, row] : by_version) rows.push_back(std::move(row));
  return rows;
}

std::string problem_of(const MigrationStatus& row) {
  if (row.state == State::changed)
    return fmt::format(
        "migration {}_{} is not the one that scoreline {} applied on {} (SHA-256 {}, now {}): restore the file as it "
        "was and"
        " put the change into a new migration; if it changes comments only, run \"UPDATE scoreline_migrations SET "
        "sha256 ="
        " '{}' WHERE version = '{}'\"",
        row.version, row.name, row.tool_version, base::format_rfc3339(row.applied_at), row.applied_sha256, row.sha256,
        row.sha256, row.version);
  return fmt::format(
      "migration {}_{} was applied by scoreline {} on {}, but this program ({}) does not know it: update this program",
      row.version, row.name, row.tool_version, base::format_rfc3339(row.applied_at), base::version());
}

// A pending one below an applied one: files must be added at the end.
std::vector<std::string> problems_of(const std::vector<MigrationStatus>& rows) {
  std::vector<std::string> problems;
  const MigrationStatus* pending = nullptr;
  for (const MigrationStatus& row : rows) {
    if (row.state == State::changed || row.state == State::unknown) problems.push_back(problem_of(row));
    if (row.state == State::pending && pending == nullptr) pending = &row;
    if (row.state == State::applied && pending != nullptr) {
      problems.push_back(fmt::format("migration {}_{} stands before {}_{}, which is applied: give it a later version",
                                     pending->version, pending->name, row.version, row.name));
      pending = nullptr;
    }
  }
  return problems;
}

void refuse_problems(const std::vector<MigrationStatus>& rows) {
  const auto problems = problems_of(rows);
  if (!problems.empty()) throw base::UsageError(problems.front());
}

std::string lock_holder(pqxx::connection& connection) {
  pqxx::nontransaction work(connection);
  const pqxx::result rows = work.exec(fmt::format(
      "SELECT a.pid, a.usename, a.application_name, coalesce(host(a.client_addr), 'this machine'), a.backend_start"
      "  FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
      " WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1"
      "   AND (l.classid::bigint << 32 | l.objid::bigint) = {}",
      kLock));
  if (rows.empty()) return "nobody any more: try again";
  return fmt::format("{} as {} from {}, backend {} since {}", rows[0][2].c_str(), rows[0][1].c_str(),
                     rows[0][3].c_str(), rows[0][0].c_str(), rows[0][4].c_str());
}

// For the connection's life. An advisory lock, so that a killed migration leaves none behind.
void take_lock(pqxx::connection& connection, std::chrono::milliseconds wait) {
  using Clock = std::chrono::steady_clock;
  const auto until = Clock::now() + wait;
  while (true) {
    {
      pqxx::nontransaction work(connection);
      if (work.query_value<bool>(fmt::format("SELECT pg_try_advisory_lock({})", kLock))) return;
    }
    if (Clock::now() >= until)
      throw base::UsageError(fmt::format("another migration runs since more than {} ms; the lock is held by {}",
                                         wait.count(), lock_holder(connection)));
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
}

template <typename Transaction>
void run_up(pqxx::connection& connection, const Migration& migration) {
  Transaction work(connection);
  const std::int64_t begin_us = base::steady_us();
  work.exec(migration.up.sql);
  work.exec(
      "INSERT INTO scoreline_migrations (version, name, sha256, duration_ms, tool_version) VALUES ($1, $2, $3, $4, $5)",
      pqxx::params{migration.version, migration.name, migration.sha256, (base::steady_us() - begin_us) / 1000,
                   std::string(base::version())});
  work.commit();
}

template <typename Transaction>
void run_down(pqxx::connection& connection, const Migration& migration) {
  Transaction work(connection);
  work.exec(migration.down.sql);
  work.exec("DELETE FROM scoreline_migrations WHERE version = $1", pqxx::params{migration.version});
  work.commit();
}

// The text of PostgreSQL's error stands in the migration, not in anybody's data: its first line is shown.
template <typename Work>
void applying(const Migration& migration, bool transaction, Work work) {
  try {
    work();
  } catch (const pqxx::sql_error& error) {
    const std::string text = error.what();
    throw base::UsageError(fmt::format(
        "migration {}_{} failed: {} (SQLSTATE {}); {}", migration.version, migration.name,
        text.substr(0, text.find('\n')), error.sqlstate(),
        transaction ? "nothing of it was applied" : "it runs outside of a transaction: see what it has left behind"));
  }
}

}  // namespace

const char* to_text(State state) {
  switch (state) {
    case State::applied:
      return "applied";
    case State::pending:
      return "pending";
    case State::changed:
      return "changed";
    case State::unknown:
      return "unknown";
  }
  return "";
}

Migrations::Migrations(MigrationOptions options) : options_(std::move(options)) {}

std::vector<MigrationStatus> Migrations::status() const {
  return guarded("migrate status", [&] {
    pqxx::connection connection = connect_pqxx(options_.dsn, kApplication);
    return read_status(connection, options_.migrations);
  });
}

void Migrations::up(const std::function<void(const MigrationStatus&)>& on_applied) const {
  guarded("migrate up", [&] {
    pqxx::connection connection = connect_pqxx(options_.dsn, kApplication);
    take_lock(connection, options_.lock_wait);
    refuse_problems(read_status(connection, options_.migrations));
    {
      pqxx::nontransaction work(connection);
      work.exec(kMakeHistory);
    }
    const auto rows = read_status(connection, options_.migrations);
    for (const Migration& migration : options_.migrations) {
      const bool pending = std::any_of(rows.begin(), rows.end(), [&](const MigrationStatus& row) {
        return row.version == migration.version && row.state == State::pending;
      });
      if (!pending) continue;
      applying(migration, migration.up.transaction, [&] {
        migration.up.transaction ? run_up<pqxx::work>(connection, migration)
                                 : run_up<pqxx::nontransaction>(connection, migration);
      });
      if (!on_applied) continue;
      for (const MigrationStatus& row : read_status(connection, options_.migrations))
        if (row.version == migration.version) on_applied(row);
    }
  });
}

std::optional<Migration> Migrations::down() const {
  return guarded("migrate down", [&]() -> std::optional<Migration> {
    pqxx::connection connection = connect_pqxx(options_.dsn, kApplication);
    take_lock(connection, options_.lock_wait);
    const auto rows = read_status(connection, options_.migrations);
    refuse_problems(rows);
    for (auto migration = options_.migrations.rbegin(); migration != options_.migrations.rend(); ++migration) {
      const bool applied = std::any_of(rows.begin(), rows.end(), [&](const MigrationStatus& row) {
        return row.version == migration->version && row.state == State::applied;
      });
      if (!applied) continue;
      applying(*migration, migration->down.transaction, [&] {
        migration->down.transaction ? run_down<pqxx::work>(connection, *migration)
                                    : run_down<pqxx::nontransaction>(connection, *migration);
      });
      return *migration;
    }
    return std::nullopt;
  });
}

std::string Migrations::plan() const {
  std::string sql;
  const auto rows = status();
  for (const Migration& migration : options_.migrations)
    for (const MigrationStatus& row : rows)
      if (row.version == migration.version && row.state == State::pending)
        sql += fmt::format("-- {}_{}{}\n{}\n", migration.version, migration.name,
                           migration.up.transaction ? "" : " (outside of a transaction)", migration.up.sql);
  return sql;
}

std::vector<std::string> Migrations::verify() const { return problems_of(status()); }

void require_current(const std::string& dsn) {
  const auto rows = Migrations({.dsn = dsn}).status();
  refuse_problems(rows);
  std::size_t pending = 0;
  for (const MigrationStatus& row : rows)
    if (row.state == State::pending) ++pending;
  if (pending > 0)
    throw base::UsageError(
        fmt::format("the database is older than this program: {} of {} migrations are pending; run"
                    " \"scoreline migrate up\"",
                    pending, rows.size()));
}

}  // namespace scoreline::pg
