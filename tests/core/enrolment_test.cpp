#include "core/enrolment.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "core/effect_key.hpp"
#include "support/decision_book.hpp"
#include "support/score_random.hpp"

using namespace scoreline;
using base::Instant;
using core::Enrolment;
using core::SequenceState;

namespace {

/// Steps s1, s2, ... due at the given instants.
Enrolment enrolment(std::string sequence, std::string cause, std::int64_t enrolled,
                    const std::vector<std::int64_t>& due) {
  Enrolment out;
  out.sequence = std::move(sequence);
  out.cause_key = std::move(cause);
  out.key = core::enrolment_key(out.sequence, out.cause_key);
  out.enrolled_at = out.dated = out.decided_at = {enrolled};
  out.zone = "UTC";
  for (const std::int64_t at : due) out.steps.push_back({"s" + std::to_string(out.steps.size() + 1), {at}, ""});
  return out;
}

SequenceState state_of(const std::vector<Enrolment>& list) {
  SequenceState out;
  for (const Enrolment& one : list) out.add(one);
  return out;
}

std::vector<std::string> cancelled(const Enrolment& enrolment) {
  std::vector<std::string> out;
  for (const core::EnrolledStep& step : enrolment.steps) out.push_back(step.cancelled);
  return out;
}
using Reasons = std::vector<std::string>;
using Indices = std::vector<std::size_t>;

SequenceState random_state(int first_cause) {
  SequenceState out;
  for (int i = test::any_of(0, 4); i > 0; --i) {
    std::vector<std::int64_t> due;
    const std::int64_t enrolled = test::any_of<std::int64_t>(-3, 5);
    for (int steps = test::any_of(0, 3); steps > 0; --steps) due.push_back(enrolled + test::any_of<std::int64_t>(0, 9));
    Enrolment one = enrolment(test::coin() ? "a" : "b", "c" + std::to_string(first_cause++), enrolled, due);
    one.decided_at.us += test::any_of(0, 1);
    one.dated.us -= test::any_of(0, 1);
    one.zone = test::coin() ? "UTC" : "Europe/Berlin";
    one.rulebook = test::any_of<std::uint64_t>(0, 300);
    one.depth = test::any_of(0, 9);
    if (test::any_of(0, 3) == 0) core::end(one, "booking.created", {test::any_of<std::int64_t>(0, 9)});
    out.add(one);
  }
  return out;
}

}  // namespace

TEST_CASE("enrolments: a step counts as sent from its due instant on, and is not cancelled any more") {
  Enrolment one = enrolment("q", "c", 0, {10, 20, 30});
  CHECK(core::is_active(one, {0}));
  CHECK(core::is_active(one, {29}));
  CHECK_FALSE(core::is_active(one, {30}));
  CHECK(core::end(one, "stage:sales/won", {20}));
  CHECK(cancelled(one) == Reasons{"", "", "stage:sales/won"});
  CHECK(one.ended == "stage:sales/won");
  CHECK_FALSE(core::is_active(one, {20}));
  CHECK_FALSE(core::end(one, "again", {20}));
  CHECK(one.ended == "stage:sales/won");
  Enrolment sent = enrolment("q", "c", 0, {10});
  CHECK_FALSE(core::end(sent, "too late", {10}));
  CHECK(sent.ended == "");
}

TEST_CASE("enrolments: an erasure ends all that are active") {
  SequenceState state =
      state_of({enrolment("a", "1", 0, {5}), enrolment("a", "2", 5, {10, 20}), enrolment("b", "3", 5, {10})});
  CHECK(state.end_all("erased", {7}) == Indices{1, 2});
  CHECK(cancelled(state.at(0)) == Reasons{""});
  CHECK(cancelled(state.at(1)) == Reasons{"erased", "erased"});
  CHECK(state.at(2).ended == "erased");
  CHECK(state.end_all("erased", {7}).empty());
}

TEST_CASE("enrolments: merged leads keep the earlier active one; what the other was sent is not sent again") {
  // The worked case: s1 is sent in both, s2 in the earlier only, s3 in none.
  SequenceState state = state_of({enrolment("q", "k", 200, {300, 500, 700})});
  CHECK(state.merge(state_of({enrolment("q", "a", 100, {200, 400, 600})}), {450}) == Indices{1});
  CHECK(state.at(0).cause_key == "a");
  CHECK(cancelled(state.at(0)) == Reasons{"", "", ""});
  CHECK(state.at(0).ended == "");
  CHECK(cancelled(state.at(1)) == Reasons{"", "merged", "merged"});
  CHECK(state.at(1).ended == "merged");
  // The later one was faster: its s2 is not sent again in the earlier.
  SequenceState slow = state_of({enrolment("q", "slow", 100, {200, 500, 600})});
  CHECK(slow.merge(state_of({enrolment("q", "fast", 200, {210, 220, 700})}), {220}) == Indices{0, 1});
  CHECK(cancelled(slow.at(0)) == Reasons{"", "merged", ""});
  CHECK(slow.at(0).ended == "");
  CHECK(cancelled(slow.at(1)) == Reasons{"", "", "merged"});
}

