#include "app/lead_sections.hpp"

#include <doctest/doctest.h>

#include "app/lead_filter.hpp"
#include "base/errors.hpp"
#include "core/stage_state.hpp"
#include "support/customer_documents.hpp"
#include "support/decision_book.hpp"

using namespace scoreline;
using namespace scoreline::app;

namespace {

std::shared_ptr<const core::RuleBook> book() {
  auto out = std::make_shared<core::RuleBook>();
  core::Intent intent;
  intent.id = "purchase";
  intent.levels = {test::level("medium", 40, 30), test::level("high", 70, 55)};
  out->intents.push_back(intent);
  out->pipelines.push_back(test::pipeline("sales", {"new", "won"}));
  return out;
}

LeadRows rows_with_deal(const std::string& stage) {
  core::StageState state;
  core::Deal deal;
  deal.id = "d1";
  deal.pipeline = "sales";
  deal.stage = stage;
  deal.open = stage != "won";
  if (!deal.open) deal.closed_on = base::Day{1};
  state.deals.add(deal);
  LeadRows rows;
  state.encode(rows.stages);
  return rows;
}

LeadRows rows_with_level(const std::string& level) {
  core::IntentState state;
  state.set_level("purchase", level);
  LeadRows rows;
  state.encode(rows.intent);
  return rows;
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("lead page: nothing kept, no sections but the declared intents") {
  const auto parts = read_parts({}, book(), {0});
  const std::string text = lead_sections(parts, *book(), false);
  CHECK(has(text, "purchase"));
  CHECK(!has(text, "deal in"));
  CHECK(!has(text, "customer"));
  CHECK(lead_sections(read_parts({}, std::make_shared<core::RuleBook>(), {0}), core::RuleBook{}, false).empty());
}

TEST_CASE("lead page: deals, firings, figures and mails in short") {
  LeadRows rows = rows_with_deal("won");
  core::CustomerDocuments documents;
  documents.take(test::order("o1", "2026-05-01", 430'000));
  documents.encode(rows.documents);
  core::Enrolment enrolment;
  enrolment.sequence = "checklist";
  enrolment.zone = "Europe/Berlin";
  enrolment.steps = {{"welcome", test::at("2026-05-04T07:00:00Z"), ""},
                     {"offer", test::at("2026-05-09T07:00:00Z"), "booking.created"}};
  core::SequenceState sequences;
  sequences.add(enrolment);
  sequences.encode(rows.sequences);
  flow::FiringRow firing;
  firing.trigger = "alert";
  firing.occasion_text = "tier burning";
  firing.suppressed = "cooldown";
  firing.retracted = true;
  rows.firings.push_back(firing);
  const std::string text = lead_sections(read_parts(rows, book(), test::at("2026-06-10T00:00:00Z")), *book(), false);
  for (const char* part : {"sales", "closed", "1 order for 4300.00", "last 2026-05-01",
                           "may be leaving: no order for 30 days or more", "alert", "held back: cooldown, retracted",
                           "2026-05-04 09:00 Europe/Berlin", "sent", "cancelled: booking.created"})
    CHECK_MESSAGE(has(text, part), part);
}

TEST_CASE("leads: a wish names what the rule book has") {
  CHECK(parse_wish("", "", false, *book()).empty());
  CHECK(parse_wish("sales/won", "purchase/high", true, *book()).stage ==
        std::pair<std::string, std::string>("sales", "won"));
  for (const char* bad : {"sales", "/won", "sales/", "sells/won", "sales/lost"})
    CHECK_THROWS_AS(parse_wish(bad, "", false, *book()), base::UsageError);
  for (const char* bad : {"purchase", "buy/high", "purchase/low"})
    CHECK_THROWS_AS(parse_wish("", bad, false, *book()), base::UsageError);
}

TEST_CASE("leads: where a deal stands, which level an intent has, who is a customer") {
  const auto by_stage = parse_wish("sales/won", "", false, *book());
  CHECK(meets(by_stage, rows_with_deal("won")));
  CHECK(!meets(by_stage, rows_with_deal("new")));
  CHECK(!meets(by_stage, {}));
  const auto by_intent = parse_wish("", "purchase/high", false, *book());
  CHECK(meets(by_intent, rows_with_level("high")));
  CHECK(!meets(by_intent, rows_with_level("medium")));
  CHECK(!meets(by_intent, {}));
  LeadRows customer;
  core::CustomerDocuments documents;
  documents.take(test::order("o1", "2026-05-01"));
  documents.encode(customer.documents);
  const auto customers = parse_wish("", "", true, *book());
  CHECK(meets(customers, customer));
  CHECK(!meets(customers, {}));
  LeadRows unreadable;
  unreadable.stages = unreadable.intent = unreadable.documents = "\xff\xff";
  for (const LeadWish& wish : {by_stage, by_intent, customers}) CHECK(!meets(wish, unreadable));
}
