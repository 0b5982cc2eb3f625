#include "core/customer_figures.hpp"

#include <doctest/doctest.h>

#include "core/customer_fields.hpp"
#include "support/customer_documents.hpp"

using namespace scoreline;
using core::CustomerFigures;
using core::PaymentScore;
using core::Trend;
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

TEST_CASE("figures: of no documents") { CHECK(core::evaluate_customer({}, date("2026-05-10")) == CustomerFigures{}); }

TEST_CASE("figures: orders that are not cancelled, whatever their date") {
  const auto f = figures({order("A", "2026-04-01", 1000), order("B", "2020-01-31", 500), order("C", "2026-05-12", -200),
                          cancelled(order("D", "2019-01-01", 9999)), cancelled(order("E", "2027-01-01", 9999))});
  CHECK(f.orders == 3);
  CHECK(f.order_revenue_cents == 1300);
  CHECK(f.first_order_on == date("2020-01-31"));
  CHECK(f.last_order_on == date("2026-05-12"));
  const auto none = figures({cancelled(order("A", "2026-04-01", 1000))});
  CHECK(none.orders == 0);
  CHECK_FALSE(none.first_order_on);
  CHECK_FALSE(none.last_order_on);
}

TEST_CASE("figures: the channel of most orders, then of the latest, then the first by bytes") {
  CHECK(figures({order("A", "2026-01-01", 1, "b"), order("B", "2026-01-01", 1, "b"), order("C", "2026-03-01", 1, "a")})
            .channel == "b");
  CHECK(figures({order("A", "2026-01-01", 1, "a"), order("B", "2026-01-02", 1, "b")}).channel == "b");
  CHECK(figures({order("A", "2026-01-02", 1, "b"), order("B", "2026-01-02", 1, "a")}).channel == "a");
  CHECK(figures({order("A", "2026-01-02", 1, "a"), order("B", "2026-01-02", 1, "Z")}).channel == "Z");
  CHECK(figures({order("A", "2026-01-01", 1, "b"), cancelled(order("B", "2026-01-01", 1, "b")),
                 order("C", "2026-01-02", 1, "c")})
            .channel == "c");
  // Orders without a channel are passed over.
  CHECK(figures({order("A", "2026-01-01"), order("B", "2026-01-01"), order("C", "2026-01-01", 1, "c")}).channel == "c");
  CHECK_FALSE(figures({order("A", "2026-01-01")}).channel);
  CHECK(figures({order("A", "2026-01-01", 1, "a"), of("2", order("A", "2026-01-01", 1, "b")),
                 of("2", order("B", "2025-01-01", 1, "b"))})
            .channel == "b");
}

TEST_CASE("figures: the category of the largest net revenue, then the first by bytes") {
  CHECK(figures({order("A", "2026-01-01", 1, "", {{"wine", 300}, {"beer", 200}}),
                 order("B", "2020-01-01", 1, "", {{"beer", 101}})})
            .top_category == "beer");
  CHECK(figures({order("A", "2026-01-01", 1, "", {{"wine", 300}, {"beer", 300}})}).top_category == "beer");
  CHECK(figures({order("A", "2026-01-01", 1, "", {{"wine", 300}}),
                 cancelled(order("B", "2026-01-01", 1, "", {{"beer", 900}}))})
            .top_category == "wine");
  CHECK(figures({order("A", "2026-01-01", 1, "", {{"wine", -300}, {"gin", -200}})}).top_category == "gin");
  CHECK_FALSE(figures({order("A", "2026-01-01", 1000)}).top_category);
}

TEST_CASE("figures: the example of the contract") {
  const auto f = figures({invoice("a", "2026-04-10", 50000), invoice("b", "2026-04-11", 30000),
                          credit("k", "2026-04-25", 5000), invoice("c", "2026-03-05", 20000)});
  CHECK(f.revenue_30_cents == 25000);
  CHECK(f.trend == Trend::declining);
  CHECK(f.invoices_30 == 1);
  CHECK(f.avg_invoice_30_cents == 25000);
  CHECK(f.revenue_90_cents == 95000);
}

TEST_CASE("figures: the example with payments, one part and one credit") {
  const auto f =
      figures({invoice("a", "2026-04-10", 50000, "2026-04-24"), invoice("b", "2026-04-11", 30000, "2026-04-25"),
               invoice("c", "2026-03-05", 20000, "2026-03-19"), credit("k", "2026-04-25", 5000, "b"),
               payment("p2", "a", "2026-04-20", 30000), payment("p1", "a", "2026-04-15", 20000),
               payment("p3", "b", "2026-04-12", 10000), payment("p4", "c", "2026-03-07", 20000),
               payment("p4", "c", "2026-03-07", 20000)});
  CHECK(f.revenue_30_cents == 25000);
  CHECK(f.revenue_90_cents == 95000);
  CHECK(f.trend == Trend::declining);
  CHECK(f.days_to_pay_hundredths == 600);
  CHECK(f.days_late_hundredths == -800);
  CHECK(f.open_amount_cents == 15000);
  CHECK(f.overdue_amount_cents == 15000);
  CHECK(f.payment_score == PaymentScore::acceptable);
}

