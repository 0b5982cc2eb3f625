/// What ends an enrolment, and what does not (semantics 7).
#include <doctest/doctest.h>

#include "support/sequence_world.hpp"

using namespace scoreline;
using test::at;
using test::SequenceWorld;
using Texts = std::vector<std::string>;

namespace {

constexpr std::string_view kEnrolled = "2026-05-04T10:00:00Z", kLater = "2026-05-04T12:00:00Z";

/// `q` enrols on match 0 and exits on match 1, tiers warm, then hot, sales/won, purchase/high, churn risk.
core::RuleBook exits_book() {
  core::RuleBook book;
  for (int i = 0; i < 5; ++i) test::add_match(book, false);
  book.tiers = test::four_tiers();
  core::Intent intent;
  intent.id = "purchase";
  intent.levels = {test::level("low", 20, 20), test::level("high", 70, 70)};
  book.intents = {intent};
  book.sequences = {test::sequence("q", {"1h", "3h", "1d"})};
  book.sequences[0].enrol_on = test::on_activity(0);
  book.sequences[0].exit_on = {test::on_activity(1),
                               test::on_tier("warm"),
                               test::on_tier("hot"),
                               test::on_stage("sales", "won"),
                               test::on_intent("purchase", "high"),
                               test::on_churn_risk()};
  return book;
}

struct Enrolled : SequenceWorld {
  explicit Enrolled(core::RuleBook book = exits_book()) : SequenceWorld(std::move(book)) { activity(kEnrolled); }
};

core::LeadChange named(std::string name, std::string_view now = kLater) {
  return test::change(now, "exit", std::move(name));
}
core::LeadChange signalled(core::Signal signal) { return test::change(kLater, "exit", "", {std::move(signal)}); }

}  // namespace

TEST_CASE("exits: cancel the unsent steps with their reason; a step that is due counts as sent") {
  Enrolled world;
  CHECK(world.decide(named("booking.created"), {1}) == Texts{"ended 0: booking.created"});
  CHECK(world.mails() == Texts{"q/s1 2026-05-04T11:00:00Z", "q/s2 2026-05-04T13:00:00Z booking.created",
                               "q/s3 2026-05-05T10:00:00Z booking.created"});
  CHECK(world.decide(named("booking.created"), {1}) == Texts{});
  Enrolled at_due;
  CHECK(at_due.decide(named("booking.created", "2026-05-04T13:00:00Z"), {1}) == Texts{"ended 0: booking.created"});
  CHECK(at_due.mails()[1] == "q/s2 2026-05-04T13:00:00Z");
  Enrolled all_sent;
  CHECK(all_sent.decide(named("booking.created", "2026-05-05T10:00:00Z"), {1}) == Texts{});
  CHECK(all_sent.state.at(0).ended == "");
  Enrolled other;
  CHECK(other.decide(named("note.added"), {2}) == Texts{});
}

TEST_CASE("exits: reasons name the occasion as exit_on writes it, the first that is met") {
  CHECK(Enrolled().decide(signalled(test::tier_change("cold", "burning"))) == Texts{"ended 0: tier:warm"});
  CHECK(Enrolled().decide(signalled(test::tier_change("warm", "burning"))) == Texts{"ended 0: tier:hot"});
  CHECK(Enrolled().decide(signalled(test::stage_entry("sales", "new", "won"))) == Texts{"ended 0: stage:sales/won"});
  CHECK(Enrolled().decide(signalled(test::intent_change("purchase", "", "high"))) ==
        Texts{"ended 0: intent:purchase/high"});
  CHECK(Enrolled().decide(signalled(test::churn_risk())) == Texts{"ended 0: customer:churn_risk"});
  CHECK(Enrolled().decide(signalled(test::tier_change("burning", "hot"))) == Texts{});
  CHECK(Enrolled().decide(signalled(test::stage_entry("sales", "won", "new"))) == Texts{});
}

TEST_CASE("exits: of several occasions of one cause the earlier in the order of 1.1 ends it") {
  Enrolled world;
  core::LeadChange change = named("booking.created");
  change.signals = {test::churn_risk(), test::tier_change("cold", "warm")};
  CHECK(world.decide(change, {1}) == Texts{"ended 0: booking.created"});
  Enrolled dated_before;
  change.activity->at = at("2026-05-04T09:00:00Z");
  CHECK(dated_before.decide(change, {1}) == Texts{"ended 0: customer:churn_risk"});
}

TEST_CASE("exits: an activity dated before the enrolment is none, one dated equally is") {
  core::LeadChange change = named("booking.created");
  Enrolled before;
  change.activity->at = at("2026-05-04T09:59:59.999999Z");
  CHECK(before.decide(change, {1}) == Texts{});
  Enrolled equal;
  change.activity->at = at(kEnrolled);
  CHECK(equal.decide(change, {1}) == Texts{"ended 0: booking.created"});
}

