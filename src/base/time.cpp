#include "base/time.hpp"

#include <array>
#include <chrono>

namespace scoreline::base {
namespace {

bool digits(std::string_view text, std::size_t from, std::size_t count, int& out) {
  if (text.size() < from + count) return false;
  int value = 0;
  for (std::size_t i = from; i < from + count; ++i) {
    if (text[i] < '0' || text[i] > '9') return false;
    value = value * 10 + (text[i] - '0');
  }
  out = value;
  return true;
}

// Howard Hinnant's days_from_civil (public domain algorithm, "chrono-compatible low-level date algorithms").
std::int32_t days_from_civil(int y, int m, int d) {
  y -= m <= 2;
  const int era = (y >= 0 ? y : y - 399) / 400;
  const int yoe = y - era * 400;
  const int doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
  const int doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
  return era * 146097 + doe - 719468;
}

struct Civil {
  int y, m, d;
};

Civil civil_from_days(std::int32_t z) {
  z += 719468;
  const int era = (z >= 0 ? z : z - 146096) / 146097;
  const int doe = z - era * 146097;
  const int yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  const int doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  const int mp = (5 * doy + 2) / 153;
  const int d = doy - (153 * mp + 2) / 5 + 1;
  const int m = mp < 10 ? mp + 3 : mp - 9;
  return {yoe + era * 400 + (m <= 2), m, d};
}

bool valid_date(int y, int m, int d) {
  static constexpr std::array<int, 12> kDays{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (y < 1 || m < 1 || m > 12 || d < 1) return false;
  const bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
  return d <= kDays[static_cast<std::size_t>(m - 1)] + (m == 2 && leap ? 1 : 0);
}

void append_padded(std::string& out, int value, int width) {
  char buffer[8];
  for (int i = width - 1; i >= 0; --i) {
    buffer[i] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
  out.append(buffer, static_cast<std::size_t>(width));
}

void append_date(std::string& out, Day day) {
  const Civil c = civil_from_days(day.n);
  append_padded(out, c.y, 4);
  out.push_back('-');
  append_padded(out, c.m, 2);
  out.push_back('-');
  append_padded(out, c.d, 2);
}

// Reads ".123456789" at `pos`; digits beyond microseconds are cut. False: a point without a digit.
bool read_fraction(std::string_view text, std::size_t& pos, std::int64_t& us) {
  if (pos >= text.size() || text[pos] != '.') return true;
  std::int64_t unit = 100'000;
  const std::size_t first = ++pos;
  for (; pos < text.size() && text[pos] >= '0' && text[pos] <= '9'; ++pos, unit /= 10) us += (text[pos] - '0') * unit;
  return pos > first;
}

// Reads "Z" or "+02:00" up to the end of the text.
bool read_zone(std::string_view text, std::size_t pos, std::int64_t& offset_s) {
  if (pos >= text.size()) return false;
  if (text[pos] == 'Z' || text[pos] == 'z') return pos + 1 == text.size();
  if (text[pos] != '+' && text[pos] != '-') return false;
  int h = 0, m = 0;
  if (text.size() != pos + 6 || text[pos + 3] != ':' || !digits(text, pos + 1, 2, h) || !digits(text, pos + 4, 2, m)) return false;
  if (h > 23 || m > 59) return false;
  offset_s = (text[pos] == '-' ? -1 : 1) * (h * 3600 + m * 60);
  return true;
}

}  // namespace

std::optional<Day> parse_date(std::string_view text) {
  int y = 0, m = 0, d = 0;
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  if (!digits(text, 0, 4, y) || !digits(text, 5, 2, m) || !digits(text, 8, 2, d) || !valid_date(y, m, d)) return std::nullopt;
  return Day{days_from_civil(y, m, d)};
}

std::optional<Instant> parse_rfc3339(std::string_view text) {
  if (text.size() < 20 || (text[10] != 'T' && text[10] != 't' && text[10] != ' ')) return std::nullopt;
  const auto day = parse_date(text.substr(0, 10));
  int h = 0, m = 0, s = 0;
  if (!day || text[13] != ':' || text[16] != ':') return std::nullopt;
  if (!digits(text, 11, 2, h) || !digits(text, 14, 2, m) || !digits(text, 17, 2, s)) return std::nullopt;
  if (h > 23 || m > 59 || s > 60) return std::nullopt;
  std::int64_t us = 0, offset_s = 0;
  std::size_t pos = 19;
  if (!read_fraction(text, pos, us) || !read_zone(text, pos, offset_s)) return std::nullopt;
  const std::int64_t seconds = h * 3600 + m * 60 + s - offset_s;
  return Instant{day->n * kDayUs + seconds * kSecondUs + us};
}

void append_rfc3339(std::string& out, Instant t) {
  const Day day = day_of(t);
  std::int64_t rest = t.us - midnight(day).us;
  append_date(out, day);
  out.push_back('T');
  const int seconds = static_cast<int>(rest / kSecondUs);
  rest %= kSecondUs;
  append_padded(out, seconds / 3600, 2);
  out.push_back(':');
  append_padded(out, seconds / 60 % 60, 2);
  out.push_back(':');
  append_padded(out, seconds % 60, 2);
  if (rest != 0) {
    out.push_back('.');
    append_padded(out, static_cast<int>(rest), 6);
    while (out.back() == '0') out.pop_back();
  }
  out.push_back('Z');
}

std::string format_rfc3339(Instant t) {
  std::string out;
  append_rfc3339(out, t);
  return out;
}

std::string format_date(Day d) {
  std::string out;
  append_date(out, d);
  return out;
}

Instant wall_clock() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return Instant{std::chrono::duration_cast<std::chrono::microseconds>(since).count()};
}

std::int64_t steady_us() {
  const auto since = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(since).count();
}

}  // namespace scoreline::base
