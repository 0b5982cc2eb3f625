#include "pg/session.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>

#include "base/check.hpp"
#include "base/errors.hpp"
#include "base/log.hpp"
#include "pg/connection.hpp"
#include "pg/dsn.hpp"
#include "pg/failure.hpp"

namespace scoreline::pg {
namespace {

// A connection that broke may have left its backend behind, holding our own rows' locks until it notices.
const Statement kEndBackend{
    "session_end_backend",
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = $1::int AND backend_start = $2::timestamptz"};

constexpr const char* kShared = "SELECT pg_advisory_xact_lock_shared(7235419286437711873)";
constexpr const char* kExclusive = "SELECT pg_advisory_xact_lock(7235419286437711873)";

// How BEGIN looks, by lock.
std::span<const char* const> beginning(flow::LockMode mode) {
  static constexpr std::array<const char*, 2> with_shared{"BEGIN", kShared}, with_exclusive{"BEGIN", kExclusive};
  switch (mode) {
    case flow::LockMode::none:
      return std::span(with_shared).first(1);
    case flow::LockMode::shared:
      return with_shared;
    case flow::LockMode::exclusive:
      return with_exclusive;
  }
  SCORELINE_CHECK(false, "an unknown lock mode");
}

std::string this_process() {
  char host[256] = "?";
  if (gethostname(host, sizeof(host) - 1) != 0) host[0] = '?';
  return fmt::format("{}:{}", host, getpid());
}

}  // namespace

PgSession::PgSession(SessionSettings settings) : settings_(std::move(settings)), statements_{kEndBackend} {
  if (settings_.owner.empty()) settings_.owner = this_process();
}

PgSession::~PgSession() = default;

void PgSession::make_connection() {
  if (connection_) predecessor_ = connection_->backend();
  connection_.reset();
  auto fresh = std::make_unique<Connection>(settings_.dsn, settings_.application, kBatchSettings, statements_);
  if (predecessor_.pid != 0) {
    Params params;
    fresh->run(kEndBackend, params.add(predecessor_.pid).add(predecessor_.start));
    predecessor_ = {};
  }
  connection_ = std::move(fresh);
}

void PgSession::connect() {
  if (!connection_ || connection_->broken()) make_connection();
}

void PgSession::use(std::initializer_list<Statement> statements) {
  statements_.insert(statements_.end(), statements);
  if (connection_ && !connection_->broken()) connection_->prepare(std::span(statements.begin(), statements.size()));
}

Connection& PgSession::live() {
  if (begun_) {
    if (!connection_ || connection_->broken()) throw base::Unavailable(lost_connection("transaction"));
  } else {
    connect();
  }
  return *connection_;
}

const Backend& PgSession::backend() { return live().backend(); }

void PgSession::begin(flow::LockMode mode) {
  SCORELINE_CHECK(!open_, "begin inside a transaction");
  connect();
  open_ = true;
  ++transactions_;
  begun_ = false;
  lock_ = mode;
}

Rows PgSession::run(const Statement& statement, const Params& params) {
  Connection& connection = live();
  if (!open_ || begun_) return connection.run(statement, params);
  begun_ = true;
  return connection.run_after(beginning(lock_), statement, params);
}

void PgSession::copy(const std::string& sql, const std::string& rows) {
  SCORELINE_CHECK(open_, "COPY outside of a transaction");
  Connection& connection = live();
  if (!begun_) {
    begun_ = true;
    connection.command("BEGIN");
    for (const char* lock : beginning(lock_).subspan(1)) connection.query(lock);
  }
  connection.copy(sql, rows);
}

bool PgSession::commit() {
  SCORELINE_CHECK(open_, "commit without begin");
  if (!begun_) {
    open_ = false;
    return true;
  }
  if (!connection_ || connection_->broken()) throw base::Unavailable(lost_connection("a statement before COMMIT"));
  open_ = begun_ = false;
  if (connection_->commit() == Connection::CommitResult::committed) return true;
  predecessor_ = connection_->backend();
  connection_.reset();
  return false;
}

void PgSession::rollback() noexcept {
  const bool begun = begun_;
  open_ = begun_ = false;
  if (!connection_ || !begun || connection_->broken()) return;
  try {
    connection_->command("ROLLBACK");
  } catch (const std::exception& error) {
    base::log::debug("rolling back failed; the connection is replaced", {{"error", error.what()}});
    predecessor_ = connection_->backend();
    connection_.reset();
  }
}

}  // namespace scoreline::pg
