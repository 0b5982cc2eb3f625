/// Master data, churn and what the passing of days does to figures.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "core/customer_fields.hpp"
#include "support/customer_random.hpp"

using namespace scoreline;
using core::B2bReason;
using core::BusinessType;
using core::CustomerDocuments;
using core::CustomerFigures;
using core::ErpCustomer;
using test::cancelled;
using test::credit;
using test::date;
using test::document;
using test::documents;
using test::figures;
using test::invoice;
using test::of;
using test::order;
using test::payment;

namespace {

core::CustomerDocument master(const ErpCustomer& content) { return document("K", content); }

core::CustomerDocument with_churn_days(std::int64_t days) {
  ErpCustomer out;
  out.churn_days = days;
  return master(out);
}

core::ChurnStep settle(CustomerDocuments& all, const std::string& today) {
  return core::settle_churn(all, core::evaluate_customer(all, date(today)));
}

/// "-": never.
std::string wake(const CustomerDocuments& all, const std::string& today, bool windows_matter = true) {
  const auto day = core::wake_on(all, date(today), windows_matter);
  return day ? base::format_date(*day) : "-";
}

}  // namespace

TEST_CASE("churn: days by the customer's own setting, then by business type, then 30") {
  const auto days = [](BusinessType type, std::optional<std::int64_t> own) {
    ErpCustomer content;
    content.business_type = type;
    content.churn_days = own;
    return figures({master(content)}).churn_days;
  };
  CHECK(days(BusinessType::restaurant, std::nullopt) == 14);
  CHECK(days(BusinessType::catering, std::nullopt) == 45);
  CHECK(days(BusinessType::hotel, std::nullopt) == 60);
  CHECK(days(BusinessType::other, std::nullopt) == 30);
  CHECK(days(BusinessType::hotel, 7) == 7);
  CHECK(days(BusinessType::hotel, 1) == 1);
  CHECK(days(BusinessType::hotel, 0) == 60);
  CHECK(days(BusinessType::other, -3) == 30);
  CHECK(figures({order("A", "2026-05-01")}).churn_days == 30);
}

TEST_CASE("churn: at risk from the day on that is churn_days after the last order") {
  const auto last = order("B", "2026-04-10");
  const auto earlier = order("A", "2026-03-01");
  CHECK_FALSE(figures({earlier, last}, "2026-05-09").churn_risk);
  CHECK(figures({earlier, last}, "2026-05-10").churn_risk);
  CHECK(figures({earlier, cancelled(last)}, "2026-05-09").churn_risk);
  CHECK_FALSE(figures({master({})}, "2026-05-10").churn_risk);
  CHECK_FALSE(figures({order("A", "2026-06-01")}, "2026-05-10").churn_risk);
  CHECK_FALSE(figures({last, with_churn_days(INT64_MAX)}, "2026-05-10").churn_risk);
}

TEST_CASE("b2b: for the most certain of its reasons") {
  const auto reason = [](bool vat_id, bool net_prices, bool company) {
    ErpCustomer content;
    content.has_vat_id = vat_id;
    content.net_prices = net_prices;
    content.has_company = company;
    return figures({master(content)}).b2b_reason;
  };
  CHECK(reason(true, true, true) == B2bReason::vat_id);
  CHECK(reason(false, true, true) == B2bReason::net_prices);
  CHECK(reason(false, false, true) == B2bReason::company);
  CHECK_FALSE(reason(false, false, false));
  CHECK_FALSE(figures({master({})}).b2b());
  CHECK(figures({master({}), order("A", "2026-05-01")}).b2b() == false);
}

TEST_CASE("master data: of the latest customer document, then of the larger message id") {
  const auto one = [](std::int64_t at, std::string message_id, std::int64_t days) {
    ErpCustomer content;
    content.at = {at};
    content.message_id = std::move(message_id);
    content.churn_days = days;
    return master(content);
  };
  CHECK(figures({one(2, "a", 11), of("2", one(1, "b", 22))}).churn_days == 11);
  CHECK(figures({one(1, "a", 11), of("2", one(2, "a", 22))}).churn_days == 22);
  CHECK(figures({one(1, "b", 11), of("2", one(1, "a", 22))}).churn_days == 11);
  CHECK(figures({one(1, "a", 11), of("2", one(1, "b", 22))}).churn_days == 22);
  // One document only: its highest version, even if dated earlier.
  auto later_version = one(1, "a", 33);
  later_version.version = 2;
  CHECK(figures({one(5, "z", 11), later_version}).churn_days == 33);
}

TEST_CASE("alarm: one, until a later order is seen") {
  auto all = documents({order("A", "2026-04-10")});
  CHECK_FALSE(settle(all, "2026-05-09").risk);
  CHECK_FALSE(all.alarm_for);
  auto step = settle(all, "2026-05-10");
  CHECK(step.risk);
  CHECK(step.alarm);
  CHECK(all.alarm_for == date("2026-04-10"));
  step = settle(all, "2026-05-11");
  CHECK(step.risk);
  CHECK_FALSE(step.alarm);
  // One of the same day, or an earlier one that comes late, ends nothing.
  all.take(order("B", "2026-04-10"));
  all.take(order("C", "2026-04-09"));
  CHECK_FALSE(settle(all, "2026-05-12").alarm);
  all.take(order("D", "2026-05-12"));
  step = settle(all, "2026-05-12");
  CHECK_FALSE(step.risk);
  CHECK_FALSE(all.alarm_for);
  CHECK(settle(all, "2026-06-11").alarm);
}

