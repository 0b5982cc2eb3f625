#include "app/timeline.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "core/cause_key.hpp"
#include "wire/json.hpp"
#include "wire/lead_record.hpp"
#include "wire/rulebook_toml.hpp"

using namespace scoreline;
using namespace scoreline::app;
using core::LeadChange;
using core::Signal;

namespace {

constexpr const char* kBook = R"(
[[tier]]
id = "cold"
min = 0
[[tier]]
id = "warm"
min = 30
[[pipeline]]
id = "sales"
[[pipeline.stage]]
id = "new"
name = "New"
[[pipeline.stage]]
id = "won"
name = "Won"
outcome = "won"
[[sequence]]
id = "checklist"
enrol_on = { activity = "Downloaded" }
exit_on = [ { activity = "Bought", where = { "properties.plan" = "pro" } }, { stage = "sales/won" }, { tier = "warm" } ]
[[sequence.step]]
id = "a"
after = "0d"
subject = "Hello"
template = "a"
)";

std::shared_ptr<const core::RuleBook> book() {
  static const auto loaded = wire::load_rulebook({{"book.toml", kBook}, {"templates/a.html", "Hello"}});
  REQUIRE(loaded.book != nullptr);
  return loaded.book;
}

base::Instant second(std::int64_t n) { return {n * base::kSecondUs}; }

core::Activity activity(std::string name, std::int64_t at, std::string properties = "") {
  core::Activity out;
  out.name = std::move(name);
  out.type = "track";
  out.source = "www";
  out.at = out.received_at = second(at);
  out.message_id = out.name + std::to_string(at);
  out.record_key = "u1";
  out.properties = std::move(properties);
  return out;
}

/// What a lead's rows and records hold, put together in words.
struct Story {
  TimelineSources sources;
  Causes causes{{}};
  std::vector<flow::ActivityRow> rows;

  std::string did(const core::Activity& done, std::int64_t log_time) {
    core::LeadRecord record;
    record.lead = {7};
    record.activity = done;
    flow::ActivityRow& row = rows.emplace_back();
    row.lead = {7};
    row.log_time = second(log_time);
    row.record = wire::encode(record);
    causes.add(done);
    return core::cause_key(done);
  }
  LeadChange& changed(const std::string& cause, std::int64_t now, std::vector<Signal> signals) {
    LeadChange change;
    change.lead = {7};
    change.cause_key = cause;
    change.now = second(now);
    change.signals = std::move(signals);
    const auto offset = static_cast<std::int64_t>(sources.changes.size());
    return sources.changes.emplace_back(SeenChange{0, offset, std::move(change)}).change;
  }
  void fired(const std::string& trigger, const std::string& cause, std::int64_t now,
             const std::string& suppressed = "") {
    flow::FiringRow row;
    row.key = trigger;
    row.trigger = trigger;
    row.cause_key = cause;
    row.occasion_text = "tier warm";
    row.at = second(now);
    row.suppressed = suppressed;
    row.change_offset = static_cast<std::int64_t>(sources.changes.size()) - 1;
    sources.firings.push_back(row);
  }
  void enrolled(const std::string& cause, std::int64_t now, const std::string& ended = "") {
    flow::EnrolmentRow row;
    row.key = "e" + std::to_string(now);
    row.sequence = "checklist";
    row.cause_key = cause;
    row.enrolled_at = second(now);
    row.ended = ended;
    sources.enrolments.push_back(row);
  }
  void mail(std::int64_t enrolled_at, std::int64_t due, const std::string& standing, const std::string& reason = "") {
    pg::MailView view;
    view.mail.enrolment = "e" + std::to_string(enrolled_at);
    view.mail.sequence = "checklist";
    view.mail.step = "s" + std::to_string(due);
    view.mail.due_at = second(due);
    view.mail.reason = reason;
    view.standing = standing;
    view.state = "never_tried";
    view.enrolment = sources.enrolments.back();
    sources.mails.push_back(view);
  }
  std::vector<TimelineEntry> timeline() {
    sources.history = make_history(rows, {}, book());
    sources.lead = {7};
    return make_timeline(sources, causes, *book());
  }
  /// "kind what" of each.
  std::vector<std::string> lines() {
    std::vector<std::string> out;
    for (const TimelineEntry& entry : timeline()) out.push_back(std::string(to_text(entry.kind)) + " " + entry.what);
    return out;
  }
  TimelineEntry entry(TimelineEntry::Kind kind) {
    const auto entries = timeline();
    const auto found =
        std::find_if(entries.begin(), entries.end(), [&](const TimelineEntry& one) { return one.kind == kind; });
    REQUIRE(found != entries.end());
    return *found;
  }
};

