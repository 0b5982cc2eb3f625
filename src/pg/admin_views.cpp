#include "pg/admin_views.hpp"

#include <algorithm>
#include <charconv>

#include "base/check.hpp"
#include "pg/connection.hpp"
#include "pg/rulebooks.hpp"

namespace scoreline::pg {
namespace {

constexpr std::int64_t kPage = 5'000;

// An owner lives as long as his connection: a pid alone may have been given to somebody else.
const Statement kLanes{
    "views_lanes",
    "SELECT l.consumer, l.lane, l.batch_no, l.acked_batch, l.rulebook_version, array_to_string(l.next_offsets, ','), l.now_at,"
    "   coalesce(l.owner_name, ''), l.halted, a.pid IS NOT NULL,"
    "   (SELECT count(*) FROM outbox o WHERE o.consumer = l.consumer AND o.lane = l.lane AND o.batch_no > l.acked_batch)"
    " FROM lanes l LEFT JOIN pg_stat_activity a ON a.pid = l.owner_pid AND a.backend_start = l.owner_start"
    " ORDER BY l.consumer, l.lane"};

const Statement kDeadLetters{"views_dead_letters",
                             "SELECT consumer, code, count(*) FROM dead_letters GROUP BY consumer, code ORDER BY consumer, code"};

const Statement kServer{"views_server", "SELECT current_setting('server_version')"};
const Statement kSettings{"views_settings",
                          "SELECT name, setting || coalesce(unit, '') FROM pg_settings"
                          " WHERE name IN ('fsync', 'synchronous_commit', 'full_page_writes', 'max_connections', 'shared_buffers',"
                          "                'checkpoint_timeout', 'max_wal_size', 'autovacuum', 'server_encoding') ORDER BY name"};

const Statement kLeads{"views_scoring_leads",
                       "SELECT lead_id, lane, state, personal FROM scoring_leads"
                       " WHERE lead_id > $1::bigint AND forward_to IS NULL AND NOT erased ORDER BY lead_id LIMIT $2::bigint"};

const Statement kRuleBooks{"views_rulebooks",
                           "SELECT version, sha256, author, note, state, created_at, prepared_at IS NOT NULL,"
                           "   coalesce(prepared_at, created_at), activated_at IS NOT NULL, coalesce(activated_at, created_at)"
                           " FROM rulebooks ORDER BY version"};

const Statement kInsert{
    "views_rulebook_insert",
    "INSERT INTO rulebooks (version, sha256, author, note, files)"
    " SELECT coalesce(max(version), 0) + 1, $1::text, $2::text, $3::text, $4::text::jsonb FROM rulebooks RETURNING version"};

const Statement kState{"views_rulebook_state",
                       "UPDATE rulebooks SET state = $2::text,"
                       "   prepared_at = CASE WHEN $2::text = 'prepared' THEN coalesce(prepared_at, now()) ELSE prepared_at END,"
                       "   activated_at = CASE WHEN $2::text = 'activated' THEN coalesce(activated_at, now()) ELSE activated_at END,"
                       "   cancelled_at = CASE WHEN $2::text = 'cancelled' THEN coalesce(cancelled_at, now()) ELSE cancelled_at END"
                       " WHERE version = $1::bigint"};

const Statement kSwitching{"views_rulebook_switching",
                           "UPDATE rulebooks SET activated_at = coalesce(activated_at, now()) WHERE version = $1::bigint"};

const Statement kProgress{"views_rulebook_progress",
                          "SELECT consumer, lane, done, total, ready FROM rulebook_progress WHERE version = $1::bigint"
                          " ORDER BY consumer, lane"};

std::vector<std::int64_t> numbers_of(std::string_view list) {
  std::vector<std::int64_t> numbers;
  while (!list.empty()) {
    const std::string_view one = list.substr(0, list.find(','));
    std::int64_t number = 0;
    std::from_chars(one.data(), one.data() + one.size(), number);
    numbers.push_back(number);
    list.remove_prefix(std::min(list.size(), one.size() + 1));
  }
  return numbers;
}

}  // namespace

AdminViews::AdminViews(PgSession& session) : session_(session) {
  session_.use({kLanes, kDeadLetters, kServer, kSettings, kLeads, kRuleBooks, kInsert, kState, kSwitching, kProgress});
}

std::vector<LaneView> AdminViews::lanes() {
  const Rows rows = session_.run(kLanes, Params());
  std::vector<LaneView> lanes;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    LaneView& lane = lanes.emplace_back();
    lane.consumer = rows.text(i, 0);
    lane.lane = rows.int4(i, 1);
    lane.batch_no = rows.natural(i, 2);
    lane.acked_batch = rows.natural(i, 3);
    lane.rulebook_version = rows.natural(i, 4);
    lane.next_offsets = numbers_of(rows.bytes(i, 5));
    lane.now = rows.instant(i, 6);
    lane.owner = rows.text(i, 7);
    lane.halted = rows.text(i, 8);
    lane.owned = rows.boolean(i, 9);
    lane.unpublished = rows.int8(i, 10);
  }
  return lanes;
}

