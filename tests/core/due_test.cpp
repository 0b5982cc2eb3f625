#include "core/due.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <thread>

#include "support/decision_book.hpp"
#include "support/score_random.hpp"

using namespace scoreline;
using core::Window;
using test::at;

namespace {

constexpr std::uint8_t kMon = 1, kWed = 4, kThu = 8, kFri = 16, kSat = 32, kSun = 64, kWeekdays = 31, kAll = 127;

core::Step step(std::string_view after) {
  core::Step out;
  out.after_amount = std::stoll(std::string(after.substr(0, after.size() - 1)));
  out.after_unit = after.back();
  return out;
}

/// "09:00" -> 540.
std::int32_t minute(std::string_view text) {
  return std::stoi(std::string(text.substr(0, 2))) * 60 + std::stoi(std::string(text.substr(3)));
}
Window window(std::uint8_t days, std::string_view from, std::string_view to) {
  return {days, minute(from), minute(to)};
}

std::string due(std::string_view zone, std::string_view enrolled, std::string_view after,
                std::optional<Window> within = {}) {
  return base::format_rfc3339(core::due_at(at(enrolled), step(after), within, zone));
}

const std::vector<std::string> kZones{
    "UTC",          "Europe/Berlin",     "America/New_York", "Australia/Lord_Howe", "Asia/Beirut",     "America/Havana",
    "Pacific/Apia", "America/Sao_Paulo", "Asia/Kathmandu",   "Africa/Casablanca",   "America/St_Johns"};

base::Instant random_instant() {
  const base::Instant from = at("1990-01-01T00:00:00Z"), to = at("2060-01-01T00:00:00Z");
  return {test::any_of(from.us, to.us)};
}

}  // namespace

TEST_CASE("due: what the clock on the wall shows") {
  const auto there = [](std::string_view t, std::string_view zone) { return base::format_rfc3339(core::wall_time(at(t), zone)); };
  CHECK(there("2026-05-04T07:00:00.5Z", "Europe/Berlin") == "2026-05-04T09:00:00.5Z");
  CHECK(there("2026-03-29T00:59:59Z", "Europe/Berlin") == "2026-03-29T01:59:59Z");
  CHECK(there("2026-03-29T01:00:00Z", "Europe/Berlin") == "2026-03-29T03:00:00Z");
  CHECK(there("2026-05-04T07:00:00Z", "UTC") == "2026-05-04T07:00:00Z");
  CHECK(there("2026-05-04T07:00:00Z", "Middle/Earth") == "2026-05-04T07:00:00Z");
}

TEST_CASE("due: names of zones are those of the database, to the letter") {
  for (const char* name : {"UTC", "Europe/Berlin", "Etc/GMT+1", "Australia/Lord_Howe"}) CHECK(core::is_time_zone(name));
  for (const char* name : {"", "europe/berlin", "Europe/Berlin ", "Europe", "Mars/Base", "+02:00", "localtime",
                           "posix/Europe/Berlin", "../zoneinfo/UTC", "zone.tab"}) {
    CHECK_FALSE(core::is_time_zone(name));
  }
  core::Sequence sequence;
  CHECK(core::zone_for("Europe/Berlin", sequence) == "Europe/Berlin");
  CHECK(core::zone_for("Berlin", sequence) == "UTC");
  sequence.timezone = "Asia/Tokyo";
  CHECK(core::zone_for("", sequence) == "Asia/Tokyo");
  CHECK(core::zone_for("Europe/Berlin", sequence) == "Europe/Berlin");
  sequence.timezone = "Gone/Zone";
  CHECK(core::zone_for("", sequence) == "UTC");
}

TEST_CASE("due: elapsed hours and minutes, calendar days, fractions kept") {
  CHECK(due("UTC", "2026-05-01T10:00:00.25Z", "3d") == "2026-05-04T10:00:00.25Z");
  CHECK(due("UTC", "2026-05-01T10:00:00.000001Z", "36h") == "2026-05-02T22:00:00.000001Z");
  CHECK(due("UTC", "2026-05-01T10:00:00Z", "90m") == "2026-05-01T11:30:00Z");
  CHECK(due("UTC", "2028-02-28T23:00:00Z", "1d") == "2028-02-29T23:00:00Z");
  CHECK(due("Asia/Tokyo", "2026-05-01T10:00:00Z", "0m") == "2026-05-01T10:00:00Z");
  CHECK(due("no zone", "2026-05-01T10:00:00Z", "1d") == "2026-05-02T10:00:00Z");
  CHECK(due("UTC", "1969-12-30T23:30:00.5Z", "1d") == "1969-12-31T23:30:00.5Z");
}

