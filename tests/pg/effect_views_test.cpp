#include "pg/effect_views.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "pg/connection.hpp"
#include "pg/effects.hpp"
#include "support/live_pg.hpp"

namespace scoreline::pg {
namespace {

using flow::ActionRow;
using flow::DealRow;
using flow::EnrolmentRow;
using flow::FiringRow;
using flow::MailRow;

std::string key_of(std::uint64_t number) { return base::to_hex({number * 0x9E3779B97F4A7C15U, number}); }
Instant second(std::int64_t n) { return {n * base::kSecondUs}; }

struct Desk {
  explicit Desk(const std::string& dsn) : session({dsn, "scoreline test", "host:1"}) {}
  template <typename Work>
  void save(Work work) {
    session.begin(flow::LockMode::none);
    work();
    REQUIRE(session.commit());
  }
  PgSession session;
  PgDeals deals{session};
  PgFirings firings{session};
  PgActions actions{session};
  PgMails mails{session};
  EffectViews views{session};
};

FiringRow firing_of(std::uint64_t number, const std::string& suppressed = "") {
  FiringRow row;
  row.key = key_of(number);
  row.lead = {number};
  row.trigger = number % 2 == 0 ? "even" : "odd";
  row.cause_key = key_of(number + 1'000'000);
  row.occasion = 2;
  row.occasion_text = "tier burning";
  row.at = second(static_cast<std::int64_t>(number));
  row.suppressed = suppressed;
  row.change_offset = 77;
  row.n = 1;
  return row;
}

ActionRow action_of(std::uint64_t number, const std::string& suppressed = "") {
  const FiringRow firing = firing_of(number);
  ActionRow row;
  row.key = key_of(number + 2'000'000);
  row.firing = firing.key;
  row.lead = firing.lead;
  row.trigger = firing.trigger;
  row.kind = "slack.message";
  row.with_json = "{}";
  row.due_at = second(static_cast<std::int64_t>(number));
  row.not_after = second(static_cast<std::int64_t>(number) + 60);
  row.suppressed = suppressed;
  return row;
}

MailRow mail_of(std::uint64_t number) {
  MailRow row;
  row.key = key_of(number + 3'000'000);
  row.enrolment = key_of(number + 4'000'000);
  row.lead = {number};
  row.lane = 3;
  row.sequence = number % 2 == 0 ? "even" : "odd";
  row.step = "welcome";
  row.due_at = second(static_cast<std::int64_t>(number));
  row.subject = "Hello";
  row.template_name = "hello-1";
  return row;
}

EnrolmentRow enrolment_of(std::uint64_t number, const std::string& suppressed = "") {
  EnrolmentRow row;
  row.key = key_of(number + 4'000'000);
  row.lead = {number};
  row.lane = 3;
  row.sequence = number % 2 == 0 ? "even" : "odd";
  row.cause_key = key_of(number + 1'000'000);
  row.enrolled_at = second(static_cast<std::int64_t>(number));
  row.zone = "Europe/Berlin";
  row.suppressed = suppressed;
  return row;
}

std::vector<std::uint64_t> leads_of(const Found<ActionView>& found) {
  std::vector<std::uint64_t> leads;
  for (const ActionView& view : found.rows) leads.push_back(view.action.lead.value);
  return leads;
}
std::vector<std::uint64_t> leads_of(const Found<MailView>& found) {
  std::vector<std::uint64_t> leads;
  for (const MailView& view : found.rows) leads.push_back(view.mail.lead.value);
  return leads;
}

using Leads = std::vector<std::uint64_t>;

TEST_CASE("pg effect views: actions with what fired them, by lead, trigger, state and time") {
  const std::string& dsn = live::fresh_tables();
  Desk desk(dsn);
  desk.save([&] {
    FiringRow held_back = firing_of(4, "cooldown");
    held_back.retracted = true;
    desk.firings.save(std::vector{firing_of(1), firing_of(2), firing_of(3), held_back});
    desk.actions.save(std::vector{action_of(1), action_of(2), action_of(3), action_of(4, "cooldown")});
  });
  live::run(dsn, "UPDATE actions SET state = 'failed', attempts = 3, last_error = 'timeout' WHERE lead_id = 2");
  EffectQuery query;
  CHECK(leads_of(desk.views.actions(query)) == Leads{4, 3, 2, 1});
  query.next_first = true;
  CHECK(leads_of(desk.views.actions(query)) == Leads{1, 2, 3, 4});
  query.state = "never_tried";
  CHECK(leads_of(desk.views.actions(query)) == Leads{1, 3});
  query = {};
  query.rule = "even";
  CHECK(leads_of(desk.views.actions(query)) == Leads{4, 2});
  query.limit = 1;
  CHECK(leads_of(desk.views.actions(query)) == Leads{4});
  query = {};
  query.leads = {{2}, {3}};
  CHECK(leads_of(desk.views.actions(query)) == Leads{3, 2});
  query = {};
  query.from = second(2);
  query.before = second(4);
  CHECK(leads_of(desk.views.actions(query)) == Leads{3, 2});

  const auto rows = desk.views.actions({}).rows;
  CHECK(rows[0].state == "suppressed");
  CHECK(rows[0].action.suppressed == "cooldown");
  CHECK(rows[0].firing.retracted);
  CHECK(rows[0].firing.occasion_text == "tier burning");
  CHECK(rows[0].firing.cause_key == key_of(1'000'004));
  CHECK(rows[0].firing.at == second(4));
  CHECK(rows[2].state == "failed");
  CHECK(rows[2].last_error == "timeout");
  CHECK(rows[2].attempts == 3);
}

TEST_CASE("pg effect views: a mail is sent when it is due as of its lane's now, not before") {
  const std::string& dsn = live::fresh_tables();
  Desk desk(dsn);
  desk.save([&] {
    MailRow cancelled = mail_of(4), moving = mail_of(5), elsewhere = mail_of(2);
    cancelled.status = MailRow::Status::cancelled;
    cancelled.reason = "booking.created";
    moving.status = MailRow::Status::moving;
    elsewhere.lane = 9;  // a lane that has not begun
    desk.mails.save_enrolments(std::vector{enrolment_of(1), enrolment_of(2), enrolment_of(3)});
    desk.mails.save_mails(std::vector{mail_of(1), elsewhere, mail_of(3), cancelled, moving, mail_of(6)});
  });
  live::run(dsn, "INSERT INTO lanes (consumer, lane, now_at) VALUES ('sequences', 3, '1970-01-01 00:00:03Z')");
  EffectQuery query;
  CHECK(leads_of(desk.views.mails(query)) == Leads{6, 5, 4, 3, 2, 1});
  query.state = "sent";
  CHECK(leads_of(desk.views.mails(query)) == Leads{3, 1});
  query.state = "queued";
  query.next_first = true;
  CHECK(leads_of(desk.views.mails(query)) == Leads{2, 6});
  query = {};
  query.state = "cancelled";
  const auto rows = desk.views.mails(query).rows;
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].mail.reason == "booking.created");
  query.state = "moving";
  CHECK(leads_of(desk.views.mails(query)) == Leads{5});

