#pragma once
/// `scoreline collect`: the collector as a process. Needs Kafka, never the database.
#include "app/settings.hpp"

namespace scoreline::app {

/// Until SIGTERM or SIGINT; then stops accepting, finishes what is in flight, flushes. Returns the exit status.
int run_collector(const Settings& settings);

}  // namespace scoreline::app
