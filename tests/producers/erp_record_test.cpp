#include "producers/erp_record.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>

namespace scoreline::producers {
namespace {

const base::HashKey kKey{1, 2, 3};
const base::Instant kNow = *base::parse_rfc3339("2026-06-01T12:00:00Z");

ErpRecord record(const std::string& value) {
  const auto event = read_erp_value(value, kNow, "EUR");
  REQUIRE(event.ok());
  return erp_record(value, *event, kKey);
}
std::string value(const std::string& customer, int version, const std::string& data = "{}") {
  return R"({"source":"jtl","customer":)" + customer + R"(,"kind":"order","id":"A1","version":)" +
         std::to_string(version) + R"(,"data":)" + data + "}";
}
std::map<std::string, std::string> headers(const ErpRecord& record) {
  return {record.headers.begin(), record.headers.end()};
}

}  // namespace

TEST_CASE("erp record: the key is the customer's, hashed, however its number is written") {
  const ErpRecord first = record(value("7", 1));
  CHECK(first.key == base::to_hex(base::keyed_hash(kKey, "erp:jtl:7")));
  CHECK(record(value("\"7\"", 2)).key == first.key);
  CHECK(record(value("8", 1)).key != first.key);
  CHECK(first.value == value("7", 1));
}

TEST_CASE("erp record: headers name the message by a hash, and say nothing about anybody") {
  const ErpRecord first = record(value("4711", 1));
  auto found = headers(first);
  CHECK(found["ce_id"] == base::to_hex(base::keyed_hash(kKey, "jtl:4711:order:A1:1")));
  CHECK(headers(record(value("4711", 2)))["ce_id"] != found["ce_id"]);
  CHECK(found["ce_specversion"] == "1.0");
  CHECK(found["ce_type"] == "scoreline.erp.change.v1");
  CHECK(found["ce_source"] == "/scoreline/erp/jtl");
  CHECK(found["ce_trusted"] == "true");
  CHECK(found["content-type"] == "application/json");
  for (const auto& [name, text] : first.headers) CHECK(text.find("4711") == std::string::npos);
}

TEST_CASE("erp record: what is refused beyond the decoder") {
  const auto fault = [](const std::string& text, std::string_view base_currency = "EUR") {
    const auto event = read_erp_value(text, kNow, base_currency);
    return event ? "ok" : event.error().code + " " + event.error().where;
  };
  CHECK(fault(value("7", 1, R"({"currency":"EUR"})")) == "ok");
  CHECK(fault(value("7", 1, R"({"currency":""})")) == "ok");
  CHECK(fault(value("7", 1, R"({"currency":"CHF"})")) == "currency /data/currency");
  CHECK(fault(value("7", 1, R"({"currency":"CHF"})"), "CHF") == "ok");
  const std::string whole = value("7", 1);
  CHECK(fault(whole + std::string(256 * 1024 - whole.size(), ' ')) == "ok");
  CHECK(fault(whole + std::string(256 * 1024 - whole.size() + 1, ' ')) == "too_large ");
}

}  // namespace scoreline::producers
