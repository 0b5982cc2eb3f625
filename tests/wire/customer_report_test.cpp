#include "wire/customer_report.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "core/customer_fields.hpp"
#include "support/customer_random.hpp"
#include "wire/json.hpp"

namespace scoreline::wire {
namespace {

std::string written(const core::CustomerFigures& figures) {
  std::string out;
  JsonWriter writer(out);
  write_customer(writer, figures);
  return out;
}

std::string fault(std::string_view json) {
  const auto figures = decode_customer(json);
  return figures ? "ok" : figures.error().code + " " + figures.error().where;
}

TEST_CASE("customer report: all fields in order, cents, two decimals, ISO dates") {
  core::CustomerFigures f;
  f.orders = 2;
  f.order_revenue_cents = 123456;
  f.first_order_on = test::date("2025-01-31");
  f.last_order_on = test::date("2026-05-01");
  f.channel = "\"shop\"";
  f.top_category = "Wein & Käse";
  f.revenue_30_cents = 25000;
  f.revenue_90_cents = 95000;
  f.revenue_365_cents = -1;
  f.invoices_30 = 1;
  f.avg_invoice_30_cents = 25000;
  f.trend = core::Trend::declining;
  f.days_to_pay_hundredths = 600;
  f.days_late_hundredths = -805;
  f.open_amount_cents = 15000;
  f.overdue_amount_cents = 14000;
  f.payment_score = core::PaymentScore::acceptable;
  f.churn_days = 14;
  f.churn_risk = true;
  f.b2b_reason = core::B2bReason::company;
  CHECK(written(f) ==
        R"({"orders":2,"order_revenue":123456,"first_order_on":"2025-01-31","last_order_on":"2026-05-01",)"
        R"("channel":"\"shop\"","top_category":"Wein & Käse","revenue_30":25000,"revenue_90":95000,"revenue_365":-1,)"
        R"("invoices_30":1,"avg_invoice_30":25000,"trend":"DECLINING","days_to_pay":"6.00","days_late":"-8.05",)"
        R"("open_amount":15000,"overdue_amount":14000,"payment_score":"ACCEPTABLE","churn_days":14,"churn_risk":true,)"
        R"("b2b":true,"b2b_reason":"company"})");
}

TEST_CASE("customer report: what is absent is null") {
  CHECK(
      written({}) ==
      R"({"orders":0,"order_revenue":0,"first_order_on":null,"last_order_on":null,"channel":null,"top_category":null,)"
      R"("revenue_30":0,"revenue_90":0,"revenue_365":0,"invoices_30":0,"avg_invoice_30":0,"trend":"STABLE",)"
      R"("days_to_pay":null,"days_late":null,"open_amount":0,"overdue_amount":0,"payment_score":"UNKNOWN",)"
      R"("churn_days":30,"churn_risk":false,"b2b":false,"b2b_reason":null})");
}

TEST_CASE("customer report: the names that conditions know, in the same order") {
  std::vector<std::string> names;
  CHECK(json_members(written({}), [&](std::string_view key, std::string_view) { names.emplace_back(key); }));
  CHECK(names == std::vector<std::string>(core::kCustomerFields.begin(), core::kCustomerFields.end()));
}

TEST_CASE("customer report: read back as it was") {
  CHECK(rc::check([] {
    const auto all = test::kept(test::random_documents());
    const auto figures = core::evaluate_customer(all, test::kSomeDay);
    const auto back = decode_customer(written(figures));
    RC_ASSERT(back.ok());
    RC_ASSERT(*back == figures);
  }));
}

TEST_CASE("customer report: what it does not know is passed over, what is wrong is refused") {
  CHECK(fault(R"({"orders":1,"new":[1],"churn_risk":true})") == "ok");
  CHECK(*decode_customer("{}") == core::CustomerFigures{});
  CHECK(fault(R"({"orders":"1"})") == "invalid_value /orders");
  CHECK(fault(R"({"last_order_on":"1.5.2026"})") == "invalid_time /last_order_on");
  CHECK(fault(R"({"days_late":6})") == "invalid_value /days_late");
  CHECK(fault(R"({"days_late":"6"})") == "invalid_value /days_late");
  CHECK(fault(R"({"days_late":"6.0x"})") == "invalid_value /days_late");
  CHECK(fault(R"({"days_late":"99999999999999999999.00"})") == "invalid_value /days_late");
  CHECK(fault(R"({"trend":"UP"})") == "invalid_value /trend");
  CHECK(fault(R"({"b2b_reason":"Firma"})") == "invalid_value /b2b_reason");
  CHECK(fault(R"({"orders":1)") == "invalid_json ");
  CHECK(fault("[]") == "invalid_json ");
  CHECK(rc::check([] {
    std::string text = written({});
    text[test::any_of<std::size_t>(0, text.size() - 1)] = static_cast<char>(test::any_of(0, 255));
    (void)decode_customer(text);
    (void)decode_customer(*rc::gen::string<std::string>());
  }));
}

}  // namespace
}  // namespace scoreline::wire
