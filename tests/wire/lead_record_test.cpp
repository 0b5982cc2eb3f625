#include "wire/lead_record.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <string>

#include "tests/wire/record_values.hpp"
#include "wire/json.hpp"

namespace scoreline::wire {
namespace {

using base::Instant;
using core::LeadRecord;
using core::RecordKind;

TEST_CASE("lead record: comes back as it went") {
  CHECK(rc::check([] {
    LeadRecord record;
    record.kind = static_cast<RecordKind>(*rc::gen::inRange(0, 11));
    record.lead.value = *rc::gen::inRange<std::uint64_t>(1, UINT64_MAX);
    record.other.value = *rc::gen::inRange<std::uint64_t>(0, 3);
    record.activity = any_activity();
    record.version = *rc::gen::arbitrary<std::uint64_t>();
    record.part = *rc::gen::arbitrary<std::uint32_t>();
    record.parts = *rc::gen::arbitrary<std::uint32_t>();
    record.payload = *rc::gen::arbitrary<std::string>();
    record.merge_id = any_text();
    record.forwarded = flag();
    record.consumer = any_text();
    record.fire = flag();
    const std::string text = encode(record);
    const auto back = decode_lead_record(text);
    RC_ASSERT(back.ok());
    RC_ASSERT(back->kind == record.kind && back->lead == record.lead && back->other == record.other &&
              back->version == record.version);
    RC_ASSERT(back->part == record.part && back->parts == record.parts && back->payload == record.payload);
    RC_ASSERT(back->merge_id == record.merge_id && back->forwarded == record.forwarded);
    RC_ASSERT(back->consumer == record.consumer && back->fire == record.fire);
    RC_ASSERT(same(back->activity, record.activity));
    RC_ASSERT(encode(*back) == text);
    JsonLimits wide;
    wide.string_bytes = 1 << 20;
    if (record.version <= INT64_MAX) RC_ASSERT(check_json(text, wide).ok());
  }));
}

TEST_CASE("lead record: any bytes, cut and bent, are safe") {
  CHECK(rc::check([] {
    LeadRecord record;
    record.lead.value = 1;
    record.activity = any_activity();
    std::string text = encode(record);
    text.resize(*rc::gen::inRange<std::size_t>(0, text.size()));
    RC_ASSERT(!decode_lead_record(text).ok());
    for (int n = *rc::gen::inRange(0, 4); n > 0 && !text.empty(); --n)
      text[*rc::gen::inRange<std::size_t>(0, text.size())] = *rc::gen::element('"', '{', '}', '[', '\\', 'x');
    (void)decode_lead_record(text).ok();
  }));
}

TEST_CASE("lead record: what is personal stands in one member") {
  LeadRecord record;
  record.lead.value = 17;
  core::Activity& a = record.activity;
  a.name = a.type = "page";
  a.source = "web";
  a.message_id = "m";
  a.record_key = "anon:secret";
  a.at = a.received_at = Instant{1'777'629'600'000'000};
  a.identifiers = {{core::IdentifierKind::email, "secret@example.com"}};
  a.properties = R"({"secret":1})";
  a.trait_changes = {{"k", "\"secret\"", a.at, "m"}};
  const std::string text = encode(record);
  CHECK(
      text ==
      R"({"kind":"activity","lead":"17","name":"page","type":"page","source":"web","topic":"tracking.events","at":"2026-05-01T10:00:00Z",)"
      R"("received_at":"2026-05-01T10:00:00Z","message_id":"m","personal":{"identifiers":["email:secret@example.com"],"properties":{"secret":1},)"
      R"("changes":[{"key":"k","value":"secret"}],"record_key":"anon:secret"}})");
  json_members(text, [](std::string_view key, std::string_view value) {
    if (key != "personal") CHECK(value.find("secret") == std::string_view::npos);
  });
  LeadRecord tick;
  tick.kind = RecordKind::tick;
  CHECK(encode(tick) == R"({"kind":"tick"})");
}

TEST_CASE("lead record: encoding appends") {
  std::string out = "x";
  LeadRecord tick;
  tick.kind = RecordKind::tick;
  encode(tick, out);
  CHECK(out == R"(x{"kind":"tick"})");
}

TEST_CASE("lead record: order of members and unknown ones do not matter") {
  const auto record = decode_lead_record(
      R"( { "new" : [1,{"a":"}"}], "personal":{"changes":[{"value":1,"key":"k","x":2}],"later":{}}, "message_id":"m","lead":"5","at":"2026-05-01T10:00:00Z","name":"\u0070age","kind":"activity" } )");
  REQUIRE(record.ok());
  CHECK(record->activity.name == "page");
  CHECK(record->activity.trait_changes[0].message_id == "m");
  CHECK(record->activity.trait_changes[0].at == record->activity.at);
}

TEST_CASE("lead record: what is refused") {
  const auto fault = [](std::string_view json) {
    const auto record = decode_lead_record(json);
    return record ? std::string("ok") : record.error().code + " " + record.error().where;
  };
  CHECK(fault("") == "invalid_json ");
  CHECK(fault("[]") == "invalid_json ");
  CHECK(fault(R"({"kind":"tick"} x)") == "invalid_json ");
  CHECK(fault(R"({"kind":"tick",})") == "invalid_json ");
  CHECK(fault(R"({"kind":"later"})") == "unknown_kind /kind");
  CHECK(fault(R"({"lead":"1"})") == "missing_value /kind");
  CHECK(fault(R"({"kind":"erased"})") == "missing_value /lead");
  CHECK(fault(R"({"kind":"activity","lead":"1","at":"2026-05-01T10:00:00Z"})") == "missing_value /name");
  CHECK(fault(R"({"kind":"activity","lead":"1","name":"x"})") == "missing_value /at");
  CHECK(fault(R"({"kind":"erased","lead":1})") == "invalid_value /lead");
  CHECK(fault(R"({"kind":"erased","lead":"-1"})") == "invalid_value /lead");
  CHECK(fault(R"({"kind":"erased","lead":"1","at":"x"})") == "invalid_value /at");
  CHECK(fault(R"({"kind":"erased","lead":"1","topic":"x"})") == "invalid_value /topic");
  CHECK(fault(R"({"kind":"erased","lead":"1","depth":-1})") == "invalid_value /depth");
  CHECK(fault(R"({"kind":"count_back_done","consumer":1})") == "invalid_value /consumer");
  CHECK(fault(R"({"kind":"rulebook_activated","fire":"yes"})") == "invalid_value /fire");
  CHECK(fault(R"({"kind":"erased","lead":"1","machine":1})") == "invalid_value /machine");
  CHECK(fault(R"({"kind":"erased","lead":"1","personal":1})") == "invalid_value /personal");
  CHECK(fault(R"({"kind":"erased","lead":"1","personal":{"payload":"A"}})") == "invalid_value /personal/payload");
  CHECK(fault(R"({"kind":"erased","lead":"1","personal":{"identifiers":["x"]}})") ==
        "invalid_value /personal/identifiers");
  CHECK(fault(R"({"kind":"erased","lead":"1","personal":{"properties":[]}})") == "invalid_value /personal/properties");
  CHECK(fault(R"({"kind":"erased","lead":"1","personal":{"changes":[{"key":"k"}]}})") ==
        "missing_value /personal/changes");
}

}  // namespace
}  // namespace scoreline::wire
