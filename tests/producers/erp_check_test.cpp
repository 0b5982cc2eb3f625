#include "producers/erp_check.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <string>

namespace scoreline::producers {
namespace {

namespace fs = std::filesystem;

ErpCheck checked(const std::string& text) {
  ErpCheck check(*base::parse_rfc3339("2026-06-01T12:00:00Z"), "EUR");
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    check.line(std::string_view(text).substr(at, end - at));
    at = end + 1;
  }
  check.finish();
  return check;
}

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string first(const ErpCheck& check) {
  if (check.findings().empty()) return "none";
  const ErpFinding& finding = check.findings().front();
  return std::to_string(finding.line) + " " + finding.pointer + " " + finding.code;
}

std::string value(const std::string& members) { return R"({"source":"s","customer":"7",)" + members + "}\n"; }
const std::string kOrder = R"("kind":"order","id":"1","version":1,"data":{"placedOn":"2026-05-01","netCents":5})";

}  // namespace

TEST_CASE(
    "erp check: recorded outputs of connectors: good ones pass, bad ones give the finding that they are named after") {
  const std::set<std::string> warnings{"unknown_invoice", "future_date",        "old_date",      "due_before_issued",
                                       "same_amounts",    "history_after_live", "missing_field", "unknown_field"};
  int good = 0, bad = 0;
  for (const auto& entry : fs::directory_iterator(fs::path(SCORELINE_SOURCE_DIR) / "tests/producers/connectors")) {
    const std::string name = entry.path().stem().string();
    CAPTURE(name);
    const ErpCheck check = checked(read(entry.path()));
    if (name.starts_with("good-")) {
      ++good;
      CHECK_MESSAGE(check.findings().empty(), first(check));
      CHECK(check.values() > 0);
      continue;
    }
    ++bad;
    const std::string code = name.substr(4);
    REQUIRE_MESSAGE(check.findings().size() == 1, first(check));
    CHECK(check.findings()[0].code == code);
    CHECK(check.findings()[0].error == !warnings.contains(code));
    CHECK_FALSE(check.findings()[0].message.empty());
  }
  CHECK(good >= 3);
  CHECK(bad >= 20);
}

TEST_CASE("erp check: a finding names the line and the place in the value") {
  CHECK(
      first(checked("\n" + value(kOrder) + value(R"("kind":"order","id":"2","version":1,"data":{"netCents":1.5})"))) ==
      "3 /data/netCents invalid_value");
  CHECK(first(checked(value(kOrder) +
                      value(R"("kind":"order","id":"1","version":1,"data":{"placedOn":"2026-05-01","netCents":6})"))) ==
        "2 /version version_reused");
  CHECK(first(checked(value(
            R"("kind":"payment","id":"1","version":1,"data":{"invoice":9,"paidOn":"2026-05-01","grossCents":5})"))) ==
        "1 /data/invoice unknown_invoice");
  CHECK(first(checked(
            value(R"("kind":"order","id":"1","version":1,"data":{"placedOn":"2026-05-01","netCents":5,"a/b~c":1})"))) ==
        "1 /data/a~1b~0c unknown_field");
}

TEST_CASE("erp check: an invoice may come behind its payment, and has one meaning per customer and source") {
  const std::string payment =
      value(R"("kind":"payment","id":"1","version":1,"data":{"invoice":"R1","paidOn":"2026-05-01","grossCents":5})");
  const std::string invoice =
      value(R"("kind":"invoice","id":"R1","version":1,"data":{"issuedOn":"2026-05-01","netCents":4,"grossCents":5})");
  CHECK(checked(payment + invoice).findings().empty());
  CHECK(
      first(checked(
          payment +
          R"({"source":"t","customer":"7","kind":"invoice","id":"R1","version":1,"data":{"issuedOn":"2026-05-01","netCents":4,"grossCents":5}})")) ==
      "1 /data/invoice unknown_invoice");
}

TEST_CASE("erp check: dates at the edge of the future") {
  const auto dated = [](const std::string& day) {
    return checked(value(R"("kind":"order","id":"1","version":1,"data":{"netCents":5,"placedOn":")" + day + "\"}"))
        .findings()
        .size();
  };
  CHECK(dated("2026-06-02") == 0);
  CHECK(dated("2026-06-03") == 1);
  CHECK(dated("1970-01-01") == 0);
  CHECK(dated("1969-12-31") == 1);
  CHECK(
      checked(
          value(
              R"("kind":"order","id":"1","version":1,"timestamp":"2026-06-02T12:00:00Z","data":{"netCents":5,"placedOn":"2026-06-01"})"))
          .findings()
          .empty());
  CHECK(
      first(checked(value(
          R"("kind":"order","id":"1","version":1,"timestamp":"2026-06-02T12:00:01Z","data":{"netCents":5,"placedOn":"2026-06-01"})"))) ==
      "1 /timestamp future_date");
}

TEST_CASE("erp check: warnings of one kind are told once, with their number; errors each") {
  std::string text;
  for (int n = 1; n <= 5; ++n)
    text += value(R"("kind":"order","id":")" + std::to_string(n) + R"(","version":1,"data":{"netCents":5})");
  const ErpCheck check = checked(text + "x\nx\n");
  REQUIRE(check.findings().size() == 3);
  CHECK(check.findings()[0].times == 5);
  CHECK(check.warnings() == 5);
  CHECK(check.errors() == 2);
  CHECK(check.documents() == 5);
  CHECK(check.customers() == 1);
}

TEST_CASE("erp check: a repetition of an older version is none of its business") {
  const std::string v1 = value(kOrder),
                    v2 = value(R"("kind":"order","id":"1","version":2,"data":{"placedOn":"2026-05-01","netCents":6})");
  CHECK(checked(v1 + v2 + v1 + v2).findings().empty());
  CHECK(first(checked(v2 + v1)) == "2 /version version_falls");
}

TEST_CASE("erp check: ids of different tables may be the same") {
  CHECK(
      checked(
          value(kOrder) +
          value(
              R"("kind":"invoice","id":"1","version":1,"data":{"issuedOn":"2026-05-01","netCents":7,"grossCents":8})"))
          .findings()
          .empty());
}

}  // namespace scoreline::producers