Signal tier(std::string from, std::string to) {
  return {Signal::Kind::tier, "", std::move(from), std::move(to), "35.00", "", "", false};
}
Signal intent() { return {Signal::Kind::intent, "purchase", "", "medium", "45.00", "", "", false}; }
Signal stage(std::string from, std::string to, std::string by = "route") {
  return {Signal::Kind::stage, "sales", std::move(from), std::move(to), "", "d1", std::move(by), false};
}

using Lines = std::vector<std::string>;
using Kind = TimelineEntry::Kind;

}  // namespace

TEST_CASE("timeline: what one cause led to stands in the order in which it is settled") {
  Story story;
  const std::string first = story.did(activity("Downloaded", 10), 10),
                    second_one = story.did(activity("Bought", 10), 10);
  story.changed(first, 10, {tier("cold", "warm"), intent(), stage("", "new")});
  story.fired("alert", first, 10);
  story.enrolled(first, 10);
  story.mail(10, 10, "sent");
  story.changed(second_one, 10, {stage("new", "won", "bought")});
  CHECK(story.lines() == Lines{"activity Downloaded", "tier tier cold -> warm (score 35.00)",
                               "intent intent purchase: none -> medium (45.00)", "stage new deal in sales: new",
                               "firing trigger alert fired", "enrolment enrolled in checklist",
                               "mail mail checklist/s10: sent, not handed over yet", "activity Bought",
                               "stage deal in sales: new -> won"});
}

TEST_CASE("timeline: a mail that is due counts as sent before what happens at that instant") {
  Story story;
  const std::string cause = story.did(activity("Downloaded", 5), 5);
  story.enrolled(cause, 5);
  story.mail(5, 9, "sent");
  story.did(activity("Bought", 9), 9);
  CHECK(story.lines() == Lines{"activity Downloaded", "enrolment enrolled in checklist",
                               "mail mail checklist/s9: sent, not handed over yet", "activity Bought"});
}

TEST_CASE("timeline: activities stand where they happened, never behind what followed from them") {
  Story story;
  core::Activity imported = activity("Imported", 3);
  imported.history = true;
  story.did(imported, 100);
  const std::string fast_clock = story.did(activity("Downloaded", 60), 50);
  story.changed(fast_clock, 50, {tier("cold", "warm")});
  const auto entries = story.timeline();
  CHECK(story.lines() == Lines{"activity Imported", "activity Downloaded", "tier tier cold -> warm (score 35.00)"});
  CHECK(entries[0].marks == Lines{"imported"});
  CHECK(entries[1].at == second(60));
}

TEST_CASE("timeline: each entry has its cause") {
  Story story;
  const std::string cause = story.did(activity("Downloaded", 10), 10);
  story.changed(cause, 10, {tier("cold", "warm"), stage("", "new")});
  story.fired("alert", cause, 10);
  story.enrolled(cause, 10);
  CHECK(story.entry(Kind::activity).why == "from www");
  CHECK(story.entry(Kind::tier).why == "Downloaded");
  CHECK(story.entry(Kind::stage).why == "route (Downloaded)");
  CHECK(story.entry(Kind::firing).why == "tier warm (Downloaded)");
  CHECK(story.entry(Kind::enrolment).why == "Downloaded");
}

TEST_CASE("timeline: what did not happen is said, too") {
  Story story;
  const std::string cause = story.did(activity("Downloaded", 10), 10);
  auto& change = story.changed(cause, 10, {tier("cold", "warm")});
  change.suppressed = "history";
  change.refused = "unknown_stage";
  story.fired("alert", cause, 10, "cooldown");
  story.sources.firings[0].retracted = true;
  story.enrolled(cause, 10);
  story.sources.enrolments[0].suppressed = "history";
  CHECK(story.entry(Kind::tier).marks == Lines{"history"});
  CHECK(story.entry(Kind::stage).what == "a deal was not moved: unknown_stage");
  CHECK(story.entry(Kind::firing).what == "trigger alert held back: cooldown");
  CHECK(story.entry(Kind::firing).marks == Lines{"suppressed", "retracted"});
  CHECK(story.entry(Kind::enrolment).what == "not enrolled in checklist: history");
}

