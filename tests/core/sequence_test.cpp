#include "core/sequence.hpp"

#include <doctest/doctest.h>

#include "core/effect_key.hpp"
#include "support/sequence_world.hpp"

using namespace scoreline;
using test::at;
using test::SequenceWorld;
using Texts = std::vector<std::string>;

namespace {

/// `q`: enrols on match 0, steps after 1 and 3 days.
core::RuleBook plain_book() {
  core::RuleBook book;
  for (int i = 0; i < 5; ++i) test::add_match(book, false);
  book.tiers = test::four_tiers();
  book.sequences = {test::sequence("q", {"1d", "3d"})};
  book.sequences[0].enrol_on = test::on_activity(0);
  return book;
}

}  // namespace

TEST_CASE("sequences: an occasion enrols, with all that the mails need") {
  core::RuleBook book = plain_book();
  book.sequences[0].timezone = "Europe/Berlin";
  SequenceWorld world(book);
  core::LeadChange change = test::change("2026-05-04T10:00:00Z", "cause", "Download");
  change.depth = 3;
  CHECK(world.decide(change, {0}) == Texts{"enrolled q"});
  REQUIRE(world.state.all().size() == 1);
  const core::Enrolment& one = world.state.at(0);
  CHECK(one.sequence == "q");
  CHECK(one.cause_key == "cause");
  CHECK(one.key == core::enrolment_key("q", "cause"));
  CHECK(one.zone == "Europe/Berlin");
  CHECK(one.rulebook == 7);
  CHECK(one.depth == 3);
  CHECK(one.ended == "");
  CHECK(world.mails() == Texts{"q/s1 2026-05-05T10:00:00Z", "q/s2 2026-05-07T10:00:00Z"});
  CHECK(world.decide(test::change("2026-05-04T10:00:00Z", "c", "Other"), {1}) == Texts{});
}

TEST_CASE("sequences: the lead's zone where it is valid, and the window") {
  core::RuleBook book = plain_book();
  book.sequences[0].timezone = "Europe/Berlin";
  book.sequences[0].window = core::Window{31, 9 * 60, 17 * 60};
  SequenceWorld world(book);
  world.timezone = "America/New_York";
  world.activity("2026-05-07T20:30:00Z");  // Thursday, 16:30 there
  CHECK(world.state.at(0).zone == "America/New_York");
  CHECK(world.mails() == Texts{"q/s1 2026-05-08T20:30:00Z", "q/s2 2026-05-11T13:00:00Z"});
  SequenceWorld fallback(book);
  fallback.timezone = "Atlantis";
  fallback.activity("2026-05-07T20:30:00Z");  // 22:30 in Berlin: both move to the next window
  CHECK(fallback.state.at(0).zone == "Europe/Berlin");
  CHECK(fallback.mails() == Texts{"q/s1 2026-05-11T07:00:00Z", "q/s2 2026-05-11T07:00:00Z"});
}

TEST_CASE("sequences: due from the log time; decided and dated by now, or by the activity's own date") {
  SequenceWorld world(plain_book());
  core::LeadChange change = test::change("2026-05-04T10:00:00Z", "c", "Download");
  change.log_time = at("2026-05-04T09:59:00Z");  // a record whose time lies before the last one's
  change.activity->at = at("2026-05-04T08:00:00Z");
  world.decide(change, {0});
  CHECK(world.state.at(0).enrolled_at == at("2026-05-04T09:59:00Z"));
  CHECK(world.state.at(0).decided_at == at("2026-05-04T10:00:00Z"));
  CHECK(world.state.at(0).dated == at("2026-05-04T08:00:00Z"));
  CHECK(world.mails().front() == "q/s1 2026-05-05T09:59:00Z");
  SequenceWorld ahead(plain_book());
  change.activity->at = at("2026-05-04T11:00:00Z");  // dated later: the log time is smaller
  ahead.decide(change, {0});
  CHECK(ahead.state.at(0).dated == at("2026-05-04T09:59:00Z"));
  core::RuleBook book = plain_book();
  book.sequences[0].enrol_on = test::on_tier("hot");
  SequenceWorld by_signal(book);
  change.signals = {test::tier_change("cold", "hot")};
  by_signal.decide(change, {0});
  CHECK(by_signal.state.at(0).dated == at("2026-05-04T10:00:00Z"));
}

TEST_CASE("sequences: at most one active enrolment, and once per lead for ever without re_enrol_after_days") {
  SequenceWorld world(plain_book());
  CHECK(world.activity("2026-05-04T10:00:00Z") == Texts{"enrolled q"});
  CHECK(world.activity("2026-05-04T10:02:00Z") == Texts{});
  CHECK(world.activity("2026-05-07T10:00:00Z") == Texts{});  // its last step is sent: not active, but once was enough
  CHECK(world.activity("2028-05-07T10:00:00Z") == Texts{});
}

