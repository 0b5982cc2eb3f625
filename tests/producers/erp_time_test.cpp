#include "producers/erp_time.hpp"

#include <doctest/doctest.h>

#include <string>

namespace scoreline::producers {
namespace {

ErpTimes times(std::string_view format, std::string_view zone = "UTC") {
  const auto made = ErpTimes::make(format, zone);
  REQUIRE(made.ok());
  return *made;
}
std::string day(const ErpTimes& t, std::string_view text) {
  const auto read = t.day(text);
  return read ? base::format_date(*read) : read.error().message;
}
std::string instant(const ErpTimes& t, std::string_view text) {
  const auto read = t.instant(text);
  return read ? base::format_rfc3339(*read) : read.error().message;
}

}  // namespace

TEST_CASE("erp time: dates in the format that was named") {
  CHECK(day(ErpTimes(), "2026-05-01") == "2026-05-01");
  CHECK(day(ErpTimes(), " 2026-05-01 ") == "2026-05-01");
  CHECK(day(times("DD.MM.YYYY"), "01.05.2026") == "2026-05-01");
  CHECK(day(times("DD.MM.YYYY"), "1.5.2026") == "2026-05-01");
  CHECK(day(times("MM/DD/YYYY"), "05/01/2026") == "2026-05-01");
  CHECK(day(times("YYYYMMDD"), "20260501") == "2026-05-01");
}

TEST_CASE("erp time: what is no date of that format") {
  const std::string unreadable = "not a date written as DD.MM.YYYY";
  for (const char* text :
       {"2026-05-01", "01.05.26", "01.05.20260", "01.05.", "", "x", "01.05.2026x", "01-05-2026", "001.05.2026"}) {
    CAPTURE(text);
    CHECK(day(times("DD.MM.YYYY"), text) == unreadable);
  }
  CHECK(day(times("YYYYMMDD"), "2026501") == "not a date written as YYYYMMDD");
}

TEST_CASE("erp time: impossible days") {
  const std::string none = "there is no such day in the calendar";
  CHECK(day(ErpTimes(), "2026-02-30") == none);
  CHECK(day(ErpTimes(), "2026-02-29") == none);
  CHECK(day(ErpTimes(), "2028-02-29") == "2028-02-29");
  CHECK(day(times("DD.MM.YYYY"), "31.04.2026") == none);
  CHECK(day(times("DD.MM.YYYY"), "00.00.0000") == none);
  CHECK(day(times("DD.MM.YYYY"), "05.13.2026") == none);
}

TEST_CASE("erp time: instants are wall clocks of the zone unless they say otherwise") {
  const ErpTimes berlin = times("DD.MM.YYYY", "Europe/Berlin");
  CHECK(instant(berlin, "01.05.2026 10:30") == "2026-05-01T08:30:00Z");
  CHECK(instant(berlin, "01.01.2026, 10:30:15") == "2026-01-01T09:30:15Z");
  CHECK(instant(times("YYYY-MM-DD", "Europe/Berlin"), "2026-05-01T10:30:00.25+00:00") == "2026-05-01T10:30:00.25Z");
  CHECK(instant(ErpTimes(), "2026-05-01 10:30:00") == "2026-05-01T10:30:00Z");
  CHECK(instant(ErpTimes(), "2026-05-01T10:30:00.1234567-0530") == "2026-05-01T16:00:00.123456Z");
  for (const char* text :
       {"01.05.2026 24:00", "01.05.2026 10", "01.05.2026 10:60", "01.05.2026 10:30 CET", "01.05.2026 10:30:1"}) {
    CAPTURE(text);
    CHECK_FALSE(berlin.instant(text).ok());
  }
}

TEST_CASE("erp time: the hour that summer time skips, and the one it repeats") {
  const ErpTimes berlin = times("YYYY-MM-DD", "Europe/Berlin");
  CHECK(instant(berlin, "2026-03-29 01:59:59") == "2026-03-29T00:59:59Z");
  CHECK(instant(berlin, "2026-03-29 02:30:00") == "2026-03-29T01:00:00Z");
  CHECK(instant(berlin, "2026-03-29 03:00:00") == "2026-03-29T01:00:00Z");
  CHECK(instant(berlin, "2026-10-25 02:30:00") == "2026-10-25T00:30:00Z");
  CHECK(instant(berlin, "2026-10-25 03:00:00") == "2026-10-25T02:00:00Z");
}

TEST_CASE("erp time: the date of a document is the local one") {
  const ErpTimes berlin = times("YYYY-MM-DD", "Europe/Berlin");
  CHECK(day(berlin, "2026-05-01 23:30:00") == "2026-05-01");
  CHECK(day(berlin, "2026-05-01T22:30:00Z") == "2026-05-02");
  CHECK(day(ErpTimes(), "2026-05-01T22:30:00Z") == "2026-05-01");
  CHECK(day(ErpTimes(), "2026-05-01T00:30:00+02:00") == "2026-04-30");
  CHECK(instant(berlin, "2026-05-01") == "2026-05-01T00:00:00Z");
}

TEST_CASE("erp time: formats and zones that are none") {
  for (const char* format : {"", "DD.MM.YY", "DD.MM", "YYYY-MM-DD HH:MM", "YYYY-MM-MM", "DD.MM.YYYY.DD"}) {
    CAPTURE(format);
    CHECK(ErpTimes::make(format, "UTC").error().code == "format");
  }
  CHECK(ErpTimes::make("YYYY-MM-DD", "Europe/Berlinn").error().code == "zone");
}

}  // namespace scoreline::producers
