#include "producers/clock.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace scoreline::producers {

base::Instant next_tick(base::Instant now, std::int64_t interval_us) {
  const std::int64_t next = (now.us / interval_us + 1) * interval_us;
  return {std::min(next, base::midnight(base::day_of(now) + 1).us)};
}

std::string tick_event(base::Instant at) {
  const std::string text = base::format_rfc3339(at);
  return fmt::format(R"({{"event":"time.tick","messageId":"tick:{}","timestamp":"{}","receivedAt":"{}"}})", text, text, text);
}

}  // namespace scoreline::producers
