#pragma once
/// The clock: time passing is a record (semantics 1). Writes a `time.tick` into every partition of crm.events at every
/// full interval and at midnight; any number of clocks may run, a tick more changes nothing.
#include <cstdint>
#include <functional>
#include <string>

#include "base/time.hpp"

namespace scoreline::producers {

/// The next instant after `now` at which a tick is due: a multiple of the interval, or the next midnight.
base::Instant next_tick(base::Instant now, std::int64_t interval_us);

/// The value of a tick in crm.events.
std::string tick_event(base::Instant at);

}  // namespace scoreline::producers
