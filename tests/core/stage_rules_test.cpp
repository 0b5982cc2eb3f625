#include "core/stage_rules.hpp"

#include <doctest/doctest.h>

#include "support/stage_world.hpp"

using namespace scoreline;
using test::StageWorld;
using Entries = std::vector<std::string>;

namespace {

/// sales: new, meeting, offer, won, lost; service: new, won. Match 0 routes to sales; nothing advances.
core::RuleBook plain_book() {
  core::RuleBook book;
  for (int i = 0; i < 6; ++i) test::add_match(book, false);
  book.tiers = test::four_tiers();
  book.pipelines = {test::pipeline("sales", {"new", "meeting", "offer", "won", "lost"}),
                    test::pipeline("service", {"new", "won"})};
  book.pipelines[0].route = test::did(0);
  return book;
}

core::ManualMove move(std::string to, std::string pipeline = "sales") {
  return {std::move(pipeline), std::move(to), "anna"};
}

}  // namespace

TEST_CASE("route: a lead without an open deal gets one in the first stage, once") {
  StageWorld world(plain_book());
  CHECK(world.run("2026-05-01T10:00:00Z") == Entries{});
  world.do_it(0, "2026-05-01");
  CHECK(world.run("2026-05-01T10:00:00Z") == Entries{"sales: -> new by route"});
  CHECK(world.run("2026-05-01T11:00:00Z") == Entries{});
  REQUIRE(world.deals.all().size() == 1);
  const core::Deal& deal = world.deals.at(0);
  CHECK(deal.id == "cause2-1");
  CHECK(deal.created_at == test::at("2026-05-01T10:00:00Z"));
  CHECK(deal.moved_at == deal.created_at);
  CHECK(deal.created_by.offset == 2);
  CHECK(deal.open);
}

TEST_CASE("route: by priority, then rule-book order; a pipeline without a route takes nobody") {
  core::RuleBook book = plain_book();
  book.pipelines = {test::pipeline("manual", {"new"}), test::pipeline("last", {"new"}), test::pipeline("a", {"new"}),
                    test::pipeline("b", {"new"}), test::pipeline("not_now", {"new"})};
  book.pipelines[1].priority = 5;
  book.pipelines[1].route = book.pipelines[2].route = book.pipelines[3].route = test::always();
  book.pipelines[4].route = test::never();
  book.pipelines[4].priority = -1;
  StageWorld world(book);
  CHECK(world.run("2026-05-01T10:00:00Z") == Entries{"a: -> new by route"});
}

TEST_CASE("route: an open deal anywhere keeps the lead, a closed one leaves it to the other pipelines") {
  core::RuleBook book = plain_book();
  book.pipelines[1].route = test::always();
  book.pipelines[1].priority = 1;
  StageWorld world(book);
  world.do_it(0, "2026-05-01");
  CHECK(world.run("2026-05-01T10:00:00Z") == Entries{"sales: -> new by route"});
  CHECK(world.run("2026-05-01T11:00:00Z") == Entries{});
  // The manual move closes it, and (2) sees the facts after (1): sales has had its deal, service takes the lead.
  CHECK(world.run("2026-05-01T12:00:00Z", move("lost")) ==
        Entries{"sales: new -> lost by anna (manual)", "service: -> new by route"});
}

TEST_CASE("route: sees the facts after the manual move") {
  core::RuleBook book = plain_book();
  book.pipelines[0].route.reset();
  book.pipelines[1].route = test::stage_is("sales", "won");
  StageWorld world(book);
  CHECK(world.run("2026-05-01T10:00:00Z", move("won")) ==
        Entries{"sales: -> won by anna (manual)", "service: -> new by route"});
  CHECK(world.deals.at(0).id == "cause1-1");
  CHECK(world.deals.at(1).id == "cause1-2");
}

