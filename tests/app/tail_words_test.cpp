#include "app/tail_words.hpp"

#include <doctest/doctest.h>

#include "wire/fact_record.hpp"
#include "wire/firing_record.hpp"
#include "wire/lead_change.hpp"

using namespace scoreline;
using flow::Topic;

namespace {

template <typename Record>
std::string words(Topic topic, const Record& record) {
  std::string value;
  wire::encode(record, value);
  return app::tail_words(topic, value).value_or("no words");
}

core::FactRecord fact(core::FactRecord::Kind kind) {
  core::FactRecord record;
  record.kind = kind;
  record.lead = {7};
  record.cause = core::Place::of_record(17);
  record.now = {0};
  return record;
}

core::LeadChange change() {
  core::LeadChange record;
  record.lead = {7};
  record.cause = core::Place::of_record(17);
  record.cause_key = "0123456789abcdef0123456789abcdef";
  record.now = record.log_time = {0};
  return record;
}

}  // namespace

TEST_CASE("tail words: facts") {
  using Kind = core::FactRecord::Kind;
  auto intent = fact(Kind::intent_changed);
  intent.intent = "purchase";
  intent.to = "medium";
  intent.value = "45.00";
  CHECK(words(Topic::lead_intents, intent) == "intent purchase: none -> medium (45.00); by record 17");
  intent.cause = core::Place::of_day(18, base::Day{20'000}, {7});
  CHECK(words(Topic::lead_intents, intent) ==
        "intent purchase: none -> medium (45.00); by midnight of 2024-10-04, before record 18");
  auto customer = fact(Kind::customer_changed);
  customer.customer = R"({"orders":3})";
  customer.churn_alarm = true;
  CHECK(words(Topic::lead_customers, customer) == R"(churn alarm; figures {"orders":3}; by record 17)");
  auto mark = fact(Kind::mark);
  mark.lead = {};
  mark.cause = core::Place::end_of_record(17);
  CHECK(words(Topic::lead_scores, mark) == "complete up to record 17");
}

TEST_CASE("tail words: changes") {
  auto record = change();
  record.signals = {{core::Signal::Kind::tier, "", "cold", "warm", "35.00", "", "", false},
                    {core::Signal::Kind::stage, "sales", "", "new", "", "d1", "route", false}};
  record.suppressed = "history";
  CHECK(words(Topic::lead_changes, record) ==
        "tier cold -> warm (score 35.00); new deal in sales: new, route; nothing fires: history; by record 17");
  auto merged = change();
  merged.kind = core::LeadChange::Kind::merged;
  merged.other = {3};
  merged.merge_id = "m-1";
  merged.parts = 2;
  CHECK(words(Topic::lead_changes, merged) == "is merged into lead 3, part 1 of 2; by record 17");
}

TEST_CASE("tail words: firings") {
  core::FiringRecord record;
  record.lead = {7};
  record.trigger = "alert";
  record.key = record.cause_key = "0123456789abcdef0123456789abcdef";
  record.occasion = 2;
  record.enrol = {"checklist"};
  record.cause = core::Place::of_record(4);
  record.now = {0};
  CHECK(words(Topic::lead_firings, record) == "trigger alert fired, on signal 2; enrols in checklist; by record 4");
  record.enrol.clear();
  record.occasion = 0;
  record.suppressed = "cooldown";
  CHECK(words(Topic::lead_firings, record) == "trigger alert held back: cooldown, on the activity; by record 4");
}

TEST_CASE("tail words: other topics and foreign bytes are shown as they are") {
  CHECK(!app::tail_words(Topic::lead_changes, "nonsense"));
  CHECK(!app::tail_words(Topic::lead_firings, "{}"));
  CHECK(!app::tail_words(Topic::tracking_events, R"({"type":"page"})"));
}
