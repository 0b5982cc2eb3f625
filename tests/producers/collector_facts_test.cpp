#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/hash.hpp"
#include "tests/producers/collector_world.hpp"

namespace scoreline::producers {
namespace {

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

const std::string kBooking =
    R"({"event":"booking.created","messageId":"b1","userId":"u1","timestamp":"2026-05-01T11:00:00Z"})";

std::string key_of(const std::string& record_key) { return base::to_hex(base::keyed_hash({}, record_key)); }

}  // namespace

TEST_CASE("facts: one is stored in crm.events under a hashed key, with our own receivedAt") {
  World w;
  const auto response = w.ask("/v1/facts", kBooking, "server");
  CHECK(response.status == 200);
  CHECK(response.body == R"({"success":true,"accepted":1,"rejected":[]})");
  REQUIRE(w.sink.stored.size() == 1);
  const Stored& stored = w.sink.stored[0];
  CHECK(stored.topic == flow::Topic::crm_events);
  CHECK(stored.key == key_of("user:u1"));
  CHECK(stored.header("ce_type") == "scoreline.crm.event.v1");
  CHECK(stored.header("ce_source") == "/scoreline/collector/erp");
  CHECK(stored.header("ce_id").size() == 32);
  CHECK(stored.header("ce_trusted") == "true");
  CHECK(stored.header("content-type") == "application/json");
  CHECK(stored.value ==
        R"({"event":"booking.created","messageId":"b1","userId":"u1","timestamp":"2026-05-01T11:00:00Z",)"
        R"("receivedAt":"2026-05-01T12:00:00.123Z"})");
}

TEST_CASE("facts: tracking calls still go to tracking.events") {
  World w;
  w.ask("/v1/page", R"({"anonymousId":"a1"})", "server");
  REQUIRE(w.sink.stored.size() == 1);
  CHECK(w.sink.stored[0].topic == flow::Topic::tracking_events);
}

TEST_CASE("facts: only trusted keys may send them") {
  World w;
  CHECK(w.ask("/v1/facts", kBooking, "").status == 401);
  CHECK(w.ask("/v1/facts", kBooking, "nobody").status == 401);
  const auto untrusted = w.ask("/v1/facts", kBooking, "browser");
  CHECK(untrusted.status == 403);
  CHECK(has(untrusted.body, R"("code":"untrusted_key")"));
  CHECK(w.sink.stored.empty());
  http::Request get = w.request("/v1/facts", "", "server");
  get.method = http::Method::get;
  CHECK(w.ask(std::move(get)).status == 405);
}

TEST_CASE("facts: the key may stand in the body, and is not stored") {
  World w;
  CHECK(w.ask("/v1/facts", R"({"writeKey":"server","event":"note.added","messageId":"n","userId":"u"})", "").status ==
        200);
  REQUIRE(w.sink.stored.size() == 1);
  CHECK_FALSE(has(w.sink.stored[0].value, "server"));
  CHECK(w.ask("/v1/facts", R"({"writeKey":"server","batch":[)" + kBooking + "]}", "").status == 200);
}

TEST_CASE("facts: the record key is whom the fact is about, however it is written") {
  World w;
  const auto key = [&](const std::string& members) -> std::string {
    w.sink.stored.clear();
    w.ask("/v1/facts", R"({"messageId":"m","event":)" + members + "}", "server");
    return w.sink.stored.empty() ? "refused" : w.sink.stored[0].key;
  };
  CHECK(key(R"("note.added","email":" Ada@Example.com ")") == key_of("email:ada@example.com"));
  CHECK(key(R"("note.added","email":"ada@example.com","userId":7)") == key_of("user:7"));
  CHECK(key(R"("note.added","email":"ada@example.com","userId":"7","leadId":42)") == key_of("lead:42"));
  CHECK(key(R"("lead.erased","leadId":"42")") == key_of("lead:42"));
  CHECK(key(R"("activity.retracted","properties":{"messageId":"m0"},"userId":"7")") == key_of("message:m0"));
}

TEST_CASE("facts: a batch, as an object or an array; one bad fact does not reject its neighbours") {
  World w;
  const std::string facts =
      "[" + kBooking +
      R"(,{"event":"note.added","userId":"u2"},{"event":"order.placed","messageId":"m2","userId":"u"},)"
      R"({"event":"email.clicked","messageId":"m3"},7,)"
      R"({"event":"email.clicked","messageId":"m5","email":"a@b.example","timestamp":"yesterday"},)"
      R"({"event":"time.tick","messageId":"m6"},)"
      R"({"event":"note.added","messageId":"m7","userId":"u","properties":{"text":"a\u0000b"}},)"
      R"({"event":"email.opened","messageId":"m8","email":"a@b.example","machine":true,"depth":2}])";
  SUBCASE("object") {
    const auto response = w.ask("/v1/facts", R"({"batch":)" + facts + "}", "server");
    CHECK(response.status == 200);
    CHECK(has(response.body,
              R"("success":true,"accepted":2,"rejected":[{"index":1,"messageId":null,"code":"missing_message_id",)"));
    CHECK(has(response.body, R"("pointer":"/batch/1/messageId"})"));
    CHECK(has(response.body, R"({"index":2,"messageId":"m2","code":"unknown_event",)"));
    CHECK(has(response.body, R"("pointer":"/batch/2/event"})"));
    CHECK(has(response.body, R"({"index":3,"messageId":"m3","code":"missing_id",)"));
    CHECK(has(response.body, R"({"index":4,"messageId":null,"code":"invalid_json",)"));
    CHECK(has(response.body, R"({"index":5,"messageId":"m5","code":"invalid_time",)"));
    CHECK(has(response.body, R"({"index":6,"messageId":"m6","code":"unknown_event",)"));
    CHECK(has(response.body, R"({"index":7,"messageId":null,"code":"invalid_string",)"));
  }
  SUBCASE("array: pointers into the body as it was sent") {
    const auto response = w.ask("/v1/facts", facts, "server");
    CHECK(response.status == 200);
    CHECK(has(response.body, R"("accepted":2,)"));
    CHECK(has(response.body, R"("pointer":"/1/messageId"})"));
  }
  REQUIRE(w.sink.stored.size() == 2);
  CHECK(has(w.sink.stored[1].value, R"("machine":true,"depth":2)"));
}

TEST_CASE("facts: a single bad one is a 400 that says where") {
  World w;
  const auto fault = [&](std::string_view body) {
    const auto response = w.ask("/v1/facts", body, "server");
    CHECK(response.status == 400);
    return response.body;
  };
  CHECK(has(fault(R"({"event":"note.added","userId":"u"})"), R"("code":"missing_message_id")"));
  CHECK(has(fault(R"({"event":"note.added","userId":"u"})"), R"("pointer":"/messageId")"));
  CHECK(has(fault(R"({"event":"note","messageId":"m","userId":"u"})"), R"("pointer":"/event")"));
  CHECK(has(fault(R"({"event":"activity.retracted","messageId":"m"})"), R"("pointer":"/properties/messageId")"));
  CHECK(has(fault(R"({"\u0065vent":"note.added","messageId":"m","userId":"u"})"), R"("pointer":"/event")"));
  for (const char* body : {"", "7", "{", "null", R"({"batch":{}})", R"({"batch":[)"}) {
    CAPTURE(body);
    CHECK(w.ask("/v1/facts", body, "server").status == 400);
  }
  CHECK(w.sink.stored.empty());
  CHECK(w.ask("/v1/facts", "[]", "server").body == R"({"success":true,"accepted":0,"rejected":[]})");
}

TEST_CASE("facts: what a sender says about its arrival is not believed") {
  World w;
  for (const char* name : {"receivedAt", "receive\\u0064At"}) {
    w.sink.stored.clear();
    w.ask(
        "/v1/facts",
        R"({"event":"note.added","messageId":"m","userId":"u",")" + std::string(name) + R"(":"1999-01-01T00:00:00Z"})",
        "server");
    REQUIRE(w.sink.stored.size() == 1);
    CHECK_FALSE(has(w.sink.stored[0].value, "1999"));
  }
}

TEST_CASE("facts: 2xx comes only when the broker has them") {
  World w;
  w.sink.mode = FakeSink::Mode::keep;
  http::Request request = w.request("/v1/facts", "[" + kBooking + "]", "server");
  const auto caller = std::make_shared<Caller>();
  w.collector->handle(request, http::Respond(caller, 1));
  REQUIRE(w.sink.kept.size() == 1);
  CHECK_FALSE(caller->given);
  w.sink.kept[0](false);
  REQUIRE(caller->given);
  CHECK(caller->given->status == 503);
  w.sink.mode = FakeSink::Mode::unavailable;
  CHECK(w.ask("/v1/facts", kBooking, "server").status == 503);
}

TEST_CASE("facts: too large") {
  World w;
  const std::string large(33 * 1024, ' ');
  CHECK(w.ask("/v1/facts", R"({"event":"note.added","messageId":"m","userId":"u")" + large + "}", "server").status ==
        413);
  const auto response = w.ask(
      "/v1/facts", "[" + kBooking + R"(,{"event":"note.added","messageId":"m","userId":"u")" + large + "}]", "server");
  CHECK(has(response.body, R"("accepted":1,"rejected":[{"index":1,"messageId":"m","code":"too_large")"));
}

}  // namespace scoreline::producers