TEST_CASE("alarm: a later order that is itself long ago ends one and gives the next") {
  auto all = documents({order("A", "2026-01-10")});
  CHECK(settle(all, "2026-05-10").alarm);
  all.take(order("B", "2026-02-10"));
  CHECK(settle(all, "2026-05-10").alarm);
  CHECK(all.alarm_for == date("2026-02-10"));
}

TEST_CASE("alarm: stands when its order is cancelled, and when the risk goes for another reason") {
  auto all = documents({order("A", "2026-01-10"), order("B", "2026-04-01")});
  CHECK(settle(all, "2026-05-10").alarm);
  all.take(cancelled(order("B", "2026-04-01")));
  CHECK_FALSE(settle(all, "2026-05-10").alarm);
  all.take(with_churn_days(300));
  CHECK_FALSE(settle(all, "2026-05-10").risk);
  CHECK(all.alarm_for == date("2026-04-01"));
  all.take(document("K", ErpCustomer{}, 2));
  const auto step = settle(all, "2026-05-10");
  CHECK(step.risk);
  CHECK_FALSE(step.alarm);
}

TEST_CASE("alarm: an order that was seen ends it, even if it is cancelled afterwards") {
  auto all = documents({order("A", "2026-03-01")});
  CHECK(settle(all, "2026-05-10").alarm);
  all.take(order("B", "2026-05-10"));
  settle(all, "2026-05-10");
  all.take(cancelled(order("B", "2026-05-10")));
  CHECK(settle(all, "2026-05-11").alarm);
}

TEST_CASE("alarm: of merged leads the later one stands") {
  auto a = documents({order("A", "2026-03-01")});
  auto b = documents({of("2", order("A", "2026-04-01"))});
  CHECK(settle(a, "2026-05-10").alarm);
  CHECK(settle(b, "2026-05-10").alarm);
  auto both = a;
  both.merge(b);
  CHECK_FALSE(settle(both, "2026-05-10").alarm);
  // The other one was never alarmed, and bought later: that order is seen now.
  auto fresh = documents({of("2", order("A", "2026-04-01"))});
  fresh.merge(a);
  CHECK(settle(fresh, "2026-05-10").alarm);
  CHECK(fresh.alarm_for == date("2026-04-01"));
}

TEST_CASE("wake: on the edges of windows, the day after an invoice is due, and when what is to come has come") {
  const auto claim = documents({invoice("R", "2026-05-01", 500)});
  CHECK(wake(claim, "2026-04-01") == "2026-05-01");
  CHECK(wake(claim, "2026-05-01") == "2026-05-31");
  CHECK(wake(claim, "2026-05-31") == "2026-06-30");
  CHECK(wake(claim, "2026-06-30") == "2026-07-30");
  CHECK(wake(claim, "2026-07-30") == "2027-05-01");
  CHECK(wake(claim, "2027-05-01") == "-");
  CHECK(wake(documents({invoice("R", "2026-05-01", 500, "2026-05-15")}), "2026-05-14") == "2026-05-16");
  CHECK(wake(documents({credit("c", "2026-05-01", 5)}), "2026-05-10") == "2026-05-31");
  CHECK(wake(documents({payment("p", "R", "2026-05-12", 5)}), "2026-05-10") == "2026-05-12");
  CHECK(wake(documents({cancelled(invoice("R", "2026-05-01", 500))}), "2026-05-10") == "-");
  CHECK(wake({}, "2026-05-10") == "-");
}

TEST_CASE("wake: when the risk begins, and for nothing else where only that matters") {
  const auto all =
      documents({order("A", "2026-04-10"), cancelled(order("B", "2026-05-09")), invoice("R", "2026-04-10", 5)});
  CHECK(wake(all, "2026-04-20", false) == "2026-05-10");
  CHECK(wake(all, "2026-05-09", false) == "2026-05-10");
  CHECK(wake(all, "2026-05-10", false) == "-");
  CHECK(wake(documents({order("A", "2026-04-10"), with_churn_days(INT64_MAX)}), "2026-04-20") == "-");
}

TEST_CASE("wake: nothing changes before") {
  CHECK(rc::check([] {
    const CustomerDocuments all = test::kept(test::random_documents());
    const core::Day today = test::kSomeDay + test::any_of(-20, 20);
    const CustomerFigures now = core::evaluate_customer(all, today);
    const auto all_of = core::wake_on(all, today, true);
    const auto risk = core::wake_on(all, today, false);
    RC_ASSERT(!all_of || *all_of > today);
    RC_ASSERT(!risk || *risk > today);
    for (core::Day day = today; day < today + 800; day = day + 1) {
      if (all_of && day >= *all_of && risk && day >= *risk) break;
      const CustomerFigures then = core::evaluate_customer(all, day);
      if (!all_of || day < *all_of) RC_ASSERT(then == now);
      if (!risk || day < *risk) RC_ASSERT(then.churn_risk == now.churn_risk);
    }
  }));
}

TEST_CASE("wake: following it from day to day misses no alarm") {
  CHECK(rc::check([] {
    CustomerDocuments daily = test::kept(test::random_documents());
    CustomerDocuments woken = daily;
    std::vector<core::Day> given, given_when_woken;
    std::optional<core::Day> wake = test::kSomeDay;
    for (core::Day day = test::kSomeDay; day < test::kSomeDay + 100; day = day + 1) {
      if (core::settle_churn(daily, core::evaluate_customer(daily, day)).alarm) given.push_back(day);
      if (wake != day) continue;
      if (core::settle_churn(woken, core::evaluate_customer(woken, day)).alarm) given_when_woken.push_back(day);
      wake = core::wake_on(woken, day, false);
    }
    RC_ASSERT(given == given_when_woken);
  }));
}
