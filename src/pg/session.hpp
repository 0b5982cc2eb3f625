#pragma once
/// flow::Session on PostgreSQL: one connection, replaced when it breaks, and at most one open transaction. Tables
/// (lanes.hpp, outbox.hpp, ...) are made with a session, add their statements to it and take part in its transactions;
/// the session must outlive them.
#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

#include "flow/ports.hpp"
#include "pg/statement.hpp"

namespace scoreline::pg {

using base::Day;
using base::Hash128;
using base::Instant;
using core::LeadId;

class Connection;
class Params;
class Rows;

struct SessionSettings {
  std::string dsn;          // libpq connection string or URI
  std::string application;  // as PostgreSQL shows it: "scoreline scoring"
  std::string owner;        // for people: "host:process pid"; "" = this host and process
};

class PgSession final : public flow::Session {
 public:
  explicit PgSession(SessionSettings settings);
  ~PgSession() override;
  PgSession(const PgSession&) = delete;
  PgSession& operator=(const PgSession&) = delete;

  /// Connects and prepares every statement now, so that a process with a wrong schema stops at once (UsageError);
  /// otherwise it happens at the first use. Unavailable: PostgreSQL does not answer.
  void connect();

  /// BEGIN itself travels with the first statement.
  void begin(flow::LockMode mode) override;
  bool commit() override;
  void rollback() noexcept override;

  // For tables.

  void use(std::initializer_list<Statement> statements);
  /// Inside the open transaction, or on its own where there is none.
  Rows run(const Statement& statement, const Params& params);
  /// `sql`: COPY ... FROM STDIN (FORMAT binary). Inside a transaction.
  void copy(const std::string& sql, const std::string& rows);
  /// Number of the open transaction, never given twice; 0: none is open.
  std::uint64_t transaction() const { return open_ ? transactions_ : 0; }
  /// The connection's backend at present.
  const Backend& backend();
  const std::string& owner() const { return settings_.owner; }

 private:
  Connection& live();
  void make_connection();

  SessionSettings settings_;
  std::vector<Statement> statements_;
  std::unique_ptr<Connection> connection_;
  Backend predecessor_;  // of a broken connection: may still hold locks
  std::uint64_t transactions_ = 0;
  bool open_ = false;   // between begin() and commit() or rollback()
  bool begun_ = false;  // BEGIN was sent
  flow::LockMode lock_ = flow::LockMode::none;
};

}  // namespace scoreline::pg
