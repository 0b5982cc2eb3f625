#include "wire/lead_change.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <string>
#include <tuple>

#include "tests/wire/derived_values.hpp"
#include "wire/json.hpp"

namespace scoreline::wire {
namespace {

using core::ChangeFacts;
using core::LeadChange;
using core::Place;
using core::Signal;
using Kind = core::LeadChange::Kind;

using wire::same;

bool same(const std::vector<Signal>& a, const std::vector<Signal>& b) {
  const auto all = [](const Signal& s) {
    return std::tie(s.kind, s.subject, s.from, s.to, s.value, s.deal, s.by, s.manual);
  };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](const Signal& x, const Signal& y) { return all(x) == all(y); });
}

bool same(const ChangeFacts& a, const ChangeFacts& b) {
  const auto all = [](const ChangeFacts& f) { return std::tie(f.tier, f.levels, f.stages, f.customer, f.did); };
  return all(a) == all(b) && same(a.traits, b.traits);
}

std::string text_of(const LeadChange& change) {
  std::string text;
  encode(change, text);
  return text;
}

TEST_CASE("lead change: comes back as it went") {
  CHECK(rc::check([] {
    const LeadChange change = any_change();
    const std::string text = text_of(change);
    const auto back = decode_lead_change(text);
    JsonLimits wide;
    wide.string_bytes = 1 << 20;
    RC_ASSERT(back.ok() && check_json(text, wide).ok());
    const auto all = [](const LeadChange& c) {
      return std::tie(c.kind, c.lead, c.other, c.cause, c.cause_key, c.now, c.log_time, c.rulebook, c.suppressed,
                      c.retracted, c.depth, c.refused, c.merge_id, c.part, c.parts, c.payload);
    };
    RC_ASSERT(all(*back) == all(change));
    RC_ASSERT(back->activity.has_value() == change.activity.has_value());
    if (change.activity) RC_ASSERT(same(*back->activity, *change.activity));
    RC_ASSERT(same(back->signals, change.signals) && same(back->facts, change.facts));
    RC_ASSERT(text_of(*back) == text);
  }));
}

TEST_CASE("lead change: any bytes, cut and bent, are safe") {
  CHECK(rc::check([] {
    std::string text = text_of(any_change());
    text.resize(*rc::gen::inRange<std::size_t>(0, text.size()));
    RC_ASSERT(!decode_lead_change(text).ok());
    for (int n = *rc::gen::inRange(0, 4); n > 0 && !text.empty(); --n)
      text[*rc::gen::inRange<std::size_t>(0, text.size())] = *rc::gen::element('"', '{', '}', '[', '\\', 'x');
    (void)decode_lead_change(text).ok();
  }));
}

