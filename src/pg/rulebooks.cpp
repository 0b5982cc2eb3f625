#include "pg/rulebooks.hpp"

#include <fmt/format.h>

#include "base/errors.hpp"
#include "pg/connection.hpp"

namespace scoreline::pg {
namespace {

using flow::StoredRuleBook;

const Statement kLoad{"rulebooks_load", "SELECT sha256, author, note, state FROM rulebooks WHERE version = $1::bigint"};

const Statement kFiles{"rulebooks_files",
                       "SELECT f.key, f.value FROM rulebooks r, jsonb_each_text(r.files) AS f"
                       " WHERE r.version = $1::bigint ORDER BY f.key COLLATE \"C\""};

const Statement kProgress{"rulebooks_progress",
                          "INSERT INTO rulebook_progress AS p (version, consumer, lane, done, total, ready)"
                          " VALUES ($1::bigint, $2::text, $3::int, $4::bigint, $5::bigint, $6::bool)"
                          " ON CONFLICT (version, consumer, lane) DO UPDATE"
                          " SET done = EXCLUDED.done, total = EXCLUDED.total, ready = p.ready OR EXCLUDED.ready"};

}  // namespace

const char* to_text(StoredRuleBook::State state) {
  switch (state) {
    case StoredRuleBook::State::draft:
      return "draft";
    case StoredRuleBook::State::prepared:
      return "prepared";
    case StoredRuleBook::State::activated:
      return "activated";
    case StoredRuleBook::State::cancelled:
      return "cancelled";
  }
  return "";
}

StoredRuleBook::State rulebook_state(std::string_view text) {
  using State = StoredRuleBook::State;
  for (const State state : {State::draft, State::prepared, State::activated, State::cancelled})
    if (text == to_text(state)) return state;
  throw base::Unavailable(fmt::format("a rule book has the unknown state \"{}\"; update this program", text));
}

PgRuleBooks::PgRuleBooks(PgSession& session) : session_(session) { session_.use({kLoad, kFiles, kProgress}); }

std::optional<StoredRuleBook> PgRuleBooks::load(std::uint64_t version) {
  const Rows rows = session_.run(kLoad, Params().add(version));
  if (rows.size() == 0) return std::nullopt;
  StoredRuleBook book{version, rows.text(0, 0), rows.text(0, 1), rows.text(0, 2), {}, rulebook_state(rows.bytes(0, 3))};
  const Rows files = session_.run(kFiles, Params().add(version));
  for (std::size_t i = 0; i < files.size(); ++i) book.files.emplace_back(files.text(i, 0), files.text(i, 1));
  return book;
}

void PgRuleBooks::note_progress(std::uint64_t version, const flow::CountBackProgress& progress) {
  session_.run(kProgress, Params()
                              .add(version)
                              .add(Text{progress.consumer})
                              .add(progress.lane)
                              .add(progress.done)
                              .add(progress.total)
                              .add(progress.ready));
}

}  // namespace scoreline::pg