TEST_CASE("figures: windows begin behind their first day and end with today") {
  const std::string today = "2026-05-10";
  CHECK(figures({invoice("a", "2026-05-11", 1)}).revenue_30_cents == 0);
  CHECK(figures({invoice("a", "2026-05-11", 1)}).invoices_30 == 0);
  CHECK(figures({invoice("a", today, 1)}).revenue_30_cents == 1);
  CHECK(figures({invoice("a", "2026-04-11", 1)}).revenue_30_cents == 1);
  CHECK(figures({invoice("a", "2026-04-10", 1)}).revenue_30_cents == 0);
  CHECK(figures({invoice("a", "2026-04-10", 1)}).invoices_30 == 0);
  CHECK(figures({invoice("a", "2026-02-10", 1)}).revenue_90_cents == 1);
  CHECK(figures({invoice("a", "2026-02-09", 1)}).revenue_90_cents == 0);
  CHECK(figures({invoice("a", "2025-05-11", 1)}).revenue_365_cents == 1);
  CHECK(figures({invoice("a", "2025-05-10", 1)}).revenue_365_cents == 0);
}

TEST_CASE("figures: a credit lowers revenue on its own date, unless its invoice is cancelled") {
  const auto claim = invoice("R", "2026-03-01", 900);
  const auto f = figures({claim, credit("c", "2026-05-01", 200, "R")});
  CHECK(f.revenue_30_cents == -200);
  CHECK(f.revenue_90_cents == 700);
  CHECK(f.invoices_30 == 0);
  CHECK(f.avg_invoice_30_cents == 0);
  CHECK(figures({cancelled(claim), credit("c", "2026-05-01", 200, "R")}).revenue_90_cents == 0);
  CHECK(figures({cancelled(claim), credit("c", "2026-05-01", 200)}).revenue_90_cents == -200);
  CHECK(figures({cancelled(claim), credit("c", "2026-05-01", 200, "unknown")}).revenue_90_cents == -200);
  CHECK(figures({cancelled(claim), of("2", credit("c", "2026-05-01", 200, "R"))}).revenue_90_cents == -200);
  CHECK(figures({claim, credit("c", "2026-05-11", 200, "R")}).revenue_90_cents == 900);
}

TEST_CASE("figures: the average invoice is rounded half away from zero") {
  CHECK(figures({invoice("a", "2026-05-01", 100), invoice("b", "2026-05-01", 101)}).avg_invoice_30_cents == 101);
  CHECK(figures({invoice("a", "2026-05-01", 100), invoice("b", "2026-05-01", 0), invoice("c", "2026-05-01", 0)})
            .avg_invoice_30_cents == 33);
  CHECK(figures({invoice("a", "2026-05-01", 0), invoice("b", "2026-05-01", 0), credit("c", "2026-05-01", 101)})
            .avg_invoice_30_cents == -51);
}

TEST_CASE("figures: the trend needs more than a tenth, and something to compare with") {
  const auto trend = [](std::int64_t previous, std::int64_t now) {
    return figures({invoice("a", "2026-04-10", previous), invoice("b", "2026-04-11", now)}).trend;
  };
  CHECK(trend(1000, 1100) == Trend::stable);
  CHECK(trend(1000, 1101) == Trend::growing);
  CHECK(trend(1000, 900) == Trend::stable);
  CHECK(trend(1000, 899) == Trend::declining);
  CHECK(trend(0, 1000) == Trend::stable);
  CHECK(trend(-5, 1000) == Trend::stable);
  CHECK(trend(1, 0) == Trend::declining);
  // The 30 days before: 11 Mar is outside, 12 Mar and 10 Apr are inside.
  CHECK(figures({invoice("a", "2026-03-11", 1000)}).trend == Trend::stable);
  CHECK(figures({invoice("a", "2026-03-12", 1000)}).trend == Trend::declining);
  CHECK(figures({invoice("a", "2026-04-10", 1000)}).trend == Trend::declining);
}

TEST_CASE("figures: days to pay and days late are means over paid invoices of the last 365 days") {
  // 1, 1 and 2 days; 1 and 2 against the due date.
  const auto f = figures({invoice("a", "2026-04-01", 1), payment("a", "a", "2026-04-02", 1),
                          invoice("b", "2026-04-01", 1, "2026-04-01"), payment("b", "b", "2026-04-02", 1),
                          invoice("c", "2026-04-01", 1, "2026-04-01"), payment("c", "c", "2026-04-03", 1)});
  CHECK(f.days_to_pay_hundredths == 133);
  CHECK(f.days_late_hundredths == 150);
  const auto early =
      figures({invoice("a", "2026-04-04", 1), payment("a", "a", "2026-04-02", 1), invoice("b", "2026-04-04", 1),
               payment("b", "b", "2026-04-02", 1), invoice("c", "2026-04-04", 1), payment("c", "c", "2026-04-03", 1)});
  CHECK(early.days_to_pay_hundredths == -167);
  CHECK_FALSE(early.days_late_hundredths);
}

