#include "core/deal.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "support/decision_book.hpp"
#include "support/score_random.hpp"

using namespace scoreline;
using core::Deal;
using core::Deals;

namespace {

Deal deal(std::string id, std::string stage, std::int64_t created, std::string pipeline = "sales") {
  Deal out;
  out.id = std::move(id);
  out.pipeline = std::move(pipeline);
  out.stage = std::move(stage);
  out.created_at = out.moved_at = {created};
  return out;
}

Deal closed(Deal deal, std::int32_t on) {
  deal.open = false;
  deal.closed_on = base::Day{on};
  return deal;
}

Deals deals_of(const std::vector<Deal>& list) {
  Deals out;
  for (const Deal& one : list) out.add(one);
  return out;
}

std::vector<std::string> ids(std::span<const Deal> deals) {
  std::vector<std::string> out;
  for (const Deal& one : deals) out.push_back(one.id);
  return out;
}

core::RuleBook two_pipelines() {
  core::RuleBook book;
  book.pipelines = {test::pipeline("sales", {"new", "meeting", "offer", "won", "lost"}),
                    test::pipeline("service", {"new", "won"})};
  return book;
}

Deals random_deals(int first_id) {
  Deals out;
  for (int i = test::any_of(0, 5); i > 0; --i) {
    Deal one =
        deal("d" + std::to_string(first_id++), *rc::gen::element<std::string>("new", "meeting", "offer", "won", "gone"),
             test::any_of(0, 3), *rc::gen::element<std::string>("sales", "service", "nowhere"));
    one.created_by.offset = test::any_of(0, 1);
    if (test::coin()) one = closed(one, test::any_of(-5, 20'000));
    for (int used = test::any_of(0, 2); used > 0; --used) one.used.push_back("a" + std::to_string(used));
    out.add(one);
  }
  return out;
}

}  // namespace

TEST_CASE("deals: stand in order of creation, whatever the order in which they came") {
  Deals deals;
  CHECK(deals.add(deal("b", "new", 2)) == 0);
  CHECK(deals.add(deal("a", "new", 2)) == 0);
  CHECK(deals.add(deal("c", "new", 3)) == 2);
  Deal earlier = deal("z", "new", 2);
  earlier.created_by.offset = -1;
  CHECK(deals.add(earlier) == 0);
  CHECK(ids(deals.all()) == std::vector<std::string>{"z", "a", "b", "c"});
  CHECK(deals.open() == std::vector<std::size_t>{0, 1, 2, 3});
}

TEST_CASE("deals: the newest of a pipeline counts for conditions, open or closed") {
  Deals deals = deals_of({deal("a", "offer", 1), closed(deal("b", "lost", 2), 5), deal("c", "new", 1, "service")});
  CHECK(deals.newest("sales") == 2);
  CHECK(deals.newest("service") == 1);
  CHECK_FALSE(deals.newest("nowhere"));
  CHECK(deals.open() == std::vector<std::size_t>{0, 1});
  CHECK(deals.stages() == Deals::Stages{{"sales", "lost"}, {"service", "new"}});
  deals.move(2, "new", false, {9});
  CHECK(deals.stages() == Deals::Stages{{"sales", "new"}, {"service", "new"}});
}

TEST_CASE("deals: a move sets when, and opens or closes") {
  Deals deals = deals_of({deal("a", "new", 1)});
  deals.move(0, "won", true, test::at("2026-05-04T23:59:59.999999Z"));
  CHECK_FALSE(deals.at(0).open);
  CHECK(deals.at(0).closed_on == test::day("2026-05-04"));
  CHECK(deals.at(0).moved_at == test::at("2026-05-04T23:59:59.999999Z"));
  deals.move(0, "lost", true, test::at("2026-05-05T00:00:00Z"));
  CHECK(deals.at(0).closed_on == test::day("2026-05-05"));
  deals.move(0, "new", false, test::at("2026-05-06T00:00:00Z"));
  CHECK(deals.at(0).open);
  CHECK_FALSE(deals.at(0).closed_on);
}

TEST_CASE("deals: an advance is used up once") {
  Deals deals = deals_of({deal("a", "new", 1)});
  deals.use_up(0, "x");
  deals.use_up(0, "y");
  deals.use_up(0, "x");
  CHECK(deals.at(0).used == std::vector<std::string>{"x", "y"});
}

TEST_CASE("deals: of several open ones in a pipeline the farthest stays when leads are merged") {
  const core::RuleBook book = two_pipelines();
  Deals mine = deals_of({deal("old", "new", 1), deal("service", "new", 1, "service")});
  mine.use_up(0, "x");
  const Deals other = deals_of({deal("far", "meeting", 2)});
  const std::vector<Deal> merged = mine.merge(other, book);
  CHECK(ids(mine.all()) == std::vector<std::string>{"service", "far"});
  CHECK(mine.at(1).used.empty());  // what was used up for another deal is not for this one
  REQUIRE(ids(merged) == std::vector<std::string>{"old"});
  CHECK_FALSE(merged[0].open);
  CHECK_FALSE(merged[0].closed_on);
  CHECK(mine.stages() == Deals::Stages{{"sales", "meeting"}, {"service", "new"}});
}

TEST_CASE("deals: of equally far ones the older stays; closed ones all do") {
  const core::RuleBook book = two_pipelines();
  Deals mine = deals_of({deal("younger", "meeting", 2), closed(deal("lost", "lost", 1), 3)});
  const std::vector<Deal> merged =
      mine.merge(deals_of({deal("older", "meeting", 1), closed(deal("won", "won", 4), 4)}), book);
  CHECK(ids(merged) == std::vector<std::string>{"younger"});
  CHECK(ids(mine.all()) == std::vector<std::string>{"lost", "older", "won"});
}

TEST_CASE("deals: a stage that the rule book does not know is the nearest") {
  const core::RuleBook book = two_pipelines();
  Deals mine = deals_of({deal("a", "gone", 1), deal("c", "x", 3, "nowhere")});
  CHECK(ids(mine.merge(deals_of({deal("b", "new", 2), deal("d", "y", 4, "nowhere")}), book)) ==
        std::vector<std::string>{"a", "d"});
  CHECK(ids(mine.all()) == std::vector<std::string>{"b", "c"});
}

TEST_CASE("deals: a merge gives the same whichever lead takes in the other, and leaves one open a pipeline") {
  const core::RuleBook book = two_pipelines();
  CHECK(rc::check([&] {
    const Deals a = random_deals(0), b = random_deals(100), c = random_deals(200);
    Deals ab = a, ba = b;
    const std::vector<Deal> merged = ab.merge(b, book);
    RC_ASSERT(ba.merge(a, book) == merged);
    RC_ASSERT(ab == ba);
    RC_ASSERT(ab.all().size() + merged.size() == a.all().size() + b.all().size());
    std::set<std::string> open;
    for (const std::size_t i : ab.open()) RC_ASSERT(open.insert(ab.at(i).pipeline).second);
    // Three leads end alike, whoever meets first.
    Deals bc = b, abc = a;
    bc.merge(c, book);
    abc.merge(bc, book);
    ab.merge(c, book);
    RC_ASSERT(ab == abc);
  }));
}

TEST_CASE("deals: survive their encoding; damaged rows are refused whole") {
  CHECK(rc::check([] {
    const Deals deals = random_deals(0);
    std::string bytes, again;
    deals.encode(bytes);
    Deals back = random_deals(100);
    RC_ASSERT(back.decode(bytes));
    RC_ASSERT(back == deals);
    back.encode(again);
    RC_ASSERT(again == bytes);
    RC_ASSERT(!back.decode(bytes + "x"));
    RC_ASSERT(!back.decode(std::string_view(bytes).substr(0, test::any_of<std::size_t>(1, bytes.size() - 1))));
    RC_ASSERT(back.all().empty());
    RC_ASSERT(back.stages().empty());
    for (int i = 0; i < 20; ++i) {
      std::string damaged = bytes;
      damaged[test::any_of<std::size_t>(0, bytes.size() - 1)] = static_cast<char>(test::any_of(0, 255));
      back.decode(damaged);
    }
    back.decode(*rc::gen::string<std::string>());
  }));
  Deals fresh = deals_of({deal("a", "new", 1)});
  CHECK(fresh.decode(""));
  CHECK(fresh.all().empty());
}
