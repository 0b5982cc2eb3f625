#include "base/time.hpp"

#include <doctest/doctest.h>

using namespace scoreline::base;

TEST_CASE("time: RFC 3339 in its forms") {
  CHECK(format_rfc3339(*parse_rfc3339("2026-05-01T10:00:00Z")) == "2026-05-01T10:00:00Z");
  CHECK(format_rfc3339(*parse_rfc3339("2026-05-01T10:00:00.250Z")) == "2026-05-01T10:00:00.25Z");
  CHECK(format_rfc3339(*parse_rfc3339("2026-05-01T01:30:00+02:00")) == "2026-04-30T23:30:00Z");
  CHECK(format_rfc3339(*parse_rfc3339("1969-12-31T23:59:59.5Z")) == "1969-12-31T23:59:59.5Z");
  CHECK(format_rfc3339(*parse_rfc3339("2024-02-29T00:00:00Z")) == "2024-02-29T00:00:00Z");
}

TEST_CASE("time: what is no instant") {
  for (const char* text : {"", "yesterday", "2026-05-01", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-05-01T24:00:00Z", "2026-05-01T10:00:00",
                           "2026-05-01T10:00:00.Z", "2026-05-01T10:00:00+2:00", "2026-05-01T10:00:00Zx"})
    CHECK_MESSAGE(!parse_rfc3339(text), text);
}

TEST_CASE("time: days are cut at UTC midnight, before 1970 as well") {
  CHECK(day_of(*parse_rfc3339("1970-01-01T23:59:59.999999Z")).n == 0);
  CHECK(day_of(*parse_rfc3339("1969-12-31T23:59:59.999999Z")).n == -1);
  CHECK(midnight(*parse_date("2026-05-01")) == *parse_rfc3339("2026-05-01T00:00:00Z"));
  CHECK(format_date(*parse_date("2026-03-01") + -1) == "2026-02-28");
}
