#include "core/customer_fields.hpp"

#include <doctest/doctest.h>

#include "core/condition.hpp"
#include "support/customer_documents.hpp"

using namespace scoreline;
using core::CustomerFields;
using core::CustomerFigures;
using core::FieldType;
using core::FieldValue;

namespace {

core::Number number(double real) { return {false, 0, real}; }
core::Number number(std::int64_t integer) { return {true, integer, 0}; }

bool is_number(const FieldValue& value, const core::Number& expected) {
  return value.type == FieldType::number && core::compare(value.number, expected) == 0;
}
bool is_text(const FieldValue& value, std::string_view expected) {
  return value.type == FieldType::string && value.text == expected;
}

CustomerFigures full() {
  CustomerFigures f;
  f.orders = 1;
  f.order_revenue_cents = 2;
  f.first_order_on = test::date("2025-01-31");
  f.last_order_on = test::date("2026-05-01");
  f.channel = "shop";
  f.top_category = "wine";
  f.revenue_30_cents = 3;
  f.revenue_90_cents = 4;
  f.revenue_365_cents = 5;
  f.invoices_30 = 6;
  f.avg_invoice_30_cents = 7;
  f.trend = core::Trend::declining;
  f.days_to_pay_hundredths = 633;
  f.days_late_hundredths = -800;
  f.open_amount_cents = 8;
  f.overdue_amount_cents = 9;
  f.payment_score = core::PaymentScore::good;
  f.churn_days = 14;
  f.churn_risk = true;
  f.b2b_reason = core::B2bReason::net_prices;
  return f;
}

}  // namespace

TEST_CASE("customer fields: each by its name, as conditions compare it") {
  const CustomerFields fields(full());
  CHECK(is_number(fields.of("orders"), number(std::int64_t{1})));
  CHECK(is_number(fields.of("order_revenue"), number(std::int64_t{2})));
  CHECK(is_text(fields.of("first_order_on"), "2025-01-31"));
  CHECK(is_text(fields.of("last_order_on"), "2026-05-01"));
  CHECK(is_text(fields.of("channel"), "shop"));
  CHECK(is_text(fields.of("top_category"), "wine"));
  CHECK(is_number(fields.of("revenue_30"), number(std::int64_t{3})));
  CHECK(is_number(fields.of("revenue_90"), number(std::int64_t{4})));
  CHECK(is_number(fields.of("revenue_365"), number(std::int64_t{5})));
  CHECK(is_number(fields.of("invoices_30"), number(std::int64_t{6})));
  CHECK(is_number(fields.of("avg_invoice_30"), number(std::int64_t{7})));
  CHECK(is_text(fields.of("trend"), "DECLINING"));
  CHECK(is_number(fields.of("days_to_pay"), number(6.33)));
  CHECK(is_number(fields.of("days_late"), number(std::int64_t{-8})));
  CHECK(is_number(fields.of("open_amount"), number(std::int64_t{8})));
  CHECK(is_number(fields.of("overdue_amount"), number(std::int64_t{9})));
  CHECK(is_text(fields.of("payment_score"), "GOOD"));
  CHECK(is_number(fields.of("churn_days"), number(std::int64_t{14})));
  CHECK(fields.of("churn_risk").boolean);
  CHECK(fields.of("b2b").boolean);
  CHECK(is_text(fields.of("b2b_reason"), "net_prices"));
  for (const std::string_view name : core::kCustomerFields) CHECK_MESSAGE(fields.of(name).present(), name);
}

TEST_CASE("customer fields: null and unknown ones are missing") {
  const CustomerFields fields{CustomerFigures{}};
  for (const std::string_view name : {"first_order_on", "last_order_on", "channel", "top_category", "days_to_pay",
                                      "days_late", "b2b_reason", "", "order", "orders.x", "ORDERS"})
    CHECK_MESSAGE(fields.of(name).type == FieldType::missing, name);
  CHECK(fields.of("churn_risk").type == FieldType::boolean);
  CHECK_FALSE(fields.of("churn_risk").boolean);
  CHECK_FALSE(fields.of("b2b").boolean);
  CHECK(is_text(fields.of("trend"), "STABLE"));
  CHECK(is_text(fields.of("payment_score"), "UNKNOWN"));
}

TEST_CASE("customer fields: conditions hold on them") {
  const CustomerFields fields(full());
  core::Condition late;
  late.op = core::Operator::gte;
  late.operands = {{FieldType::number, false, number(6.33), ""}};
  CHECK(core::holds(fields.of("days_to_pay"), late));
  late.op = core::Operator::gt;
  CHECK_FALSE(core::holds(fields.of("days_to_pay"), late));
  core::Condition there;
  there.op = core::Operator::exists;
  there.operands = {{FieldType::boolean, false, {}, ""}};
  CHECK(core::holds(CustomerFields{CustomerFigures{}}.of("channel"), there));
  CHECK_FALSE(core::holds(fields.of("channel"), there));
}

TEST_CASE("customer fields: words and back") {
  for (const auto trend : {core::Trend::stable, core::Trend::growing, core::Trend::declining})
    CHECK(core::trend_of(core::to_text(trend)) == trend);
  for (const auto score : {core::PaymentScore::unknown, core::PaymentScore::excellent, core::PaymentScore::good,
                           core::PaymentScore::acceptable, core::PaymentScore::problematic})
    CHECK(core::payment_score_of(core::to_text(score)) == score);
  for (const auto reason : {core::B2bReason::vat_id, core::B2bReason::net_prices, core::B2bReason::company})
    CHECK(core::b2b_reason_of(core::to_text(reason)) == reason);
  CHECK(core::to_text(core::Trend::growing) == "GROWING");
  CHECK(core::to_text(core::PaymentScore::problematic) == "PROBLEMATIC");
  CHECK(core::to_text(core::B2bReason::vat_id) == "vat_id");
  CHECK_FALSE(core::trend_of("growing"));
}
