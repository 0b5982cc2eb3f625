#include "pg/effect_views.hpp"

#include <fmt/format.h>

#include "base/check.hpp"
#include "pg/connection.hpp"

namespace scoreline::pg {
namespace {

using flow::ActionRow;
using flow::DealRow;
using flow::EnrolmentRow;
using flow::FiringRow;
using flow::MailRow;

constexpr const char* kOfLeads = " AND lead_id = ANY ($7::bigint[])";

// What is looked through comes by an index alone; everything else is asked of those rows.
std::string looked_through(const char* table, const char* time, const std::string& more, const char* direction) {
  return fmt::format(
      "SELECT * FROM {0} WHERE {1} >= $1::timestamptz AND {1} < $2::timestamptz{2} ORDER BY {1} {3} LIMIT $3::bigint",
      table, time, more, direction);
}

std::string counted(const char* table, const char* time, const std::string& more) {
  return fmt::format(
      "SELECT count(*) FROM (SELECT FROM {0} WHERE {1} >= $1::timestamptz AND {1} < $2::timestamptz{2}"
      " LIMIT $3::bigint) AS seen",
      table, time, more);
}

Statement actions_statement(const char* name, const std::string& more, const char* direction) {
  return {name,
          fmt::format("SELECT a.key, a.firing, a.lead_id, a.lane, a.trigger, a.number, a.kind, a.with_json, a.due_at,"
                      "   a.not_after, a.reason, a.rulebook, a.depth, a.state, a.last_error, a.attempts,"
                      "   coalesce(f.at, a.due_at), coalesce(f.occasion_text, ''), coalesce(f.suppressed, ''),"
                      "   coalesce(f.retracted, false), coalesce(f.cause_key, a.firing), coalesce(f.occasion, 0),"
                      "   coalesce(f.change_offset, 0), coalesce(f.n, 0)"
                      " FROM (SELECT * FROM ({0}) AS seen WHERE ($4::text = '' OR trigger = $4::text)"
                      "     AND ($5::text = '' OR state = $5::text)"
                      "   ORDER BY due_at {1}, firing, number LIMIT $6::bigint) AS a"
                      " LEFT JOIN firings f ON f.key = a.firing ORDER BY a.due_at {1}, a.firing, a.number",
                      looked_through("actions", "due_at", more, direction), direction)};
}

// A mail that is due as of its lane's now counts as sent (semantics 10).
Statement mails_statement(const char* name, const std::string& more, const char* direction) {
  return {name, fmt::format(
                    "SELECT m.key, m.enrolment, m.lead_id, m.lane, m.sequence, m.step, m.due_at, m.not_after,"
                    "   m.status, m.reason, m.subject, m.template, m.rulebook, m.depth, m.standing, m.state,"
                    "   m.last_error, m.attempts, coalesce(e.enrolled_at, m.due_at), coalesce(e.zone, ''),"
                    "   coalesce(e.cause_key, m.enrolment), coalesce(e.ended, '')"
                    " FROM (SELECT seen.*, judged.standing FROM ({0}) AS seen"
                    "     LEFT JOIN lanes l ON l.consumer = 'sequences' AND l.lane = seen.lane"
                    "     CROSS JOIN LATERAL (SELECT CASE WHEN seen.status = 'queued' AND seen.due_at <= l.now_at"
                    "       THEN 'sent' ELSE seen.status END AS standing) AS judged"
                    "   WHERE ($4::text = '' OR sequence = $4::text) AND ($5::text = '' OR judged.standing = $5::text)"
                    "   ORDER BY due_at {1}, enrolment, step LIMIT $6::bigint) AS m"
                    " LEFT JOIN enrolments e ON e.key = m.enrolment ORDER BY m.due_at {1}, m.enrolment, m.step",
                    looked_through("email_queue", "due_at", more, direction), direction)};
}

#define SCORELINE_ENROLMENT_COLUMNS \
  "key, lead_id, lane, sequence, cause_key, enrolled_at, zone, suppressed, ended, rulebook, depth"

Statement not_enrolled_statement(const char* name, const std::string& more) {
  return {name, fmt::format("SELECT " SCORELINE_ENROLMENT_COLUMNS " FROM ({}) AS seen"
                            " WHERE ($4::text = '' OR sequence = $4::text) AND ($5::text = '' OR suppressed = $5::text)"
                            " ORDER BY enrolled_at DESC, key LIMIT $6::bigint",
                            looked_through("enrolments", "enrolled_at", " AND suppressed <> ''" + more, "DESC"))};
}

const std::string kNeverTried = " AND state = 'never_tried'";

const Statement kActions = actions_statement("views_actions", "", "DESC");
const Statement kActionsNext = actions_statement("views_actions_next", "", "ASC");
const Statement kActionsWaiting = actions_statement("views_actions_waiting", kNeverTried, "ASC");
const Statement kActionsOf = actions_statement("views_actions_of", kOfLeads, "DESC");
const Statement kActionsOfNext = actions_statement("views_actions_of_next", kOfLeads, "ASC");
const Statement kMails = mails_statement("views_mails", "", "DESC");
const Statement kMailsNext = mails_statement("views_mails_next", "", "ASC");
const Statement kMailsOf = mails_statement("views_mails_of", kOfLeads, "DESC");
const Statement kMailsOfNext = mails_statement("views_mails_of_next", kOfLeads, "ASC");
const Statement kNotEnrolled = not_enrolled_statement("views_not_enrolled", "");
const Statement kNotEnrolledOf = not_enrolled_statement("views_not_enrolled_of", kOfLeads);

const Statement kCountActions{"views_actions_count", counted("actions", "due_at", "")};
const Statement kCountWaiting{"views_actions_waiting_count", counted("actions", "due_at", kNeverTried)};
const Statement kCountMails{"views_mails_count", counted("email_queue", "due_at", "")};
const Statement kCountNotEnrolled{"views_not_enrolled_count",
                                  counted("enrolments", "enrolled_at", " AND suppressed <> ''")};

const Statement kEnrolmentsOf{"views_enrolments_of", "SELECT " SCORELINE_ENROLMENT_COLUMNS
                                                     " FROM enrolments WHERE lead_id = ANY ($1::bigint[])"
                                                     " ORDER BY enrolled_at, sequence, key"};
const Statement kDealsOf{"views_deals_of",
                         "SELECT id, lead_id, lane, pipeline, stage, open, merged, created_at, moved_at FROM deals"
                         " WHERE lead_id = ANY ($1::bigint[]) ORDER BY created_at, id"};

Params params_of(const EffectQuery& query) {
  Params params;
  params.add(query.from).add(query.before).add(static_cast<std::int64_t>(query.look_through));
  params.add(Text{query.rule}).add(Text{query.state}).add(static_cast<std::int64_t>(query.limit));
  if (!query.leads.empty()) params.array(query.leads);
  return params;
}

std::uint32_t small(const Rows& rows, std::size_t row, int column) {
  return static_cast<std::uint32_t>(rows.int4(row, column));
}

ActionView action_of(const Rows& rows, std::size_t i) {
  ActionView view;
  ActionRow& action = view.action;
  action.key = base::to_hex(rows.hash(i, 0));
  action.firing = base::to_hex(rows.hash(i, 1));
  action.lead = rows.lead(i, 2);
  action.lane = rows.int4(i, 3);
  action.trigger = rows.text(i, 4);
  action.number = small(rows, i, 5);
  action.kind = rows.text(i, 6);
  action.with_json = rows.text(i, 7);
  action.due_at = rows.instant(i, 8);
  action.not_after = rows.instant(i, 9);
  action.suppressed = rows.text(i, 10);
  action.rulebook = rows.natural(i, 11);
  action.depth = rows.int4(i, 12);
  view.state = rows.text(i, 13);
  view.last_error = rows.text(i, 14);
  view.attempts = rows.int4(i, 15);
  FiringRow& firing = view.firing;
  firing.key = action.firing;
  firing.lead = action.lead;
  firing.lane = action.lane;
  firing.trigger = action.trigger;
  firing.at = rows.instant(i, 16);
  firing.occasion_text = rows.text(i, 17);
  firing.suppressed = rows.text(i, 18);
  firing.retracted = rows.boolean(i, 19);
  firing.cause_key = base::to_hex(rows.hash(i, 20));
  firing.occasion = small(rows, i, 21);
  firing.change_offset = rows.int8(i, 22);
  firing.n = small(rows, i, 23);
  firing.rulebook = action.rulebook;
  return view;
}

MailRow::Status status_of(std::string_view text) {
  if (text == "queued") return MailRow::Status::queued;
  return text == "moving" ? MailRow::Status::moving : MailRow::Status::cancelled;
}

MailView mail_of(const Rows& rows, std::size_t i) {
  MailView view;
  MailRow& mail = view.mail;
  mail.key = base::to_hex(rows.hash(i, 0));
  mail.enrolment = base::to_hex(rows.hash(i, 1));
  mail.lead = rows.lead(i, 2);
  mail.lane = rows.int4(i, 3);
  mail.sequence = rows.text(i, 4);
  mail.step = rows.text(i, 5);
  mail.due_at = rows.instant(i, 6);
  mail.not_after = rows.instant(i, 7);
  mail.status = status_of(rows.bytes(i, 8));
  mail.reason = rows.text(i, 9);
  mail.subject = rows.text(i, 10);
  mail.template_name = rows.text(i, 11);
  mail.rulebook = rows.natural(i, 12);
  mail.depth = rows.int4(i, 13);
  view.standing = rows.text(i, 14);
  view.state = rows.text(i, 15);
  view.last_error = rows.text(i, 16);
  view.attempts = rows.int4(i, 17);
  EnrolmentRow& enrolment = view.enrolment;
  enrolment.key = mail.enrolment;
  enrolment.lead = mail.lead;
  enrolment.lane = mail.lane;
  enrolment.sequence = mail.sequence;
  enrolment.enrolled_at = rows.instant(i, 18);
  enrolment.zone = rows.text(i, 19);
  enrolment.cause_key = base::to_hex(rows.hash(i, 20));
  enrolment.ended = rows.text(i, 21);
  enrolment.rulebook = mail.rulebook;
  enrolment.depth = mail.depth;
  return view;
}

std::vector<EnrolmentRow> enrolments_in(const Rows& rows) {
  std::vector<EnrolmentRow> enrolments;
  for (std::size_t i = 0; i < rows.size(); ++i)
    enrolments.push_back({base::to_hex(rows.hash(i, 0)), rows.lead(i, 1), rows.int4(i, 2), rows.text(i, 3),
                          base::to_hex(rows.hash(i, 4)), rows.instant(i, 5), rows.text(i, 6), rows.text(i, 7),
                          rows.text(i, 8), rows.natural(i, 9), rows.int4(i, 10)});
  return enrolments;
}

}  // namespace

EffectViews::EffectViews(PgSession& session) : session_(session) {
  session_.use({kActions, kActionsNext, kActionsWaiting, kActionsOf, kActionsOfNext, kMails, kMailsNext, kMailsOf,
                kMailsOfNext, kNotEnrolled, kNotEnrolledOf, kCountActions, kCountWaiting, kCountMails,
                kCountNotEnrolled, kEnrolmentsOf, kDealsOf});
}

// Of one lead everything is looked through.
bool EffectViews::complete(const Statement& count, const EffectQuery& query, std::size_t found) {
  if (!query.leads.empty() || found >= query.limit) return true;
  const auto seen = static_cast<std::int64_t>(query.look_through) + 1;
  const Rows rows = session_.run(count, Params().add(query.from).add(query.before).add(seen));
  return rows.int8(0, 0) < seen;
}

Found<ActionView> EffectViews::actions(const EffectQuery& query) {
  const bool waiting = query.next_first && query.state == "never_tried" && query.leads.empty();
  const Statement& of_leads = query.next_first ? kActionsOfNext : kActionsOf;
  const Statement& of_all = waiting ? kActionsWaiting : query.next_first ? kActionsNext : kActions;
  const Rows rows = session_.run(query.leads.empty() ? of_all : of_leads, params_of(query));
  Found<ActionView> found;
  for (std::size_t i = 0; i < rows.size(); ++i) found.rows.push_back(action_of(rows, i));
  found.complete = complete(waiting ? kCountWaiting : kCountActions, query, rows.size());
  return found;
}

Found<MailView> EffectViews::mails(const EffectQuery& query) {
  const Statement& of_leads = query.next_first ? kMailsOfNext : kMailsOf;
  const Statement& of_all = query.next_first ? kMailsNext : kMails;
  const Rows rows = session_.run(query.leads.empty() ? of_all : of_leads, params_of(query));
  Found<MailView> found;
  for (std::size_t i = 0; i < rows.size(); ++i) found.rows.push_back(mail_of(rows, i));
  found.complete = complete(kCountMails, query, rows.size());
  return found;
}

Found<EnrolmentRow> EffectViews::not_enrolled(const EffectQuery& query) {
  Found<EnrolmentRow> found;
  found.rows = enrolments_in(session_.run(query.leads.empty() ? kNotEnrolled : kNotEnrolledOf, params_of(query)));
  found.complete = complete(kCountNotEnrolled, query, found.rows.size());
  return found;
}

std::vector<EnrolmentRow> EffectViews::enrolments_of(const std::vector<LeadId>& leads) {
  if (leads.empty()) return {};
  return enrolments_in(session_.run(kEnrolmentsOf, Params().array(leads)));
}

std::vector<DealRow> EffectViews::deals_of(const std::vector<LeadId>& leads) {
  if (leads.empty()) return {};
  const Rows rows = session_.run(kDealsOf, Params().array(leads));
  std::vector<DealRow> deals;
  for (std::size_t i = 0; i < rows.size(); ++i)
    deals.push_back({rows.text(i, 0), rows.lead(i, 1), rows.int4(i, 2), rows.text(i, 3), rows.text(i, 4),
                     rows.boolean(i, 5), rows.boolean(i, 6), rows.instant(i, 7), rows.instant(i, 8)});
  return deals;
}

}  // namespace scoreline::pg
