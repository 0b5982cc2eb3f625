#include "support/live_pg.hpp"

#include <doctest/doctest.h>
#include <libpq-fe.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <stdexcept>

#include "pg/migrations.hpp"

namespace scoreline::live {
namespace {

using Result = std::unique_ptr<PGresult, decltype(&PQclear)>;

}  // namespace

struct Rival::Impl {
  std::unique_ptr<PGconn, decltype(&PQfinish)> connection{nullptr, PQfinish};
};

Rival::Rival(const std::string& dsn, const std::string& application) : impl_(std::make_unique<Impl>()) {
  const char* keywords[] = {"dbname", "application_name", nullptr};
  const char* values[] = {dsn.c_str(), application.c_str(), nullptr};
  impl_->connection.reset(PQconnectdbParams(keywords, values, 1));
  if (PQstatus(impl_->connection.get()) != CONNECTION_OK)
    throw std::runtime_error(PQerrorMessage(impl_->connection.get()));
  PQsetNoticeProcessor(
      impl_->connection.get(), [](void*, const char*) {}, nullptr);
}

Rival::~Rival() = default;

std::string Rival::run(const std::string& sql) {
  const Result result(PQexec(impl_->connection.get(), sql.c_str()), PQclear);
  const ExecStatusType status = PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
    throw std::runtime_error(PQresultErrorMessage(result.get()));
  const int rows = PQntuples(result.get());
  return rows == 0 ? "" : PQgetvalue(result.get(), rows - 1, 0);
}

bool Rival::broken() {
  const Result result(PQexec(impl_->connection.get(), "SELECT 1"), PQclear);
  return PQstatus(impl_->connection.get()) != CONNECTION_OK;
}

int Rival::pid() const { return PQbackendPID(impl_->connection.get()); }

std::string server_dsn() {
  const char* file = std::getenv("SCORELINE_TEST_ENV");
  REQUIRE_MESSAGE(file != nullptr, "SCORELINE_TEST_ENV must name the file that scripts/services wrote");
  std::ifstream lines(file);
  std::string dsn;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("export ")) line.erase(0, 7);
    if (line.starts_with("PG_DSN=")) dsn = line.substr(7);
  }
  if (dsn.size() >= 2 && dsn.front() == '"') dsn = dsn.substr(1, dsn.size() - 2);
  REQUIRE_MESSAGE(!dsn.empty(), "no PG_DSN in " << file);
  return dsn;
}

// Later words of a connection string win.
std::string with_database(const std::string& dsn, const std::string& database) { return dsn + " dbname=" + database; }

Database::Database() : server_(server_dsn()) {
  static int count = 0;
  name_ = "scoreline_test_" + std::to_string(getpid()) + "_" + std::to_string(++count);
  run(server_, "DROP DATABASE IF EXISTS " + name_ + " WITH (FORCE)");  // of a run with the same pid that crashed
  run(server_, "CREATE DATABASE " + name_);
  dsn_ = with_database(server_, name_);
}

Database::~Database() {
  try {
    run(server_, "DROP DATABASE IF EXISTS " + name_ + " WITH (FORCE)");
  } catch (const std::exception& error) {
    MESSAGE(name_ << " could not be dropped: " << error.what());
  }
}

const std::string& fresh_tables() {
  static std::unique_ptr<Database> database;
  if (!database) {
    database = std::make_unique<Database>();
    // Before doctest's own end: the static object's would come after main's context is gone.
    std::atexit([] { database.reset(); });
    pg::Migrations({.dsn = database->dsn()}).up();
  }
  run(database->dsn(),
      "TRUNCATE lanes, outbox, dead_letters, leads, identifiers, retractions, erp_documents, message_ids,"
      " message_id_segments, activities, scoring_leads, scoring_held, rulebooks, rulebook_progress, customers_leads,"
      " customers_held, intent_leads, intent_held, stages_leads, stages_held, triggers_leads, sequences_leads, deals,"
      " firings, actions, enrolments, email_queue;"
      " ALTER SEQUENCE lead_ids RESTART; UPDATE consumer_starts SET replays = false");
  return database->dsn();
}

std::string ask(const std::string& dsn, const std::string& sql) { return Rival(dsn, "scoreline test").run(sql); }
void run(const std::string& dsn, const std::string& sql) { ask(dsn, sql); }

}  // namespace scoreline::live
