#pragma once
/// Every setting on one page: name, default, meaning. Read from a TOML file < environment (SCORELINE_SECTION__KEY, _FILE
/// for secrets) < flags (--set section.key=value). Unknown keys are errors with a suggestion.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.hpp"

namespace scoreline::app {

/// A write key of the collector. Only the hash of the secret is kept.
struct WriteKeySetting {
  std::string name;
  std::string key_sha256;  // hex
  bool trusted = false;
};

struct Settings {
  // kafka
  std::string kafka_bootstrap, kafka_prefix;
  std::int64_t kafka_partitions = 24, kafka_replication = 0, kafka_session_timeout_ms = 10'000;
  std::map<std::string, std::string> kafka_options;  // passed through to librdkafka
  // postgres
  std::string postgres_dsn;
  // identity
  base::HashKey hash_key{};
  // consumers
  std::int64_t batch_records = 10'000, batch_wait_ms = 20;
  // collector
  std::string collector_host;
  std::int64_t collector_port = 0, collector_threads = 1, collector_ack_timeout_ms = 15'000;
  std::vector<WriteKeySetting> write_keys;
  // erp
  std::string erp_state_dir, erp_base_currency;
  // admin server of every process
  std::string admin_host;
  std::int64_t admin_port = 0;
  // up
  std::vector<std::string> up_processes;
  // rule books
  std::int64_t tick_interval_ms = 60'000;
};

/// One line of the table of settings.
struct SettingDeclaration {
  std::string_view name;     // "kafka.bootstrap_servers"
  std::string_view fallback; // default, as text
  std::string_view meaning;
  bool secret = false;
};
const std::vector<SettingDeclaration>& setting_declarations();

/// Where values may come from besides the environment.
struct SettingSources {
  std::string file;                                          // "" : ./scoreline.toml if it is there
  std::vector<std::pair<std::string, std::string>> flags;    // name, value
};

/// A setting as it is in force, and where it came from.
struct EffectiveSetting {
  std::string name, value, origin;  // secrets are masked
};

/// Throws base::UsageError that names the file, line or variable and what to write instead.
Settings load_settings(const SettingSources& sources, std::vector<EffectiveSetting>* effective = nullptr);

}  // namespace scoreline::app