TEST_CASE("route: a pipeline takes a lead back when reopen_after_days have passed since its latest closing") {
  core::RuleBook book = plain_book();
  book.pipelines[0].route = test::always();
  book.pipelines[0].reopen_after_days = 3;
  StageWorld world(book);
  world.run("2026-05-01T10:00:00Z");
  CHECK(world.run("2026-05-02T23:00:00Z", move("won")) == Entries{"sales: new -> won by anna (manual)"});
  CHECK(world.run("2026-05-03T00:00:00Z") == Entries{});
  CHECK(world.run("2026-05-03T10:00:00Z", move("lost")) == Entries{"sales: won -> lost by anna (manual)"});
  CHECK(world.wake("2026-05-03") == test::day("2026-05-06"));
  CHECK(world.run("2026-05-05T23:59:59.999999Z") == Entries{});
  CHECK(world.run("2026-05-06T00:00:00Z") == Entries{"sales: -> new by route"});
  CHECK(world.deals.all().size() == 2);
  CHECK(world.run("2026-05-07T10:00:00Z", move("won")) == Entries{"sales: new -> won by anna (manual)"});
  CHECK(world.run("2026-05-09T10:00:00Z") == Entries{});  // counted from the latest
  CHECK(world.run("2026-05-10T10:00:00Z") == Entries{"sales: -> new by route"});
}

TEST_CASE("advance: to the farthest later stage whose condition holds, at once after the route") {
  core::RuleBook book = plain_book();
  core::Pipeline& sales = book.pipelines[0];
  test::add_advance(sales, "far", "offer", test::did(2));
  test::add_advance(sales, "near", "meeting", test::did(1));
  StageWorld world(book);
  world.do_it(0, "2026-05-01");
  world.do_it(1, "2026-05-01");
  world.do_it(2, "2026-05-01");
  CHECK(world.run("2026-05-01T10:00:00Z") == Entries{"sales: -> new by route", "sales: new -> offer by far"});
  CHECK(world.run("2026-05-01T11:00:00Z") == Entries{});  // never back
  CHECK(world.deals.at(0).used == std::vector<std::string>{"far"});
}

TEST_CASE("advance: of several naming the stage the first in rule-book order moves the deal and is used up") {
  core::RuleBook book = plain_book();
  core::Pipeline& sales = book.pipelines[0];
  test::add_advance(sales, "not_yet", "meeting", test::did(3));
  test::add_advance(sales, "first", "meeting", test::did(1));
  test::add_advance(sales, "second", "meeting", test::did(1));
  StageWorld world(book);
  world.do_it(0, "2026-05-01");
  world.do_it(1, "2026-05-01");
  CHECK(world.run("2026-05-01T10:00:00Z") == Entries{"sales: -> new by route", "sales: new -> meeting by first"});
  CHECK(world.deals.at(0).used == std::vector<std::string>{"first"});
}

TEST_CASE("advance: a stage with an outcome closes the deal, and a closed deal does not move") {
  core::RuleBook book = plain_book();
  core::Pipeline& sales = book.pipelines[0];
  test::add_advance(sales, "paid", "won", test::did(1));
  test::add_advance(sales, "gave_up", "lost", test::did(2));
  StageWorld world(book);
  world.do_it(0, "2026-05-01");
  world.run("2026-05-01T10:00:00Z");
  world.do_it(1, "2026-05-02");
  CHECK(world.run("2026-05-02T10:00:00Z") == Entries{"sales: new -> won by paid"});
  CHECK_FALSE(world.deals.at(0).open);
  CHECK(world.deals.at(0).closed_on == test::day("2026-05-02"));
  world.do_it(2, "2026-05-03");
  CHECK(world.run("2026-05-03T10:00:00Z") == Entries{});
}

TEST_CASE("advance: all see the facts after the route, and what they change is seen next time") {
  core::RuleBook book = plain_book();
  test::add_advance(book.pipelines[0], "met", "meeting", test::did(1));
  test::add_advance(book.pipelines[1], "follows", "won", test::stage_is("sales", "meeting"));
  StageWorld world(book);
  world.run("2026-05-01T10:00:00Z", move("new", "service"));
  CHECK(world.run("2026-05-01T10:00:00Z", move("new")) == Entries{"sales: -> new by anna (manual)"});
  world.do_it(1, "2026-05-02");
  CHECK(world.run("2026-05-02T10:00:00Z") == Entries{"sales: new -> meeting by met"});
  CHECK_FALSE(world.settled("2026-05-02T10:00:00Z"));
  CHECK(world.run("2026-05-03T00:00:00Z") == Entries{"service: new -> won by follows"});
  CHECK(world.settled("2026-05-03T00:00:00Z"));
}

