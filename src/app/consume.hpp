#pragma once
/// `scoreline consume NAME`: one consumer as a process, over all lanes that Kafka assigns to it. This is where a
/// consumer's handler, the batch loop, Kafka and PostgreSQL meet.
#include <string>

#include "app/settings.hpp"

namespace scoreline::app {

/// Until SIGTERM or SIGINT; then finishes the batch, flushes, leaves the group. Returns the exit status.
int run_consumer(const Settings& settings, const std::string& name);

}  // namespace scoreline::app
