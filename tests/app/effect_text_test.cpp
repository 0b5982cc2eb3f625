#include "app/effect_text.hpp"

#include <doctest/doctest.h>

#include "core/cause_key.hpp"
#include "wire/json.hpp"

using namespace scoreline;
using namespace scoreline::app;

namespace {

base::Instant at(std::string_view text) { return *base::parse_rfc3339(text); }

core::Activity looked_at_prices() {
  core::Activity activity;
  activity.name = activity.type = "page";
  activity.message_id = "m1";
  activity.record_key = "u1";
  activity.context = R"({"page":{"path":"/pricing"}})";
  return activity;
}

Causes known() {
  Causes causes({});
  causes.add(looked_at_prices());
  return causes;
}

pg::ActionView action() {
  pg::ActionView view;
  view.action.key = "a1";
  view.action.lead = {17};
  view.action.trigger = "alert";
  view.action.kind = "slack.message";
  view.action.with_json = R"({"channel":"#sales"})";
  view.action.due_at = view.action.not_after = at("2026-05-04T07:00:00Z");
  view.state = "never_tried";
  view.firing.occasion_text = "tier burning";
  view.firing.cause_key = core::cause_key(looked_at_prices());
  view.firing.at = view.action.due_at;
  return view;
}

pg::MailView mail(std::string step, std::string_view due) {
  pg::MailView view;
  view.mail.key = "k-" + step;
  view.mail.lead = {17};
  view.mail.sequence = "checklist";
  view.mail.step = std::move(step);
  view.mail.due_at = at(due);
  view.mail.subject = "Your checklist";
  view.mail.template_name = "checklist-1";
  view.standing = "queued";
  view.state = "never_tried";
  view.enrolment.zone = "Europe/Berlin";
  view.enrolment.cause_key = core::cause_key(looked_at_prices());
  view.enrolment.enrolled_at = at("2026-05-01T07:00:00Z");
  return view;
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("actions: what is to be done, and why or why not") {
  const Causes causes = known();
  auto waiting = action(), held_back = action(), failed = action();
  held_back.state = "suppressed";
  held_back.action.suppressed = "cooldown";
  held_back.firing.retracted = true;
  failed.state = "failed";
  failed.last_error = "timeout";
  const std::string table = actions_table({waiting, held_back, failed}, {causes, {{{17}, "Ada"}}, false});
  for (const char* part : {"2026-05-04 07:00:00Z", "Ada", "slack.message", "not handed over yet",
                           "suppressed: cooldown", "retracted", "failed: timeout", "tier burning (looked at /pricing)"})
    CHECK_MESSAGE(has(table, part), part);
}

TEST_CASE("actions: JSON has ids, the cause, and the parameters as the rule book has them") {
  const std::string json = action_json(action(), known());
  REQUIRE(wire::check_json(json).ok());
  for (const char* part :
       {R"("lead":17)", R"("state":"never_tried")", R"("reason":null)", R"("words":"looked at /pricing")",
        R"("message_id":"m1")", R"("with":{"channel":"#sales"})", R"("retracted":false)"})
    CHECK_MESSAGE(has(json, part), part);
}

TEST_CASE("actions: an activity that is its own occasion is said once") {
  flow::FiringRow firing;
  core::Activity activity;
  activity.name = "Demo Requested";
  Causes causes({});
  causes.add(activity);
  firing.cause_key = core::cause_key(activity);
  firing.occasion_text = "activity Demo Requested";
  CHECK(because(firing, causes) == "activity Demo Requested");
  firing.cause_key = "unknown";
  CHECK(because(firing, causes) == "activity Demo Requested");
}

TEST_CASE("emails: due by the world's clock and by that of the enrolment") {
  CHECK(utc_text(at("2026-05-04T07:00:00.5Z")) == "2026-05-04 07:00:00Z");
  CHECK(local_text(at("2026-05-04T07:00:00Z"), "Europe/Berlin") == "2026-05-04 09:00 Europe/Berlin");
  CHECK(local_text(at("2026-05-04T07:00:00Z"), "").empty());
}

TEST_CASE("emails: the decision and beside it what the mailer did") {
  EmailLine line{mail("welcome", "2026-05-04T07:00:00Z"), true};
  CHECK(standing_of(line) == "queued");
  line.mail.standing = "sent";
  CHECK(standing_of(line) == "sent, not handed over yet");
  line.mail.state = "failed";
  line.mail.last_error = "no_address";
  CHECK(standing_of(line) == "sent, failed: no_address");
  line.mail.standing = "cancelled";
  line.mail.mail.reason = "booking.created";
  line.mail.state = "never_tried";
  CHECK(standing_of(line) == "cancelled: booking.created");
}

TEST_CASE("emails: mails and enrolments that did not come about stand in one list by time") {
  flow::EnrolmentRow refused;
  refused.lead = {18};
  refused.sequence = "checklist";
  refused.enrolled_at = at("2026-05-05T00:00:00Z");
  refused.suppressed = "history";
  const auto steps = [&](bool next_first, std::size_t limit) {
    std::string text;
    const auto lines = email_lines(
        {mail("late", "2026-05-09T07:00:00Z"), mail("b", "2026-05-04T07:00:00Z"), mail("a", "2026-05-04T07:00:00Z")},
        {refused}, next_first, limit);
    for (const EmailLine& line : lines)
      text += (line.enrolled ? line.mail.mail.step : line.mail.enrolment.suppressed) + " ";
    return text;
  };
  CHECK(steps(false, 0) == "late history a b ");
  CHECK(steps(true, 0) == "a b history late ");
  CHECK(steps(false, 2) == "late history ");
  const auto lines = email_lines({}, {refused}, false, 0);
  CHECK(standing_of(lines[0]) == "nobody enrolled: history");
  const std::string json = email_json(lines[0], known());
  REQUIRE(wire::check_json(json).ok());
  CHECK(has(json, R"("status":"not_enrolled","reason":"history")"));
  CHECK(has(json, R"("due_at":null)"));
}

TEST_CASE("emails: the table and JSON say what the rule book says") {
  const Causes causes = known();
  const EmailLine line{mail("welcome", "2026-05-04T07:00:00Z"), true};
  const std::string table = emails_table({line}, {causes, {}, false}), json = email_json(line, causes);
  for (const char* part :
       {"2026-05-04 09:00 Europe/Berlin", "lead 17", "checklist", "welcome", "queued", "Your checklist", "checklist-1"})
    CHECK_MESSAGE(has(table, part), part);
  REQUIRE(wire::check_json(json).ok());
  for (const char* part : {R"("due_at":"2026-05-04T07:00:00Z")", R"("due_at_local":"2026-05-04 09:00 Europe/Berlin")",
                           R"("mailer":"never_tried")", R"("words":"looked at /pricing")"})
    CHECK_MESSAGE(has(json, part), part);
}