TEST_CASE("figures: whose days do not count") {
  const auto days = [](const core::CustomerDocument& claim, const core::CustomerDocument& paid) {
    return figures({claim, paid}).days_to_pay_hundredths;
  };
  CHECK(days(invoice("R", "2025-05-11", 5), payment("p", "R", "2025-05-14", 5)) == 300);
  CHECK_FALSE(days(invoice("R", "2025-05-10", 5), payment("p", "R", "2025-05-14", 5)));
  CHECK_FALSE(days(invoice("R", "2026-05-11", 5), payment("p", "R", "2026-05-01", 5)));
  CHECK(days(invoice("R", "2026-05-10", 5), payment("p", "R", "2026-05-01", 5)) == -900);
  CHECK_FALSE(days(invoice("R", "2026-05-01", 5), payment("p", "R", "2026-05-02", 4)));
  CHECK_FALSE(days(invoice("R", "2026-05-01", 5), credit("c", "2026-05-02", 5, "R")));
  CHECK_FALSE(days(invoice("R", "2026-05-01", 0), payment("p", "S", "2026-05-02", 5)));
  CHECK(days(invoice("R", "2026-05-01", 0), payment("p", "R", "2026-05-05", 5)) == 0);
  CHECK_FALSE(days(cancelled(invoice("R", "2026-05-01", 5)), payment("p", "R", "2026-05-02", 5)));
}

TEST_CASE("figures: what is missing is open, and overdue from the day after it was due") {
  const auto claim = invoice("R", "2026-04-10", 500, "2026-05-09");
  CHECK(figures({claim}, "2026-05-09").overdue_amount_cents == 0);
  CHECK(figures({claim}, "2026-05-10").overdue_amount_cents == 500);
  CHECK(figures({claim}, "2026-05-10").open_amount_cents == 500);
  const auto f = figures({claim, payment("p", "R", "2026-05-01", 100), invoice("S", "2020-01-01", 50),
                          invoice("T", "2026-04-10", 10, "2026-05-01"), payment("q", "T", "2026-05-01", 999)});
  CHECK(f.open_amount_cents == 450);
  CHECK(f.overdue_amount_cents == 400);
  CHECK(figures({cancelled(claim)}).open_amount_cents == 0);
  // Two customers of one lead: the sum, each with its own payments.
  CHECK(figures({claim, of("2", claim), of("2", payment("p", "R", "2026-05-01", 500))}).open_amount_cents == 500);
}

TEST_CASE("figures: the payment score") {
  const auto owing = [](std::int64_t cents) {
    return figures({invoice("R", "2026-04-01", cents, "2026-04-02")}).payment_score;
  };
  CHECK(owing(100'001) == PaymentScore::problematic);
  CHECK(owing(100'000) == PaymentScore::acceptable);
  CHECK(owing(1) == PaymentScore::acceptable);
  CHECK(owing(0) == PaymentScore::unknown);
  const auto after = [](const std::string& day, const std::string& other) {
    return figures({invoice("R", "2026-04-01", 5), payment("p", "R", day, 5), invoice("S", "2026-04-01", 5),
                    payment("q", "S", other, 5)})
        .payment_score;
  };
  CHECK(after("2026-04-08", "2026-04-08") == PaymentScore::excellent);
  CHECK(after("2026-04-08", "2026-04-09") == PaymentScore::good);
  CHECK(after("2026-04-15", "2026-04-15") == PaymentScore::good);
  CHECK(after("2026-04-15", "2026-04-16") == PaymentScore::acceptable);
}

TEST_CASE("figures: the score looks at rounded days") {
  core::CustomerDocuments all;
  // 250 invoices: 249 after 7 days, one after 8 (7.004) or 9 (7.008).
  const auto with_last = [&](int days) {
    all.clear();
    for (int i = 0; i < 250; ++i) {
      const std::string id = std::to_string(i);
      all.take(invoice(id, "2026-04-01", 5));
      all.take(document(id, core::ErpPayment{date("2026-04-01") + (i == 0 ? days : 7), 5, id}));
    }
    return core::evaluate_customer(all, date("2026-05-10"));
  };
  CHECK(with_last(8).days_to_pay_hundredths == 700);
  CHECK(with_last(8).payment_score == PaymentScore::excellent);
  CHECK(with_last(9).days_to_pay_hundredths == 701);
  CHECK(with_last(9).payment_score == PaymentScore::good);
}

TEST_CASE("figures: amounts beyond int64 stay at its end") {
  const auto f = figures({invoice("a", "2026-05-01", INT64_MAX), invoice("b", "2026-05-01", INT64_MAX),
                          order("c", "2026-05-01", INT64_MIN), order("d", "2026-05-01", INT64_MIN)});
  CHECK(f.revenue_30_cents == INT64_MAX);
  CHECK(f.open_amount_cents == INT64_MAX);
  CHECK(f.order_revenue_cents == INT64_MIN);
}
