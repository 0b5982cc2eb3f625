#include "wire/erp_data.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "core/identity_document.hpp"
#include "support/customer_documents.hpp"
#include "support/score_random.hpp"
#include "wire/input_event.hpp"

namespace scoreline::wire {
namespace {

using core::BusinessType;
using core::ErpCredit;
using core::ErpCustomer;
using core::ErpInvoice;
using core::ErpOrder;
using core::ErpPayment;
using test::date;

const core::Day kTimestampOn = date("2026-05-03");

template <typename Content>
Content good(std::string_view kind, std::string_view data) {
  const auto content = decode_erp_data(kind, data, kTimestampOn);
  if (!content) FAIL(content.error().code, " ", content.error().where);
  return std::get<Content>(*content);
}

std::string fault(std::string_view kind, std::string_view data) {
  const auto content = decode_erp_data(kind, data, kTimestampOn);
  return content ? "ok" : content.error().code + " " + content.error().where;
}

TEST_CASE("erp data: an order, with its lines by category") {
  const auto order = good<ErpOrder>(
      "order",
      R"({"number":"A1","placedOn":"2026-04-30","netCents":1050,"currency":"EUR","channel":"shop","cancelled":true,
         "lines":[{"sku":"x","category":"wine","quantity":2.5,"netCents":1000},{"sku":"y","category":"","netCents":7},
         {"sku":"z","netCents":3},null,{"category":"wine","netCents":40},{"category":"free"}],"more":{"deep":[1,{"a":2}]}})");
  CHECK(order == ErpOrder{date("2026-04-30"), 1050, "shop", true, {{"wine", 1000}, {"wine", 40}, {"free", 0}}});
}

TEST_CASE("erp data: an invoice, a payment, a credit") {
  CHECK(good<ErpInvoice>(
            "invoice",
            R"({"issuedOn":"2026-04-30","dueOn":"2026-05-14","netCents":100,"grossCents":119,"cancelled":false})") ==
        ErpInvoice{date("2026-04-30"), date("2026-05-14"), 100, 119, false});
  CHECK(good<ErpPayment>("payment", R"({"invoice":4711,"paidOn":"2026-05-02","grossCents":-119})") ==
        ErpPayment{date("2026-05-02"), -119, "4711"});
  CHECK(good<ErpCredit>("credit", R"({"issuedOn":"2026-05-02","netCents":100,"grossCents":119.0,"invoice":"4711"})") ==
        ErpCredit{date("2026-05-02"), 100, 119, "4711"});
}

TEST_CASE("erp data: without a date of its own it has that of its timestamp, and nothing is due") {
  CHECK(good<ErpOrder>("order", "").placed_on == kTimestampOn);
  CHECK(good<ErpOrder>("order", R"({"placedOn":null,"channel":null,"lines":null})") ==
        ErpOrder{kTimestampOn, 0, "", false, {}});
  CHECK(good<ErpInvoice>("invoice", R"({"issuedOn":"","dueOn":""})") ==
        ErpInvoice{kTimestampOn, std::nullopt, 0, 0, false});
  CHECK(good<ErpPayment>("payment", "{}") == ErpPayment{kTimestampOn, 0, ""});
  CHECK(good<ErpCredit>("credit", R"({"invoice":""})") == ErpCredit{kTimestampOn, 0, 0, ""});
}

TEST_CASE("erp data: of a customer only what figures ask for") {
  ErpCustomer expected;
  expected.has_vat_id = expected.net_prices = expected.has_company = true;
  expected.business_type = BusinessType::hotel;
  expected.churn_days = 60;
  CHECK(
      good<ErpCustomer>(
          "customer", R"({"email":"ada@example.com","firstName":"Ada","company":"ACME","vatId":"DE123","netPrices":true,
        "businessType":"hotel","churnDays":60,"salesRep":7,"createdOn":"2024-01-31"})") == expected);
  CHECK(good<ErpCustomer>("customer",
                          R"({"company":" ","vatId":"","netPrices":false,"businessType":"","churnDays":null})") ==
        ErpCustomer{});
  const auto type = [](const std::string& text) {
    return good<ErpCustomer>("customer", R"({"businessType":")" + text + "\"}").business_type;
  };
  CHECK(type("restaurant") == BusinessType::restaurant);
  CHECK(type(" Restaurant ") == BusinessType::restaurant);
  CHECK(type("CATERING") == BusinessType::catering);
  CHECK(type("restaurants") == BusinessType::other);
}

