#pragma once
/// What decisions left (migrations: effects), for people: actions with their firings, mails with their enrolments.
/// Reads only; outside of transactions. Errors as pg/session.hpp.
///
/// Every question costs the same at any history: rows come by an index on time or lead, and at most `look_through` of
/// them are looked at to find `limit` that are wanted.
#include <string>
#include <vector>

#include "flow/effect_ports.hpp"
#include "pg/session.hpp"

namespace scoreline::pg {

/// Later than anything that is ever due.
inline constexpr Instant kEndOfTime{253'402'300'799 * base::kSecondUs};

struct EffectQuery {
  std::vector<LeadId> leads;                         // empty: everybody's
  std::string rule;                                  // id of a trigger or sequence; "": any
  std::string state;                                 // actions: the state, mails: MailView::standing; "": any
  Instant from = base::kNever, before = kEndOfTime;  // due (enrolled) in [from, before)
  bool next_first = false;                           // the earliest first, else the latest
  std::size_t limit = 50;
  std::size_t look_through = 100'000;
};

template <typename Row>
struct Found {
  std::vector<Row> rows;
  bool complete = true;  // false: there may be more than what was looked through
};

struct ActionView {
  flow::ActionRow action;  // `suppressed` is the reason of any state
  std::string state, last_error;
  std::int32_t attempts = 0;
  flow::FiringRow firing;
};

struct MailView {
  flow::MailRow mail;
  std::string standing;           // queued, sent (due as of its lane's now, semantics 10), cancelled, moving
  std::string state, last_error;  // what the mailer did
  std::int32_t attempts = 0;
  flow::EnrolmentRow enrolment;
};

class EffectViews {
 public:
  explicit EffectViews(PgSession& session);

  /// By due instant, firing, number.
  Found<ActionView> actions(const EffectQuery& query);
  /// By due instant, enrolment, step.
  Found<MailView> mails(const EffectQuery& query);
  /// Enrolments that did not come about, the latest first; `state` is the reason.
  Found<flow::EnrolmentRow> not_enrolled(const EffectQuery& query);

  /// Everything of these leads, in order.
  std::vector<flow::EnrolmentRow> enrolments_of(const std::vector<LeadId>& leads);
  std::vector<flow::DealRow> deals_of(const std::vector<LeadId>& leads);

 private:
  bool complete(const Statement& count, const EffectQuery& query, std::size_t found);

  PgSession& session_;
};

}  // namespace scoreline::pg