TEST_CASE("enrolments: a step that the other had cancelled before it was due was not sent") {
  Enrolment other = enrolment("q", "other", 200, {250, 900});
  other.steps[0].cancelled = "merged";
  SequenceState state = state_of({enrolment("q", "mine", 100, {400, 500})});
  CHECK(state.merge(state_of({other}), {300}) == Indices{1});
  CHECK(cancelled(state.at(0)) == Reasons{"", ""});
}

TEST_CASE("enrolments: ties by key; finished ones and other sequences stay as they are") {
  const Enrolment a = enrolment("q", "x", 100, {500}), b = enrolment("q", "y", 100, {600});
  const bool a_first = a.key < b.key;
  SequenceState state = state_of({b});
  state.merge(state_of({a}), {100});
  CHECK(state.at(0).cause_key == (a_first ? "x" : "y"));
  CHECK(state.at(0).ended == "");
  CHECK(state.at(1).ended == "merged");
  SequenceState others = state_of({enrolment("q", "done", 50, {60, 70}), enrolment("r", "r", 100, {500})});
  CHECK(others.merge(state_of({enrolment("q", "active", 100, {80, 500})}), {100}).empty());
  CHECK(others.all().size() == 3);
}

TEST_CASE("enrolments: a merge gives the same whichever lead takes in the other, one active a sequence") {
  CHECK(rc::check([] {
    const SequenceState a = random_state(0), b = random_state(100);
    const Instant now{test::any_of<std::int64_t>(0, 9)};
    SequenceState ab = a, ba = b;
    RC_ASSERT(ab.merge(b, now) == ba.merge(a, now));
    RC_ASSERT(ab == ba);
    std::map<std::string, int> active, before;
    for (const SequenceState* one : {&a, &b}) {
      for (const Enrolment& enrolment : one->all()) before[enrolment.sequence] += core::is_active(enrolment, now);
    }
    for (const Enrolment& enrolment : ab.all()) active[enrolment.sequence] += core::is_active(enrolment, now);
    for (const auto& [sequence, n] : before) RC_ASSERT(active[sequence] <= std::min(n, 1));
    SequenceState again = ab;
    RC_ASSERT(again.merge({}, now).empty());
    RC_ASSERT(again == ab);
  }));
}

TEST_CASE("enrolments: mails in reports stand by due instant, sequence, step, enrolment") {
  SequenceState state =
      state_of({enrolment("b", "1", 5, {20, 10}), enrolment("a", "2", 6, {20, 20}), enrolment("a", "3", 4, {30, 20})});
  const std::vector<core::MailPlace> want{{0, 1}, {1, 0}, {2, 1}, {1, 1}, {0, 0}, {2, 0}};
  CHECK(core::mails_in_order(state) == want);
}

TEST_CASE("enrolments: survive their encoding; damaged rows are refused whole") {
  CHECK(rc::check([] {
    const SequenceState state = random_state(0);
    std::string bytes, again;
    state.encode(bytes);
    SequenceState back = random_state(100);
    RC_ASSERT(back.decode(bytes));
    RC_ASSERT(back == state);
    back.encode(again);
    RC_ASSERT(again == bytes);
    RC_ASSERT(!back.decode(bytes + "x"));
    RC_ASSERT(!back.decode(std::string_view(bytes).substr(0, test::any_of<std::size_t>(1, bytes.size() - 1))));
    RC_ASSERT(back.all().empty());
    for (int i = 0; i < 20; ++i) {
      std::string damaged = bytes;
      damaged[test::any_of<std::size_t>(0, bytes.size() - 1)] = static_cast<char>(test::any_of(0, 255));
      if (back.decode(damaged)) back.merge(state, {5});
    }
    back.decode(*rc::gen::string<std::string>());
  }));
  SequenceState fresh = state_of({enrolment("a", "1", 0, {5})});
  CHECK(fresh.decode(""));
  CHECK(fresh.all().empty());
}