TEST_CASE("timeline: a firing lists its actions, and an enrolment the trigger that asked for it") {
  Story story;
  const std::string cause = story.did(activity("Downloaded", 10), 10);
  story.changed(cause, 10, {tier("cold", "warm")});
  story.fired("alert", cause, 10);
  for (const char* kind : {"slack.message", "sequence.enrol"}) {
    pg::ActionView view;
    view.action.firing = "alert";
    view.action.trigger = "alert";
    view.action.kind = kind;
    view.action.with_json = R"({"sequence":"checklist"})";
    view.state = view.action.kind == "sequence.enrol" ? "done" : "never_tried";
    view.firing = story.sources.firings[0];
    story.sources.actions.push_back(view);
  }
  story.enrolled(cause, 10);
  CHECK(story.entry(Kind::firing).what == "trigger alert: slack.message (not handed over yet), sequence.enrol (done)");
  CHECK(story.entry(Kind::enrolment).why == "trigger alert: tier warm (Downloaded)");
}

TEST_CASE("timeline: an exit stands at the first occasion that could end the enrolment") {
  Story story;
  story.enrolled(story.did(activity("Downloaded", 10), 10), 10, "Bought");
  story.mail(10, 20, "sent");
  story.mail(10, 90, "cancelled", "Bought");
  story.did(activity("Bought", 15, R"({"plan":"pro"})"), 15);   // a mail was sent after it
  story.did(activity("Bought", 30, R"({"plan":"free"})"), 30);  // not what the rule book names
  story.did(activity("Bought", 40, R"({"plan":"pro"})"), 41);
  story.did(activity("Bought", 50, R"({"plan":"pro"})"), 50);
  const auto exit = story.entry(Kind::exit);
  CHECK(exit.at == second(41));
  CHECK(exit.what == "left checklist: 1 mail will not be sent");
  CHECK(exit.why == "Bought");
  CHECK(story.entry(Kind::enrolment).what == "enrolled in checklist");
}

TEST_CASE("timeline: exits by signals, by always-exits, and without a known time") {
  Story by_stage;
  by_stage.enrolled(by_stage.did(activity("Downloaded", 10), 10), 10, "stage:sales/won");
  by_stage.mail(10, 90, "cancelled", "stage:sales/won");
  by_stage.changed(by_stage.did(activity("Bought", 30), 30), 30, {stage("new", "won")});
  CHECK(by_stage.entry(Kind::exit).at == second(30));
  CHECK(by_stage.entry(Kind::exit).why == "stage:sales/won (Bought)");

  Story by_tier;
  by_tier.enrolled("", 10, "tier:warm");
  by_tier.mail(10, 90, "cancelled", "tier:warm");
  by_tier.changed("c1", 20, {tier("warm", "cold")});
  by_tier.changed("c2", 30, {tier("cold", "warm")});
  CHECK(by_tier.entry(Kind::exit).at == second(30));

  Story bounced;
  bounced.enrolled("", 10, "email.bounced");
  bounced.mail(10, 90, "cancelled", "email.bounced");
  bounced.did(activity("email.bounced", 20), 20);
  CHECK(bounced.entry(Kind::exit).at == second(20));

  Story unknown;
  unknown.enrolled("", 10, "stage:sales/won");
  unknown.mail(10, 90, "cancelled", "stage:sales/won");
  CHECK(unknown.entry(Kind::enrolment).what == "enrolled in checklist; ended since: stage:sales/won");
  flow::DealRow deal{"d1", {7}, 0, "sales", "won", false, false, second(5), second(25)};
  unknown.sources.deals.push_back(deal);
  CHECK(unknown.entry(Kind::exit).at == second(25));
}

TEST_CASE("timeline: without the log the table of deals tells how they began and where they stand") {
  Story story;
  const flow::DealRow deal{"d1", {7}, 0, "sales", "won", false, false, second(5), second(25)};
  story.sources.deals.push_back(deal);
  CHECK(story.lines() == Lines{"stage new deal in sales", "stage deal in sales came to won"});
  story.changed("c", 25, {stage("new", "won", "bought")});
  CHECK(story.lines() == Lines{"stage new deal in sales", "stage deal in sales: new -> won"});
  story.changed("b", 5, {stage("", "new")});
  CHECK(story.lines() == Lines{"stage new deal in sales: new", "stage deal in sales: new -> won"});
}

