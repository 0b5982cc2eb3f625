#include <doctest/doctest.h>

#include "conformance/effect_lists.hpp"
#include "conformance/houses.hpp"

namespace scoreline {
namespace {

using conformance::enrolments_of;
using conformance::key_of;
using conformance::kMay;
using conformance::mails_of;
using flow::EnrolmentRow;
using flow::MailRow;

EnrolmentRow enrolment_of(int key, std::uint64_t lead) {
  EnrolmentRow row;
  row.key = key_of(key);
  row.lead = {lead};
  row.lane = static_cast<std::int32_t>(lead % 24);
  row.sequence = "checklist";
  row.cause_key = key_of(50);
  row.enrolled_at = {kMay};
  row.zone = "Europe/Berlin";
  row.rulebook = 3;
  row.depth = 4;
  return row;
}

MailRow mail_of(int key, int enrolment, std::uint64_t lead, const std::string& step) {
  MailRow row;
  row.key = key_of(key);
  row.enrolment = key_of(enrolment);
  row.lead = {lead};
  row.lane = static_cast<std::int32_t>(lead % 24);
  row.sequence = "checklist";
  row.step = step;
  row.due_at = {kMay};
  row.not_after = {kMay + 1};
  row.subject = "Für {{ lead.name }}";
  row.template_name = "checklist-1";
  row.rulebook = 3;
  row.depth = 4;
  return row;
}

TEST_CASE_TEMPLATE("conformance: an enrolment that is there changes hands or ends, nothing else", House,
                   SCORELINE_HOUSES) {
  House house;
  auto process = house.process();
  EnrolmentRow suppressed = enrolment_of(2, 8);
  suppressed.suppressed = "history";
  const EnrolmentRow first = enrolment_of(1, 7);
  process->in_transaction([&] {
    process->mails.save_enrolments(std::vector{suppressed, first});
    process->mails.save_enrolments(std::vector<EnrolmentRow>{});
  });
  const std::string tail = " checklist 00000000000000000000000000000032 1777593600000001 Europe/Berlin ";
  CHECK(enrolments_of(house) ==
        key_of(1) + " 7 7" + tail + "[] [] 3 4\n" + key_of(2) + " 8 8" + tail + "[history] [] 3 4");
  EnrolmentRow ended = enrolment_of(1, 30);
  ended.sequence = "other";
  ended.cause_key = key_of(51);
  ended.enrolled_at = {1};
  ended.zone = "UTC";
  ended.suppressed = "replay";
  ended.rulebook = 9;
  ended.depth = 9;
  SUBCASE("at once") {
    ended.ended = "merged";
    process->in_transaction([&] { process->mails.save_enrolments(std::vector{ended}); });
  }
  SUBCASE("twice in a batch: the last word counts") {
    EnrolmentRow before = ended;
    before.ended = "booking.created";
    ended.ended = "merged";
    process->in_transaction([&] { process->mails.save_enrolments(std::vector{before, enrolment_of(2, 8), ended}); });
  }
  CHECK(enrolments_of(house) ==
        key_of(1) + " 30 6" + tail + "[] [merged] 3 4\n" + key_of(2) + " 8 8" + tail + "[history] [] 3 4");
}

TEST_CASE_TEMPLATE("conformance: a mail that is there gets another lead, status and reason, nothing else", House,
                   SCORELINE_HOUSES) {
  House house;
  auto process = house.process();
  process->in_transaction([&] {
    process->mails.save_mails(std::vector{mail_of(2, 1, 7, "b"), mail_of(1, 1, 7, "a"), mail_of(3, 1, 7, "c")});
    process->mails.save_mails(std::vector<MailRow>{});
  });
  const auto line = [](int key, const char* owner, const char* step, const char* reason, const char* status) {
    return fmt::format(
        "{} {} {} checklist/{} 1777593600000001 1777593600000002 [{}] Für {{{{ lead.name }}}} checklist-1 3 4 {}",
        key_of(key), key_of(1), owner, step, reason, status);
  };
  CHECK(mails_of(house) == line(1, "7 7", "a", "", "queued") + "\n" + line(2, "7 7", "b", "", "queued") + "\n" +
                               line(3, "7 7", "c", "", "queued"));
  MailRow moving = mail_of(1, 9, 7, "x");
  moving.status = MailRow::Status::moving;
  moving.sequence = "other";
  moving.subject = "other";
  moving.template_name = "other";
  moving.due_at = moving.not_after = {1};
  moving.rulebook = moving.depth = 9;
  MailRow cancelled = mail_of(2, 1, 7, "b");
  cancelled.status = MailRow::Status::cancelled;
  cancelled.reason = "stage:sales/won";
  process->in_transaction([&] { process->mails.save_mails(std::vector{cancelled, moving}); });
  CHECK(mails_of(house) == line(1, "7 7", "a", "", "moving") + "\n" +
                               line(2, "7 7", "b", "stage:sales/won", "cancelled") + "\n" +
                               line(3, "7 7", "c", "", "queued"));
  // The survivor takes the first one up again; another one changes its mind within a batch.
  MailRow merged = mail_of(3, 1, 30, "c");
  merged.status = MailRow::Status::cancelled;
  merged.reason = "merged";
  process->in_transaction([&] {
    process->mails.save_mails(std::vector{mail_of(3, 1, 30, "c"), mail_of(1, 1, 30, "a"), merged});
  });
  CHECK(mails_of(house) == line(1, "30 6", "a", "", "queued") + "\n" +
                               line(2, "7 7", "b", "stage:sales/won", "cancelled") + "\n" +
                               line(3, "30 6", "c", "merged", "cancelled"));
  process->session.begin(flow::LockMode::none);
  process->mails.save_mails(std::vector{mail_of(4, 1, 7, "d")});
  process->mails.save_enrolments(std::vector{enrolment_of(4, 7)});
  process->session.rollback();
  CHECK(mails_of(house).find(key_of(4)) == std::string::npos);
  CHECK(enrolments_of(house).empty());
}

}  // namespace
}  // namespace scoreline
