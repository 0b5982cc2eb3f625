#include "producers/erp_decimal.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <cstdlib>
#include <string>

namespace scoreline::producers {
namespace {

constexpr DecimalStyle kPoint = DecimalStyle::point, kComma = DecimalStyle::comma;

std::string read(std::string_view text, DecimalStyle style) {
  const auto number = parse_decimal(text, style);
  return number ? to_text(*number) : number.error().code;
}
std::string json(std::string_view text) {
  const auto number = parse_json_decimal(text);
  return number ? to_text(*number) : number.error().code;
}
std::int64_t cents(std::string_view text, std::string_view rate = "") {
  const auto number = parse_decimal(text, kPoint);
  REQUIRE(number.ok());
  std::optional<Decimal> factor;
  if (!rate.empty()) factor = *parse_decimal(rate, kPoint);
  const auto result = round_decimal(*number, 2, factor);
  REQUIRE(result.ok());
  return *result;
}

}  // namespace

TEST_CASE("decimal: both styles, with and without groups") {
  for (const char* text : {"1.234,56", "1234,56", " 1.234,56 ", "1 234,56", "1'234,56",
                           "1\xC2\xA0"
                           "234,56",
                           "1\xE2\x80\xAF"
                           "234,560",
                           "+1.234,56"}) {
    CAPTURE(text);
    CHECK(read(text, kComma) == "1234.56");
  }
  for (const char* text : {"1,234.56", "1234.56", "1'234.56",
                           "1\xE2\x80\x99"
                           "234.56",
                           "01234.560"}) {
    CAPTURE(text);
    CHECK(read(text, kPoint) == "1234.56");
  }
  CHECK(read("1.234.567", kComma) == "1234567");
  CHECK(read("1,234,567.8", kPoint) == "1234567.8");
  CHECK(read(",5", kComma) == "0.5");
  CHECK(read("0", kPoint) == "0");
  CHECK(read("-0,00", kComma) == "0");
}

TEST_CASE("decimal: signs before and behind") {
  for (const char* text : {"-1.234,50", "1.234,50-", "- 1.234,50",
                           "\xE2\x88\x92"
                           "1.234,50"}) {
    CAPTURE(text);
    CHECK(read(text, kComma) == "-1234.5");
  }
}

TEST_CASE("decimal: the other style's numbers are refused, not misread") {
  for (const char* text : {"1234.56", "1.23,4", "12.34.567,00", "1,234.56", "1.2345", "1.234,", "", "-", ",", "abc",
                           "1 23,00", "1.234 567,00", "12,34,56", "1e3", "--1", "-1-"}) {
    CAPTURE(text);
    CHECK(read(text, kComma) == "invalid_amount");
  }
  for (const char* text : {"1.234,56", "1234,56", "1.", "0x10", "1.2.3", "NaN", "1,23"}) {
    CAPTURE(text);
    CHECK(read(text, kPoint) == "invalid_amount");
  }
}

TEST_CASE("decimal: numbers of JSON") {
  CHECK(json("12.50") == "12.5");
  CHECK(json("-1e2") == "-100");
  CHECK(json("1E-05") == "0.00001");
  CHECK(json("1.5e+3") == "1500");
  CHECK(json("0e999") == "0");
  for (const char* text : {"", "1e", "1e99999", ".5", "1,5", "\"1\"", "1e40"}) {
    CAPTURE(text);
    CHECK(json(text) == "invalid_amount");
  }
}

TEST_CASE("decimal: cents are rounded only where there is something to round, half away from zero") {
  CHECK(cents("1234.56") == 123456);
  CHECK(cents("1234.5") == 123450);
  CHECK(cents("1234") == 123400);
  CHECK(cents("0.005") == 1);
  CHECK(cents("0.0049999999999999") == 0);
  CHECK(cents("-0.005") == -1);
  CHECK(cents("-0.0049999999999999") == 0);
  CHECK(cents("1234.5649999999999") == 123456);
  CHECK(cents("1234.5650000000000") == 123457);
  CHECK(cents("8.115") == 812);  // 8.115 as a double is 8.1149999...
  CHECK(cents("1.005") == 101);
}

TEST_CASE("decimal: a rate is applied before the one rounding") {
  CHECK(cents("100", "0.9134") == 9134);
  CHECK(cents("0.1", "0.05") == 1);   // 0.5 cents
  CHECK(cents("0.09", "0.05") == 0);  // 0.45 cents
  CHECK(cents("-0.1", "0.05") == -1);
  CHECK(cents("12345678901234567.8901234", "0.000000000123") == 151'851'850);
}

TEST_CASE("decimal: the largest amount, and one beyond") {
  CHECK(cents("10000000000000.00") == 1'000'000'000'000'000);
  for (const char* text : {"10000000000000.01", "99999999999999999999999999", "10000000000000.005"}) {
    CAPTURE(text);
    CHECK_FALSE(round_decimal(*parse_decimal(text, kPoint), 2).ok());
  }
  CHECK(cents("10000000000000.004") == 1'000'000'000'000'000);
  CHECK(read("999999999999999999999999999", kPoint) == "invalid_amount");
}

TEST_CASE("decimal: any number of cents survives being written in either style") {
  rc::check([] {
    const auto value = *rc::gen::inRange<std::int64_t>(-1'000'000'000'000'000, 1'000'000'000'000'001);
    const bool grouped = *rc::gen::arbitrary<bool>();
    const std::int64_t positive = std::abs(value);
    std::string whole = std::to_string(positive / 100);
    if (grouped)
      for (std::size_t at = whole.size(); at > 3; at -= 3) whole.insert(at - 3, ".");
    const std::string rest = std::to_string(100 + positive % 100).substr(1);
    const auto number = parse_decimal((value < 0 ? "-" : "") + whole + "," + rest, kComma);
    RC_ASSERT(number.ok());
    RC_ASSERT(*round_decimal(*number, 2) == value);
    RC_ASSERT(*round_decimal(*parse_decimal(to_text(*number), kPoint), 2) == value);
    RC_ASSERT(*round_decimal(*parse_json_decimal(to_text(*number)), 2) == value);
  });
}

}  // namespace scoreline::producers
