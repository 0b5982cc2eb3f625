#pragma once
/// What is to be done, and which mails go out, as `scoreline actions` and `scoreline emails` show them: tables for
/// people, one JSON object per line for programs. Pure.
#include <string>
#include <unordered_map>
#include <vector>

#include "app/plain_words.hpp"
#include "pg/effect_views.hpp"

namespace scoreline::app {

struct EffectText {
  const Causes& causes;
  std::unordered_map<core::LeadId, std::string> names;  // of leads; missing: "lead 17"
  bool colours = false;
};

/// "tier burning (looked at /pricing)": the occasion of a firing, and what was behind it.
std::string because(const flow::FiringRow& firing, const Causes& causes);

/// "suppressed: cooldown", "failed: timeout", "not handed over yet".
std::string standing_of(const pg::ActionView& view);
std::string actions_table(const std::vector<pg::ActionView>& actions, const EffectText& how);
std::string action_json(const pg::ActionView& view, const Causes& causes);

/// A mail, or an enrolment that did not come about (then `mail` is empty but for lead, sequence and due_at).
struct EmailLine {
  pg::MailView mail;
  bool enrolled = true;
};
/// Both in one list: by time, then sequence and step; at most `limit` (0: all).
std::vector<EmailLine> email_lines(std::vector<pg::MailView> mails, const std::vector<flow::EnrolmentRow>& not_enrolled,
                                   bool next_first, std::size_t limit);
/// "queued", "sent, not handed over yet", "cancelled: booking.created", "nobody enrolled: history".
std::string standing_of(const EmailLine& line);
std::string emails_table(const std::vector<EmailLine>& lines, const EffectText& how);
std::string email_json(const EmailLine& line, const Causes& causes);

/// "2026-05-04 09:00:00Z", and "2026-05-04 11:00 Europe/Berlin" ("" without a zone).
std::string utc_text(base::Instant at);
std::string local_text(base::Instant at, const std::string& zone);

}  // namespace scoreline::app