TEST_CASE("erp data: what cannot be is refused with its place") {
  CHECK(fault("letter", "{}") == "unknown_kind /kind");
  CHECK(fault("order", "[]") == "invalid_json /data");
  CHECK(fault("order", R"({"netCents":1)") == "invalid_json /data");
  CHECK(fault("order", R"({"lines":[{"category":"a"])") == "invalid_json /data");
  CHECK(fault("order", R"({"netCents":"1"})") == "invalid_value /data/netCents");
  CHECK(fault("order", R"({"netCents":1.5})") == "invalid_value /data/netCents");
  CHECK(fault("order", R"({"lines":[7]})") == "invalid_value /data/lines");
  CHECK(fault("invoice", R"({"dueOn":"31.5.2026"})") == "invalid_time /data/dueOn");
  CHECK(fault("invoice", R"({"cancelled":1})") == "invalid_value /data/cancelled");
  CHECK(fault("payment", R"({"invoice":[]})") == "invalid_value /data/invoice");
  CHECK(fault("customer", R"({"vatId":7})") == "invalid_value /data/vatId");
}

TEST_CASE("erp data: no bytes do harm") {
  CHECK(rc::check([] {
    std::string text =
        R"({"placedOn":"2026-04-30","issuedOn":"2026-04-30","netCents":10,"lines":[{"category":"a\u0062","netCents":1}],)"
        R"("vatId":"D\"E","invoice":1})";
    for (int i = test::any_of(1, 3); i > 0; --i)
      text[test::any_of<std::size_t>(0, text.size() - 1)] = static_cast<char>(test::any_of(0, 255));
    const std::string noise = *rc::gen::string<std::string>();
    const std::string cut = text.substr(0, test::any_of<std::size_t>(0, text.size()));
    for (const std::string_view kind : {"customer", "order", "invoice", "payment", "credit"})
      for (const std::string_view one : {std::string_view(text), std::string_view(noise), std::string_view(cut)})
        (void)decode_erp_data(kind, one, kTimestampOn);
  }));
}

/// As identity makes an activity of an event.
core::Activity activity(const std::string& kind, const std::string& data, bool first) {
  const auto event = decode_erp(
      R"({"source":"jtl","customer":7,"kind":")" + kind +
          R"(","id":"D1","version":2,"timestamp":"2026-05-01T08:00:00Z","receivedAt":"2026-05-01T09:00:00Z","data":)" +
          data + "}",
      {});
  REQUIRE(event.ok());
  core::Activity out;
  out.message_id = event->message_id;
  out.properties = event->properties;
  out.document = event->document;
  const auto known = first ? std::nullopt : std::optional(core::DocumentState{1, false});
  out.at = core::accept_document(*event->document, known, event->at)->at;
  return out;
}

TEST_CASE("erp data: the whole document of an activity") {
  for (const bool first : {true, false}) {
    const auto order = decode_erp_document(activity("order", R"({"placedOn":"2026-04-30"})", first));
    REQUIRE(order.ok());
    CHECK(order->source == "jtl");
    CHECK(order->customer == "7");
    CHECK(order->id == "D1");
    CHECK(order->version == 2);
    CHECK(std::get<ErpOrder>(order->content).placed_on == date("2026-04-30"));
    for (const std::string kind : {"order", "invoice", "payment", "credit"}) {
      const auto undated = decode_erp_document(activity(kind, "{}", first));
      REQUIRE(undated.ok());
      if (kind == "order") CHECK(std::get<ErpOrder>(undated->content).placed_on == date("2026-05-01"));
      if (kind == "invoice") CHECK(std::get<ErpInvoice>(undated->content).issued_on == date("2026-05-01"));
      if (kind == "payment") CHECK(std::get<ErpPayment>(undated->content).paid_on == date("2026-05-01"));
      if (kind == "credit") CHECK(std::get<ErpCredit>(undated->content).issued_on == date("2026-05-01"));
    }
    // A date that cannot be `at` is the document's own all the same.
    const auto later = decode_erp_document(activity("order", R"({"placedOn":"2026-06-30"})", first));
    REQUIRE(later.ok());
    CHECK(std::get<ErpOrder>(later->content).placed_on == date("2026-06-30"));
    const auto customer = decode_erp_document(activity("customer", R"({"vatId":"DE1"})", first));
    REQUIRE(customer.ok());
    CHECK(std::get<ErpCustomer>(customer->content).at == *base::parse_rfc3339("2026-05-01T08:00:00Z"));
    CHECK(std::get<ErpCustomer>(customer->content).message_id == "jtl:7:customer:D1:2");
    CHECK(std::get<ErpCustomer>(customer->content).has_vat_id);
  }
  auto broken = activity("order", "{}", true);
  broken.properties = "{";
  CHECK_FALSE(decode_erp_document(broken).ok());
}

}  // namespace
}  // namespace scoreline::wire
