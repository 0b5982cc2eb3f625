#include "core/customer_documents.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "support/customer_random.hpp"

using namespace scoreline;
using core::CustomerDocuments;
using test::bytes_of;
using test::credit;
using test::date;
using test::document;
using test::documents;
using test::invoice;
using test::of;
using test::order;
using test::payment;

namespace {

const core::ErpOrder& only_order(const CustomerDocuments& all) {
  return all.accounts().begin()->second.orders.begin()->second.content;
}

/// What the codec must survive: everything that a lead may hold.
CustomerDocuments random_state() {
  CustomerDocuments out = test::kept(test::random_documents());
  if (test::coin()) out.alarm_for = test::random_day();
  return out;
}

}  // namespace

TEST_CASE("customers: a document is kept by its highest version") {
  CustomerDocuments all;
  CHECK(all.take(document("A", core::ErpOrder{date("2026-05-01"), 100, "shop", false, {}}, 5)));
  const std::string before = bytes_of(all);
  CHECK_FALSE(all.take(document("A", core::ErpOrder{date("2026-05-02"), 200, "shop", false, {}}, 5)));
  CHECK_FALSE(all.take(document("A", core::ErpOrder{date("2026-05-02"), 200, "shop", false, {}}, 4)));
  CHECK(bytes_of(all) == before);
  CHECK(all.take(document("A", core::ErpOrder{date("2026-05-03"), 300, "", false, {}}, 6)));
  CHECK(only_order(all).net_cents == 300);
  CHECK(only_order(all).channel.empty());
}

TEST_CASE("customers: any version may be the first, and versions may lie anywhere") {
  CustomerDocuments all;
  CHECK(all.take(document("A", core::ErpPayment{}, INT64_MIN)));
  CHECK(all.take(document("B", core::ErpPayment{}, INT64_MAX)));
  CHECK(all.take(document("A", core::ErpPayment{}, -7)));
  CHECK_FALSE(all.take(document("A", core::ErpPayment{}, -7)));
  CustomerDocuments back;
  REQUIRE(back.decode(bytes_of(all)));
  CHECK(back == all);
}

TEST_CASE("customers: source, customer, kind and id tell documents apart") {
  CustomerDocuments all;
  core::CustomerDocument elsewhere = order("A", "2026-05-01");
  elsewhere.source = "xentral";
  CHECK(all.take(order("A", "2026-05-01")));
  CHECK(all.take(invoice("A", "2026-05-01", 100)));
  CHECK(all.take(payment("A", "A", "2026-05-01", 100)));
  CHECK(all.take(credit("A", "2026-05-01", 100)));
  CHECK(all.take(document("A", core::ErpCustomer{})));
  CHECK(all.take(of("2", order("A", "2026-05-01"))));
  CHECK(all.take(elsewhere));
  CHECK(all.accounts().size() == 3);
  CHECK_FALSE(all.take(elsewhere));
}

TEST_CASE("customers: the lines of an order are one sum per category, however they come") {
  const std::vector<core::CategoryNet> sums{{"beer", 50}, {"wine", 300}};
  const auto one = documents({order("A", "2026-05-01", 350, "", {{"wine", 100}, {"beer", 50}, {"wine", 200}})});
  const auto other = documents({order("A", "2026-05-01", 350, "", {{"wine", 200}, {"wine", 100}, {"beer", 50}})});
  CHECK(only_order(one).lines == sums);
  CHECK(bytes_of(one) == bytes_of(other));
  const auto huge = documents({order("A", "2026-05-01", 0, "", {{"wine", INT64_MAX}, {"wine", INT64_MAX}})});
  CHECK(only_order(huge).lines.at(0).net_cents == INT64_MAX);
}

TEST_CASE("customers: a lead without documents is none, and costs no bytes") {
  CustomerDocuments all;
  CHECK(all.empty());
  CHECK(bytes_of(all).empty());
  REQUIRE(all.decode(""));
  CHECK(all.empty());
  all.take(document("A", core::ErpCustomer{}));
  CHECK_FALSE(all.empty());
  all.clear();
  CHECK(all.empty());
}

