#pragma once
/// When a step of a sequence is due (semantics 7). A function of its arguments and of the machine's time zone database,
/// which is read once; thread-safe.
#include <optional>
#include <string_view>

#include "base/time.hpp"
#include "core/rulebook.hpp"

namespace scoreline::core {

using base::Instant;

/// A name of the IANA time zone database, exactly as written there ("Europe/Berlin"). Not "localtime", which is another
/// zone on each machine.
bool is_time_zone(std::string_view name);

/// What the clock on the wall shows in that zone, as if it were UTC; a zone that is not valid counts as UTC.
Instant wall_time(Instant t, std::string_view zone);

/// The zone that counts: the lead's where it is valid, else the sequence's, else (gone from the database) UTC.
std::string_view zone_for(std::string_view lead_timezone, const Sequence& sequence);

/// `enrolled_at` + the step's `after`, moved into the window. Never before `enrolled_at`. `zone`: see zone_for; one
/// that is not valid counts as UTC.
///
/// Days are calendar days at the same local time, to the fraction: a local time that does not exist means the first
/// instant after it that does, one that exists twice the first; 0 days are the enrolment itself. Hours and minutes are
/// elapsed time. The window is that of local days as the clock on the wall shows them. A day on which none of the
/// window exists (the clock is put forward over all of it) is passed over like one that is not allowed; where `from`
/// exists twice, the first of the two that is not before the step counts.
Instant due_at(Instant enrolled_at, const Step& step, const std::optional<Window>& window, std::string_view zone);

}  // namespace scoreline::core
