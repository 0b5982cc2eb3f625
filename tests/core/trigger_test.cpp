#include "core/trigger.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "support/decision_book.hpp"
#include "support/score_random.hpp"

using namespace scoreline;
using core::FiringDecision;
using core::TriggerRules;
using core::TriggerState;
using Firings = std::vector<FiringDecision>;

namespace {

core::Trigger trigger(std::string id, core::Occasion on, std::int32_t cooldown_days = 0) {
  core::Trigger out;
  out.id = std::move(id);
  out.on = std::move(on);
  out.cooldown_days = cooldown_days;
  return out;
}

std::shared_ptr<core::RuleBook> book_of(std::vector<core::Trigger> triggers) {
  auto book = std::make_shared<core::RuleBook>();
  for (int i = 0; i < 3; ++i) test::add_match(*book, false);
  book->tiers = test::four_tiers();
  book->triggers = std::move(triggers);
  return book;
}

/// One lead under one rule book; its activities meet match 0.
struct World {
  explicit World(std::shared_ptr<core::RuleBook> the_book) : book(std::move(the_book)), rules(book), facts(*book) {}

  Firings decide(const core::LeadChange& change) {
    static const std::vector<std::uint32_t> kMatches{0};
    return rules.decide(state, change, kMatches, facts.sheet);
  }
  Firings activity(std::string_view now, std::string suppressed = "") {
    core::LeadChange change = test::change(now, "c", "Demo Requested");
    change.suppressed = std::move(suppressed);
    return decide(change);
  }

  std::shared_ptr<core::RuleBook> book;
  TriggerRules rules;
  test::Facts facts;
  TriggerState state;
};

}  // namespace

TEST_CASE("triggers: occasion by occasion, for each in rule-book order") {
  World world(book_of({trigger("hot", test::on_tier("hot")), trigger("demo", test::on_activity(0)),
                       trigger("other", test::on_activity(1)), trigger("again", test::on_activity(0)),
                       trigger("won", test::on_stage("sales", "won"))}));
  CHECK(world.decide(test::change("2026-05-01T10:00:00Z", "c", "Demo Requested",
                                  {test::tier_change("cold", "burning"), test::stage_entry("sales", "new", "won"),
                                   test::stage_entry("sales", "new", "won")})) ==
        Firings{{1, 0, ""}, {3, 0, ""}, {0, 1, ""}, {4, 2, ""}, {4, 3, ""}});
  CHECK(world.decide(test::change("2026-05-02T00:00:00Z", "c", "", {test::tier_change("burning", "cold")})) ==
        Firings{});
}

TEST_CASE("triggers: falling below and rising again re-arms") {
  World world(book_of({trigger("hot", test::on_tier("hot"))}));
  const auto change = [&](std::string from, std::string to) {
    return world.decide(test::change("2026-05-01T10:00:00Z", "c", "", {test::tier_change(from, to)})).size();
  };
  CHECK(change("cold", "hot") == 1);
  CHECK(change("hot", "burning") == 0);
  CHECK(change("burning", "hot") == 0);
  CHECK(change("hot", "warm") == 0);
  CHECK(change("warm", "hot") == 1);
}

TEST_CASE("triggers: where `when` does not hold it was no occasion") {
  auto book = book_of({trigger("demo", test::on_activity(0), 7)});
  book->triggers[0].when = test::did(2);
  World world(book);
  CHECK(world.activity("2026-05-01T10:00:00Z") == Firings{});
  CHECK(world.activity("2026-05-01T10:00:00Z", "history") == Firings{});
  world.facts.done.insert(book->matches[2].hash);
  CHECK(world.activity("2026-05-01T11:00:00Z") == Firings{{0, 0, ""}});
}

TEST_CASE("triggers: cool down for days of 24 hours of log time from the last firing on, to the microsecond") {
  World world(book_of({trigger("demo", test::on_activity(0), 7)}));
  CHECK(world.activity("2026-05-01T10:00:00.5Z") == Firings{{0, 0, ""}});
  CHECK(world.activity("2026-05-01T10:00:00.5Z") == Firings{{0, 0, "cooldown"}});
  CHECK(world.activity("2026-05-08T10:00:00.499999Z") == Firings{{0, 0, "cooldown"}});  // and does not prolong it
  CHECK(world.activity("2026-05-08T10:00:00.5Z") == Firings{{0, 0, ""}});
  CHECK(world.activity("2026-05-15T10:00:00.499999Z") == Firings{{0, 0, "cooldown"}});
  CHECK(world.activity("2026-05-16T00:00:00Z") == Firings{{0, 0, ""}});
  CHECK(world.state.last_fired("demo") == test::at("2026-05-16T00:00:00Z"));
}

