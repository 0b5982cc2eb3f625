#include "pg/failure.hpp"

#include <fmt/format.h>

namespace scoreline::pg {
namespace {

// Data exceptions name the offending value behind a colon.
std::string_view without_values(const Failure& failure) {
  if (!failure.state.starts_with("22")) return failure.message;
  return failure.message.substr(0, failure.message.find(": "));
}

}  // namespace

std::string lost_connection(std::string_view what) {
  return fmt::format(
      "PostgreSQL: the connection was lost at \"{}\"; it is tried again, look into PostgreSQL's log if it goes on",
      what);
}

void throw_failure(const Failure& failure) {
  const std::string text =
      fmt::format("PostgreSQL: \"{}\" failed: {} (SQLSTATE {})", failure.what, without_values(failure), failure.state);
  const std::string_view state = failure.state;
  if (state == "40001" || state == "40P01") throw base::Conflict(text);
  const bool shared = failure.table == "identifiers" || failure.table == "leads";  // by all lanes of identity
  if (state == "23505" && shared) throw base::Conflict(text);
  const std::string_view kind = state.substr(0, 2);
  // 25: going on after a failed statement, which hides the data error before it. 54: beyond a limit of PostgreSQL's.
  if (kind == "22" || kind == "23" || kind == "25" || kind == "54") throw base::Refused(text);
  if (state == "55P03") throw LockTimeout(text + "; somebody holds a lock that is needed, it is tried again");
  if (kind == "42") throw base::Unavailable(text + "; was the schema changed? See \"scoreline migrate status\"");
  if (state == "53100") throw base::Unavailable(text + "; PostgreSQL's disk is full");
  throw base::Unavailable(text);
}

}  // namespace scoreline::pg
