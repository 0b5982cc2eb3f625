#include <doctest/doctest.h>

#include <string>

#include "wire/input_event.hpp"

namespace scoreline::wire {
namespace {

constexpr base::Instant kLogTime{1'777'629'600'000'000};  // 2026-05-01T10:00:00Z

base::Result<core::InputEvent> decode(const std::string& kind, const std::string& data, const std::string& more = "") {
  return decode_erp(R"({"source":"jtl","customer":7,"kind":")" + kind +
                        R"(","id":"D1","version":2,"timestamp":"2026-05-01T08:00:00Z",)" +
                        R"("receivedAt":"2026-05-01T09:00:00Z")" + more + R"(,"data":)" + data + "}",
                    kLogTime);
}
core::InputEvent good(const std::string& kind, const std::string& data) {
  const auto event = decode(kind, data);
  if (!event) FAIL(event.error().code, " ", event.error().where);
  return *event;
}
std::string fault(const base::Result<core::InputEvent>& event) {
  return event ? "ok" : event.error().code + " " + event.error().where;
}
std::string dated(const core::InputEvent& event) {
  return event.document->dated ? base::format_rfc3339(*event.document->dated) : "none";
}

TEST_CASE("erp: a customer") {
  const auto event = good(
      "customer",
      R"({"email":" Ada@Example.com","firstName":"Ada","lastName":"","company":"ACME","vatId":null,"netPrices":true,"extra":[1]})");
  CHECK(event.topic == core::InputTopic::erp);
  CHECK(event.trusted);
  CHECK(event.type == "erp");
  CHECK(event.source == "jtl");
  CHECK(event.name == "customer.changed");
  CHECK(event.message_id == "jtl:7:customer:D1:2");
  CHECK(event.record_key == "erp:jtl:7");
  REQUIRE(event.identifiers.size() == 2);
  CHECK(core::to_text(event.identifiers[0]) == "email:ada@example.com");
  CHECK(core::to_text(event.identifiers[1]) == "erp:jtl:7");
  CHECK(event.traits == R"({"email":" Ada@Example.com","firstName":"Ada","companyName":"ACME"})");
  REQUIRE(event.trait_values.size() == 3);
  CHECK(event.trait_values[2].key == "companyName");
  CHECK(event.trait_values[2].json == "\"ACME\"");
  CHECK(event.trait_values[2].at == event.at);
  CHECK(event.trait_values[2].message_id == event.message_id);
  CHECK(dated(event) == "none");
  CHECK(base::format_rfc3339(event.at) == "2026-05-01T08:00:00Z");
  CHECK(event.document->version == 2);
}

TEST_CASE("erp: documents have their own dates") {
  const auto order = good(
      "order",
      R"({"placedOn":"2026-04-20","netCents":1000,"lines":[{"sku":"a","category":"wine","quantity":1.5,"netCents":1000}]})");
  CHECK(order.name == "order.placed");
  CHECK(dated(order) == "2026-04-20T00:00:00Z");
  CHECK(base::format_rfc3339(order.at) == "2026-05-01T08:00:00Z");
  CHECK(order.identifiers.size() == 1);
  CHECK(dated(good("invoice", R"({"issuedOn":"2026-04-21"})")) == "2026-04-21T00:00:00Z");
  CHECK(dated(good("payment", R"({"paidOn":"2026-04-22","grossCents":-5,"invoice":"R1"})")) == "2026-04-22T00:00:00Z");
  CHECK(dated(good("credit", R"({"issuedOn":"2026-04-23","netCents":5})")) == "2026-04-23T00:00:00Z");
  CHECK(dated(good("order", "{}")) == "2026-05-01T00:00:00Z");
  CHECK(dated(good("order", R"({"placedOn":"2026-05-04"})")) == "2026-05-01T09:00:00Z");
  CHECK(dated(good("order", R"({"placedOn":"1969-12-31"})")) == "2026-05-01T09:00:00Z");
  CHECK(good("invoice", "{}").name == "invoice.issued");
  CHECK(good("payment", "{}").name == "payment.received");
  CHECK(good("credit", "{}").name == "credit.issued");
}

TEST_CASE("erp: cancelled") {
  const auto order = good("order", R"({"cancelled":true})");
  CHECK(order.name == "order.cancelled");
  CHECK(order.document->cancelled);
  CHECK_FALSE(good("order", R"({"cancelled":null})").document->cancelled);
  CHECK(good("invoice", R"({"cancelled":true})").document->cancelled);
}

TEST_CASE("erp: what is refused") {
  const auto bare = [](const std::string& members) { return fault(decode_erp("{" + members + "}", kLogTime)); };
  CHECK(bare(R"("customer":"1","kind":"order","id":"1","version":1)") == "missing_value /source");
  CHECK(bare(R"("source":"a:b","customer":"1","kind":"order","id":"1","version":1)") == "invalid_value /source");
  CHECK(bare(R"("source":"jtl","kind":"order","id":"1","version":1)") == "missing_id /customer");
  CHECK(bare(R"("source":"jtl","customer":"0","kind":"order","id":"1","version":1)") == "missing_id /customer");
  CHECK(bare(R"("source":"jtl","customer":"1","kind":"quote","id":"1","version":1)") == "unknown_kind /kind");
  CHECK(bare(R"("source":"jtl","customer":"1","kind":"order","version":1)") == "missing_value /id");
  CHECK(bare(R"("source":"jtl","customer":"1","kind":"order","id":"1")") == "missing_value /version");
  CHECK(bare(R"("source":"jtl","customer":"1","kind":"order","id":"1","version":1.5)") == "invalid_value /version");
  CHECK(bare(R"("source":"jtl","customer":"1","kind":"order","id":"1","version":"1")") == "invalid_value /version");
  CHECK(bare(R"("source":"jtl","customer":"1","kind":"order","id":"1","version":1)") == "ok");
  CHECK(fault(decode("order", "[]")) == "invalid_value /data");
  CHECK(fault(decode("order", R"({"placedOn":"20.4.2026"})")) == "invalid_time /data/placedOn");
  CHECK(fault(decode("order", R"({"netCents":10.5})")) == "invalid_value /data/netCents");
  CHECK(fault(decode("order", R"({"netCents":9000000000000000000})")) == "invalid_value /data/netCents");
  CHECK(fault(decode("order", R"({"lines":[{"netCents":"1"}]})")) == "invalid_value /data/lines");
  CHECK(fault(decode("order", R"({"lines":[1]})")) == "invalid_value /data/lines");
  CHECK(fault(decode("order", R"({"cancelled":"yes"})")) == "invalid_value /data/cancelled");
  CHECK(fault(decode("customer", R"({"netPrices":1})")) == "invalid_value /data/netPrices");
  CHECK(fault(decode("credit", R"({"grossCents":-1})")) == "invalid_value /data/grossCents");
  CHECK(fault(decode("order", "{}", R"(,"history":1)")) == "invalid_value /history");
}

TEST_CASE("erp: whole numbers may be written with a point") {
  CHECK(fault(decode("order", R"({"netCents":1000.0})")) == "ok");
  CHECK(decode("order", "{}", R"(,"history":true)")->history);
}

TEST_CASE("erp: a currency is three letters, or none") {
  for (const char* known : {R"("EUR")", R"("chf")", R"("")", "null"})
    CHECK(fault(decode("order", std::string(R"({"netCents":100,"currency":)") + known + "}")) == "ok");
  for (const char* unknown : {R"("Taler")", R"("EU")", R"("E1R")", R"("   ")", "978"})
    CHECK(fault(decode("order", std::string(R"({"netCents":100,"currency":)") + unknown + "}")) ==
          "invalid_value /data/currency");
}

}  // namespace
}  // namespace scoreline::wire