TEST_CASE("triggers: two occasions of one change are within each other's cool-down; without one both fire") {
  const core::LeadChange change = test::change(
      "2026-05-01T10:00:00Z", "c", "", {test::stage_entry("sales", "", "new"), test::stage_entry("sales", "x", "new")});
  World cooling(book_of({trigger("new", test::on_stage("sales", "new"), 1)}));
  CHECK(cooling.decide(change) == Firings{{0, 1, ""}, {0, 2, "cooldown"}});
  World eager(book_of({trigger("new", test::on_stage("sales", "new"))}));
  CHECK(eager.decide(change) == Firings{{0, 1, ""}, {0, 2, ""}});
}

TEST_CASE("triggers: what the change suppresses is recorded, wins over a cool-down and starts none") {
  World world(book_of({trigger("demo", test::on_activity(0), 7), trigger("other", test::on_activity(1))}));
  for (const char* reason : {"history", "loop", "rulebook", "replay"}) {
    CHECK(world.activity("2026-05-01T10:00:00Z", reason) == Firings{{0, 0, reason}});
  }
  CHECK(world.state.empty());
  CHECK(world.activity("2026-05-01T10:00:00Z") == Firings{{0, 0, ""}});
  CHECK(world.activity("2026-05-02T10:00:00Z", "history") == Firings{{0, 0, "history"}});
  CHECK(world.activity("2026-05-08T10:00:00Z") == Firings{{0, 0, ""}});
}

TEST_CASE("triggers: a merged lead cools down from the later of both firings") {
  World world(book_of({trigger("demo", test::on_activity(0), 1), trigger("eager", test::on_activity(0))}));
  TriggerState other;
  world.state.set_fired("demo", test::at("2026-05-01T10:00:00Z"));
  other.set_fired("demo", test::at("2026-05-02T10:00:00Z"));
  other.set_fired("eager", test::at("2026-05-09T10:00:00Z"));  // of another partition, ahead of this one
  world.state.merge(other);
  CHECK(world.activity("2026-05-03T09:59:59Z") == Firings{{0, 0, "cooldown"}, {1, 0, ""}});
  CHECK(world.activity("2026-05-03T10:00:00Z") == Firings{{0, 0, ""}, {1, 0, ""}});
}

TEST_CASE("triggers: a firing's actions ask for sequences in order, a suppressed one for none") {
  core::Trigger asks = trigger("demo", test::on_activity(0));
  asks.actions.resize(3);
  asks.actions[0].enrol_sequence = "b";
  asks.actions[1].kind = "slack.message";
  asks.actions[2].enrol_sequence = "a";
  World world(book_of({asks}));
  CHECK(world.rules.enrolments_of({0, 0, ""}) == std::vector<std::string>{"b", "a"});
  CHECK(world.rules.enrolments_of({0, 0, "cooldown"}).empty());
}

TEST_CASE("triggers: what is kept survives its encoding, merges alike both ways, and damage is refused") {
  const auto random_state = [] {
    TriggerState state;
    for (int i = test::any_of(0, 6); i > 0; --i) {
      state.set_fired("t" + std::to_string(test::any_of(0, 4)),
                      {test::any_of<std::int64_t>(-1000, 1'800'000'000'000'000)});
    }
    return state;
  };
  CHECK(rc::check([&] {
    const TriggerState a = random_state(), b = random_state();
    TriggerState ab = a, ba = b;
    ab.merge(b);
    ba.merge(a);
    RC_ASSERT(ab == ba);
    ab.merge(b);
    RC_ASSERT(ab == ba);
    std::string bytes, again;
    a.encode(bytes);
    TriggerState back = b;
    RC_ASSERT(back.decode(bytes));
    RC_ASSERT(back == a);
    back.encode(again);
    RC_ASSERT(again == bytes);
    RC_ASSERT(!back.decode(bytes + "x"));
    RC_ASSERT(!back.decode(std::string_view(bytes).substr(0, test::any_of<std::size_t>(1, bytes.size() - 1))));
    RC_ASSERT(back.empty());
    bytes[test::any_of<std::size_t>(0, bytes.size() - 1)] = static_cast<char>(test::any_of(0, 255));
    back.decode(bytes);
    back.decode(*rc::gen::string<std::string>());
  }));
  TriggerState fresh;
  CHECK(fresh.decode(""));
}
