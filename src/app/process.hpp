#pragma once
/// What every process of scoreline has: its way to Kafka, its health, its admin server.
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "app/settings.hpp"
#include "http/admin_server.hpp"
#include "kafka/settings.hpp"

namespace scoreline::app {

kafka::Settings kafka_settings_of(const Settings& settings);

/// What a process knows of its peers; thread-safe. "" = all is well.
class Health {
 public:
  void set(const std::string& name, const std::string& trouble);
  std::vector<http::Check> checks() const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::string> troubles_;
};

/// /livez, /readyz, /metrics on admin.port; null when that is 0.
std::unique_ptr<http::AdminServer> start_admin(const Settings& settings, const Health& health);

}  // namespace scoreline::app
