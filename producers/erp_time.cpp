#include "producers/erp_time.hpp"

#include <date/tz.h>
#include <fmt/core.h>

#include <chrono>
#include <optional>
#include <stdexcept>

namespace scoreline::producers {
namespace {

using base::Day;
using base::Error;
using base::Instant;

constexpr std::string_view kIso = "YYYY-MM-DD";

bool digit(char c) { return c >= '0' && c <= '9'; }
bool blank(char c) { return c == ' ' || c == '\t'; }

/// Reads a text from left to right.
struct Cursor {
  std::string_view rest;

  bool take(char c) {
    if (rest.empty() || rest.front() != c) return false;
    rest.remove_prefix(1);
    return true;
  }
  bool take_any(std::string_view chars, char& found) {
    if (rest.empty() || chars.find(rest.front()) == std::string_view::npos) return false;
    found = rest.front();
    rest.remove_prefix(1);
    return true;
  }
  // Between `least` and `most` digits.
  bool number(std::size_t least, std::size_t most, int& value) {
    std::size_t size = 0;
    value = 0;
    while (size < most && size < rest.size() && digit(rest[size])) value = value * 10 + (rest[size++] - '0');
    rest.remove_prefix(size);
    return size >= least;
  }
  void skip_blanks() {
    while (!rest.empty() && blank(rest.front())) rest.remove_prefix(1);
  }
};

// Digits behind a point, as microseconds; more than six are cut.
bool take_fraction(Cursor& cursor, std::int64_t& us) {
  char point = 0;
  if (!cursor.take_any(".,", point)) return true;
  std::int64_t unit = 100'000;
  if (cursor.rest.empty() || !digit(cursor.rest.front())) return false;
  for (; !cursor.rest.empty() && digit(cursor.rest.front()); cursor.rest.remove_prefix(1), unit /= 10)
    us += (cursor.rest.front() - '0') * unit;
  return true;
}

// "10:30", "10:30:59.25".
bool take_clock(Cursor& cursor, std::int64_t& us) {
  int hour = 0, minute = 0, second = 0;
  if (!cursor.number(1, 2, hour) || !cursor.take(':') || !cursor.number(2, 2, minute)) return false;
  std::int64_t fraction_us = 0;
  if (cursor.take(':') && (!cursor.number(2, 2, second) || !take_fraction(cursor, fraction_us))) return false;
  if (hour > 23 || minute > 59 || second > 60) return false;
  us = (hour * 3600LL + minute * 60LL + second) * base::kSecondUs + fraction_us;
  return true;
}

// "Z", "+02:00", "+0200"; nothing: no offset.
bool take_offset(Cursor& cursor, std::optional<std::int64_t>& offset_us) {
  cursor.skip_blanks();
  if (cursor.rest.empty()) return true;
  char sign = 0;
  int hour = 0, minute = 0;
  if (cursor.take('Z') || cursor.take('z')) {
    offset_us = 0;
    return true;
  }
  if (!cursor.take_any("+-", sign) || !cursor.number(2, 2, hour)) return false;
  cursor.take(':');
  if (!cursor.number(2, 2, minute) || hour > 23 || minute > 59) return false;
  offset_us = (hour * 3600LL + minute * 60LL) * base::kSecondUs * (sign == '-' ? -1 : 1);
  return true;
}

// A part of the format, with its separator behind it or none.
bool take_part(Cursor& cursor, std::string_view part, bool separated, int& value) {
  if (part == "YYYY") return cursor.number(4, 4, value);
  return cursor.number(separated ? 1 : 2, 2, value);
}

bool count_once(std::string_view format, std::string_view part) {
  const std::size_t at = format.find(part);
  return at != std::string_view::npos && format.find(part, at + part.size()) == std::string_view::npos;
}

}  // namespace

struct ErpTimes::Zone {
  const date::time_zone* zone;

