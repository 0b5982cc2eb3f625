#pragma once
/// One libpq connection: prepared statements with binary parameters and results, binary COPY, errors sorted by what
/// happens next. For batches; migrations and upkeep use libpqxx (pqxx_connection.hpp).
///
/// Errors (the text names the statement and never quotes row data):
///   Unavailable  connection lost, timeouts, full disk, too many connections, shutdown
///   Conflict     serialization failure, deadlock; an identifier or lead that another lane made at the same time
///   Refused      PostgreSQL does not take the data
///   UsageError   while connecting: the schema is not the one that this program was written for
/// Not thread-safe.
#include <libpq-fe.h>

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pg/binary.hpp"
#include "pg/statement.hpp"

namespace scoreline::pg {

/// Rows of a statement; binary fields, read by the types of their columns.
class Rows {
 public:
  explicit Rows(PGresult* result) : result_(result, PQclear) {}
  std::size_t size() const { return static_cast<std::size_t>(PQntuples(result_.get())); }
  /// Rows that an INSERT, UPDATE or DELETE changed.
  std::size_t affected() const;
  bool is_null(std::size_t row, int column) const { return PQgetisnull(result_.get(), at(row), column) != 0; }
  /// Valid as long as this object.
  std::string_view bytes(std::size_t row, int column) const;
  std::string text(std::size_t row, int column) const { return std::string(bytes(row, column)); }
  bool boolean(std::size_t row, int column) const { return bytes(row, column)[0] != '\0'; }
  std::int32_t int4(std::size_t row, int column) const {
    return static_cast<std::int32_t>(binary::read32(bytes(row, column)));
  }
  std::int64_t int8(std::size_t row, int column) const { return static_cast<std::int64_t>(natural(row, column)); }
  std::uint64_t natural(std::size_t row, int column) const { return binary::read64(bytes(row, column)); }
  /// 0 where it is NULL.
  LeadId lead(std::size_t row, int column) const;
  Instant instant(std::size_t row, int column) const { return binary::read_instant(bytes(row, column)); }
  Hash128 hash(std::size_t row, int column) const { return binary::read_hash(bytes(row, column)); }
  std::optional<Day> day(std::size_t row, int column) const;
  const PGresult* raw() const { return result_.get(); }

 private:
  static int at(std::size_t row) { return static_cast<int>(row); }
  std::unique_ptr<PGresult, decltype(&PQclear)> result_;
};

class Connection {
 public:
  /// Connects with `settings` (dsn.hpp) and prepares `statements`.
  Connection(const std::string& dsn, const std::string& application, const char* settings,
             std::span<const Statement> statements);

  /// A statement without parameters and rows (BEGIN, COMMIT, SET ...).
  void command(const char* sql);
  /// A statement without parameters whose rows do not matter.
  void query(const char* sql);
  Rows run(const Statement& statement, const Params& params);
  /// The same, with commands sent ahead in the same flight: one round trip for all.
  Rows run_after(std::span<const char* const> commands, const Statement& statement, const Params& params);
  /// `sql`: COPY ... FROM STDIN (FORMAT binary).
  void copy(const std::string& sql, const std::string& rows);

  enum class CommitResult { committed, in_doubt };
  /// Throws where it certainly did not happen.
  CommitResult commit();

  void prepare(std::span<const Statement> statements);
  const Backend& backend() const { return backend_; }
  bool broken() const { return PQstatus(connection_.get()) != CONNECTION_OK; }

 private:
  struct Arguments;
  Rows checked(PGresult* result, const char* what, ExecStatusType wanted);
  PGresult* read_one();
  void end_pipeline();
  [[noreturn]] void fail(const PGresult* result, const char* what) const;

  std::unique_ptr<PGconn, decltype(&PQfinish)> connection_;
  Backend backend_;
};

}  // namespace scoreline::pg
