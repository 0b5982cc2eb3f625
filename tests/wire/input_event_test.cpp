#include "wire/input_event.hpp"

#include <doctest/doctest.h>

#include <string>

namespace scoreline::wire {
namespace {

using base::Instant;

constexpr std::int64_t kLogTimeUs = 1'777'629'600'000'000;  // 2026-05-01T10:00:00Z

base::Result<core::InputEvent> tracking(const std::string& members, bool trusted = true) {
  return decode_tracking("{" + members + "}", {"web", trusted, Instant{kLogTimeUs}});
}
core::InputEvent good(const std::string& members, bool trusted = true) {
  const auto event = tracking(members, trusted);
  if (!event) FAIL(event.error().code, " ", event.error().where);
  return *event;
}
core::InputEvent crm(const std::string& members) {
  const auto event = decode_crm("{" + members + "}", Instant{kLogTimeUs});
  if (!event) FAIL(event.error().code, " ", event.error().where);
  return *event;
}
std::string fault(const base::Result<core::InputEvent>& event) {
  return event ? "ok" : event.error().code + " " + event.error().where;
}
std::string listed(const core::InputEvent& event) {
  std::string all;
  for (const auto& id : event.identifiers) all += (all.empty() ? "" : " ") + core::to_text(id);
  return all;
}
std::string traits(const core::InputEvent& event) {
  std::string all;
  for (const auto& trait : event.trait_values) all += (all.empty() ? "" : " ") + trait.key + "=" + trait.json;
  return all;
}
std::string at(const core::InputEvent& event) { return base::format_rfc3339(event.at); }

TEST_CASE("tracking: a page") {
  const auto event = good(
      R"("type":"page","messageId":"m","anonymousId":"a","userId":"u","name":"Home","properties":{"name":"x","b":1},
      "context":{"page":{"path":"/"}},"timestamp":"2026-05-01T09:00:00Z","receivedAt":"2026-05-01T09:30:00Z","machine":true,"history":true)");
  CHECK(event.kind == core::InputEvent::Kind::activity);
  CHECK(event.type == "page");
  CHECK(event.name == "page");
  CHECK(event.source == "web");
  CHECK(event.message_id == "m");
  CHECK(event.trusted);
  CHECK(event.machine);
  CHECK(event.history);
  CHECK(listed(event) == "anon:a user:u");
  CHECK(event.record_key == "anon:a");
  CHECK(event.properties == R"({"b":1,"name":"Home"})");
  CHECK(event.context == R"({"page":{"path":"/"}})");
  CHECK(at(event) == "2026-05-01T09:00:00Z");
  CHECK(base::format_rfc3339(event.received_at) == "2026-05-01T09:30:00Z");
  CHECK(good(R"("type":"screen","messageId":"m","userId":"u","name":"S")").properties == R"({"name":"S"})");
  CHECK(good(R"("type":"track","event":"E","messageId":"m","userId":"u","name":"S")").properties == "");
}

TEST_CASE("tracking: names") {
  CHECK(good(R"("type":"track","event":"Form Submitted","messageId":"m","userId":"u")").name == "Form Submitted");
  CHECK(good(R"("type":"alias","messageId":"m","userId":"u")").name == "alias");
  CHECK(fault(tracking(R"("type":"track","event":"order.placed","messageId":"m","userId":"u")")) ==
        "reserved_name /event");
  CHECK(fault(tracking(R"("type":"track","event":"note.added","messageId":"m","userId":"u")", false)) ==
        "reserved_name /event");
  CHECK(fault(tracking(R"("type":"track","messageId":"m","userId":"u")")) == "invalid_value /event");
  CHECK(fault(tracking(R"("type":"pageview","messageId":"m","userId":"u")")) == "unknown_type /type");
  CHECK(fault(tracking(R"("messageId":"m","userId":"u")")) == "unknown_type /type");
}

TEST_CASE("tracking: message ids") {
  CHECK(good(R"("type":"page","messageId":1,"userId":"u")").message_id == "1");
  CHECK(good(R"("type":"page","messageId":0,"userId":"u")").message_id == "0");
  CHECK(fault(tracking(R"("type":"page","userId":"u")")) == "missing_message_id /messageId");
  CHECK(fault(tracking(R"("type":"page","messageId":"","userId":"u")")) == "missing_message_id /messageId");
  CHECK(fault(tracking(R"("type":"page","messageId":null,"userId":"u")")) == "missing_message_id /messageId");
  CHECK(fault(tracking(R"("type":"page","messageId":{},"userId":"u")")) == "invalid_value /messageId");
  CHECK(fault(tracking(R"("type":"page","userId":"u","messageId":")" + std::string(513, 'm') + "\"")) ==
        "too_large /messageId");
}

TEST_CASE("tracking: ids are texts, numbers too, and nobody is nobody") {
  const auto user = [](const std::string& raw) {
    return listed(good(R"("type":"page","messageId":"m","anonymousId":"a","userId":)" + raw));
  };
  CHECK(user("7") == "anon:a user:7");
  CHECK(user("7.0") == "anon:a user:7");
  CHECK(user("7e2") == "anon:a user:700");
  CHECK(user("7.5") == "anon:a user:7.5");
  CHECK(user("1e20") == "anon:a user:100000000000000000000");
  CHECK(user("\"007\"") == "anon:a user:007");
  CHECK(user("\"J\\u00fcrgen\"") == "anon:a user:J\xC3\xBCrgen");
  for (const char* raw : {"null", "\"\"", "\"  \"", "\" NULL \"", "\"Guest\"", "\"n/a\"", "\"[object Object]\"", "0",
                          "0.0", "-0", "-1", "true", "false", "\"0\""}) {
    CAPTURE(raw);
    CHECK(user(raw) == "anon:a");
  }
  CHECK(fault(tracking(R"("type":"page","messageId":"m","userId":["u"])")) == "invalid_value /userId");
  CHECK(fault(tracking(R"("type":"page","messageId":"m","anonymousId":"null","userId":"undefined")")) ==
        "missing_id /userId");
  CHECK(good(R"("type":"page","messageId":"m","userId":"u")").record_key == "user:u");
}

TEST_CASE("tracking: addresses") {
  CHECK(listed(good(R"("type":"identify","messageId":"m","traits":{"email":" Ada@Example.com "})")) ==
        "email:ada@example.com");
  CHECK(listed(good(R"("type":"group","messageId":"m","userId":"u","traits":{"email":"a@b"})", false)) ==
        "user:u email:a@b");
  CHECK(listed(good(R"("type":"identify","messageId":"m","context":{"traits":{"email":"a@b"}})")) == "email:a@b");
  CHECK(
      listed(good(
          R"("type":"identify","messageId":"m","userId":"u","traits":{"email":null},"context":{"traits":{"email":"a@b"}})")) ==
      "user:u");
  CHECK(listed(good(R"("type":"page","messageId":"m","userId":"u","context":{"traits":{"email":"a@b"}})")) == "user:u");
  CHECK(listed(good(R"("type":"track","event":"E","messageId":"m","userId":"u","properties":{"email":"a@b"})")) ==
        "user:u email:a@b");
  CHECK(listed(good(R"("type":"track","event":"E","messageId":"m","userId":"u","properties":{"email":"a@b"})",
                    false)) == "user:u");
  CHECK(fault(tracking(R"("type":"identify","messageId":"m","traits":{"email":"a@b@c"})")) == "missing_id /userId");
  CHECK(good(R"("type":"identify","messageId":"m","traits":{"email":"A@b"})").record_key == "email:a@b");
}

TEST_CASE("tracking: traits") {
  const auto both = good(
      R"("type":"identify","messageId":"m","userId":"u","traits":{"title":"CTO","x":null},"context":{"traits":{"title":"CEO","y":{"z":1}}})");
  CHECK(traits(both) == R"(title="CTO" x=null y={"z":1})");
  CHECK(both.traits == R"({"title":"CTO","x":null,"y":{"z":1}})");
  CHECK(both.trait_values[0].at == both.at);
  CHECK(both.trait_values[0].message_id == "m");
  CHECK(traits(good(R"("type":"page","messageId":"m","userId":"u","traits":{"a":1},"context":{"traits":{"b":2}})")) ==
        "b=2");
  CHECK(good(R"("type":"track","event":"E","messageId":"m","userId":"u","traits":{"a":1},"context":{"traits":{"b":2}})")
            .traits == R"({"a":1,"b":2})");
  const auto group = good(
      R"("type":"group","messageId":"m","userId":"u","traits":{"name":"Acme"},"context":{"traits":{"company":1,"b":2}})");
  CHECK(traits(group) == R"(b=2 company={"name":"Acme"})");
  CHECK(group.traits == R"({"name":"Acme","company":1,"b":2})");
  CHECK(traits(good(R"("type":"group","messageId":"m","userId":"u")")) == "");
  CHECK(fault(tracking(R"("type":"identify","messageId":"m","userId":"u","traits":[])")) == "invalid_value /traits");
  CHECK(fault(tracking(R"("type":"page","messageId":"m","userId":"u","context":{"traits":1})")) ==
        "invalid_value /context/traits");
  CHECK(fault(tracking(R"("type":"page","messageId":"m","userId":"u","properties":"x")")) ==
        "invalid_value /properties");
}

TEST_CASE("tracking: alias") {
  const std::string alias =
      R"("type":"alias","messageId":"m","userId":"u","anonymousId":"a","previousId":"p","traits":{"email":"a@b","x":1},"context":{"traits":{"y":1}})";
  CHECK(listed(good(alias)) == "anon:p user:u");
  CHECK(listed(good(alias, false)) == "anon:a user:u");
  CHECK(traits(good(alias)) == "y=1");
}

TEST_CASE("times: at is the timestamp where that can be") {
  const auto time = [](const std::string& timestamp) {
    return at(good(R"("type":"page","messageId":"m","userId":"u","receivedAt":"2026-05-02T10:00:00Z")" + timestamp));
  };
  CHECK(time("") == "2026-05-02T10:00:00Z");
  CHECK(time(R"(,"timestamp":null)") == "2026-05-02T10:00:00Z");
  CHECK(time(R"(,"timestamp":"2026-05-03T10:00:00Z")") == "2026-05-03T10:00:00Z");
  CHECK(time(R"(,"timestamp":"2026-05-03T10:00:00.000001Z")") == "2026-05-02T10:00:00Z");
  CHECK(time(R"(,"timestamp":"1970-01-01T00:00:00Z")") == "1970-01-01T00:00:00Z");
  CHECK(time(R"(,"timestamp":"1969-12-31T23:59:59Z")") == "2026-05-02T10:00:00Z");
  CHECK(time(R"(,"timestamp":"2026-05-01T12:00:00+02:00")") == "2026-05-01T10:00:00Z");
  CHECK(at(good(R"("type":"page","messageId":"m","userId":"u")")) == "2026-05-01T10:00:00Z");
  CHECK(fault(tracking(R"("type":"page","messageId":"m","userId":"u","timestamp":"yesterday")")) ==
        "invalid_time /timestamp");
  CHECK(fault(tracking(R"("type":"page","messageId":"m","userId":"u","timestamp":1777629600000)")) ==
        "invalid_time /timestamp");
  CHECK(fault(tracking(R"("type":"page","messageId":"m","userId":"u","receivedAt":"x")")) ==
        "invalid_time /receivedAt");
}

TEST_CASE("tracking: what is no event") {
  const TrackingContext context{"web", true, Instant{}};
  CHECK(fault(decode_tracking("", context)) == "invalid_json ");
  CHECK(fault(decode_tracking("[]", context)) == "invalid_json ");
  CHECK(fault(decode_tracking(R"({"type":"page","messageId":"\u0000","userId":"u"})", context)) ==
        "invalid_string /messageId");
  CHECK(fault(tracking(R"("type":"page","type":"page","messageId":"m","userId":"u")")) == "duplicate_key /type");
  CHECK(fault(tracking(R"("type":"page","messageId":"m","userId":"u","machine":"yes")")) == "invalid_value /machine");
}

TEST_CASE("tracking: a claimed address can be forgotten") {
  core::Activity activity;
  activity.traits = R"({"a":1,"email":"x@y"})";
  activity.context = R"({"ip":"1","traits":{"email":"x@y","b":2}})";
  activity.properties = R"({"email":"x@y"})";
  forget_email(activity, activity.trait_changes);
  CHECK(activity.traits == R"({"a":1})");
  CHECK(activity.context == R"({"ip":"1","traits":{"b":2}})");
  CHECK(activity.properties == R"({"email":"x@y"})");
  core::Activity none;
  forget_email(none, none.trait_changes);
  CHECK(none.traits.empty());
}

TEST_CASE("crm: facts") {
  const auto fact = crm(
      R"("event":"email.clicked","messageId":"m","leadId":"17","userId":"u","email":"A@b","depth":3,"properties":{"link":1},"machine":true)");
  CHECK(fact.kind == core::InputEvent::Kind::activity);
  CHECK(fact.topic == core::InputTopic::crm);
  CHECK(fact.trusted);
  CHECK(fact.name == "email.clicked");
  CHECK(fact.type == "crm");
  CHECK(fact.source == "crm");
  CHECK(fact.lead.value == 17);
  CHECK(listed(fact) == "user:u email:a@b");
  CHECK(fact.record_key == "lead:17");
  CHECK(fact.depth == 3);
  CHECK(fact.machine);
  CHECK(fact.trait_values.empty());
  CHECK(crm(R"("event":"note.added","messageId":"m","leadId":17)").lead.value == 17);
  CHECK(crm(R"("event":"note.added","messageId":"m","userId":"u","email":"a@b")").record_key == "user:u");
  CHECK(crm(R"("event":"note.added","messageId":"m","email":"a@B")").record_key == "email:a@b");
}

TEST_CASE("crm: retraction, erasure, tick") {
  const auto retraction =
      crm(R"("event":"activity.retracted","messageId":"r","properties":{"messageId":7,"reason":"bot"})");
  CHECK(retraction.kind == core::InputEvent::Kind::retraction);
  CHECK(retraction.retracts == "7");
  CHECK(retraction.identifiers.empty());
  CHECK(retraction.record_key ==
        crm(R"("event":"activity.retracted","messageId":"r2","properties":{"messageId":"7"})").record_key);
  CHECK(crm(R"("event":"lead.erased","messageId":"m","email":"a@b")").kind == core::InputEvent::Kind::erasure);
  const auto tick = crm(R"("event":"time.tick")");
  CHECK(tick.kind == core::InputEvent::Kind::tick);
  CHECK(tick.received_at.us == kLogTimeUs);
}

TEST_CASE("crm: what is refused") {
  const auto refused = [](const std::string& members) { return fault(decode_crm("{" + members + "}", Instant{})); };
  CHECK(refused(R"("event":"order.placed","messageId":"m","userId":"u")") == "unknown_event /event");
  CHECK(refused(R"("messageId":"m","userId":"u")") == "unknown_event /event");
  CHECK(refused(R"("event":"note.added","userId":"u")") == "missing_message_id /messageId");
  CHECK(refused(R"("event":"note.added","messageId":"m")") == "missing_id /leadId");
  CHECK(refused(R"("event":"note.added","messageId":"m","email":"nobody")") == "missing_id /leadId");
  CHECK(refused(R"("event":"note.added","messageId":"m","leadId":"x")") == "unknown_lead /leadId");
  CHECK(refused(R"("event":"note.added","messageId":"m","leadId":"99999999999999999999999")") ==
        "unknown_lead /leadId");
  CHECK(refused(R"("event":"lead.erased","messageId":"m")") == "missing_id /leadId");
  CHECK(refused(R"("event":"activity.retracted","messageId":"m")") == "missing_value /properties/messageId");
  CHECK(refused(R"("event":"note.added","messageId":"m","userId":"u","depth":-1)") == "invalid_value /depth");
}

}  // namespace
}  // namespace scoreline::wire
