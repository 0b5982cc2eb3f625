#pragma once
/// A real PostgreSQL for tests: a database of this test program's own, with the schema of today, dropped at its end.
#include <functional>
#include <memory>
#include <string>

namespace scoreline::live {

/// Connection string of the server that SCORELINE_TEST_ENV names (line PG_DSN="...").
std::string server_dsn();
/// `dsn` with another database.
std::string with_database(const std::string& dsn, const std::string& database);

/// An empty database, dropped with the object.
class Database {
 public:
  Database();
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  const std::string& dsn() const { return dsn_; }

 private:
  std::string server_, name_, dsn_;
};

/// The test program's own database with all migrations applied; all tables emptied at each call.
const std::string& fresh_tables();

/// One value of a query, as text ("" for NULL); on a connection of its own.
std::string ask(const std::string& dsn, const std::string& sql);
void run(const std::string& dsn, const std::string& sql);

/// A connection that a test leads step by step (locks, transactions left open). Superuser rights are not needed.
class Rival {
 public:
  explicit Rival(const std::string& dsn, const std::string& application = "scoreline rival");
  ~Rival();
  /// First field of the last row, "" if there is none. Throws std::runtime_error.
  std::string run(const std::string& sql);
  bool broken();
  int pid() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace scoreline::live