  query = {};
  query.leads = {{3}};
  const auto one = desk.views.mails(query).rows;
  REQUIRE(one.size() == 1);
  CHECK(one[0].standing == "sent");
  CHECK(one[0].state == "never_tried");
  CHECK(one[0].mail.subject == "Hello");
  CHECK(one[0].mail.template_name == "hello-1");
  CHECK(one[0].enrolment.zone == "Europe/Berlin");
  CHECK(one[0].enrolment.cause_key == key_of(1'000'003));
}

TEST_CASE("pg effect views: enrolments that did not come about, with the reason") {
  Desk desk(live::fresh_tables());
  desk.save([&] {
    desk.mails.save_enrolments(std::vector{enrolment_of(1, "history"), enrolment_of(2), enrolment_of(3, "loop")});
  });
  EffectQuery query;
  auto rows = desk.views.not_enrolled(query).rows;
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].suppressed == "loop");
  CHECK(rows[1].suppressed == "history");
  query.state = "history";
  CHECK(desk.views.not_enrolled(query).rows.size() == 1);
  query = {};
  query.leads = {{2}, {3}};
  rows = desk.views.not_enrolled(query).rows;
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].lead == LeadId{3});
  CHECK(desk.views.enrolments_of(query.leads).size() == 2);
}

TEST_CASE("pg effect views: the deals of some leads, the oldest first") {
  Desk desk(live::fresh_tables());
  const DealRow older{"d2", {5}, 1, "sales", "won", false, false, second(1), second(9)};
  const DealRow newer{"d1", {6}, 1, "sales", "new", true, true, second(2), second(2)};
  desk.save([&] { desk.deals.save(std::vector{newer, older, DealRow{"d3", {7}, 1, "p", "s", true, false, {}, {}}}); });
  const auto deals = desk.views.deals_of({{5}, {6}});
  REQUIRE(deals.size() == 2);
  CHECK(deals[0].id == "d2");
  CHECK(deals[0].moved_at == second(9));
  CHECK(!deals[0].open);
  CHECK(deals[1].merged);
}