TEST_CASE("exits: the enrolment is dated as its own activity, if that is earlier") {
  SequenceWorld world(exits_book());
  core::LeadChange download = test::change(kEnrolled, "cause", "Download");
  download.activity->at = at("2026-05-04T08:00:00Z");
  world.decide(download, {0});
  core::LeadChange change = named("booking.created");
  change.activity->at = at("2026-05-04T07:59:59Z");
  CHECK(world.decide(change, {1}) == Texts{});
  change.activity->at = at("2026-05-04T08:00:00Z");
  CHECK(world.decide(change, {1}) == Texts{"ended 0: booking.created"});
}

TEST_CASE("exits: an activity that says no ends all, whatever exit_on says and whatever it is dated") {
  core::RuleBook book = exits_book();
  book.sequences[0].exit_on.clear();
  for (const char* name : {"email.unsubscribed", "email.complained", "email.replied"}) {
    CHECK(core::may_always_exit(name));
    Enrolled world(book);
    core::LeadChange change = named(name);
    change.activity->at = at("2026-05-01T10:00:00Z");
    CHECK(world.decide(change) == Texts{std::string("ended 0: ") + name});
  }
  for (const char* name : {"email.opened", "email.clicked", "email.sent", "booking.created", "Email.Replied"}) {
    CHECK_FALSE(core::may_always_exit(name));
    Enrolled world(book);
    CHECK(world.decide(named(name)) == Texts{});
  }
  Enrolled bounced(book);
  CHECK(core::may_always_exit("email.bounced"));
  CHECK(bounced.decide(named("email.bounced")) == Texts{});
  bounced.hard_bounce = true;
  CHECK(bounced.decide(named("email.opened")) == Texts{});
  CHECK(bounced.decide(named("email.bounced")) == Texts{"ended 0: email.bounced"});
  Enrolled replied(book);
  replied.automatic_reply = true;
  CHECK(replied.decide(named("email.replied")) == Texts{});
  CHECK(replied.decide(named("email.unsubscribed")) == Texts{"ended 0: email.unsubscribed"});
}

TEST_CASE("exits: an automatic reply is an exit where exit_on names it, as any other activity") {
  Enrolled world;
  world.automatic_reply = true;
  core::LeadChange change = named("email.replied");
  change.activity->at = at("2026-05-04T09:00:00Z");
  CHECK(world.decide(change, {1}) == Texts{});
  change.activity->at = at(kLater);
  CHECK(world.decide(change, {1}) == Texts{"ended 0: email.replied"});
}

TEST_CASE("exits: come before the enrolments of the same occasion, which they never end") {
  core::RuleBook book = exits_book();
  book.sequences[0].exit_on = {test::on_activity(0)};
  book.sequences[0].re_enrol_after_days = 0;
  Enrolled world(book);
  CHECK(world.state.at(0).ended == "");
  CHECK(world.activity(kLater) == Texts{"ended 0: Download", "enrolled q"});
  CHECK(world.state.at(1).ended == "");
  CHECK(world.state.at(1).steps[0].cancelled == "");
}

TEST_CASE("exits: a later occasion of the same cause does end what an earlier one enrolled") {
  SequenceWorld world(exits_book());
  core::LeadChange change = test::change(kEnrolled, "cause", "Download", {test::stage_entry("sales", "", "won")});
  CHECK(world.decide(change, {0}) == Texts{"enrolled q"});
  CHECK(world.state.at(0).ended == "stage:sales/won");
}

TEST_CASE("exits: an enrolment by a request is not ended by the change that asked for it") {
  core::RuleBook book = exits_book();
  book.sequences[0].enrol_on.reset();
  SequenceWorld world(book);
  core::FiringRecord firing;
  firing.enrol = {"q"};
  CHECK(world.decide(test::change(kEnrolled, "c", "booking.created", {test::stage_entry("sales", "", "won")}), {1},
                     {firing}) == Texts{"enrolled q"});
  CHECK(world.state.at(0).ended == "");
  core::LeadChange change = named("booking.created");
  change.activity->at = at("2026-05-04T09:30:00Z");  // dated before the enrolment, which is dated now
  CHECK(world.decide(change, {1}) == Texts{});
}

TEST_CASE("exits: each sequence by its own exit_on; one that the rule book has lost by the general ones only") {
  core::RuleBook book = exits_book();
  book.sequences.push_back(test::sequence("r", {"2d"}));
  book.sequences[1].enrol_on = test::on_activity(0);
  book.sequences[1].exit_on = {test::on_activity(2)};
  Enrolled world(book);
  CHECK(world.decide(named("note.added"), {2}) == Texts{"ended 1: note.added"});
  core::RuleBook without = exits_book();
  without.sequences.clear();
  Enrolled first;
  SequenceWorld later(without);
  later.state = first.state;
  CHECK(later.decide(named("booking.created"), {1}) == Texts{});
  CHECK(later.decide(named("email.unsubscribed")) == Texts{"ended 0: email.unsubscribed"});
}
