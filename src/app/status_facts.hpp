#pragma once
/// Collects what `scoreline status` shows, from PostgreSQL and Kafka.
#include "app/settings.hpp"
#include "app/status.hpp"
#include "app/store.hpp"

namespace scoreline::app {

/// Throws base::Unavailable when Kafka or PostgreSQL does not answer.
Status collect_status(const Settings& settings, Store& store);
MigrationStatus collect_migrations(const Settings& settings);

}  // namespace scoreline::app