constexpr std::uint64_t kRows = 20'000;

void fill(Desk& desk, const std::string& dsn) {
  desk.save([&] {
    std::vector<FiringRow> firings;
    std::vector<ActionRow> actions;
    std::vector<MailRow> mails;
    std::vector<EnrolmentRow> enrolments;
    for (std::uint64_t n = 1; n <= kRows; ++n) {
      firings.push_back(firing_of(n));
      actions.push_back(action_of(n, n % 10 == 0 ? "cooldown" : ""));
      mails.push_back(mail_of(n));
      enrolments.push_back(enrolment_of(n, n % 10 == 0 ? "history" : ""));
    }
    desk.firings.save(firings);
    desk.actions.save(actions);
    desk.mails.save_enrolments(enrolments);
    desk.mails.save_mails(mails);
  });
  live::run(dsn, "INSERT INTO lanes (consumer, lane, now_at) VALUES ('sequences', 3, '1970-01-01 01:00:00Z')");
  live::run(dsn, "VACUUM ANALYZE firings, actions, enrolments, email_queue");
}

TEST_CASE("pg effect views: no question reads a table from end to end") {
  const std::string& dsn = live::fresh_tables();
  Desk desk(dsn);
  fill(desk, dsn);
  const Statement scans{"test_scans",
                        "SELECT coalesce(sum(seq_scan), 0)::bigint FROM pg_stat_xact_user_tables"
                        " WHERE relname IN ('firings', 'actions', 'enrolments', 'email_queue', 'deals')"};
  desk.session.use({scans});
  // More often than PostgreSQL makes plans of its own for given parameters.
  for (int round = 0; round < 8; ++round) {
    desk.session.begin(flow::LockMode::none);
    const std::int64_t before = desk.session.run(scans, {}).int8(0, 0);
    for (const bool next_first : {false, true})
      for (const bool of_leads : {false, true})
        for (const char* state : {"", "never_tried", "queued", "history"}) {
          EffectQuery query;
          query.next_first = next_first;
          query.state = state;
          query.look_through = 1'000;
          if (of_leads) query.leads = {{5}, {900}};
          desk.views.actions(query);
          desk.views.mails(query);
          desk.views.not_enrolled(query);
        }
    desk.views.enrolments_of({{5}, {900}});
    CHECK(desk.session.run(scans, {}).int8(0, 0) == before);
    desk.session.rollback();
  }
}

TEST_CASE("pg effect views: a look is bounded, and says when there may be more") {
  const std::string& dsn = live::fresh_tables();
  Desk desk(dsn);
  fill(desk, dsn);
  EffectQuery query;
  query.rule = "nobody's";
  query.look_through = 1'000;
  CHECK(!desk.views.actions(query).complete);
  CHECK(!desk.views.mails(query).complete);
  CHECK(!desk.views.not_enrolled(query).complete);
  query.look_through = kRows;
  CHECK(desk.views.actions(query).complete);
  CHECK(desk.views.mails(query).complete);
  CHECK(desk.views.not_enrolled(query).complete);
  query.rule = "even";
  query.look_through = 1'000;
  query.limit = 10;
  CHECK(desk.views.actions(query).rows.size() == 10);
  CHECK(desk.views.actions(query).complete);
}

}  // namespace
}  // namespace scoreline::pg
