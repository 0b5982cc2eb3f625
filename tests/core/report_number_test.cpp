#include "core/report_number.hpp"

#include <doctest/doctest.h>

using namespace scoreline::core;

TEST_CASE("scores have two decimals") {
  CHECK(report_number(0) == "0.00");
  CHECK(report_number(40 * 100 * kHundredth) == "40.00");
  CHECK(report_number(1'234'567) == "0.01");
  CHECK(report_number(-1234 * kHundredth) == "-12.34");
  CHECK(report_number(Points{100'000'000} * 123'456) == "123456.00");
}

TEST_CASE("halves go away from zero") {
  CHECK(report_number(500'000) == "0.01");
  CHECK(report_number(499'999) == "0.00");
  CHECK(report_number(-500'000) == "-0.01");
  CHECK(report_number(1'500'000) == "0.02");
  CHECK(report_number(99'999'500'000) == "1000.00");
}

TEST_CASE("there is no negative zero") {
  CHECK(report_number(-1) == "0.00");
  CHECK(report_number(-499'999) == "0.00");
}

TEST_CASE("hundredths and quotients") {
  CHECK(report_hundredths(1250) == "12.50");
  CHECK(report_hundredths(5) == "0.05");
  CHECK(report_hundredths(-5) == "-0.05");
  CHECK(divide_half_away(5, 2) == 3);
  CHECK(divide_half_away(-5, 2) == -3);
  CHECK(divide_half_away(7, 3) == 2);
  CHECK(divide_half_away(8, 3) == 3);
  CHECK(divide_half_away(-8, 3) == -3);
  CHECK(divide_half_away(1, 3) == 0);
  CHECK(divide_half_away(INT64_MAX, 1) == INT64_MAX);
}

TEST_CASE("more than 64 bits are written out") {
  CHECK(report_number(Points{INT64_MAX} * 100'000'000) == "9223372036854775807.00");
  CHECK(report_number(Points{INT64_MIN} * 100'000'000) == "-9223372036854775808.00");
}
