#include "pg/admin.hpp"
#include "pg/pqxx_connection.hpp"
#include "pg/rulebooks.hpp"

namespace scoreline::pg {
namespace {

constexpr const char* kApplication = "scoreline admin";
using State = flow::StoredRuleBook::State;
using Us = std::optional<std::int64_t>;

// States that `to` may follow, itself included.
const char* allowed_before(State to) {
  switch (to) {
    case State::draft: return "{draft}";
    case State::prepared: return "{draft,prepared}";
    case State::activated: return "{prepared,activated}";
    case State::cancelled: return "{draft,prepared,cancelled}";
  }
  return "{}";
}

}  // namespace

std::vector<RuleBookInfo> Admin::rulebooks() const {
  return guarded("reading rule books", [&] {
    pqxx::connection connection = connect_pqxx(dsn_, kApplication);
    pqxx::work work(connection);
    std::vector<RuleBookInfo> books;
    for (const auto& [version, sha256, author, note, state, created, prepared, activated] :
         work.query<std::uint64_t, std::string, std::string, std::string, std::string, Us, Us, Us>(
             fmt::format("SELECT version, sha256, author, note, state, {}, {}, {} FROM rulebooks ORDER BY version",
                         as_us("created_at"), as_us("prepared_at"), as_us("activated_at"))))
      books.push_back({version, sha256, author, note, rulebook_state(state), read_us(created), read_us(prepared), read_us(activated)});
    return books;
  });
}

std::uint64_t Admin::insert_draft(const flow::StoredRuleBook& book) const {
  return guarded("storing a rule book", [&] {
    pqxx::connection connection = connect_pqxx(dsn_, kApplication);
    pqxx::work work(connection);
    // Versions are dense and given once: one writer at a time.
    work.exec("LOCK TABLE rulebooks IN SHARE ROW EXCLUSIVE MODE");
    const auto known = work.query01<std::uint64_t>(
        "SELECT version FROM rulebooks WHERE sha256 = $1 AND state <> 'cancelled' ORDER BY version DESC LIMIT 1",
        pqxx::params{book.sha256});
    if (known) return std::get<0>(*known);
    std::vector<std::string> names, texts;
    for (const auto& [name, text] : book.files) {
      if (text.find('\0') != std::string::npos || name.find('\0') != std::string::npos)
        throw base::UsageError(fmt::format("{} holds a NUL byte: save it as UTF-8 text", name));
      names.push_back(name);
      texts.push_back(text);
    }
    const auto [version] = work.query1<std::uint64_t>(
        "INSERT INTO rulebooks (version, sha256, author, note, files) SELECT coalesce(max(version), 0) + 1, $1, $2, $3,"
        " jsonb_object($4::text[], $5::text[]) FROM rulebooks RETURNING version",
        pqxx::params{book.sha256, book.author, book.note, names, texts});
    work.commit();
    return version;
  });
}

void Admin::set_rulebook_state(std::uint64_t version, State to) const {
  guarded("changing a rule book's state", [&] {
    pqxx::connection connection = connect_pqxx(dsn_, kApplication);
    pqxx::work work(connection);
    const auto found = work.query01<std::string>("SELECT state FROM rulebooks WHERE version = $1 FOR UPDATE", pqxx::params{version});
    if (!found)
      throw base::UsageError(fmt::format("there is no rule book {}; see \"scoreline rulebook list\"", version));
    const auto changed = work.exec(
        "UPDATE rulebooks SET state = $2,"
        "  prepared_at = CASE WHEN $2 = 'prepared' THEN coalesce(prepared_at, now()) ELSE prepared_at END,"
        "  activated_at = CASE WHEN $2 = 'activated' THEN coalesce(activated_at, now()) ELSE activated_at END,"
        "  cancelled_at = CASE WHEN $2 = 'cancelled' THEN coalesce(cancelled_at, now()) ELSE cancelled_at END"
        " WHERE version = $1 AND state = ANY ($3::text[])",
        pqxx::params{version, to_text(to), allowed_before(to)});
    if (changed.affected_rows() == 0)
      throw base::UsageError(fmt::format("rule book {} is {} and cannot become {}", version, std::get<0>(*found), to_text(to)));
    work.commit();
  });
}

std::vector<flow::CountBackProgress> Admin::rulebook_progress(std::uint64_t version) const {
  return guarded("reading a rule book's progress", [&] {
    pqxx::connection connection = connect_pqxx(dsn_, kApplication);
    pqxx::work work(connection);
    std::vector<flow::CountBackProgress> rows;
    for (const auto& [consumer, lane, done, total, ready] :
         work.query<std::string, std::int32_t, std::int64_t, std::int64_t, bool>(
             "SELECT consumer, lane, done, total, ready FROM rulebook_progress WHERE version = $1 ORDER BY consumer, lane",
             pqxx::params{version}))
      rows.push_back({consumer, lane, done, total, ready});
    return rows;
  });
}

}  // namespace scoreline::pg