TEST_CASE("advance: several open deals move in order of creation; conditions see the new deal's stage") {
  core::RuleBook book = plain_book();
  test::add_advance(book.pipelines[0], "at_once", "offer", test::stage_is("sales", "new"));
  test::add_advance(book.pipelines[1], "big", "won", test::did(4));
  StageWorld world(book);
  world.run("2026-05-01T10:00:00Z", move("new", "service"));
  world.run("2026-05-01T11:00:00Z", move("meeting"));
  world.do_it(4, "2026-05-02");
  CHECK(world.run("2026-05-02T10:00:00Z") == Entries{"service: new -> won by big"});
  StageWorld fresh(book);
  fresh.do_it(0, "2026-05-01");
  CHECK(fresh.run("2026-05-01T10:00:00Z") == Entries{"sales: -> new by route", "sales: new -> offer by at_once"});
}

TEST_CASE("manual: moves the newest deal of the pipeline, or makes one, to any stage") {
  StageWorld world(plain_book());
  CHECK(world.run("2026-05-01T10:00:00Z", move("offer")) == Entries{"sales: -> offer by anna (manual)"});
  CHECK(world.run("2026-05-01T11:00:00Z", move("new")) == Entries{"sales: offer -> new by anna (manual)"});
  CHECK(world.run("2026-05-01T12:00:00Z", move("new")) == Entries{});
  CHECK(world.deals.at(0).moved_at == test::at("2026-05-01T11:00:00Z"));
  CHECK(world.run("2026-05-01T13:00:00Z", move("won", "service")) == Entries{"service: -> won by anna (manual)"});
  CHECK_FALSE(world.deals.at(1).open);
  CHECK(world.deals.all().size() == 2);
}

TEST_CASE("manual: a stage without outcome reopens a closed deal") {
  StageWorld world(plain_book());
  world.run("2026-05-01T10:00:00Z", move("won"));
  CHECK(world.run("2026-05-02T10:00:00Z", move("won")) == Entries{});
  CHECK(world.deals.at(0).closed_on == test::day("2026-05-01"));
  CHECK(world.run("2026-05-03T10:00:00Z", move("offer")) == Entries{"sales: won -> offer by anna (manual)"});
  CHECK(world.deals.at(0).open);
}

TEST_CASE("manual: an unknown pipeline or stage moves nothing and says why; the rest goes on") {
  StageWorld world(plain_book());
  world.do_it(0, "2026-05-01");
  CHECK(world.run("2026-05-01T10:00:00Z", move("new", "Sales")) ==
        Entries{"refused unknown_pipeline", "sales: -> new by route"});
  CHECK(world.run("2026-05-01T11:00:00Z", move("Won")) == Entries{"refused unknown_stage"});
  CHECK(world.run("2026-05-01T11:00:00Z", move("", "")) == Entries{"refused unknown_pipeline"});
  CHECK(world.deals.at(0).stage == "new");
}

TEST_CASE("manual: uses up what holds right after it, for that deal; what holds later still moves it") {
  core::RuleBook book = plain_book();  // the worked case of manual moves
  core::Pipeline& sales = book.pipelines[0];
  test::add_advance(sales, "booked", "meeting", test::did(1));
  test::add_advance(sales, "hot", "offer", test::tier_at_least("hot"));
  StageWorld world(book);
  world.do_it(0, "2026-05-01");
  CHECK(world.run("2026-05-01T10:00:00Z") == Entries{"sales: -> new by route"});
  world.tier = "hot";
  CHECK(world.run("2026-05-01T10:30:00Z") == Entries{"sales: new -> offer by hot"});
  CHECK(world.run("2026-05-01T11:00:00Z", move("new")) == Entries{"sales: offer -> new by anna (manual)"});
  world.do_it(1, "2026-05-01");
  CHECK(world.run("2026-05-01T12:00:00Z") == Entries{"sales: new -> meeting by booked"});
  CHECK(world.run("2026-05-01T13:00:00Z", move("new")) == Entries{"sales: meeting -> new by anna (manual)"});
  CHECK(world.run("2026-05-01T14:00:00Z") == Entries{});
  CHECK(world.run("2026-05-02T15:00:00Z", move("new")) == Entries{});
  CHECK(world.run("2026-05-02T16:00:00Z", move("lost")) == Entries{"sales: new -> lost by anna (manual)"});
  CHECK(world.run("2026-05-02T17:00:00Z") == Entries{});
}

