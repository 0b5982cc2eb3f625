#pragma once
/// Collects what `scoreline status` shows, from PostgreSQL and Kafka.
#include "app/settings.hpp"
#include "app/status.hpp"
#include "app/store.hpp"

namespace scoreline::app {

/// Which topics the lanes of a consumer read, in the order of its offsets.
struct ConsumerInputs {
  std::string consumer;
  std::vector<flow::Topic> inputs;
};
const std::vector<ConsumerInputs>& lane_consumers();

/// Throws base::Unavailable when Kafka or PostgreSQL does not answer.
Status collect_status(const Settings& settings, Store& store);
MigrationStatus collect_migrations(const Settings& settings);

}  // namespace scoreline::app
