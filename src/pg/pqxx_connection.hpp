#pragma once
/// libpqxx for migrations and administration. Only .cpp files of this folder include it.
#include <fmt/format.h>

#include <pqxx/pqxx>
#include <string>

#include "base/errors.hpp"
#include "base/time.hpp"
#include "pg/dsn.hpp"
#include "pg/failure.hpp"

namespace scoreline::pg {

inline pqxx::connection connect_pqxx(const std::string& dsn, const std::string& application) {
  return pqxx::connection::seize_raw_connection(connect(dsn, application, kAdminSettings));
}

/// Runs `work` and turns libpqxx's exceptions into ours. An exception ends the transaction object that it came from.
template <typename Work>
auto guarded(const char* what, Work work) {
  try {
    return work();
  } catch (const pqxx::broken_connection&) {
    throw base::Unavailable(lost_connection(what));
  } catch (const pqxx::in_doubt_error&) {
    throw base::Unavailable(lost_connection(what));
  } catch (const pqxx::sql_error& error) {
    // DETAIL and CONTEXT, on further lines, quote row data.
    const std::string text = error.what();
    throw_failure({error.sqlstate(), std::string_view(text).substr(0, text.find('\n')), "", what});
  } catch (const pqxx::failure& error) {
    const std::string text = error.what();
    throw base::Unavailable(fmt::format("PostgreSQL: \"{}\" failed: {}", what, text.substr(0, text.find('\n'))));
  }
}

/// An instant as a bigint of microseconds since 1970, NULL where there is none; see read_us().
inline std::string as_us(const char* column) {
  return fmt::format("CASE WHEN isfinite({0}) THEN (extract(epoch FROM {0}) * 1000000)::bigint END", column);
}
inline base::Instant read_us(const std::optional<std::int64_t>& us) { return us ? base::Instant{*us} : base::kNever; }

}  // namespace scoreline::pg
