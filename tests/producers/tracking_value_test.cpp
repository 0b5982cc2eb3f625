#include "producers/tracking_value.hpp"

#include <doctest/doctest.h>

namespace scoreline::producers {
namespace {

CallContext at_noon() {
  CallContext call;
  call.source = "shop";
  call.received_at = *base::parse_rfc3339("2026-05-01T12:00:00.25Z");
  return call;
}

std::string value_of(std::string_view event, const CallContext& call) {
  std::string out;
  append_tracking_value(out, event, call);
  return out;
}

bool has(const std::string& value, std::string_view part) { return value.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("tracking value: what the caller sends stays as it is written") {
  CallContext call = at_noon();
  call.type = "track";
  CHECK(value_of(R"({"event":"Käufe \u00e4","n":1.50,"userId":"u","messageId":"m","timestamp":"2026-05-01T12:00:00.25Z",)"
                 R"("properties":{"a":[ 1 ]}})",
                 call) == R"({"event":"Käufe \u00e4","n":1.50,"userId":"u","properties":{"a":[ 1 ]},"type":"track","messageId":"m",)"
                          R"("timestamp":"2026-05-01T12:00:00.25Z","originalTimestamp":"2026-05-01T12:00:00.25Z",)"
                          R"("receivedAt":"2026-05-01T12:00:00.25Z"})");
}

TEST_CASE("tracking value: a wrong client clock cancels out") {
  CallContext call = at_noon();
  // The client is a day fast, and the event was 10 s old when it was sent.
  const std::string fast = R"({"userId":"u","timestamp":"2026-05-02T11:59:50Z","sentAt":"2026-05-02T12:00:00Z"})";
  CHECK(has(value_of(fast, call),
            R"("timestamp":"2026-05-01T11:59:50.25Z","originalTimestamp":"2026-05-02T11:59:50Z","sentAt":"2026-05-02T12:00:00Z")"));
  // originalTimestamp goes before timestamp.
  const std::string both = R"({"timestamp":"2020-01-01T00:00:00Z","originalTimestamp":"2026-05-02T11:59:40Z",)"
                           R"("sentAt":"2026-05-02T12:00:00Z"})";
  CHECK(has(value_of(both, call),
            R"("timestamp":"2026-05-01T11:59:40.25Z")"));
  // sentAt of the batch, where the event has none, or none that can be read.
  call.sent_at = base::parse_rfc3339("2026-05-02T12:00:00Z");
  CHECK(has(value_of(R"({"timestamp":"2026-05-02T11:59:50Z"})", call), R"("timestamp":"2026-05-01T11:59:50.25Z")"));
  CHECK(has(value_of(R"({"timestamp":"2026-05-02T11:59:50Z","sentAt":"soon"})", call), R"("timestamp":"2026-05-01T11:59:50.25Z")"));
  CHECK(has(value_of(R"({"timestamp":"2026-05-02T11:59:50Z","sentAt":"2026-05-02T11:59:51Z"})", call),
            R"("timestamp":"2026-05-01T11:59:59.25Z")"));
}

TEST_CASE("tracking value: without times, and with times that cannot be") {
  CallContext call = at_noon();
  for (const char* none : {R"({"a":1})", R"({"timestamp":null})", R"({"timestamp":"","originalTimestamp":null})"})
    CHECK(has(value_of(none, call), R"("timestamp":"2026-05-01T12:00:00.25Z","receivedAt":"2026-05-01T12:00:00.25Z"})"));
  CHECK(has(value_of(R"({"timestamp":"yesterday"})", call), R"("timestamp":"yesterday","receivedAt")"));
  CHECK(has(value_of(R"({"timestamp":"9999-12-31T00:00:00Z","sentAt":"0001-01-01T00:00:00Z"})", call),
            R"("timestamp":"2026-05-01T12:00:00.25Z")"));
}

TEST_CASE("tracking value: imports keep their timestamp and are history") {
  CallContext call = at_noon();
  call.history = call.trusted = true;
  const std::string value =
      value_of(R"({"timestamp":"2024-01-01T00:00:00Z","originalTimestamp":"2024-01-02T00:00:00Z",)"
               R"("sentAt":"2024-01-03T00:00:00Z","history":false})",
               call);
  CHECK(has(value, R"("timestamp":"2024-01-01T00:00:00Z")"));
  CHECK(has(value, R"("history":true})"));
  CHECK_FALSE(has(value, "false"));
}

TEST_CASE("tracking value: what only we may say is not taken from the caller, however it is written") {
  CallContext call = at_noon();
  const std::string event = R"({"receivedAt":"1999-01-01T00:00:00Z","history":true,"machine":true,"writeKey":"secret",)"
                            R"("\u0068istory":true,"type":"page","\u0074ype":"track"})";
  const std::string value = value_of(event, call);
  CHECK_FALSE(has(value, "1999"));
  CHECK_FALSE(has(value, "history"));
  CHECK_FALSE(has(value, "istory"));
  CHECK_FALSE(has(value, "machine"));
  CHECK_FALSE(has(value, "secret"));
  CHECK_FALSE(has(value, "track"));
  CHECK(has(value, R"("type":"page")"));
  call.trusted = true;
  CHECK(has(value_of(event, call), R"("machine":true)"));
  call.type = "screen";
  CHECK(has(value_of(event, call), R"("type":"screen")"));
  CHECK_FALSE(has(value_of(event, call), R"("type":"page")"));
}

TEST_CASE("tracking value: a missing message id is derived, the same for the same event and key") {
  CallContext call = at_noon();
  const auto id_of = [](const std::string& value) { return value.substr(value.find("auto-"), 37); };
  const std::string first = value_of(R"({"userId":"u","messageId":null})", call);
  call.received_at.us += 5'000'000;
  CHECK(id_of(value_of(R"({"userId":"u","messageId":null})", call)) == id_of(first));
  CHECK(id_of(value_of(R"({"userId":"v","messageId":null})", call)) != id_of(first));
  call.source = "blog";
  CHECK(id_of(value_of(R"({"userId":"u","messageId":null})", call)) != id_of(first));
  CHECK(has(value_of(R"({"messageId":17})", call), R"("messageId":17)"));
}

TEST_CASE("tracking value: the address goes into the context unless one is there") {
  CallContext call = at_noon();
  call.ip = "192.0.2.7";
  CHECK(has(value_of("{}", call), R"("context":{"ip":"192.0.2.7"})"));
  CHECK(has(value_of(R"({"context":null})", call), R"("context":{"ip":"192.0.2.7"})"));
  CHECK(has(value_of(R"({"context":{"page":{"ip":1},"ip":null}})", call), R"("context":{"ip":"192.0.2.7","page":{"ip":1}})"));
  CHECK(has(value_of(R"({"context":{"ip":"198.51.100.1"}})", call), R"("context":{"ip":"198.51.100.1"})"));
  CHECK(has(value_of(R"({"context":[1]})", call), R"("context":[1])"));
}

}  // namespace scoreline::producers
