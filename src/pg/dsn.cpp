#include "pg/dsn.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string_view>

#include "base/errors.hpp"

namespace scoreline::pg {
namespace {

// `options` of the operator's string, to stand behind ours: the last one wins.
std::string own_options(const std::string& dsn) {
  char* error = nullptr;
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> parsed(PQconninfoParse(dsn.c_str(), &error),
                                                                            PQconninfoFree);
  const std::unique_ptr<char, decltype(&PQfreemem)> owned(error, PQfreemem);
  // libpq's own text may quote the string, password included.
  if (!parsed)
    throw base::UsageError(
        "postgres.dsn is no connection string: write \"host=... user=... dbname=...\" or postgresql://...");
  for (const PQconninfoOption* option = parsed.get(); option->keyword != nullptr; ++option)
    if (std::string_view(option->keyword) == "options" && option->val != nullptr) return option->val;
  return {};
}

std::string one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

}  // namespace

PGconn* connect(const std::string& dsn, const std::string& application, const char* settings) {
  const std::string options = fmt::format("{} {}", settings, own_options(dsn));
  const char* keywords[] = {"connect_timeout", "tcp_user_timeout", "keepalives_idle", "application_name",
                            "client_encoding", "dbname",           "options",         nullptr};
  const char* values[] = {"5", "15000", "10", application.c_str(), "UTF8", dsn.c_str(), options.c_str(), nullptr};
  std::unique_ptr<PGconn, decltype(&PQfinish)> connection(PQconnectdbParams(keywords, values, 1), PQfinish);
  if (!connection) throw base::Unavailable("PostgreSQL: no memory for a connection");
  if (PQstatus(connection.get()) != CONNECTION_OK)
    throw base::Unavailable(fmt::format("PostgreSQL does not let us in: {}; check postgres.dsn",
                                        one_line(PQerrorMessage(connection.get()))));
  return connection.release();
}

}  // namespace scoreline::pg