TEST_CASE("timeline: a merge is told once, and an activity that is taken back") {
  Story story;
  const std::string cause = story.did(activity("Bought", 10), 10);
  LeadChange& merged = story.changed("", 20, {});
  merged.kind = LeadChange::Kind::merged;
  merged.lead = {9};
  merged.other = {7};
  LeadChange& taken = story.changed("", 21, {});
  taken.kind = LeadChange::Kind::taken;
  taken.other = {9};
  story.changed(cause, 30, {}).kind = LeadChange::Kind::retracted;
  CHECK(story.lines() == Lines{"activity Bought", "merge lead 9 was merged into lead 7: the same person",
                               "retraction taken back: Bought"});
}

TEST_CASE("timeline: what happened to a lead before it was merged is marked, and deals that gave way") {
  Story story;
  const std::string cause = story.did(activity("Downloaded", 10), 10);
  story.rows.back().lead = {9};
  story.changed(cause, 10, {stage("", "new")}).lead = {9};
  const flow::DealRow deal{"d1", {7}, 0, "sales", "new", false, true, second(10), second(10)};
  story.sources.deals.push_back(deal);
  CHECK(story.entry(Kind::activity).marks == Lines{"lead 9"});
  CHECK(story.entry(Kind::stage).marks == Lines{"lead 9", "gave way to another deal"});
}

TEST_CASE("timeline: a retraction does not move what was taken back") {
  Story story;
  const std::string first = story.did(activity("Downloaded", 10), 10);
  story.changed(story.did(activity("Bought", 10), 10), 10, {tier("cold", "warm")});
  story.changed(first, 30, {}).kind = LeadChange::Kind::retracted;
  CHECK(story.lines() == Lines{"activity Downloaded", "activity Bought", "tier tier cold -> warm (score 35.00)",
                               "retraction taken back: Downloaded"});
}

TEST_CASE("timeline: mails that are not due yet are upcoming, cancelled ones are not") {
  Story story;
  story.enrolled("", 10, "erased");
  story.mail(10, 90, "cancelled", "erased");
  story.mail(10, 95, "queued");
  const auto entries = story.timeline();
  CHECK(entries[1].what == "mail checklist/s90");
  CHECK(entries[1].why == "erased");
  CHECK(to_json(entries[1]).find(R"("upcoming":false)") != std::string::npos);
  CHECK(to_json(entries[2]).find(R"("upcoming":true)") != std::string::npos);
  CHECK(to_text({entries[1]}, false).find("upcoming") == std::string::npos);
  CHECK(to_text({entries[2]}, false).find("upcoming") != std::string::npos);
}

TEST_CASE("timeline: the newest entries and the next ones") {
  Story story;
  for (std::int64_t n = 1; n <= 9; ++n) story.did(activity("A" + std::to_string(n), n), n);
  const auto names = [&](std::int64_t now, std::size_t limit) {
    std::string text;
    for (const TimelineEntry& entry : cut_timeline(story.timeline(), second(now), limit)) text += entry.what + " ";
    return text;
  };
  CHECK(names(5, 2) == "A4 A5 A6 A7 ");
  CHECK(names(9, 3) == "A7 A8 A9 ");
  CHECK(names(1, 3) == "A1 A2 A3 A4 ");
  CHECK(names(5, 0) == "A1 A2 A3 A4 A5 A6 A7 A8 A9 ");
}

TEST_CASE("timeline: one line for people, one object for programs") {
  Story story;
  const std::string cause = story.did(activity("Downloaded", 10), 10);
  story.changed(cause, 10, {tier("cold", "warm")});
  const auto entries = story.timeline();
  const std::string text = to_text(entries, false);
  CHECK(std::count(text.begin(), text.end(), '\n') == 3);
  CHECK(text.find("1970-01-01 00:00:10Z  tier cold -> warm (score 35.00)  Downloaded") != std::string::npos);
  const std::string json = to_json(entries[1]);
  REQUIRE(wire::check_json(json).ok());
  for (const char* part : {R"("kind":"tier")", R"("why":"Downloaded")",
                           R"("details":{"from":"cold","to":"warm","value":"35.00"})", R"("upcoming":false)"})
    CHECK_MESSAGE(json.find(part) != std::string::npos, part);
}