TEST_CASE("customers: a merge unites, and keeps the higher version and the later alarm") {
  auto a =
      documents({document("A", core::ErpPayment{date("2026-05-01"), 100, "R"}, 1), payment("B", "R", "2026-05-02", 5)});
  auto b =
      documents({document("A", core::ErpPayment{date("2026-05-01"), 900, "R"}, 2), payment("C", "R", "2026-05-03", 7)});
  a.alarm_for = date("2026-03-01");
  b.alarm_for = date("2026-04-01");
  auto c = b;
  a.merge(b);
  CHECK(a.accounts().at({"jtl", "1"}).payments.size() == 3);
  CHECK(a.accounts().at({"jtl", "1"}).payments.at("A").content.gross_cents == 900);
  CHECK(a.alarm_for == date("2026-04-01"));
  c.alarm_for.reset();
  c.merge(a);
  CHECK(c == a);
  CustomerDocuments none;
  a.merge(none);
  CHECK(c == a);
  a.merge(CustomerDocuments(a));
  CHECK(c == a);
}

TEST_CASE("customers: one version with two contents merges to the same, whoever takes in whom") {
  const auto a = documents({payment("A", "R", "2026-05-01", 100)});
  const auto b = documents({payment("A", "R", "2026-05-01", 200)});
  auto ab = a, ba = b;
  ab.merge(b);
  ba.merge(a);
  CHECK(ab == ba);
}

TEST_CASE("customers: whatever the order, cut and repetition, the same is kept") {
  CHECK(rc::check([] {
    const auto all = test::random_documents();
    const std::string expected = bytes_of(test::kept(all));
    std::vector<CustomerDocuments> parts(static_cast<std::size_t>(test::any_of(1, 5)));
    const auto some = [&]() -> CustomerDocuments& { return parts[test::any_of<std::size_t>(0, parts.size() - 1)]; };
    for (const core::CustomerDocument& one : test::shuffled(all)) {
      some().take(one);
      if (test::coin()) some().take(one);
    }
    while (parts.size() > 1) {
      const CustomerDocuments last = parts.back();
      parts.pop_back();
      if (test::coin()) {
        some().merge(last);
      } else {
        CustomerDocuments& into = some();
        CustomerDocuments both = last;
        both.merge(into);
        into = both;
      }
    }
    RC_ASSERT(bytes_of(parts.front()) == expected);
  }));
}

TEST_CASE("customers: documents survive their encoding") {
  CHECK(rc::check([] {
    const CustomerDocuments state = random_state();
    CustomerDocuments back = random_state();
    RC_ASSERT(back.decode(bytes_of(state)));
    RC_ASSERT(back == state);
    RC_ASSERT(bytes_of(back) == bytes_of(state));
  }));
}

TEST_CASE("customers: texts longer than what is shared survive, too") {
  const std::string text(200, 'x');
  const auto state =
      documents({order(text + "1", "2026-05-01", 1, text, {{text, 1}}), order(text + "2", "0001-01-01", 1, text),
                 payment(text, text + "1", "9999-12-31", INT64_MIN), payment(text + "2", text + "1", "2026-05-01", 1)});
  CustomerDocuments back;
  REQUIRE(back.decode(bytes_of(state)));
  CHECK(back == state);
}

TEST_CASE("customers: damaged bytes are refused whole") {
  CHECK(rc::check([] {
    CustomerDocuments state = random_state();
    state.take(order("more", "2026-05-01"));
    const std::string bytes = bytes_of(state);
    CustomerDocuments out;
    RC_ASSERT(!out.decode(bytes + "x"));
    RC_ASSERT(!out.decode(bytes.substr(0, test::any_of<std::size_t>(1, bytes.size() - 1))));
    RC_ASSERT(out == CustomerDocuments{});
    for (int i = 0; i < 20; ++i) {
      std::string damaged = bytes;
      damaged[test::any_of<std::size_t>(0, bytes.size() - 1)] = static_cast<char>(test::any_of(0, 255));
      if (!out.decode(damaged)) RC_ASSERT(out == CustomerDocuments{});
    }
    if (!out.decode(*rc::gen::string<std::string>())) RC_ASSERT(out == CustomerDocuments{});
  }));
}

TEST_CASE("customers: thousands of documents take few bytes each") {
  CustomerDocuments state;
  for (int i = 0; i < 1000; ++i) {
    const std::string n = std::to_string(100'000 + i);
    const core::Day day = date("2020-01-01") + i * 2;
    state.take(document(
        "AU" + n,
        core::ErpOrder{day, 123'456, i % 3 == 0 ? "shop" : "amazon", false, {{"wine", 100'000}, {"beer", 23'456}}},
        9'000'000 + i));
    state.take(document("RE" + n, core::ErpInvoice{day + 1, day + 15, 123'456, 146'912, false}, 9'100'000 + i));
    state.take(document("ZE" + n, core::ErpPayment{day + 9, 146'912, "RE" + n}, 9'200'000 + i));
  }
  CHECK(bytes_of(state).size() < 3000 * 20);
}
