#include "pg/connection.hpp"
#include "pg/effect_rows.hpp"
#include "pg/effects.hpp"

namespace scoreline::pg {
namespace {

using flow::EnrolmentRow;
using flow::MailRow;

// Rows that say what is there already (replays) are not written again.
const Statement kSaveEnrolments{
    "enrolments_save",
    "INSERT INTO enrolments AS e (key, lead_id, lane, sequence, cause_key, enrolled_at, zone, suppressed, ended, "
    "rulebook,"
    "   depth)"
    " SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::int[], $4::text[], $5::uuid[], $6::timestamptz[], $7::text[],"
    "   $8::text[], $9::text[], $10::bigint[], $11::int[])"
    " ON CONFLICT (key) DO UPDATE SET lead_id = EXCLUDED.lead_id, lane = EXCLUDED.lane, ended = EXCLUDED.ended"
    " WHERE (e.lead_id, e.lane, e.ended) IS DISTINCT FROM (EXCLUDED.lead_id, EXCLUDED.lane, EXCLUDED.ended)"};

const Statement kSaveMails{
    "mails_save",
    "INSERT INTO email_queue AS m (key, enrolment, lead_id, lane, sequence, step, due_at, not_after, status, reason,"
    "   subject, template, rulebook, depth)"
    " SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::int[], $5::text[], $6::text[], $7::timestamptz[],"
    "   $8::timestamptz[], $9::text[], $10::text[], $11::text[], $12::text[], $13::bigint[], $14::int[])"
    " ON CONFLICT (key) DO UPDATE SET lead_id = EXCLUDED.lead_id, lane = EXCLUDED.lane, status = EXCLUDED.status,"
    "   reason = EXCLUDED.reason"
    " WHERE (m.lead_id, m.lane, m.status, m.reason)"
    "   IS DISTINCT FROM (EXCLUDED.lead_id, EXCLUDED.lane, EXCLUDED.status, EXCLUDED.reason)"};

const Statement kEnrolled{"enrolments_enrolled",
                          "SELECT key FROM enrolments WHERE key = ANY ($1::uuid[]) AND suppressed = '' ORDER BY key"};

const char* to_text(MailRow::Status status) {
  switch (status) {
    case MailRow::Status::queued:
      return "queued";
    case MailRow::Status::cancelled:
      return "cancelled";
    case MailRow::Status::moving:
      return "moving";
  }
  SCORELINE_CHECK(false, "an unknown status of a mail");
}

}  // namespace

PgMails::PgMails(PgSession& session) : session_(session) { session_.use({kSaveEnrolments, kSaveMails, kEnrolled}); }

void PgMails::save_enrolments(std::span<const EnrolmentRow> rows) {
  if (rows.empty()) return;
  const SortedRows sorted(rows, &EnrolmentRow::key, [](EnrolmentRow& kept, const EnrolmentRow& later) {
    kept.lead = later.lead;
    kept.lane = later.lane;
    kept.ended = later.ended;
  });
  Columns<EnrolmentRow> columns(sorted.get());
  columns.key(&EnrolmentRow::key)
      .add(&EnrolmentRow::lead)
      .add(&EnrolmentRow::lane)
      .text(&EnrolmentRow::sequence)
      .key(&EnrolmentRow::cause_key)
      .add(&EnrolmentRow::enrolled_at)
      .text(&EnrolmentRow::zone)
      .text(&EnrolmentRow::suppressed)
      .text(&EnrolmentRow::ended)
      .add(&EnrolmentRow::rulebook)
      .add(&EnrolmentRow::depth);
  session_.run(kSaveEnrolments, columns.params());
}

void PgMails::save_mails(std::span<const MailRow> rows) {
  if (rows.empty()) return;
  const SortedRows sorted(rows, &MailRow::key, [](MailRow& kept, const MailRow& later) {
    kept.lead = later.lead;
    kept.lane = later.lane;
    kept.status = later.status;
    kept.reason = later.reason;
  });
  Columns<MailRow> columns(sorted.get());
  columns.key(&MailRow::key)
      .key(&MailRow::enrolment)
      .add(&MailRow::lead)
      .add(&MailRow::lane)
      .text(&MailRow::sequence)
      .text(&MailRow::step)
      .add(&MailRow::due_at)
      .add(&MailRow::not_after)
      .each([](const MailRow& row) { return Text{to_text(row.status)}; })
      .text(&MailRow::reason)
      .text(&MailRow::subject)
      .text(&MailRow::template_name)
      .add(&MailRow::rulebook)
      .add(&MailRow::depth);
  session_.run(kSaveMails, columns.params());
}

std::vector<std::string> PgMails::enrolled(std::span<const std::string> keys) {
  if (keys.empty()) return {};
  const Rows rows = session_.run(kEnrolled, Params().array(keys, [](const std::string& key) { return key_of(key); }));
  std::vector<std::string> found;
  for (std::size_t i = 0; i < rows.size(); ++i) found.push_back(base::to_hex(rows.hash(i, 0)));
  return found;
}

}  // namespace scoreline::pg
