#include "wire/place_text.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <string>

#include "tests/wire/record_values.hpp"
#include "wire/fact_record.hpp"
#include "wire/firing_record.hpp"
#include "wire/lead_change.hpp"

namespace scoreline::wire {
namespace {

using core::Place;

TEST_CASE("place: a peek sees what the decoder reads, whatever the topic") {
  CHECK(rc::check([] {
    const bool mark = flag();
    core::FactRecord fact;
    fact.kind = mark ? core::FactRecord::Kind::mark : core::FactRecord::Kind::score;
    if (!mark) fact.lead = any_lead();
    fact.cause = mark ? any_end() : any_place(fact.lead);
    core::LeadChange change;
    change.kind = mark ? core::LeadChange::Kind::mark : core::LeadChange::Kind::changed;
    change.lead = fact.lead;
    change.cause = fact.cause;
    core::FiringRecord firing;
    firing.kind = mark ? core::FiringRecord::Kind::mark : core::FiringRecord::Kind::fired;
    firing.lead = fact.lead;
    firing.cause = mark ? Place::end_of_record(fact.cause.offset) : Place::of_record(fact.cause.offset);
    std::string texts[3];
    encode(fact, texts[0]), encode(change, texts[1]), encode(firing, texts[2]);
    for (const std::string& text : texts) {
      const auto peek = peek_place(text);
      RC_ASSERT(peek && peek->mark == mark && peek->lead == fact.lead);
      RC_ASSERT(peek->place == (&text == &texts[2] ? firing.cause : fact.cause));
    }
  }));
}

TEST_CASE("place: a peek takes members in any order and stops where it knows enough") {
  const auto peek =
      peek_place(R"( {"x":[1,{"cause":2}],"cause":{"later":1,"n":2,"offset":5},"lead":"7","kind":"\u0078"} )");
  REQUIRE(peek);
  CHECK(peek->place == Place::of_record(5, 2));
  CHECK(peek->lead == core::LeadId{7});
  CHECK_FALSE(peek->mark);
  CHECK(peek_place(R"({"kind":"mark","cause":{"offset":5},broken)")->place == Place::end_of_record(5));
  CHECK(peek_place(R"({"kind":"mark","cause":{"offset":5,"rulebook":true}})")->place == Place::end_of_rulebook(5));
  CHECK(peek_place(R"({"kind":"score","lead":"7","cause":{"offset":5,"day":"1970-01-02"}})")->place ==
        Place::of_day(5, base::Day{1}, {7}));
  CHECK(peek_place(R"({"kind":"score","lead":"7","cause":{"offset":5,"rulebook":true}})")->place ==
        Place::of_rulebook(5, {7}));
}

TEST_CASE("place: of a cause that stands there twice the last counts, as a whole") {
  const auto fact = decode_fact_record(
      R"({"kind":"score","lead":"7","cause":{"offset":5,"day":"1970-01-02","n":3},"cause":{"offset":6}})");
  REQUIRE(fact);
  CHECK(fact->cause == Place::of_record(6));
}

TEST_CASE("place: no peek into what is broken or has no place") {
  for (const std::string_view json :
       {"", "[]", "{", "{}", R"({"kind":"mark"})", R"({"cause":{"offset":5}})",
        R"({"kind":"score","cause":{"offset":5}})", R"({"kind":"score","lead":"7"})",
        R"({"kind":"score","lead":7,"cause":{"offset":5}})", R"({"kind":"score","lead":"0","cause":{"offset":5}})",
        R"({"kind":"mark","cause":{}})", R"({"kind":"mark","cause":5})", R"({"kind":"mark","cause":{"offset":"5"}})",
        R"({"kind":"mark","cause":{"offset":5,"day":"1970-01-02"}})", R"({"kind":"mark","cause":{"offset":5)",
        R"({"kind":"score","lead":"7","cause":{"offset":5,"day":"1970-01-02","rulebook":true}})"}) {
    CAPTURE(json);
    CHECK_FALSE(peek_place(json));
  }
}

TEST_CASE("place: any bytes are safe to peek into") {
  CHECK(rc::check([] {
    std::string text = R"({"kind":"tier_changed","lead":"17","cause":{"offset":4711,"day":"2026-05-01","n":1}})";
    text.resize(*rc::gen::inRange<std::size_t>(0, text.size() + 1));
    for (int n = *rc::gen::inRange(0, 4); n > 0 && !text.empty(); --n)
      text[*rc::gen::inRange<std::size_t>(0, text.size())] = *rc::gen::element('"', '{', '}', '[', '\\', 'x');
    (void)peek_place(text);
  }));
}

}  // namespace
}  // namespace scoreline::wire
