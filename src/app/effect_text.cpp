#include "app/effect_text.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <tuple>

#include "app/table_print.hpp"
#include "core/due.hpp"
#include "wire/json_writer.hpp"

namespace scoreline::app {
namespace {

std::string name_of(core::LeadId lead, const EffectText& how) {
  const auto found = how.names.find(lead);
  return found == how.names.end() ? fmt::format("lead {}", lead.value) : found->second;
}

std::string with_reason(std::string_view word, const std::string& reason) {
  return reason.empty() ? std::string(word) : fmt::format("{}: {}", word, reason);
}

Colour colour_of(std::string_view state) {
  if (state == "done" || state == "sent") return Colour::green;
  if (state == "failed" || state == "in_doubt") return Colour::red;
  if (state == "suppressed" || state == "cancelled" || state == "not_enrolled") return Colour::yellow;
  return Colour::none;
}

void write_text(wire::JsonWriter& json, std::string_view key, std::string_view text) {
  json.key(key);
  if (text.empty())
    json.null();
  else
    json.string(text);
}

void write_cause(wire::JsonWriter& json, const Causes& causes, const std::string& key, base::Instant at,
                 std::uint64_t rulebook) {
  const Causes::Cause cause = causes.find(key, at, rulebook);
  json.key("cause").begin_object().key("key").string(key);
  write_text(json, "words", cause.words);
  write_text(json, "message_id", cause.message_id);
  write_text(json, "at", cause.at == base::kNever ? "" : base::format_rfc3339(cause.at));
  json.end_object();
}

}  // namespace

std::string because(const flow::FiringRow& firing, const Causes& causes) {
  const std::string words = causes.find(firing.cause_key, firing.at, firing.rulebook).words;
  if (words.empty() || firing.occasion_text == "activity " + words) return firing.occasion_text;
  return fmt::format("{} ({})", firing.occasion_text, words);
}

std::string utc_text(base::Instant at) { return base::format_rfc3339(at).substr(0, 19).replace(10, 1, " ") + "Z"; }

std::string local_text(base::Instant at, const std::string& zone) {
  if (zone.empty()) return {};
  return base::format_rfc3339(core::wall_time(at, zone)).substr(0, 16).replace(10, 1, " ") + " " + zone;
}

std::string standing_of(const pg::ActionView& view) {
  if (!view.action.suppressed.empty()) return with_reason(view.state, view.action.suppressed);
  return with_reason(hand_over_words(view.state), view.last_error);
}

std::string actions_table(const std::vector<pg::ActionView>& actions, const EffectText& how) {
  Table table({{"due"}, {"lead", true}, {"name"}, {"action"}, {"state"}, {"trigger"}, {"because"}, {""}});
  for (const pg::ActionView& view : actions)
    table.add({{utc_text(view.action.due_at)},
               {std::to_string(view.action.lead.value)},
               {fitted(name_of(view.action.lead, how), 24), Colour::bold},
               {view.action.kind},
               {fitted(standing_of(view), 40), colour_of(view.state)},
               {view.action.trigger},
               {fitted(because(view.firing, how.causes), 70)},
               {view.firing.retracted ? "retracted" : "", Colour::yellow}});
  return table.text(how.colours);
}

std::string action_json(const pg::ActionView& view, const Causes& causes) {
  const flow::ActionRow& action = view.action;
  std::string text;
  wire::JsonWriter json(text);
  json.begin_object().key("action").string(action.key).key("lead").integer(action.lead.value);
  json.key("trigger").string(action.trigger).key("number").integer(action.number).key("kind").string(action.kind);
  json.key("due_at").string(base::format_rfc3339(action.due_at));
  json.key("not_after").string(base::format_rfc3339(action.not_after)).key("state").string(view.state);
  write_text(json, "reason", action.suppressed);
  write_text(json, "last_error", view.last_error);
  json.key("attempts").integer(view.attempts).key("fired_at").string(base::format_rfc3339(view.firing.at));
  json.key("occasion").string(view.firing.occasion_text).key("retracted").boolean(view.firing.retracted);
  write_cause(json, causes, view.firing.cause_key, view.firing.at, view.firing.rulebook);
  json.key("rulebook").integer(action.rulebook).key("depth").integer(action.depth).key("with");
  json.raw(action.with_json.empty() ? "null" : action.with_json).end_object();
  return text;
}

std::vector<EmailLine> email_lines(std::vector<pg::MailView> mails, const std::vector<flow::EnrolmentRow>& not_enrolled,
                                   bool next_first, std::size_t limit) {
  std::vector<EmailLine> lines;
  for (pg::MailView& mail : mails) lines.push_back({std::move(mail), true});
  for (const flow::EnrolmentRow& row : not_enrolled) {
    EmailLine line;
    line.enrolled = false;
    line.mail.mail.lead = row.lead;
    line.mail.mail.sequence = row.sequence;
    line.mail.mail.due_at = row.enrolled_at;
    line.mail.mail.rulebook = row.rulebook;
    line.mail.standing = "not_enrolled";
    line.mail.enrolment = row;
    lines.push_back(std::move(line));
  }
  const auto place = [](const EmailLine& line) {
    return std::tie(line.mail.mail.sequence, line.mail.mail.step, line.mail.enrolment.key);
  };
  std::stable_sort(lines.begin(), lines.end(), [&](const EmailLine& a, const EmailLine& b) {
    const auto left = a.mail.mail.due_at, right = b.mail.mail.due_at;
    if (left != right) return next_first ? left < right : left > right;
    return place(a) < place(b);
  });
  if (limit > 0 && lines.size() > limit) lines.resize(limit);
  return lines;
}

std::string standing_of(const EmailLine& line) {
  const pg::MailView& view = line.mail;
  if (!line.enrolled) return "nobody enrolled: " + view.enrolment.suppressed;
  const bool tried = view.state != "never_tried";
  const std::string mailer = with_reason(hand_over_words(view.state), view.last_error);
  std::string standing = with_reason(view.standing, view.mail.reason);
  if (view.standing == "moving") standing = "moving to the lead that takes this one in";
  return view.standing == "sent" || tried ? fmt::format("{}, {}", standing, mailer) : standing;
}

std::string emails_table(const std::vector<EmailLine>& lines, const EffectText& how) {
  Table table(
      {{"due"}, {"there"}, {"lead", true}, {"name"}, {"sequence"}, {"step"}, {"status"}, {"subject"}, {"template"}});
  for (const EmailLine& line : lines) {
    const flow::MailRow& mail = line.mail.mail;
    table.add({{utc_text(mail.due_at)},
               {local_text(mail.due_at, line.mail.enrolment.zone)},
               {std::to_string(mail.lead.value)},
               {fitted(name_of(mail.lead, how), 24), Colour::bold},
               {mail.sequence},
               {line.enrolled ? mail.step : "-"},
               {fitted(standing_of(line), 48), colour_of(line.mail.standing)},
               {fitted(mail.subject, 40)},
               {mail.template_name}});
  }
  return table.text(how.colours);
}

std::string email_json(const EmailLine& line, const Causes& causes) {
  const pg::MailView& view = line.mail;
  const flow::MailRow& mail = view.mail;
  std::string text;
  wire::JsonWriter json(text);
  json.begin_object();
  write_text(json, "email", mail.key);
  json.key("lead").integer(mail.lead.value).key("sequence").string(mail.sequence);
  write_text(json, "step", mail.step);
  write_text(json, "due_at", line.enrolled ? base::format_rfc3339(mail.due_at) : "");
  write_text(json, "due_at_local", line.enrolled ? local_text(mail.due_at, view.enrolment.zone) : "");
  write_text(json, "not_after", line.enrolled ? base::format_rfc3339(mail.not_after) : "");
  json.key("status").string(view.standing);
  write_text(json, "reason", line.enrolled ? mail.reason : view.enrolment.suppressed);
  write_text(json, "mailer", view.state);
  write_text(json, "last_error", view.last_error);
  json.key("attempts").integer(view.attempts);
  write_text(json, "subject", mail.subject);
  write_text(json, "template", mail.template_name);
  write_text(json, "enrolled_at", base::format_rfc3339(view.enrolment.enrolled_at));
  write_text(json, "zone", view.enrolment.zone);
  write_text(json, "enrolment_ended", view.enrolment.ended);
  write_cause(json, causes, view.enrolment.cause_key, view.enrolment.enrolled_at, mail.rulebook);
  json.key("rulebook").integer(mail.rulebook).key("depth").integer(mail.depth).end_object();
  return text;
}

}  // namespace scoreline::app
