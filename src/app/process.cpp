#include "app/process.hpp"

namespace scoreline::app {

kafka::Settings kafka_settings_of(const Settings& settings) {
  kafka::Settings result;
  result.bootstrap = settings.kafka_bootstrap;
  result.prefix = settings.kafka_prefix;
  result.options = settings.kafka_options;
  result.session_timeout_ms = static_cast<int>(settings.kafka_session_timeout_ms);
  result.heartbeat_interval_ms = result.session_timeout_ms / 3;
  return result;
}

void Health::set(const std::string& name, const std::string& trouble) {
  const std::lock_guard lock(mutex_);
  troubles_[name] = trouble;
}

std::vector<http::Check> Health::checks() const {
  const std::lock_guard lock(mutex_);
  std::vector<http::Check> checks;
  for (const auto& [name, trouble] : troubles_) checks.push_back({name, trouble.empty(), trouble});
  return checks;
}

std::unique_ptr<http::AdminServer> start_admin(const Settings& settings, const Health& health) {
  if (settings.admin_port == 0) return nullptr;
  return std::make_unique<http::AdminServer>(settings.admin_host, static_cast<std::uint16_t>(settings.admin_port), [&health] { return health.checks(); });
}

}  // namespace scoreline::app