TEST_CASE("due: days when the clock is put forward or back") {
  // Berlin: forward on 29 March 2026, 01:00Z; back on 25 October, 01:00Z.
  CHECK(due("Europe/Berlin", "2026-03-28T01:30:00Z", "1d") == "2026-03-29T01:00:00Z");    // 02:30: first existing
  CHECK(due("Europe/Berlin", "2026-03-28T01:30:00.7Z", "1d") == "2026-03-29T01:00:00Z");  // without the fraction
  CHECK(due("Europe/Berlin", "2026-03-28T00:59:59.9Z", "1d") == "2026-03-29T00:59:59.9Z");
  CHECK(due("Europe/Berlin", "2026-03-28T02:00:00Z", "1d") == "2026-03-29T01:00:00Z");  // 03:00 exists
  CHECK(due("Europe/Berlin", "2026-03-28T01:30:00Z", "24h") == "2026-03-29T01:30:00Z");
  CHECK(due("Europe/Berlin", "2026-03-28T01:30:00Z", "2d") == "2026-03-30T00:30:00Z");
  CHECK(due("Europe/Berlin", "2026-10-24T00:30:00.5Z", "1d") == "2026-10-25T00:30:00.5Z");  // the first 02:30
  CHECK(due("Europe/Berlin", "2026-10-24T00:30:00Z", "2d") == "2026-10-26T01:30:00Z");
  CHECK(due("Europe/Berlin", "2026-10-25T01:30:00Z", "0d") == "2026-10-25T01:30:00Z");  // enrolled in the second 02:30
  CHECK(due("Europe/Berlin", "2026-10-25T01:30:00Z", "1d") == "2026-10-26T01:30:00Z");
  CHECK(due("America/New_York", "2026-10-24T00:32:00Z", "1d") == "2026-10-25T00:32:00Z");
}

TEST_CASE("due: half an hour in Lord Howe, midnight in Brazil and Lebanon, a day that Samoa skipped") {
  CHECK(due("Australia/Lord_Howe", "2026-10-02T15:40:00Z", "1d") == "2026-10-03T15:30:00Z");  // 02:10 -> 02:30
  CHECK(due("Australia/Lord_Howe", "2026-04-03T14:45:00Z", "1d") == "2026-04-04T14:45:00Z");  // the first 01:45
  CHECK(due("Australia/Lord_Howe", "2026-04-03T14:45:00Z", "2d") == "2026-04-05T15:15:00Z");
  CHECK(due("Australia/Lord_Howe", "2026-04-04T15:15:00Z", "0d") == "2026-04-04T15:15:00Z");
  CHECK(due("America/Sao_Paulo", "2017-10-14T03:30:00Z", "1d") == "2017-10-15T03:00:00Z");  // 00:30 -> 01:00
  CHECK(due("America/Sao_Paulo", "2018-02-17T01:30:00Z", "1d") == "2018-02-18T01:30:00Z");  // the first 23:30
  CHECK(due("Asia/Beirut", "2026-03-27T22:15:00Z", "1d") == "2026-03-28T22:00:00Z");        // 00:15 -> 01:00
  CHECK(due("Pacific/Apia", "2011-12-29T20:00:00Z", "1d") == "2011-12-30T10:00:00Z");  // 30 December -> 31st, 00:00
  CHECK(due("Pacific/Apia", "2011-12-29T20:00:00Z", "2d") == "2011-12-30T20:00:00Z");
  CHECK(due("Pacific/Apia", "2011-12-29T20:00:00Z", "24h") == "2011-12-30T20:00:00Z");
}

TEST_CASE("due: clocks are changed after 2037, too, as the rules of today say") {
  CHECK(due("Europe/Berlin", "2037-12-31T12:00:00Z", "182d") == "2038-07-01T11:00:00Z");
  CHECK(due("Europe/Berlin", "2050-03-26T01:30:00Z", "1d") == "2050-03-27T01:00:00Z");
  CHECK(due("Europe/Berlin", "2050-10-29T00:30:00Z", "2d") == "2050-10-31T01:30:00Z");
  CHECK(due("America/New_York", "2100-03-13T17:00:00Z", "1d") == "2100-03-14T16:00:00Z");
  CHECK(due("Australia/Lord_Howe", "2040-01-14T13:00:00Z", "1d") == "2040-01-15T13:00:00Z");
  CHECK(due("Europe/Berlin", "2040-02-28T11:00:00Z", "1d") == "2040-02-29T11:00:00Z");
  CHECK(due("Asia/Tokyo", "9998-01-01T12:00:00Z", "3d") == "9998-01-04T12:00:00Z");
}

