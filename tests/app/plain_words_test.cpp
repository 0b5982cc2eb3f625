#include "app/plain_words.hpp"

#include <doctest/doctest.h>

#include "core/cause_key.hpp"
#include "flow/message_scope.hpp"

using namespace scoreline;
using namespace scoreline::app;

namespace {

core::Activity activity_of(core::InputTopic topic, std::string name, std::string properties = "") {
  core::Activity activity;
  activity.topic = topic;
  activity.name = std::move(name);
  activity.source = "www";
  activity.message_id = "m1";
  activity.record_key = "u1";
  activity.properties = std::move(properties);
  return activity;
}

}  // namespace

TEST_CASE("plain words: what people do on websites") {
  using enum core::InputTopic;
  auto page = activity_of(tracking, "page");
  CHECK(words_of(page) == "looked at a page");
  page.properties = R"({"name":"Prices"})";
  CHECK(words_of(page) == "looked at Prices");
  page.context = R"({"page":{"path":"/pricing"}})";
  CHECK(words_of(page) == "looked at /pricing");
  CHECK(words_of(activity_of(tracking, "Demo Requested")) == "Demo Requested");
  CHECK(words_of(activity_of(tracking, "identify")) == "said who it is");
}

TEST_CASE("plain words: documents with their amounts, facts with their subject") {
  using enum core::InputTopic;
  CHECK(words_of(activity_of(erp, "order.placed", R"({"number":"A-17","netCents":12000,"currency":"EUR"})")) ==
        "ordered 120.00 EUR (A-17)");
  CHECK(words_of(activity_of(erp, "payment.received", R"({"invoice":"R-1","grossCents":-50})")) == "paid -0.50 (R-1)");
  CHECK(words_of(activity_of(erp, "customer.changed", "{}")) == "customer data changed");
  CHECK(words_of(activity_of(crm, "booking.created")) == "booked a meeting");
  CHECK(words_of(activity_of(crm, "deal.moved", R"({"pipeline":"sales","to":"won","by":"ada"})")) ==
        "deal in sales moved to won by ada");
  CHECK(words_of(activity_of(crm, "email.clicked", R"({"url":"https://x"})")) == "clicked in a mail: https://x");
}

TEST_CASE("plain words: whatever stands in an event, there are words") {
  for (const char* properties : {"", "nonsense", "[1]", R"({"netCents":"much","number":17})", R"({"page":)"})
    CHECK(words_of(activity_of(core::InputTopic::erp, "order.placed", properties)) == "ordered");
}

TEST_CASE("plain words: signals and who moved a deal") {
  using Kind = core::Signal::Kind;
  CHECK(words_of(core::Signal{Kind::tier, "", "cold", "warm", "35.00", "", "", false}) ==
        "tier cold -> warm (score 35.00)");
  CHECK(words_of(core::Signal{Kind::intent, "purchase", "", "medium", "45.00", "", "", false}) ==
        "intent purchase: none -> medium (45.00)");
  core::Signal entry{Kind::stage, "sales", "", "new", "", "d1", "route", false};
  CHECK(words_of(entry) == "new deal in sales: new");
  CHECK(mover_of(entry) == "route");
  entry = {Kind::stage, "sales", "new", "meeting", "", "d1", "meeting_booked", false};
  CHECK(words_of(entry) == "deal in sales: new -> meeting");
  CHECK(mover_of(entry) == "advance meeting_booked");
  entry.by = "ada";
  entry.manual = true;
  CHECK(mover_of(entry) == "moved by ada");
}

TEST_CASE("causes: an activity, its retraction, a midnight and a rule book are found by their keys") {
  const base::HashKey key{1, 2, 3};
  Causes causes(key);
  const auto activity = activity_of(core::InputTopic::tracking, "Demo Requested");
  causes.add(activity);
  causes.add_founding("founding");
  const base::Instant at = *base::parse_rfc3339("2026-05-04T00:00:00Z");
  CHECK(causes.find(core::cause_key(activity), at, 1).words == "Demo Requested");
  CHECK(causes.find(core::cause_key(activity), at, 1).message_id == "m1");
  CHECK(causes.find(core::retraction_key(activity), at, 1).words == "taken back: Demo Requested");
  CHECK(causes.find(core::midnight_key("founding", base::day_of(at)), at, 1).words == "midnight of 2026-05-04");
  CHECK(causes.find(core::rulebook_key("founding", 3), at, 3).words == "rule book 3");
  CHECK(causes.find(core::rulebook_key("founding", 2), at, 3).words.empty());
  std::string scratch;
  const auto scope =
      flow::message_scope(key, activity.topic, activity.source, activity.record_key, activity.message_id, scratch);
  CHECK(causes.of_merge(base::to_hex(scope) + "-1").words == "Demo Requested");
  CHECK(causes.of_merge("unknown-1").words.empty());
}

TEST_CASE("causes: a change tells its own by its place in the log") {
  Causes causes({});
  core::LeadChange change;
  change.cause_key = "k1";
  change.cause = core::Place::of_day(5, base::Day{20'000}, {7});
  causes.add(change);
  CHECK(causes.find("k1", base::kNever, 0).words == "midnight of 2024-10-04");
  change.cause_key = "k2";
  change.cause = core::Place::of_record(5);
  causes.add(change);
  CHECK(causes.find("k2", base::kNever, 0).words.empty());
  change.activity = activity_of(core::InputTopic::tracking, "Demo Requested");
  causes.add(change);
  CHECK(causes.find("k2", base::kNever, 0).words == "Demo Requested");
}