  Instant utc(std::int64_t local_us) const {
    using std::chrono::microseconds;
    using std::chrono::seconds;
    const std::int64_t local_s =
        local_us >= 0 ? local_us / base::kSecondUs : -((-local_us + base::kSecondUs - 1) / base::kSecondUs);
    const date::local_info info = zone->get_info(date::local_seconds(seconds(local_s)));
    if (info.result == date::local_info::nonexistent) return {microseconds(info.first.end.time_since_epoch()).count()};
    return {local_us - microseconds(info.first.offset).count()};
  }
  std::int64_t local_us(Instant at) const {
    using std::chrono::microseconds;
    const auto time = date::floor<std::chrono::seconds>(date::sys_time<microseconds>(microseconds(at.us)));
    return at.us + microseconds(zone->get_info(time).offset).count();
  }
};

/// What a text says, nothing converted.
struct ErpTimes::Read {
  Day day;
  std::optional<std::int64_t> clock_us, offset_us;
};

ErpTimes::ErpTimes() : format_(kIso) {}

base::Result<ErpTimes> ErpTimes::make(std::string_view format, std::string_view zone) {
  ErpTimes times;
  times.format_ = format;
  std::size_t letters = 0;
  for (const char c : format) letters += (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || digit(c) ? 1 : 0;
  if (letters != 8 || !count_once(format, "YYYY") || !count_once(format, "MM") || !count_once(format, "DD"))
    return Error{"format", "a date format has YYYY, MM and DD once each, such as YYYY-MM-DD or DD.MM.YYYY", ""};
  if (zone == "UTC") return times;
  try {
    times.zone_ = std::make_shared<const Zone>(Zone{date::locate_zone(std::string(zone))});
  } catch (const std::runtime_error&) {
    return Error{"zone", "there is no such time zone; write a name such as Europe/Berlin", ""};
  }
  return times;
}

base::Result<ErpTimes::Read> ErpTimes::read(std::string_view text) const {
  const auto unreadable = [&] { return Error{"invalid_time", fmt::format("not a date written as {}", format_), ""}; };
  const bool separated = format_.size() > 8;
  Cursor cursor{text};
  cursor.skip_blanks();
  int year = 0, month = 0, day = 0;
  for (std::string_view format = format_; !format.empty();) {
    const char c = format.front();
    if (c != 'Y' && c != 'M' && c != 'D') {
      if (!cursor.take(c)) return unreadable();
      format.remove_prefix(1);
      continue;
    }
    const std::string_view part = format.substr(0, c == 'Y' ? 4 : 2);
    format.remove_prefix(part.size());
    if (!take_part(cursor, part, separated, c == 'Y' ? year : c == 'M' ? month : day)) return unreadable();
  }
  Read out;
  const auto valid = base::parse_date(fmt::format("{:04}-{:02}-{:02}", year, month, day));
  if (!valid) return Error{"invalid_time", "there is no such day in the calendar", ""};
  out.day = *valid;
  char separator = 0;
  if (cursor.take_any("Tt, ", separator) && (cursor.skip_blanks(), !cursor.rest.empty())) {
    std::int64_t clock_us = 0;
    if (!take_clock(cursor, clock_us) || !take_offset(cursor, out.offset_us))
      return Error{"invalid_time", "the time of day cannot be read", ""};
    out.clock_us = clock_us;
  }
  cursor.skip_blanks();
  if (!cursor.rest.empty()) return unreadable();
  return out;
}

base::Result<Day> ErpTimes::day(std::string_view text) const {
  const auto got = read(text);
  if (!got) return got.error();
  if (!got->offset_us) return got->day;
  const Instant at{base::midnight(got->day).us + *got->clock_us - *got->offset_us};
  return base::day_of(zone_ ? Instant{zone_->local_us(at)} : at);
}

base::Result<Instant> ErpTimes::instant(std::string_view text) const {
  const auto got = read(text);
  if (!got) return got.error();
  const Instant midnight = base::midnight(got->day);
  if (!got->clock_us) return midnight;
  const std::int64_t local_us = midnight.us + *got->clock_us;
  if (got->offset_us) return Instant{local_us - *got->offset_us};
  return zone_ ? zone_->utc(local_us) : Instant{local_us};
}

}  // namespace scoreline::producers
