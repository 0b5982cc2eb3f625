#pragma once
/// Where a decision belongs in the order of semantics 1.1 (design 5, One order for decisions): a place in one partition
/// of `lead.activities`, or of `lead.changes` for what is decided from that. Every derived topic's partition is sorted
/// by it.
#include <compare>
#include <cstdint>

#include "base/time.hpp"
#include "core/ids.hpp"

namespace scoreline::core {

/// Members in the order in which they are compared.
struct Place {
  enum class Phase : std::uint8_t {
    day,      // a midnight, lead by lead, before the record that begins the later day
    record,   // the record itself, and what had waited for it
    rulebook  // the sweep of a rule book, lead by lead, behind the record that activated it
  };
  std::int64_t offset = 0;
  Phase phase = Phase::record;
  base::Day day;        // phase day: the midnight
  LeadId lead;          // phases day and rulebook: who is swept; a record is about one lead, so it is 0 there
  std::uint32_t n = 0;  // phase record: 0 the record, 1, 2, ... the records that had waited for it
  auto operator<=>(const Place&) const = default;

  static Place of_record(std::int64_t offset, std::uint32_t n = 0) { return {offset, Phase::record, {}, {}, n}; }
  static Place of_day(std::int64_t offset, base::Day day, LeadId lead) { return {offset, Phase::day, day, lead, 0}; }
  static Place of_rulebook(std::int64_t offset, LeadId lead) { return {offset, Phase::rulebook, {}, lead, 0}; }
  /// Behind everything of a record, and behind everything of a rule book's sweep: where marks stand.
  static Place end_of_record(std::int64_t offset) { return of_record(offset, UINT32_MAX); }
  static Place end_of_rulebook(std::int64_t offset) { return {offset, Phase::rulebook, {}, {UINT64_MAX}, UINT32_MAX}; }
  /// Behind everything.
  static Place end() { return end_of_rulebook(INT64_MAX); }
};

}  // namespace scoreline::core