TEST_CASE("sequences: re-enrolment needs its days since the last enrolment, and no active one") {
  core::RuleBook book = plain_book();
  book.sequences[0].re_enrol_after_days = 5;
  SequenceWorld world(book);
  CHECK(world.activity("2026-05-04T23:00:00Z") == Texts{"enrolled q"});
  CHECK(world.activity("2026-05-08T23:59:59Z") == Texts{});
  CHECK(world.activity("2026-05-09T00:00:00Z") == Texts{"enrolled q"});  // days, not 24 hours
  CHECK(world.activity("2026-05-13T23:59:59Z") == Texts{});              // counted from the last
  CHECK(world.activity("2026-05-14T00:00:00Z") == Texts{"enrolled q"});
  book.sequences[0].re_enrol_after_days = 2;
  SequenceWorld active(book);
  active.activity("2026-05-04T10:00:00Z");
  CHECK(active.activity("2026-05-07T09:59:59.999999Z") == Texts{});
  CHECK(active.activity("2026-05-07T10:00:00Z") == Texts{"enrolled q"});
}

TEST_CASE("sequences: one cause enrols once, however often it asks") {
  core::RuleBook book = plain_book();
  book.sequences = {test::sequence("q", {"0d"})};
  book.sequences[0].enrol_on = test::on_stage("sales", "new");
  book.sequences[0].re_enrol_after_days = 0;
  SequenceWorld world(book);
  const core::LeadChange twice = test::change(
      "2026-05-04T10:00:00Z", "c", "", {test::stage_entry("sales", "", "new"), test::stage_entry("sales", "x", "new")});
  CHECK(world.decide(twice) == Texts{"enrolled q"});
  CHECK(world.decide(test::change("2026-05-04T10:00:00Z", "d", "", {test::stage_entry("sales", "", "new")})) ==
        Texts{"enrolled q"});
}

TEST_CASE("sequences: where `when` does not hold nobody is enrolled") {
  core::RuleBook book = plain_book();
  book.sequences[0].when = test::did(3);
  SequenceWorld world(book);
  CHECK(world.activity("2026-05-04T10:00:00Z") == Texts{});
  CHECK(world.activity("2026-05-04T10:00:00Z", "history") == Texts{});
  world.facts.done.insert(world.book->matches[3].hash);
  CHECK(world.activity("2026-05-04T10:01:00Z") == Texts{"enrolled q"});
}

TEST_CASE("sequences: what the change suppresses is recorded and is no enrolment; it still ends some") {
  core::RuleBook book = plain_book();
  book.sequences[0].exit_on = {test::on_activity(1)};
  book.sequences.push_back(test::sequence("r", {"1d"}));
  book.sequences[1].enrol_on = test::on_activity(1);
  SequenceWorld world(book);
  CHECK(world.activity("2026-05-04T10:00:00Z", "history") == Texts{"suppressed q at 0: history"});
  CHECK(world.state.all().empty());
  CHECK(world.activity("2026-05-04T10:01:00Z") == Texts{"enrolled q"});
  CHECK(world.activity("2026-05-04T10:02:00Z", "history") == Texts{});  // would not have enrolled anyway
  core::LeadChange loop = test::change("2026-05-04T10:03:00Z", "c", "booking.created");
  loop.suppressed = "loop";
  CHECK(world.decide(loop, {1}) == Texts{"ended 0: booking.created", "suppressed r at 0: loop"});
}

TEST_CASE("sequences: triggers ask last, in order; suppressed firings for nothing, and by the sequence's own rules") {
  core::RuleBook book = plain_book();
  book.sequences[0].enrol_on.reset();
  book.sequences.push_back(test::sequence("r", {"1d"}));
  book.sequences[1].when = test::did(3);
  book.sequences.push_back(test::sequence("s", {"1d"}));
  SequenceWorld world(book);
  core::FiringRecord suppressed, first, second;
  suppressed.suppressed = "cooldown";
  suppressed.enrol = {"q"};
  first.enrol = {"s", "unknown", "r"};
  second.enrol = {"q", "s"};
  core::LeadChange change = test::change("2026-05-04T10:00:00Z", "c", "Demo Requested");
  change.activity->at = at("2026-05-04T09:00:00Z");
  CHECK(world.decide(change, {}, {suppressed}) == Texts{});
  CHECK(world.decide(change, {}, {suppressed, first, second}) == Texts{"enrolled s", "enrolled q"});
  CHECK(world.state.at(0).dated == at("2026-05-04T10:00:00Z"));  // now, not the activity's date
  core::FiringRecord mark = first;
  mark.kind = core::FiringRecord::Kind::mark;
  world.facts.done.insert(world.book->matches[3].hash);
  CHECK(world.decide(change, {}, {mark}) == Texts{});
  CHECK(world.decide(change, {}, {first}) == Texts{"enrolled r"});
}