std::vector<DeadLetterView> AdminViews::dead_letters() {
  const Rows rows = session_.run(kDeadLetters, Params());
  std::vector<DeadLetterView> letters;
  for (std::size_t i = 0; i < rows.size(); ++i) letters.push_back({rows.text(i, 0), rows.text(i, 1), rows.int8(i, 2)});
  return letters;
}

ServerView AdminViews::server() {
  ServerView server;
  const Rows version = session_.run(kServer, Params());
  server.version = version.text(0, 0);
  const Rows rows = session_.run(kSettings, Params());
  for (std::size_t i = 0; i < rows.size(); ++i) server.settings.emplace_back(rows.text(i, 0), rows.text(i, 1));
  return server;
}

void AdminViews::for_each_lead(const std::string& consumer, const std::function<void(const flow::LeadRow&)>& visit) {
  SCORELINE_CHECK(consumer == "scoring", "a consumer without rows per lead");
  for (LeadId after;;) {
    const Rows rows = session_.run(kLeads, Params().add(after).add(kPage));
    for (std::size_t i = 0; i < rows.size(); ++i) {
      flow::LeadRow row;
      row.lead = rows.lead(i, 0);
      row.lane = rows.int4(i, 1);
      row.state = rows.text(i, 2);
      row.personal = rows.text(i, 3);
      visit(row);
      after = row.lead;
    }
    if (rows.size() < static_cast<std::size_t>(kPage)) return;
  }
}

std::vector<RuleBookView> AdminViews::rulebooks() {
  const Rows rows = session_.run(kRuleBooks, Params());
  std::vector<RuleBookView> books;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    RuleBookView& book = books.emplace_back();
    book.version = rows.natural(i, 0);
    book.sha256 = rows.text(i, 1);
    book.author = rows.text(i, 2);
    book.note = rows.text(i, 3);
    book.state = rulebook_state(rows.bytes(i, 4));
    book.created_at = rows.instant(i, 5);
    if (rows.boolean(i, 6)) book.prepared_at = rows.instant(i, 7);
    if (rows.boolean(i, 8)) book.activated_at = rows.instant(i, 9);
  }
  return books;
}

std::uint64_t AdminViews::insert_rulebook(const std::string& files_json, const std::string& sha256, const std::string& author,
                                          const std::string& note) {
  const std::string by = clean_text(author), why = clean_text(note);
  const Rows rows = session_.run(kInsert, Params().add(Text{sha256}).add(Text{by}).add(Text{why}).add(Text{files_json}));
  return rows.natural(0, 0);
}

void AdminViews::set_rulebook_state(std::uint64_t version, flow::StoredRuleBook::State state) {
  session_.run(kState, Params().add(version).add(Text{to_text(state)}));
}

void AdminViews::note_switching(std::uint64_t version) { session_.run(kSwitching, Params().add(version)); }

std::vector<flow::CountBackProgress> AdminViews::progress(std::uint64_t version) {
  const Rows rows = session_.run(kProgress, Params().add(version));
  std::vector<flow::CountBackProgress> progress;
  for (std::size_t i = 0; i < rows.size(); ++i)
    progress.push_back({rows.text(i, 0), rows.int4(i, 1), rows.int8(i, 2), rows.int8(i, 3), rows.boolean(i, 4)});
  return progress;
}

}  // namespace scoreline::pg
