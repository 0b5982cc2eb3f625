#pragma once
/// `scoreline clock`: writes a time.tick into every partition of crm.events (semantics 1).
#include "app/settings.hpp"

namespace scoreline::app {

/// Until SIGTERM or SIGINT. Any number of clocks may run.
int run_clock(const Settings& settings);

}  // namespace scoreline::app
