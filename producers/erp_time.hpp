#pragma once
/// Dates and times as ERP exports write them. A document's date is a calendar date where the company is; a time without
/// an offset is that place's wall clock.
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"

namespace scoreline::producers {

/// How a text is to be read: the order of year, month and day, and the time zone of wall clocks. Immutable,
/// thread-safe.
class ErpTimes {
 public:
  /// `format` has YYYY, MM and DD once each, with anything but letters and digits between them ("DD.MM.YYYY",
  /// "YYYYMMDD"); `zone` is a name of the time zone database. Error codes: format, zone.
  static base::Result<ErpTimes> make(std::string_view format, std::string_view zone);
  /// "YYYY-MM-DD", UTC.
  ErpTimes();

  /// A date, or the local date of a time. Error code invalid_time: unreadable, or no such day; nothing is quoted.
  base::Result<base::Day> day(std::string_view text) const;
  /// A time ("01.05.2026 10:30", "2026-05-01T10:30:00.5+02:00"). A date alone is 00:00 UTC of it, whatever the zone, as
  /// the dates of documents are. A wall clock that the start of summer time skips is the first instant after the gap,
  /// one that its end repeats is the first of the two.
  base::Result<base::Instant> instant(std::string_view text) const;

  const std::string& format() const { return format_; }

 private:
  struct Zone;
  struct Read;
  base::Result<Read> read(std::string_view text) const;

  std::string format_;
  std::shared_ptr<const Zone> zone_;  // null: UTC
};

}  // namespace scoreline::producers
