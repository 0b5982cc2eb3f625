#include "wire/fact_record.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <string>

#include "tests/wire/derived_values.hpp"
#include "wire/json.hpp"

namespace scoreline::wire {
namespace {

using core::FactRecord;
using core::Place;
using Kind = core::FactRecord::Kind;

std::string text_of(const FactRecord& record) {
  std::string text;
  encode(record, text);
  return text;
}

TEST_CASE("fact record: comes back as it went") {
  CHECK(rc::check([] {
    const FactRecord record = any_fact();
    const std::string text = text_of(record);
    const auto back = decode_fact_record(text);
    RC_ASSERT(back.ok() && check_json(text).ok());
    RC_ASSERT(back->kind == record.kind && back->lead == record.lead && back->other == record.other);
    RC_ASSERT(back->intent == record.intent && back->from == record.from && back->to == record.to);
    RC_ASSERT(back->value == record.value && back->customer == record.customer);
    RC_ASSERT(back->churn_alarm == record.churn_alarm && back->cause == record.cause && back->now == record.now);
    RC_ASSERT(back->part == record.part && back->parts == record.parts && back->payload == record.payload);
    RC_ASSERT(text_of(*back) == text);
  }));
}

TEST_CASE("fact record: any bytes, cut and bent, are safe") {
  CHECK(rc::check([] {
    std::string text = text_of(any_fact());
    text.resize(*rc::gen::inRange<std::size_t>(0, text.size()));
    RC_ASSERT(!decode_fact_record(text).ok());
    for (int n = *rc::gen::inRange(0, 4); n > 0 && !text.empty(); --n)
      text[*rc::gen::inRange<std::size_t>(0, text.size())] = *rc::gen::element('"', '{', '}', '[', '\\', 'x');
    (void)decode_fact_record(text).ok();
  }));
}

TEST_CASE("fact record: how each topic's records read") {
  FactRecord tier;
  tier.lead = {17};
  tier.to = "warm";
  tier.value = "31.00";
  tier.cause = Place::of_record(4711);
  tier.now = {1'777'629'600'000'000};
  CHECK(
      text_of(tier) ==
      R"({"kind":"tier_changed","lead":"17","from":null,"to":"warm","score":"31.00","cause":{"offset":4711},"now":"2026-05-01T10:00:00Z"})");
  FactRecord intent;
  intent.kind = Kind::intent_changed;
  intent.lead = {17};
  intent.intent = "purchase";
  intent.from = "low";
  intent.value = "4.50";
  intent.cause = Place::of_day(7, base::Day{20574}, {17});
  CHECK(
      text_of(intent) ==
      R"({"kind":"intent_changed","lead":"17","intent":"purchase","from":"low","to":null,"value":"4.50","cause":{"offset":7,"day":"2026-05-01"}})");
  FactRecord customer;
  customer.kind = Kind::customer_changed;
  customer.lead = {17};
  customer.customer = R"({"orders":1})";
  customer.churn_alarm = true;
  customer.cause = Place::of_rulebook(7, {17});
  CHECK(
      text_of(customer) ==
      R"({"kind":"customer_changed","lead":"17","figures":{"orders":1},"churn_alarm":true,"cause":{"offset":7,"rulebook":true}})");
  customer.customer.clear();
  customer.churn_alarm = false;
  CHECK(text_of(customer) ==
        R"({"kind":"customer_changed","lead":"17","figures":null,"cause":{"offset":7,"rulebook":true}})");
}

TEST_CASE("fact record: what a merged lead leaves behind stands in one member") {
  FactRecord part;
  part.kind = Kind::part;
  part.lead = {18};
  part.other = {17};
  part.cause = Place::of_record(9);
  part.part = 1;
  part.parts = 2;
  part.payload = std::string("\0\x01\x02", 3);
  CHECK(
      text_of(part) ==
      R"({"kind":"part","lead":"18","other":"17","cause":{"offset":9},"part":1,"parts":2,"personal":{"payload":"AAEC"}})");
}

TEST_CASE("fact record: what is refused") {
  const auto refused = [](std::string_view json) { return fault(decode_fact_record, json); };
  CHECK(refused("[]") == "invalid_json ");
  CHECK(refused("{") == "invalid_json ");
  CHECK(refused("{}") == "missing_value /kind");
  CHECK(refused(R"({"kind":"mark"})") == "missing_value /cause");
  CHECK(refused(R"({"kind":"mark","cause":{"offset":1}} x)") == "invalid_json ");
  CHECK(refused(R"({"kind":"x","cause":{"offset":1}})") == "unknown_kind /kind");
  CHECK(refused(R"({"kind":"score","cause":{"offset":1}})") == "missing_value /lead");
  CHECK(refused(R"({"kind":"score","lead":"0","cause":{"offset":1}})") == "missing_value /lead");
  CHECK(refused(R"({"kind":"intent_changed","lead":"1","cause":{"offset":1}})") == "missing_value /intent");
  CHECK(refused(R"({"kind":"customer_changed","lead":"1","figures":[],"cause":{"offset":1}})") ==
        "invalid_value /figures");
  CHECK(refused(R"({"kind":"customer_changed","lead":"1","figures":nil,"cause":{"offset":1}})") ==
        "invalid_value /figures");
  CHECK(refused(R"({"kind":"part","lead":"1","cause":{"offset":1}})") == "missing_value /other");
  CHECK(refused(R"({"kind":"part","lead":"1","other":"2","part":2,"parts":2,"cause":{"offset":1}})") ==
        "invalid_value /part");
  CHECK(refused(R"({"kind":"part","lead":"1","other":"2","personal":{"payload":"?"},"cause":{"offset":1}})") ==
        "invalid_value /personal/payload");
}

}  // namespace
}  // namespace scoreline::wire