TEST_CASE("manual: the same stage uses up nothing") {
  core::RuleBook book = plain_book();
  test::add_advance(book.pipelines[0], "booked", "meeting", test::did(1));
  StageWorld world(book);
  world.run("2026-05-01T10:00:00Z", move("new"));
  world.do_it(1, "2026-05-02");
  CHECK(world.run("2026-05-02T10:00:00Z", move("new")) == Entries{"sales: new -> meeting by booked"});
}

TEST_CASE("manual: a deal made by one has used up what held; the condition sees its new stage") {
  core::RuleBook book = plain_book();
  core::Pipeline& sales = book.pipelines[0];
  test::add_advance(sales, "hot", "offer", test::tier_at_least("hot"));
  test::add_advance(sales, "from_new", "meeting", test::stage_is("sales", "new"));
  test::add_advance(sales, "from_meeting", "won", test::stage_is("sales", "meeting"));
  StageWorld world(book);
  world.tier = "burning";
  CHECK(world.run("2026-05-01T10:00:00Z", move("new")) == Entries{"sales: -> new by anna (manual)"});
  CHECK(world.deals.at(0).used == std::vector<std::string>{"hot", "from_new"});
  // A second deal of the lead has used up nothing.
  CHECK(world.run("2026-05-01T11:00:00Z", move("lost")) == Entries{"sales: new -> lost by anna (manual)"});
}

TEST_CASE("stages: a rebought deal starts with nothing used up") {
  core::RuleBook book = plain_book();
  book.pipelines[0].route = test::always();
  book.pipelines[0].reopen_after_days = 1;
  test::add_advance(book.pipelines[0], "paid", "won", test::tier_at_least("hot"));
  StageWorld world(book);
  world.tier = "hot";
  CHECK(world.run("2026-05-01T10:00:00Z") == Entries{"sales: -> new by route", "sales: new -> won by paid"});
  CHECK(world.run("2026-05-02T00:00:00Z") == Entries{"sales: -> new by route", "sales: new -> won by paid"});
}

TEST_CASE("stages: what an earlier rule book left behind breaks nothing") {
  core::RuleBook book = plain_book();
  book.pipelines[0].route = test::always();
  test::add_advance(book.pipelines[0], "hot", "won", test::always());
  StageWorld world(book);
  world.add_deal("old", "gone", "x");
  CHECK(world.run("2026-05-01T10:00:00Z") == Entries{"sales: -> new by route", "sales: new -> won by hot"});
  CHECK(world.run("2026-05-01T11:00:00Z", move("y", "gone")) == Entries{"refused unknown_pipeline"});
  StageWorld stranded(book);
  stranded.add_deal("old", "sales", "gone");
  CHECK(stranded.run("2026-05-01T10:00:00Z") == Entries{});
  CHECK(stranded.wake("2026-05-01") == std::nullopt);
  CHECK(stranded.run("2026-05-01T11:00:00Z", move("new")) == Entries{"sales: gone -> new by anna (manual)"});
}

TEST_CASE("stages: the facts stand as they are afterwards, also after asking whether all is settled") {
  core::RuleBook book = plain_book();
  StageWorld world(book);
  world.do_it(0, "2026-05-01");
  world.run("2026-05-01T10:00:00Z");
  const core::Condition in_new = test::stage_is("sales", "new");
  CHECK(world.sheet.fact_holds(in_new));
  CHECK(world.settled("2026-05-01T10:00:00Z"));
  CHECK(world.sheet.fact_holds(in_new));
}
