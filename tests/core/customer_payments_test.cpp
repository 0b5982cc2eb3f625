#include "core/customer_payments.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "support/customer_random.hpp"

using namespace scoreline;
using core::InvoiceBalance;
using test::credit;
using test::date;
using test::documents;
using test::invoice;
using test::payment;

namespace {

/// Of the one invoice.
InvoiceBalance balance(std::initializer_list<core::CustomerDocument> all, const std::string& today = "2026-05-10") {
  // The documents must outlive the balance.
  static core::CustomerDocuments state;
  state = documents(all);
  const auto balances = core::invoice_balances(state.accounts().at({"jtl", "1"}), date(today));
  REQUIRE(balances.size() == 1);
  return balances.front();
}

std::string settled(const InvoiceBalance& balance) {
  return balance.settled_on ? base::format_date(*balance.settled_on) : "no";
}
std::int64_t missing(const InvoiceBalance& balance) { return core::saturated(balance.missing_cents); }

/// Few invoices, and much that happened to them around one day.
core::CustomerDocuments random_claims() {
  core::CustomerDocuments out;
  for (const std::string id : {"R1", "R2"}) {
    const std::int64_t gross = 100 * *rc::gen::element<std::int64_t>(-1, 0, 1, 2, 3, 3);
    out.take(test::document(id, core::ErpInvoice{test::kSomeDay, std::nullopt, gross, gross, false}));
  }
  for (int i = *rc::gen::inRange(0, 200); i > 0; i -= 10) {
    const std::string invoice = test::coin() ? "R1" : "R2";
    const core::Day day = test::kSomeDay + *rc::gen::element(-4, -3, -2, -2, -1, 0, 1);
    const std::int64_t gross = 100 * *rc::gen::element<std::int64_t>(-2, -1, 1, 1, 2, 3);
    if (gross > 0 && test::coin())
      out.take(test::document(std::to_string(i), core::ErpCredit{day, 0, gross, invoice}));
    else
      out.take(test::document(std::to_string(i), core::ErpPayment{day, gross, invoice}));
  }
  return out;
}

std::int64_t sum_on(const core::CustomerDocuments::Account& account, const std::string& invoice, core::Day day) {
  std::int64_t sum = 0;
  for (const auto& [id, payment] : account.payments)
    if (payment.content.invoice == invoice && payment.content.paid_on <= day) sum += payment.content.gross_cents;
  for (const auto& [id, credit] : account.credits)
    if (credit.content.invoice == invoice && credit.content.issued_on <= day) sum += credit.content.gross_cents;
  return sum;
}

}  // namespace

TEST_CASE("payments: an invoice is settled on the day that its last part is paid") {
  const auto claim = invoice("R", "2026-04-10", 50000);
  const auto first = payment("p1", "R", "2026-04-15", 20000);
  CHECK(settled(balance({claim})) == "no");
  CHECK(missing(balance({claim})) == 50000);
  CHECK_FALSE(balance({claim}).has_payment);
  CHECK(settled(balance({claim, first, payment("p2", "R", "2026-04-20", 29999)})) == "no");
  CHECK(missing(balance({claim, first, payment("p2", "R", "2026-04-20", 29999)})) == 1);
  // Payments may arrive in any order, and before the invoice.
  const auto whole = balance({payment("p2", "R", "2026-04-20", 30000), first, claim});
  CHECK(settled(whole) == "2026-04-20");
  CHECK(missing(whole) == 0);
  CHECK(whole.has_payment);
  CHECK(settled(balance({claim, payment("p1", "R", "2026-04-20", 500), payment("p2", "R", "2026-04-15", 49500)})) ==
        "2026-04-20");
}

TEST_CASE("payments: what is paid too much is not missing elsewhere, nor negative") {
  const auto over = balance({invoice("R", "2026-04-10", 500), payment("p", "R", "2026-04-12", 900)});
  CHECK(settled(over) == "2026-04-12");
  CHECK(missing(over) == 0);
}

TEST_CASE("payments: a charge-back opens the invoice again until the sum stays high enough") {
  const auto claim = invoice("R", "2026-04-10", 500);
  const auto paid = payment("p1", "R", "2026-04-12", 500);
  const auto back = payment("p2", "R", "2026-04-20", -500);
  CHECK(settled(balance({claim, paid, back})) == "no");
  CHECK(missing(balance({claim, paid, back})) == 500);
  CHECK(settled(balance({claim, paid, back, payment("p3", "R", "2026-04-25", 500)})) == "2026-04-25");
  // Enough is left: never below again.
  CHECK(settled(balance({claim, paid, payment("p2", "R", "2026-04-15", 500), back})) == "2026-04-12");
  // Days are whole.
  CHECK(settled(balance({claim, paid, back, payment("p3", "R", "2026-04-20", 500)})) == "2026-04-12");
  CHECK(settled(balance({claim, payment("p0", "R", "2026-04-12", -500), paid})) == "no");
}