TEST_CASE("lead change: what is personal stands in one member") {
  LeadChange change;
  change.lead = {17};
  change.cause = Place::of_record(4711, 1);
  change.cause_key = "0a";
  change.now = change.log_time = {1'777'629'600'000'000};
  change.rulebook = 3;
  core::Activity& a = change.activity.emplace();
  a.name = a.type = "page";
  a.source = "web";
  a.message_id = "m";
  a.record_key = "anon:secret";
  a.at = a.received_at = change.log_time;
  a.identifiers = {{core::IdentifierKind::email, "secret@example.com"}};
  a.properties = R"({"secret":1})";
  a.trait_changes = {{"k", "\"secret\"", a.at, "m"}};
  change.signals = {{Signal::Kind::tier, "", "", "warm", "31.00", "", "", false},
                    {Signal::Kind::stage, "sales", "", "contact", "", "0d", "route", false}};
  change.facts.tier = "warm";
  change.facts.stages = {{"sales", "contact"}};
  change.facts.did = {{255, 30}};
  change.facts.traits = {{"timezone", R"("secret/zone")", a.at, "m"}};
  const std::string text = text_of(change);
  CHECK(
      text ==
      R"({"kind":"changed","lead":"17","cause":{"offset":4711,"n":1},"now":"2026-05-01T10:00:00Z","cause_key":"0a","log_time":"2026-05-01T10:00:00Z","rulebook":3,)"
      R"("activity":{"name":"page","type":"page","source":"web","topic":"tracking.events","at":"2026-05-01T10:00:00Z","received_at":"2026-05-01T10:00:00Z","message_id":"m"},)"
      R"("signals":[{"kind":"tier","from":null,"to":"warm","value":"31.00"},{"kind":"stage","subject":"sales","from":null,"to":"contact","deal":"0d","by":"route"}],)"
      R"("facts":{"tier":"warm","stages":{"sales":"contact"},"did":[{"match":"00000000000000ff","within_days":30}]},)"
      R"("personal":{"activity":{"identifiers":["email:secret@example.com"],"properties":{"secret":1},"changes":[{"key":"k","value":"secret"}],"record_key":"anon:secret"},)"
      R"("facts":{"traits":[{"key":"timezone","value":"secret/zone","at":"2026-05-01T10:00:00Z","message_id":"m"}]}}})");
  json_members(text, [](std::string_view key, std::string_view value) {
    if (key != "personal") CHECK(value.find("secret") == std::string_view::npos);
  });
}

TEST_CASE("lead change: a mark is as short as can be") {
  LeadChange mark;
  mark.kind = Kind::mark;
  mark.cause = Place::end_of_rulebook(7);
  CHECK(text_of(mark) == R"({"kind":"mark","cause":{"offset":7,"rulebook":true}})");
}

TEST_CASE("lead change: what is refused") {
  const auto refused = [](std::string_view json) { return fault(decode_lead_change, json); };
  CHECK(refused("") == "invalid_json ");
  CHECK(refused("{}") == "missing_value /kind");
  CHECK(refused(R"({"kind":"later","cause":{"offset":1}})") == "unknown_kind /kind");
  CHECK(refused(R"({"kind":"erased","lead":"1","cause":{"offset":1}})") == "missing_value /log_time");
  const auto changed = [&](const std::string& rest) {
    return refused(
        R"({"kind":"changed","lead":"1","cause":{"offset":1},"cause_key":"c","log_time":"2026-05-01T10:00:00Z")" +
        rest + "}");
  };
  CHECK(changed("") == "missing_value /facts");
  CHECK(changed(R"(,"facts":{})") == "ok");
  CHECK(changed(R"(,"facts":{},"activity":{"at":"2026-05-01T10:00:00Z"})") == "missing_value /activity/name");
  CHECK(changed(R"(,"facts":{},"activity":{"name":"page"})") == "missing_value /activity/at");
  CHECK(changed(R"(,"activity":{"at":1})") == "invalid_value /activity/at");
  CHECK(changed(R"(,"activity":1)") == "invalid_value /activity");
  CHECK(changed(R"(,"depth":-1)") == "invalid_value /depth");
  CHECK(changed(R"(,"signals":[{}])") == "missing_value /signals/kind");
  CHECK(changed(R"(,"signals":[{"kind":"x"}])") == "unknown_kind /signals/kind");
  CHECK(changed(R"(,"signals":[{"kind":"intent","to":"high"}])") == "missing_value /signals/subject");
  CHECK(changed(R"(,"signals":[{"kind":"stage","subject":"sales","deal":"d"}])") == "missing_value /signals/to");
  CHECK(changed(R"(,"signals":[{"kind":"stage","subject":"sales","to":"won"}])") == "missing_value /signals/deal");
  CHECK(changed(R"(,"facts":{"levels":{"purchase":1}})") == "invalid_value /facts/levels");
  CHECK(changed(R"(,"facts":{"did":[{"match":"ff"}]})") == "invalid_value /facts/did/match");
  CHECK(changed(R"(,"facts":{"did":[{"within_days":30}]})") == "missing_value /facts/did/match");
  CHECK(changed(R"(,"facts":{"customer":"x"})") == "invalid_value /facts/customer");
  CHECK(changed(R"(,"personal":{"payload":"?"})") == "invalid_value /personal/payload");
  CHECK(changed(R"(,"personal":{"activity":{"identifiers":["x"]}})") == "invalid_value /personal/activity/identifiers");
  CHECK(changed(R"(,"personal":{"facts":{"traits":[{"key":"k","value":1}]}})") ==
        "missing_value /personal/facts/traits");
  CHECK(refused(R"({"kind":"merged","lead":"1","cause":{"offset":1},"log_time":"2026-05-01T10:00:00Z"})") ==
        "missing_value /other");
  CHECK(refused(R"({"kind":"retracted","lead":"1","cause":{"offset":1},"log_time":"2026-05-01T10:00:00Z"})") ==
        "missing_value /cause_key");
}

}  // namespace
}  // namespace scoreline::wire
