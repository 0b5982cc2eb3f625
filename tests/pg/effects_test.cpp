// What only PostgreSQL's tables of effects promise, beyond the ports (tests/conformance).
#include "pg/effects.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <thread>

#include "pg/connection.hpp"
#include "support/live_pg.hpp"

namespace scoreline::pg {
namespace {

using flow::ActionRow;
using flow::DealRow;
using flow::EnrolmentRow;
using flow::FiringRow;
using flow::MailRow;
using live::ask;

// Statistics of this session, which no other one sees yet.
const Statement kScans{"test_scans",
                       "SELECT coalesce(sum(seq_scan), 0)::bigint, coalesce(sum(n_tup_upd), 0)::bigint,"
                       "  coalesce(sum(n_tup_hot_upd), 0)::bigint FROM pg_stat_xact_user_tables"};

struct Process {
  explicit Process(const std::string& dsn, const std::string& name = "scoreline test")
      : session({dsn, name, "host:1"}) {
    session.use({kScans});
  }
  template <typename Work>
  void in_transaction(Work work) {
    session.begin(flow::LockMode::none);
    work();
    REQUIRE(session.commit());
  }
  /// Tables read from end to end, rows updated, rows updated without touching an index.
  struct Counts {
    std::int64_t full_scans = 0, updated = 0, hot = 0;
  };
  template <typename Work>
  Counts counts_of(Work work) {
    session.begin(flow::LockMode::none);
    const Rows before = session.run(kScans, {});  // of former transactions that are not yet reported
    work();
    const Rows after = session.run(kScans, {});
    session.rollback();
    const auto counted = [&](int column) { return after.int8(0, column) - before.int8(0, column); };
    return {counted(0), counted(1), counted(2)};
  }
  PgSession session;
  PgDeals deals{session};
  PgFirings firings{session};
  PgActions actions{session};
  PgMails mails{session};
};

std::string key_of(std::uint64_t number) { return base::to_hex({number * 0x9E3779B97F4A7C15U, number}); }

constexpr std::uint64_t kRows = 20'000;

template <typename Row>
Row keyed(std::uint64_t number) {
  Row row;
  row.key = key_of(number);
  row.lead = {number / 2 + 1};
  row.lane = static_cast<std::int32_t>(row.lead.value % 24);
  return row;
}

FiringRow firing_of(std::uint64_t number) {
  auto row = keyed<FiringRow>(number);
  row.cause_key = key_of(number);
  row.at = {static_cast<std::int64_t>(number)};
  return row;
}

ActionRow action_of(std::uint64_t number) {
  auto row = keyed<ActionRow>(number);
  row.firing = row.key;
  row.due_at = {static_cast<std::int64_t>(number)};
  return row;
}

MailRow mail_of(std::uint64_t number) {
  auto row = keyed<MailRow>(number);
  row.enrolment = row.key;
  row.due_at = {static_cast<std::int64_t>(number)};
  return row;
}

EnrolmentRow enrolment_of(std::uint64_t number) {
  auto row = keyed<EnrolmentRow>(number);
  row.cause_key = row.key;
  return row;
}

DealRow deal_of(std::uint64_t number) {
  return {fmt::format("d{}", number), {number / 2 + 1}, 3, "sales", "new", true, false, {1}, {1}};
}

template <typename Row>
std::vector<Row> rows_of(Row (*make)(std::uint64_t), std::uint64_t from, std::uint64_t count) {
  std::vector<Row> rows;
  for (std::uint64_t n = from; n < from + count; ++n) rows.push_back(make(n));
  return rows;
}

void fill(Process& process, const std::string& dsn) {
  process.in_transaction([&] {
    process.deals.save(rows_of(deal_of, 0, kRows));
    process.firings.save(rows_of(firing_of, 0, kRows));
    process.actions.save(rows_of(action_of, 0, kRows));
    process.mails.save_enrolments(rows_of(enrolment_of, 0, kRows));
    process.mails.save_mails(rows_of(mail_of, 0, kRows));
  });
  live::run(dsn, "VACUUM ANALYZE deals, firings, actions, enrolments, email_queue");
}

TEST_CASE("pg effects: nothing that a batch does reads a table from end to end") {
  const std::string& dsn = live::fresh_tables();
  Process process(dsn);
  fill(process, dsn);
  const std::vector<LeadId> leads{{5}, {900}, {7'000}};
  // More often than PostgreSQL makes plans of its own for given parameters.
  for (int round = 0; round < 8; ++round) {
    const auto counts = process.counts_of([&] {
      process.deals.save(rows_of(deal_of, kRows - 50, 100));
      process.deals.remove(leads);
      process.firings.save(rows_of(firing_of, kRows - 50, 100));
      CHECK(process.firings.find(std::vector{key_of(3), key_of(4)}).size() == 2);
      CHECK(process.firings.of_leads(leads).size() == 6);
      process.firings.retract(std::vector<std::pair<LeadId, std::string>>{{{5}, key_of(8)}, {{900}, key_of(1798)}});
      process.actions.save(rows_of(action_of, kRows - 50, 100));
      process.actions.cancel(leads, "erased");
      process.mails.save_enrolments(rows_of(enrolment_of, kRows - 50, 100));
      process.mails.save_mails(rows_of(mail_of, kRows - 50, 100));
      std::vector<FiringRow> moved = rows_of(firing_of, 100, 50);
      for (FiringRow& row : moved) row.lead = {1};
      process.firings.save(moved);
    });
    CHECK(counts.full_scans == 0);
    CHECK(counts.updated == 50 /* deals */ + 2 /* retracted */ + 6 /* cancelled */ + 50 + 50 /* moved */);
  }
}

TEST_CASE("pg effects: what is due is found through an index that holds nothing past") {
  const std::string& dsn = live::fresh_tables();
  Process process(dsn);
  fill(process, dsn);
  live::run(dsn,
            "UPDATE actions SET state = 'done' WHERE due_at < '1970-01-01 00:00:00.019Z';"
            " UPDATE email_queue SET state = 'done' WHERE due_at < '1970-01-01 00:00:00.019Z'");
  live::run(dsn, "VACUUM ANALYZE actions, email_queue");
  const auto plan = [&](const std::string& sql) { return ask(dsn, "EXPLAIN (FORMAT json) " + sql); };
  CHECK(plan("SELECT key FROM actions WHERE state = 'never_tried' AND due_at <= now() ORDER BY due_at LIMIT 100"
             " FOR UPDATE SKIP LOCKED")
            .find("\"actions_due\"") != std::string::npos);
  CHECK(plan("SELECT key FROM email_queue WHERE status = 'queued' AND state = 'never_tried' AND lane = 3"
             "   AND due_at <= now() ORDER BY due_at LIMIT 100 FOR UPDATE SKIP LOCKED")
            .find("\"email_queue_due\"") != std::string::npos);
  live::run(dsn, "REINDEX INDEX actions_due; REINDEX INDEX email_queue_due");
  for (const char* name : {"actions_due", "email_queue_due"})
    CHECK(std::stoll(ask(dsn, fmt::format("SELECT pg_relation_size('{}')", name))) <= 16 * 8192);
}

TEST_CASE("pg effects: moves of deals and exits from sequences touch no index") {
  const std::string& dsn = live::fresh_tables();
  Process process(dsn);
  fill(process, dsn);
  const auto counts = process.counts_of([&] {
    std::vector<DealRow> deals;
    for (std::uint64_t n = 0; n < kRows; n += 10) deals.push_back(deal_of(n)), deals.back().stage = "meeting";
    process.deals.save(deals);
    std::vector<EnrolmentRow> enrolments;
    for (std::uint64_t n = 0; n < kRows; n += 10)
      enrolments.push_back(enrolment_of(n)), enrolments.back().ended = "merged";
    process.mails.save_enrolments(enrolments);
  });
  CHECK(counts.updated == 2 * kRows / 10);
  CHECK(counts.hot >= counts.updated * 99 / 100);
}

TEST_CASE("pg effects: a replay writes nothing again") {
  const std::string& dsn = live::fresh_tables();
  Process process(dsn);
  fill(process, dsn);
  const auto counts = process.counts_of([&] {
    auto firings = rows_of(firing_of, 0, 100);
    for (FiringRow& row : firings) row.suppressed = "replay";
    process.firings.save(firings);
    process.actions.save(rows_of(action_of, 0, 100));
    process.mails.save_enrolments(rows_of(enrolment_of, 0, 100));
    process.mails.save_mails(rows_of(mail_of, 0, 100));
  });
  CHECK(counts.updated == 0);
}

TEST_CASE("pg effects: what was done about a decision stays, whatever is decided again") {
  const std::string& dsn = live::fresh_tables();
  Process process(dsn);
  process.in_transaction([&] {
    process.firings.save(rows_of(firing_of, 1, 1));
    process.actions.save(rows_of(action_of, 1, 3));
    process.mails.save_mails(rows_of(mail_of, 1, 1));
  });
  live::run(dsn,
            "UPDATE actions SET state = (ARRAY['', 'handing_over', 'in_doubt'])[extract(microsecond FROM due_at)::int],"
            "    attempts = 2, claimed_by = 'host:1', lease_until = 'epoch', last_error = 'timeout'"
            "  WHERE due_at > '1970-01-01 00:00:00.000001Z';"
            " UPDATE email_queue SET state = 'done', attempts = 1, claimed_by = 'host:2', last_error = 'greylisted'");
  process.in_transaction([&] {
    auto firing = firing_of(1);
    firing.lead = {2};
    process.firings.save(std::vector{firing});
    process.actions.save(rows_of(action_of, 1, 3));
    process.actions.cancel(std::vector<LeadId>{{1}, {2}}, "erased");
    auto mail = mail_of(1);
    mail.lead = {9};
    mail.status = MailRow::Status::cancelled;
    mail.reason = "erased";
    process.mails.save_mails(std::vector{mail});
  });
  CHECK(ask(dsn,
            "SELECT string_agg(concat_ws(' ', lead_id, state, reason, attempts, claimed_by, last_error), ', '"
            " ORDER BY due_at) FROM actions") ==
        "2 cancelled erased 0 , 2 handing_over  2 host:1 timeout, 2 in_doubt  2 host:1 timeout");
  CHECK(ask(dsn,
            "SELECT concat_ws(' ', lead_id, status, reason, state, attempts, claimed_by, last_error) FROM"
            " email_queue") == "9 cancelled erased done 1 host:2 greylisted");
}

TEST_CASE("pg effects: texts that PostgreSQL cannot store lose what it refuses, and nothing else") {
  const std::string& dsn = live::fresh_tables();
  Process process(dsn);
  FiringRow firing = firing_of(1);
  firing.occasion_text = std::string("activity a\0b\xFF", 13);
  ActionRow action = action_of(1);
  action.with_json = std::string("\xC3", 1);
  EnrolmentRow enrolment = enrolment_of(1);
  enrolment.ended = std::string("a\0", 2);
  process.in_transaction([&] {
    process.firings.save(std::vector{firing});
    process.actions.save(std::vector{action});
    process.actions.cancel(std::vector{action.lead}, std::string("\0", 1));
    process.mails.save_enrolments(std::vector{enrolment});
  });
  CHECK(process.firings.find(std::vector{firing.key})[0].occasion_text == "activity a\uFFFDb\uFFFD");
  CHECK(ask(dsn, "SELECT with_json || reason FROM actions") == "\uFFFD\uFFFD");
  CHECK(ask(dsn, "SELECT ended FROM enrolments") == "a\uFFFD");
}

TEST_CASE("pg effects: lanes that meet wait in order of key, never in a circle") {
  const std::string& dsn = live::fresh_tables();
  Process one(dsn, "scoreline one"), two(dsn, "scoreline two");
  const auto save = [](Process& process, const std::vector<std::uint64_t>& numbers, const char* stage) {
    std::vector<DealRow> rows;
    for (const std::uint64_t number : numbers) rows.push_back(deal_of(number)), rows.back().stage = stage;
    process.in_transaction([&] { process.deals.save(rows); });
  };
  save(one, {1, 2, 3}, "new");
  live::Rival rival(dsn);
  rival.run("BEGIN; UPDATE deals SET lane = 4 WHERE id = 'd1'");
  std::thread waiting([&] { save(one, {3, 2, 1}, "meeting"); });
  while (ask(dsn,
             "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'scoreline one'"
             " AND wait_event_type = 'Lock'") == "0")
    std::this_thread::yield();
  // Had `one` begun with what it was given first, these would be locked by now.
  CHECK_NOTHROW(save(two, {3, 2}, "won"));
  rival.run("COMMIT");
  waiting.join();
  CHECK(ask(dsn, "SELECT string_agg(id || stage, ' ' ORDER BY id) FROM deals") == "d1meeting d2meeting d3meeting");
}

TEST_CASE("pg effects: people can read what was decided, and of whom it is today") {
  const std::string& dsn = live::fresh_tables();
  Process process(dsn);
  live::run(dsn,
            "INSERT INTO leads (lead_id, version, merged_into, created_at, founding_id, personal)"
            " VALUES (1, 1, 2, now(), '', ''), (2, 1, NULL, now(), '', '')");
  FiringRow fired = firing_of(1), held_back = firing_of(1);
  held_back.key = key_of(2);
  fired.trigger = held_back.trigger = "alert";
  fired.occasion_text = held_back.occasion_text = "tier hot";
  held_back.suppressed = "cooldown";
  held_back.at = {5};
  DealRow merged = deal_of(2);
  merged.lead = {1};
  merged.merged = true;
  MailRow mail = mail_of(1);
  mail.step = "welcome";
  EnrolmentRow enrolment = enrolment_of(1);
  enrolment.zone = "Europe/Berlin";
  process.in_transaction([&] {
    process.deals.save(std::vector{deal_of(1), merged});
    process.firings.save(std::vector{fired, held_back});
    process.actions.save(rows_of(action_of, 1, 1));
    process.mails.save_enrolments(std::vector{enrolment});
    process.mails.save_mails(std::vector{mail, mail_of(9)});
  });
  CHECK(ask(dsn, "SELECT string_agg(concat_ws(' ', lead_id, pipeline, stage, open, deal), ', ') FROM deal_overview") ==
        "2 sales new t d1");
  CHECK(ask(dsn,
            "SELECT string_agg(concat_ws(' ', lead_id, trigger, occasion, outcome, reason, retracted), ', '"
            " ORDER BY at, change_offset, n) FROM firing_log") ==
        "2 alert tier hot fired f, 2 alert tier hot suppressed cooldown f");
  CHECK(ask(dsn, "SELECT concat_ws(' ', lead_id, state, reason, attempts, firing = action) FROM action_log") ==
        "2 never_tried 0 t");
  CHECK(ask(dsn,
            "SELECT concat_ws(' ', lead_id, step, status, reason, state, zone, enrolment_ended) FROM email_log"
            " WHERE lead_id IS NOT NULL") == "2 welcome queued never_tried Europe/Berlin");
  CHECK(ask(dsn, "SELECT count(*) FROM email_log") == "2");
}

}  // namespace
}  // namespace scoreline::pg