TEST_CASE("payments: credits settle like payments, but are none") {
  const auto claim = invoice("R", "2026-04-10", 500);
  const auto credited = balance({claim, credit("c", "2026-04-18", 500, "R")});
  CHECK(settled(credited) == "2026-04-18");
  CHECK_FALSE(credited.has_payment);
  const auto both = balance({claim, payment("p", "R", "2026-04-12", 300), credit("c", "2026-04-18", 200, "R")});
  CHECK(settled(both) == "2026-04-18");
  CHECK(both.has_payment);
  CHECK(missing(balance({claim, credit("c", "2026-04-18", 500)})) == 500);
}

TEST_CASE("payments: an invoice over nothing is settled when it is issued") {
  const auto free = balance({invoice("R", "2026-04-10", 0), payment("p", "R", "2026-04-12", 100)});
  CHECK(settled(free) == "2026-04-10");
  CHECK(free.has_payment);
  CHECK(settled(balance({invoice("R", "2026-04-10", 0)})) == "2026-04-10");
  CHECK(settled(balance({invoice("R", "2026-04-10", -100)})) == "2026-04-10");
  CHECK(missing(balance({invoice("R", "2026-04-10", -100)})) == 0);
}

TEST_CASE("payments: what is dated after today is not there yet") {
  const auto claim = invoice("R", "2026-04-10", 500);
  const auto paid = payment("p", "R", "2026-05-10", 500);
  CHECK(settled(balance({claim, paid}, "2026-05-09")) == "no");
  CHECK(missing(balance({claim, paid}, "2026-05-09")) == 500);
  CHECK_FALSE(balance({claim, paid}, "2026-05-09").has_payment);
  CHECK(settled(balance({claim, paid}, "2026-05-10")) == "2026-05-10");
  const auto credited = credit("c", "2026-05-10", 500, "R");
  CHECK(missing(balance({claim, credited}, "2026-05-09")) == 500);
  CHECK(missing(balance({claim, credited}, "2026-05-10")) == 0);
  const auto back = payment("b", "R", "2026-05-11", -500);
  CHECK(settled(balance({claim, paid, back}, "2026-05-10")) == "2026-05-10");
  CHECK(settled(balance({claim, paid, back}, "2026-05-11")) == "no");
}

TEST_CASE("payments: an invoice is owed from when it is known, and may be paid before it is issued") {
  CHECK(missing(balance({invoice("R", "2026-05-20", 500)})) == 500);
  CHECK(settled(balance({invoice("R", "2026-05-20", 500), payment("p", "R", "2026-05-01", 500)})) == "2026-05-01");
}

TEST_CASE("payments: of the same source and customer only") {
  const auto claim = invoice("R", "2026-04-10", 500);
  auto elsewhere = payment("p", "R", "2026-04-12", 500);
  elsewhere.source = "xentral";
  CHECK(missing(balance({claim, elsewhere})) == 500);
  CHECK(missing(balance({claim, test::of("2", payment("p", "R", "2026-04-12", 500))})) == 500);
  CHECK(missing(balance({claim, payment("p", "", "2026-04-12", 500), payment("q", "other", "2026-04-12", 500)})) ==
        500);
}

TEST_CASE("payments: a cancelled invoice is none") {
  const auto all = documents({test::cancelled(invoice("R", "2026-04-10", 500)), payment("p", "R", "2026-04-12", 100)});
  CHECK(core::invoice_balances(all.accounts().at({"jtl", "1"}), date("2026-05-10")).empty());
}

TEST_CASE("payments: settled as the contract words it, day by day") {
  CHECK(rc::check([] {
    const auto all = random_claims();
    const auto& account = all.accounts().at({"jtl", "1"});
    const auto balances = core::invoice_balances(account, test::kSomeDay);
    RC_ASSERT(balances.size() == account.invoices.size());
    std::size_t i = 0;
    for (const auto& [id, kept] : account.invoices) {
      const InvoiceBalance& found = balances.at(i++);
      const std::int64_t gross = kept.content.gross_cents;
      RC_ASSERT(found.invoice == &kept.content);
      RC_ASSERT(missing(found) == std::max<std::int64_t>(0, gross - sum_on(account, id, test::kSomeDay)));
      std::optional<core::Day> settled_on;
      for (core::Day day = test::kSomeDay; gross > 0 && sum_on(account, id, day) >= gross; day = day + -1)
        settled_on = day;
      RC_ASSERT(found.settled_on == (gross > 0 ? settled_on : kept.content.issued_on));
    }
  }));
}
