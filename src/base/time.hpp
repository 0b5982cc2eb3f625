#pragma once
/// Instants and days. All time in scoreline is UTC; an Instant counts microseconds, a Day whole days since 1970-01-01.
/// Nothing here reads a clock: the time is always an argument (wall_clock() exists for the edges only).
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace scoreline::base {

/// A point in time: microseconds since 1970-01-01T00:00:00Z.
struct Instant {
  std::int64_t us = 0;
  auto operator<=>(const Instant&) const = default;
};

/// A UTC date: days since 1970-01-01 (semantics 1, "Day").
struct Day {
  std::int32_t n = 0;
  auto operator<=>(const Day&) const = default;
};

inline constexpr std::int64_t kSecondUs = 1'000'000;
inline constexpr std::int64_t kDayUs = 86'400 * kSecondUs;
/// Earlier than anything that happens.
inline constexpr Instant kNever{INT64_MIN};

constexpr Day day_of(Instant t) {
  return Day{static_cast<std::int32_t>(t.us >= 0 ? t.us / kDayUs : -((-t.us + kDayUs - 1) / kDayUs))};
}
constexpr Instant midnight(Day d) { return Instant{d.n * kDayUs}; }
constexpr Day operator+(Day d, int days) { return Day{d.n + days}; }
constexpr int operator-(Day a, Day b) { return a.n - b.n; }

/// RFC 3339 ("2026-05-01T10:00:00.25+02:00"); also accepts a blank instead of T. Years 0001 to 9999; a leap second
/// counts as the second after. nullopt: not readable.
std::optional<Instant> parse_rfc3339(std::string_view text);
/// "2026-05-01T10:00:00Z", with a fraction (without trailing zeros) only where there is one.
std::string format_rfc3339(Instant t);
/// Appends format_rfc3339(t) to `out` without allocating a string of its own.
void append_rfc3339(std::string& out, Instant t);
/// "2026-05-01".
std::optional<Day> parse_date(std::string_view text);
std::string format_date(Day d);

/// The machine's clock; only for edges (collector's receive time, pauses), never for decisions.
Instant wall_clock();
/// A clock that never goes back, in microseconds; for pauses and durations.
std::int64_t steady_us();

}  // namespace scoreline::base
