#include "core/due.hpp"

#include <date/tz.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace scoreline::core {
namespace {

using base::kDayUs;
using base::kSecondUs;

constexpr std::int64_t kMinuteUs = 60 * kSecondUs;

std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

const date::time_zone* find_zone(std::string_view name) {
  const auto& zones = date::get_tzdb().zones;
  const auto at =
      std::lower_bound(zones.begin(), zones.end(), name,
                       [](const date::time_zone& zone, std::string_view wanted) { return zone.name() < wanted; });
  return at != zones.end() && at->name() == name && name != "localtime" ? &*at : nullptr;
}

std::int64_t march_first(int year) {
  return date::sys_days{date::year{year} / date::March / 1}.time_since_epoch().count();
}

/// What the clock on the wall shows, in microseconds since 1970-01-01T00:00 there.
struct Local {
  std::int64_t us = 0;

  std::int64_t day() const { return floor_div(us, kDayUs); }
  std::int64_t of_day() const { return us - day() * kDayUs; }
};

/// Between instants and local times of one zone.
class Zone {
 public:
  explicit Zone(std::string_view name) : zone_(find_zone(name)) {}

  Local local_of(Instant t) const;
  /// The first instant not before `earliest` that has this local time; where it does not exist, the first after it.
  Instant first_of(Local local, Instant earliest = {INT64_MIN}) const;

 private:
  bool changes_after_2037() const;
  std::int64_t shift_us(std::int64_t day) const;

  const date::time_zone* zone_;  // nullptr: UTC
};

/// The files list each change of a clock up to 2037 and give a rule for what comes then, and the library reads the list
/// only. (Zones whose changes follow no rule are listed further.)
bool Zone::changes_after_2037() const {
  const auto last = zone_->get_info(date::sys_days{date::year{2037} / date::December / 31});
  return last.end >= date::sys_days{date::year{9999} / date::December / 31} &&
         last.begin >= date::sys_days{date::year{2037} / date::January / 1};
}

/// How far to go back to a day on which the clock does the same: rules name months and weekdays, so each year from
/// March on (leap days come last) is like the one of 2030 to 2037 that begins on the same weekday; no rule changes a
/// clock in January or February. Whole weeks.
std::int64_t Zone::shift_us(std::int64_t day) const {
  static const std::int64_t kListed = march_first(2038);
  if (day < kListed || !changes_after_2037()) return 0;
  const date::year_month_day ymd{date::sys_days{date::days{day}}};
  const std::int64_t begin = march_first(static_cast<int>(ymd.year()) - (ymd.month() < date::March ? 1 : 0));
  int like = 2037;
  while ((begin - march_first(like)) % 7 != 0) --like;
  return (begin - march_first(like)) * kDayUs;
}

Local Zone::local_of(Instant t) const {
  if (zone_ == nullptr) return {t.us};
  const std::int64_t shift = shift_us(floor_div(t.us, kDayUs));
  const std::chrono::seconds second{floor_div(t.us - shift, kSecondUs)};
  return {t.us + zone_->get_info(date::sys_seconds{second}).offset.count() * kSecondUs};
}

Instant Zone::first_of(Local local, Instant earliest) const {
  if (zone_ == nullptr) return {local.us};
  const std::int64_t shift = shift_us(local.day());
  const std::chrono::seconds second{floor_div(local.us - shift, kSecondUs)};
  const date::local_info info = zone_->get_info(date::local_seconds{second});
  if (info.result == date::local_info::nonexistent) {
    return {info.first.end.time_since_epoch().count() * kSecondUs + shift};
  }
  const Instant first{local.us - info.first.offset.count() * kSecondUs};
  if (info.result == date::local_info::unique || first >= earliest) return first;
  return {local.us - info.second.offset.count() * kSecondUs};
}

bool allows(const Window& window, std::int64_t day) {
  const std::int64_t weekday = ((day + 3) % 7 + 7) % 7;  // 1970-01-01 was a Thursday; Monday is 0
  return (window.days >> weekday & 1) != 0;
}

/// One step may lead out of the window again (into a day that begins behind it because of a clock change), hence the
/// loop; each goes forward.
Instant into(const Window& window, const Zone& zone, Instant t) {
  const std::int64_t from = window.from_minute * kMinuteUs, to = window.to_minute * kMinuteUs;
  if ((window.days & 127) == 0 || from >= to) return t;  // the rule book is refused for that
  while (true) {
    const Local local = zone.local_of(t);
    std::int64_t day = local.day();
    const bool allowed = allows(window, day);
    if (allowed && local.of_day() >= from && local.of_day() < to) return t;
    if (!allowed || local.of_day() >= from) {
      do {
        ++day;
      } while (!allows(window, day));
    }
    t = zone.first_of({day * kDayUs + from}, t);
  }
}

Instant after(Instant enrolled_at, const Step& step, const Zone& zone) {
  switch (step.after_unit) {
    case 'h':
      return {enrolled_at.us + step.after_amount * 60 * kMinuteUs};
    case 'm':
      return {enrolled_at.us + step.after_amount * kMinuteUs};
    default:
      // An enrolment in an hour that exists twice may lie in the second: nothing is due before it.
      if (step.after_amount == 0) return enrolled_at;
      return zone.first_of({zone.local_of(enrolled_at).us + step.after_amount * kDayUs});
  }
}

}  // namespace

bool is_time_zone(std::string_view name) { return find_zone(name) != nullptr; }

Instant wall_time(Instant t, std::string_view zone) { return {Zone(zone).local_of(t).us}; }

std::string_view zone_for(std::string_view lead_timezone, const Sequence& sequence) {
  if (is_time_zone(lead_timezone)) return lead_timezone;
  return is_time_zone(sequence.timezone) ? std::string_view(sequence.timezone) : std::string_view("UTC");
}

Instant due_at(Instant enrolled_at, const Step& step, const std::optional<Window>& window, std::string_view zone_name) {
  const Zone zone(zone_name);
  const Instant due = after(enrolled_at, step, zone);
  return window ? into(*window, zone, due) : due;
}

}  // namespace scoreline::core
