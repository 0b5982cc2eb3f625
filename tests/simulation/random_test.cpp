/// Safety while everything breaks, liveness afterwards: random events, schedules, kills, faults.
/// SCORELINE_START=<number> runs one of them again; SCORELINE_RUNS=<number> runs so many.
#include <doctest/doctest.h>

#include <set>
#include <string>

#include "support/house_chaos.hpp"

using namespace scoreline;
using namespace scoreline::test::house;

namespace {

constexpr std::uint64_t kRuns = 200;

/// What has happened in all runs together: a book or a story that leaves something out would prove little.
struct Census {
  std::set<std::string> seen;

  void count(const flow::MemoryDatabase& database) {
    for (const auto& [key, row] : database.firings.all()) {
      seen.insert("fired " + row.trigger + " " + row.suppressed);
      if (row.retracted) seen.insert("firing retracted");
    }
    for (const auto& [key, row] : database.enrolments.all()) {
      seen.insert("enrolled " + row.sequence + " " + row.suppressed);
      if (!row.ended.empty()) seen.insert("ended " + row.ended);
    }
    for (const auto& [key, row] : database.mails.all())
      if (row.status == flow::MailRow::Status::cancelled) seen.insert("mail " + row.reason);
    for (const auto& [key, row] : database.deals.all()) {
      seen.insert("deal " + row.pipeline + "/" + row.stage);
      if (row.merged) seen.insert("deal merged");
    }
    for (const auto& [key, row] : database.actions.all()) seen.insert("action " + row.state);
    for (const auto& letter : database.dead_letters) seen.insert("letter " + letter.code);
  }
};

void live_through(std::uint64_t start, Census& census) {
  CAPTURE(start);
  Dice dice(start);
  const Events events = random_events(dice, 20 + dice.roll(60));
  World world(1 + dice.roll(4));
  Chaos chaos(dice, world);
  for (const Fed& fed : events.all) {
    if (dice.one_in(10)) world.tick(fed.time);
    world.feed(fed);
    for (int i = dice.roll(8); i > 0; --i) chaos.turn();
  }
  for (int i = 0; i < 100; ++i) chaos.turn();
  world.tick(events.end);
  for (int i = 0; i < 100; ++i) chaos.turn();
  chaos.calm();
  world.check_at_rest();
  world.check_replay();
  census.count(world.house.database);
  if (events.erases && world.house.partitions > 1) return;
  const Outcomes got = world.outcomes(base::day_of(events.end)), want = without_faults(events.all, events.end);
  CHECK_MESSAGE(got == want, "start ", start, differences(got, want));
}

}  // namespace

TEST_CASE("whatever breaks in whatever order, the result is that of a run without faults") {
  Census census;
  const auto [first, runs] = starts(kRuns);
  for (std::uint64_t start = first; start < first + runs; ++start) live_through(start, census);
  if (runs < kRuns) return;
  for (const char* what : {"fired hot_alert ",
                           "fired hot_alert cooldown",
                           "fired hot_alert history",
                           "fired hot_alert loop",
                           "fired at_risk ",
                           "fired chief_is_warm ",
                           "fired wants_to_buy ",
                           "fired meeting ",
                           "fired won ",
                           "fired dunning ",
                           "fired bought_again ",
                           "fired came_back cooldown",
                           "firing retracted",
                           "action done",
                           "action never_tried",
                           "action suppressed",
                           "action cancelled",
                           "enrolled welcome ",
                           "enrolled nurture ",
                           "enrolled first_steps ",
                           "enrolled prepare ",
                           "enrolled win_back ",
                           "enrolled welcome history",
                           "ended Login",
                           "ended booking.created",
                           "ended email.bounced",
                           "ended email.replied",
                           "ended email.unsubscribed",
                           "ended erased",
                           "ended merged",
                           "ended intent:purchase/high",
                           "ended stage:sales/won",
                           "ended tier:hot",
                           "mail merged",
                           "mail tier:hot",
                           "deal merged",
                           "deal sales/meeting",
                           "deal sales/lost",
                           "deal service/dunning",
                           "deal service/settled",
                           "letter unknown_pipeline",
                           "letter unknown_stage"})
    CHECK_MESSAGE(census.seen.contains(what), "never happened: ", what);
}