TEST_CASE("due: a window moves a step to `from` of the day or of the next allowed day") {
  const Window office = window(kWeekdays, "09:00", "17:00");  // Berlin in May: 07:00Z to 15:00Z
  const auto moved = [&](std::string_view t) { return due("Europe/Berlin", t, "0d", office); };
  CHECK(moved("2026-05-08T06:59:59.999999Z") == "2026-05-08T07:00:00Z");
  CHECK(moved("2026-05-08T07:00:00Z") == "2026-05-08T07:00:00Z");
  CHECK(moved("2026-05-08T14:59:59.999999Z") == "2026-05-08T14:59:59.999999Z");
  CHECK(moved("2026-05-08T15:00:00Z") == "2026-05-11T07:00:00Z");  // Friday, at `to`: Monday
  CHECK(moved("2026-05-09T10:00:00Z") == "2026-05-11T07:00:00Z");
  CHECK(moved("2026-05-10T21:59:59Z") == "2026-05-11T07:00:00Z");
  CHECK(moved("2026-05-10T22:00:00Z") == "2026-05-11T07:00:00Z");  // Monday, 00:00 there
  CHECK(due("Europe/Berlin", "2026-05-04T10:00:00Z", "7d", office) == "2026-05-11T10:00:00Z");
  CHECK(due("Europe/Berlin", "2026-05-04T10:00:00Z", "5d", office) == "2026-05-11T07:00:00Z");
  CHECK(due("UTC", "1969-12-31T12:00:00Z", "0d", window(kWed, "00:00", "24:00")) == "1969-12-31T12:00:00Z");
  CHECK(due("UTC", "1969-12-30T12:00:00Z", "0d", window(kWed, "00:00", "24:00")) == "1969-12-31T00:00:00Z");
}

TEST_CASE("due: 24:00 is the end of the day") {
  const Window evening = window(kAll, "20:00", "24:00");
  CHECK(due("UTC", "2026-05-08T23:59:59.999999Z", "0d", evening) == "2026-05-08T23:59:59.999999Z");
  CHECK(due("UTC", "2026-05-09T00:00:00Z", "0d", evening) == "2026-05-09T20:00:00Z");
  CHECK(due("UTC", "2026-05-09T00:00:00Z", "0d", window(kThu, "23:59", "24:00")) == "2026-05-14T23:59:00Z");
}

TEST_CASE("due: a window on a day when the clock is put forward") {
  const auto moved = [&](std::string_view t, const Window& within) { return due("Europe/Berlin", t, "0d", within); };
  CHECK(moved("2026-03-29T00:30:00Z", window(kAll, "02:30", "04:00")) == "2026-03-29T01:00:00Z");
  CHECK(moved("2026-03-29T00:30:00Z", window(kAll, "02:15", "02:45")) ==
        "2026-03-30T00:15:00Z");  // is not there at all
  CHECK(moved("2026-03-29T00:30:00Z", window(kSun, "02:15", "02:45")) == "2026-04-05T00:15:00Z");
  CHECK(moved("2026-03-29T01:00:00Z", window(kAll, "01:00", "02:30")) == "2026-03-29T23:00:00Z");
  CHECK(due("America/Sao_Paulo", "2017-10-14T13:00:00Z", "0d", window(kSun, "00:00", "24:00")) ==
        "2017-10-15T03:00:00Z");
  CHECK(due("Asia/Beirut", "2026-03-27T10:00:00Z", "0d", window(kSun, "00:00", "08:00")) == "2026-03-28T22:00:00Z");
  CHECK(due("Pacific/Apia", "2011-12-30T04:00:00Z", "0d", window(kFri, "09:00", "17:00")) == "2012-01-05T19:00:00Z");
  CHECK(due("Pacific/Apia", "2011-12-30T04:00:00Z", "0d", window(kFri | kSat, "09:00", "17:00")) ==
        "2011-12-30T19:00:00Z");
}

