#include "wire/firing_record.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <string>

#include "tests/wire/derived_values.hpp"
#include "wire/json.hpp"

namespace scoreline::wire {
namespace {

using core::FiringRecord;
using core::Place;
using Kind = core::FiringRecord::Kind;

std::string text_of(const FiringRecord& record) {
  std::string text;
  encode(record, text);
  return text;
}

TEST_CASE("firing record: comes back as it went") {
  CHECK(rc::check([] {
    const FiringRecord record = any_firing();
    const std::string text = text_of(record);
    const auto back = decode_firing_record(text);
    RC_ASSERT(back.ok() && check_json(text).ok());
    RC_ASSERT(back->kind == record.kind && back->lead == record.lead && back->other == record.other);
    RC_ASSERT(back->trigger == record.trigger && back->key == record.key && back->cause_key == record.cause_key);
    RC_ASSERT(back->occasion == record.occasion && back->suppressed == record.suppressed);
    RC_ASSERT(back->enrol == record.enrol && back->cause == record.cause && back->now == record.now);
    RC_ASSERT(back->rulebook == record.rulebook && back->part == record.part && back->parts == record.parts);
    RC_ASSERT(back->payload == record.payload && text_of(*back) == text);
  }));
}

TEST_CASE("firing record: any bytes, cut and bent, are safe") {
  CHECK(rc::check([] {
    std::string text = text_of(any_firing());
    text.resize(*rc::gen::inRange<std::size_t>(0, text.size()));
    RC_ASSERT(!decode_firing_record(text).ok());
    for (int n = *rc::gen::inRange(0, 4); n > 0 && !text.empty(); --n)
      text[*rc::gen::inRange<std::size_t>(0, text.size())] = *rc::gen::element('"', '{', '}', '[', '\\', 'x');
    (void)decode_firing_record(text).ok();
  }));
}

TEST_CASE("firing record: a firing asks for enrolments in order") {
  FiringRecord record;
  record.lead = {17};
  record.trigger = "burning_alert";
  record.key = "0b";
  record.cause_key = "0a";
  record.occasion = 1;
  record.enrol = {"checklist", "welcome"};
  record.cause = Place::of_record(9);
  record.now = {1'777'629'600'000'000};
  record.rulebook = 3;
  CHECK(
      text_of(record) ==
      R"({"kind":"fired","lead":"17","cause":{"offset":9},"now":"2026-05-01T10:00:00Z","trigger":"burning_alert","key":"0b","cause_key":"0a",)"
      R"("occasion":1,"enrol":["checklist","welcome"],"rulebook":3})");
}

TEST_CASE("firing record: what is refused") {
  const auto refused = [](std::string_view json) { return fault(decode_firing_record, json); };
  CHECK(refused("") == "invalid_json ");
  CHECK(refused("{}") == "missing_value /kind");
  CHECK(refused(R"({"kind":"mark"})") == "missing_value /cause");
  CHECK(refused(R"({"kind":"later","cause":{"offset":1}})") == "unknown_kind /kind");
  const std::string fired = R"({"kind":"fired","lead":"1","cause":{"offset":1})";
  CHECK(refused(fired + "}") == "missing_value /trigger");
  CHECK(refused(fired + R"(,"trigger":"t"})") == "missing_value /key");
  CHECK(refused(fired + R"(,"trigger":"t","key":"k"})") == "missing_value /cause_key");
  CHECK(refused(fired + R"(,"trigger":"t","key":"k","cause_key":"c"})") == "ok");
  CHECK(refused(fired + R"(,"enrol":"x"})") == "invalid_value /enrol");
  CHECK(refused(fired + R"(,"enrol":[1]})") == "invalid_value /enrol");
  CHECK(refused(fired + R"(,"occasion":-1})") == "invalid_value /occasion");
  CHECK(refused(R"({"kind":"retracted","lead":"1","cause":{"offset":1}})") == "missing_value /cause_key");
  CHECK(refused(R"({"kind":"part","lead":"1","cause":{"offset":1}})") == "missing_value /other");
  CHECK(refused(R"({"kind":"mark","cause":{"offset":1,"rulebook":true}})") == "invalid_value /cause/rulebook");
  CHECK(refused(R"({"kind":"part","lead":"1","other":"2","cause":{"offset":1,"day":"2026-05-01"}})") ==
        "invalid_value /cause/day");
}

}  // namespace
}  // namespace scoreline::wire
