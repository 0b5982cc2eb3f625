#include "pg/connection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/check.hpp"
#include "base/errors.hpp"
#include "pg/dsn.hpp"
#include "pg/failure.hpp"

namespace scoreline::pg {
namespace {

const Statement kWhoAmI{"who_am_i", "SELECT backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid()"};

}  // namespace

std::size_t Rows::affected() const {
  const std::string_view text(PQcmdTuples(result_.get()));
  std::size_t count = 0;
  std::from_chars(text.data(), text.data() + text.size(), count);
  return count;
}

std::string_view Rows::bytes(std::size_t row, int column) const {
  return {PQgetvalue(result_.get(), at(row), column),
          static_cast<std::size_t>(PQgetlength(result_.get(), at(row), column))};
}

LeadId Rows::lead(std::size_t row, int column) const {
  return is_null(row, column) ? LeadId{} : LeadId{natural(row, column)};
}

std::optional<Day> Rows::day(std::size_t row, int column) const {
  if (is_null(row, column)) return std::nullopt;
  return binary::read_day(bytes(row, column));
}

/// libpq's view of parameters: binary values only.
struct Connection::Arguments {
  explicit Arguments(const Params& params) {
    for (const std::string& field : params.fields()) {
      const bool null = binary::read32(field) == 0xFFFFFFFFU;
      values.push_back(null ? nullptr : field.data() + 4);
      lengths.push_back(static_cast<int>(field.size() - 4));
      formats.push_back(1);
    }
  }
  int count() const { return static_cast<int>(values.size()); }
  std::vector<const char*> values;
  std::vector<int> lengths, formats;
};

Connection::Connection(const std::string& dsn, const std::string& application, const char* settings,
                       std::span<const Statement> statements)
    : connection_(connect(dsn, application, settings), PQfinish) {
  PQsetNoticeProcessor(
      connection_.get(), [](void*, const char*) {}, nullptr);
  prepare({&kWhoAmI, 1});
  backend_ = {PQbackendPID(connection_.get()), run(kWhoAmI, {}).instant(0, 0)};
  prepare(statements);
}

void Connection::fail(const PGresult* result, const char* what) const {
  const char* state = result != nullptr ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : nullptr;
  if (broken() || state == nullptr) throw base::Unavailable(lost_connection(what));
  const char* message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  const char* table = PQresultErrorField(result, PG_DIAG_TABLE_NAME);
  throw_failure({state, message != nullptr ? message : "", table != nullptr ? table : "", what});
}

Rows Connection::checked(PGresult* result, const char* what, ExecStatusType wanted) {
  Rows rows(result);
  if (PQresultStatus(result) == wanted) return rows;
  if (wanted == PGRES_TUPLES_OK && PQresultStatus(result) == PGRES_COMMAND_OK) return rows;
  fail(result, what);
}

void Connection::command(const char* sql) { checked(PQexec(connection_.get(), sql), sql, PGRES_COMMAND_OK); }

void Connection::query(const char* sql) { checked(PQexec(connection_.get(), sql), sql, PGRES_TUPLES_OK); }

Rows Connection::run(const Statement& statement, const Params& params) {
  const Arguments arguments(params);
  return checked(PQexecPrepared(connection_.get(), statement.name.c_str(), arguments.count(), arguments.values.data(),
                                arguments.lengths.data(), arguments.formats.data(), 1),
                 statement.name.c_str(), PGRES_TUPLES_OK);
}

// One query's result in pipeline mode, and the null behind it.
PGresult* Connection::read_one() {
  PGresult* result = PQgetResult(connection_.get());
  if (result != nullptr) {
    PGresult* end = PQgetResult(connection_.get());
    SCORELINE_CHECK(end == nullptr, "one result per statement");
  }
  return result;
}

void Connection::end_pipeline() {
  while (!broken()) {
    const Rows result(PQgetResult(connection_.get()));
    if (PQexitPipelineMode(connection_.get()) == 1) return;
  }
}

Rows Connection::run_after(std::span<const char* const> commands, const Statement& statement, const Params& params) {
  const Arguments arguments(params);
  PGconn* connection = connection_.get();
  bool sent = PQenterPipelineMode(connection) == 1;
  for (const char* command : commands)
    sent = sent && PQsendQueryParams(connection, command, 0, nullptr, nullptr, nullptr, nullptr, 1) == 1;
  sent = sent && PQsendQueryPrepared(connection, statement.name.c_str(), arguments.count(), arguments.values.data(),
                                     arguments.lengths.data(), arguments.formats.data(), 1) == 1;
  sent = sent && PQpipelineSync(connection) == 1;
  if (!sent) {
    connection_.reset();  // half a pipeline is of no use
    fail(nullptr, statement.name.c_str());
  }
  try {
    for (const char* command : commands) checked(read_one(), command, PGRES_TUPLES_OK);
    Rows rows = checked(read_one(), statement.name.c_str(), PGRES_TUPLES_OK);
    end_pipeline();
    return rows;
  } catch (...) {
    end_pipeline();
    throw;
  }
}

void Connection::copy(const std::string& sql, const std::string& rows) {
  constexpr std::size_t kChunkBytes = 1 << 20;
  PGconn* connection = connection_.get();
  checked(PQexec(connection, sql.c_str()), sql.c_str(), PGRES_COPY_IN);
  bool sent = true;
  for (std::size_t at = 0; sent && at < rows.size(); at += kChunkBytes) {
    const std::size_t length = std::min(kChunkBytes, rows.size() - at);
    sent = PQputCopyData(connection, rows.data() + at, static_cast<int>(length)) == 1;
  }
  sent = PQputCopyEnd(connection, sent ? nullptr : "the client could not send its rows") == 1 && sent;
  // The first error counts; whatever follows must be read or the connection stays busy.
  std::unique_ptr<PGresult, decltype(&PQclear)> first(PQgetResult(connection), PQclear);
  while (PGresult* more = PQgetResult(connection)) PQclear(more);
  if (!sent || !first || PQresultStatus(first.get()) != PGRES_COMMAND_OK) fail(first.get(), sql.c_str());
}

Connection::CommitResult Connection::commit() {
  const Rows owned(PQexec(connection_.get(), "COMMIT"));
  const PGresult* result = owned.raw();
  if (broken()) return CommitResult::in_doubt;
  if (PQresultStatus(result) != PGRES_COMMAND_OK) {
    const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    // Cancelled or shut down while it was committing: it may have happened.
    if (state == nullptr || std::string_view(state).starts_with("57")) return CommitResult::in_doubt;
    fail(result, "COMMIT");
  }
  // After a failed statement the server answers COMMIT with ROLLBACK and calls that a success.
  if (std::string_view(PQcmdStatus(const_cast<PGresult*>(result))) != "COMMIT")
    throw base::Refused("PostgreSQL rolled the transaction back at COMMIT, because a statement in it had failed");
  return CommitResult::committed;
}

void Connection::prepare(std::span<const Statement> statements) {
  for (const Statement& statement : statements) {
    const Rows owned(PQprepare(connection_.get(), statement.name.c_str(), statement.sql.c_str(), 0, nullptr));
    if (PQresultStatus(owned.raw()) == PGRES_COMMAND_OK) continue;
    const char* state = PQresultErrorField(owned.raw(), PG_DIAG_SQLSTATE);
    if (!broken() && state != nullptr && std::string_view(state).starts_with("42"))
      throw base::UsageError(
          fmt::format("statement {} does not fit the database: {}; see \"scoreline migrate status\", then run "
                      "\"scoreline migrate up\"",
                      statement.name, PQresultErrorField(owned.raw(), PG_DIAG_MESSAGE_PRIMARY)));
    fail(owned.raw(), statement.name.c_str());
  }
}

}  // namespace scoreline::pg