TEST_CASE("due: a window on a day when the clock is put back") {
  const auto moved = [&](std::string_view t, const Window& within) { return due("Europe/Berlin", t, "0d", within); };
  const Window late = window(kAll, "02:45", "04:00");
  CHECK(moved("2026-10-25T00:30:00Z", late) == "2026-10-25T00:45:00Z");  // before the first 02:45
  CHECK(moved("2026-10-25T01:30:00Z", late) == "2026-10-25T01:45:00Z");  // behind it, before the second
  const Window early = window(kAll, "01:00", "02:30");
  CHECK(moved("2026-10-25T00:29:59Z", early) == "2026-10-25T00:29:59Z");
  CHECK(moved("2026-10-25T00:30:00Z", early) == "2026-10-26T00:00:00Z");  // the first 02:30
  CHECK(moved("2026-10-25T01:10:00Z", early) == "2026-10-25T01:10:00Z");  // the second 02:10
  CHECK(due("America/Sao_Paulo", "2018-02-18T01:30:00Z", "0d", window(kSun, "00:00", "24:00")) ==
        "2018-02-18T03:00:00Z");
  // St John's went back from 00:01 to 23:01 of the day before: Sunday began twice.
  CHECK(due("America/St_Johns", "2010-11-07T02:45:00Z", "0d", window(kSun, "00:00", "24:00")) ==
        "2010-11-07T03:30:00Z");
  CHECK(due("America/St_Johns", "2010-11-07T02:20:00Z", "0d", window(kSun, "00:00", "24:00")) ==
        "2010-11-07T02:30:00Z");
}

TEST_CASE("due: a window that a rule book may not have leaves the step where it is") {
  CHECK(due("UTC", "2026-05-08T10:00:00Z", "0d", window(0, "09:00", "17:00")) == "2026-05-08T10:00:00Z");
  CHECK(due("UTC", "2026-05-08T10:00:00Z", "0d", window(kMon, "09:00", "09:00")) == "2026-05-08T10:00:00Z");
}

TEST_CASE("due: never before the enrolment, later steps never sooner, and windows are kept") {
  CHECK(rc::check([] {
    const std::string zone = *rc::gen::elementOf(kZones);
    const base::Instant enrolled = random_instant();
    const std::int64_t amount = test::any_of<std::int64_t>(0, 60);
    const core::Step one{"", "", "", amount, *rc::gen::element('d', 'h', 'm')};
    core::Step later = one;
    later.after_amount += test::any_of<std::int64_t>(1, 3);
    const base::Instant plain = core::due_at(enrolled, one, {}, zone);
    RC_ASSERT(plain >= enrolled);
    RC_ASSERT(plain <= core::due_at(enrolled, later, {}, zone));
    const std::int32_t from = test::any_of(0, 1439);
    const Window within{static_cast<std::uint8_t>(test::any_of(1, 127)), from, test::any_of(from + 1, 1440)};
    const base::Instant moved = core::due_at(enrolled, one, within, zone);
    RC_ASSERT(moved >= plain);
    // What is in the window stays there, and what was moved is.
    RC_ASSERT(core::due_at(moved, step("0d"), within, zone) == moved);
    if (zone == "UTC" || zone == "Asia/Kathmandu") {
      const std::int64_t offset_us = zone == "UTC" ? 0 : (5 * 60 + 45) * 60 * base::kSecondUs;
      const base::Instant local{moved.us + offset_us};
      const base::Day day = base::day_of(local);
      const std::int64_t minute = (local.us - base::midnight(day).us) / (60 * base::kSecondUs);
      RC_ASSERT((within.days >> (day.n + 3) % 7 & 1) == 1);
      RC_ASSERT((minute >= within.from_minute && minute < within.to_minute));
      RC_ASSERT((moved == plain || (local.us % (60 * base::kSecondUs) == 0 && minute == within.from_minute)));
      RC_ASSERT(moved.us - plain.us <= 7 * base::kDayUs);
      RC_ASSERT(moved <= core::due_at(enrolled, later, within, zone));
    }
  }));
}

TEST_CASE("due: without windows, days keep the local time where the clock does not change in between") {
  CHECK(rc::check([] {
    const base::Instant enrolled{at("2026-04-01T00:00:00Z").us + test::any_of<std::int64_t>(0, 100 * base::kDayUs)};
    const std::int64_t days = test::any_of<std::int64_t>(0, 60);
    const core::Step after{"", "", "", days, 'd'};
    RC_ASSERT(core::due_at(enrolled, after, {}, "Europe/Berlin").us == enrolled.us + days * base::kDayUs);
  }));
}

TEST_CASE("due: may be asked by several threads at once") {
  std::vector<std::string> found(4);
  std::vector<std::thread> threads;
  for (std::string& out : found) {
    threads.emplace_back([&out] { out = due("Asia/Almaty", "2026-05-08T10:00:00Z", "1d"); });
  }
  for (std::thread& one : threads) one.join();
  for (const std::string& out : found) CHECK(out == "2026-05-09T10:00:00Z");
}
