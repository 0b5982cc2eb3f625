#include "app/settings.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/config_value.hpp"
#include "base/errors.hpp"
#include "base/sha256.hpp"
#include "wire/rulebook_toml_tree.hpp"

namespace scoreline::app {
namespace {

using base::UsageError;
using wire::TomlNode;
namespace config = base::config;

constexpr std::string_view kKafkaOptions = "kafka.options.";

const std::vector<SettingDeclaration> kDeclarations{
    {"kafka.bootstrap_servers", "127.0.0.1:9092", "brokers, comma separated"},
    {"kafka.topic_prefix", "", "put before every topic and group name"},
    {"kafka.partitions", "24", "of every topic, fixed when topics are made"},
    {"kafka.replication_factor", "0", "0: as many as there are brokers, at most 3"},
    {"kafka.session_timeout_ms", "10000", "after this a silent consumer loses its lanes"},
    {"postgres.dsn", "host=127.0.0.1 user=scoreline dbname=scoreline", "libpq connection string", true},
    {"identity.hash_key", "00000000000000000000000000000000", "32 hexadecimal digits; the key of all identifier hashes; never change it", true},
    {"consumer.batch_records", "10000", "records per transaction, over all lanes of a process"},
    {"consumer.batch_wait_ms", "20", "how long an idle consumer waits for records"},
    {"collector.host", "127.0.0.1", "address to listen on"},
    {"collector.port", "8080", "port for tracking calls and facts"},
    {"collector.threads", "1", "threads that serve HTTP"},
    {"collector.ack_timeout_ms", "15000", "no acknowledgement of the broker by then: 503"},
    {"erp.state_dir", ".work/erp", "folder that keeps how far ERP files were published, and derived versions"},
    {"erp.base_currency", "EUR", "three letters; all amounts of ERP documents are in it"},
    {"admin.host", "127.0.0.1", "address of /livez, /readyz, /metrics"},
    {"admin.port", "0", "its port; 0: none. `up` gives its children the following ports"},
    {"clock.interval_ms", "60000", "a time.tick at least this often"},
    {"up.processes", "collect,identity,customers,scoring,intent,stages,triggers,sequences,clock", "what `scoreline up` runs; name*2 runs two instances"},
};

struct Raw {
  std::string value, origin;
};

std::vector<std::string_view> known_names() {
  std::vector<std::string_view> names;
  for (const SettingDeclaration& declaration : kDeclarations) names.push_back(declaration.name);
  names.push_back("write_key");
  names.push_back("kafka.options");
  return names;
}

[[noreturn]] void unknown(std::string_view name, const std::string& place) {
  throw UsageError(fmt::format("{}: unknown setting `{}`{}", place, name, config::suggestion(name, known_names())));
}

bool declared(std::string_view name) {
  for (const SettingDeclaration& declaration : kDeclarations)
    if (declaration.name == name) return true;
  return name.starts_with(kKafkaOptions);
}

std::string place_of(const std::string& file, const TomlNode& node) { return fmt::format("{}:{}:{}", file, node.line, node.column); }

std::string text_of(const TomlNode& node, const std::string& place) {
  switch (node.kind) {
    case TomlNode::Kind::string: return node.text;
    case TomlNode::Kind::integer: return std::to_string(node.integer);
    case TomlNode::Kind::boolean: return node.boolean ? "true" : "false";
    case TomlNode::Kind::array: {
      std::vector<std::string> entries;
      for (const TomlNode& entry : node.children) entries.push_back(text_of(entry, place));
      return fmt::format("{}", fmt::join(entries, ","));
    }
    default: throw UsageError(place + ": expected a string, an integer, a boolean or a list of these");
  }
}

std::string sha256_hex(std::string_view text) {
  std::string hex;
  for (const unsigned char byte : base::sha256(text)) hex += fmt::format("{:02x}", byte);
  return hex;
}

WriteKeySetting read_write_key(const TomlNode& table, const std::string& file) {
  WriteKeySetting key;
  for (const TomlNode& node : table.children) {
    const std::string place = place_of(file, node);
    if (node.key == "name") {
      key.name = text_of(node, place);
    } else if (node.key == "key") {
      key.key_sha256 = sha256_hex(text_of(node, place));
    } else if (node.key == "key_sha256") {
      key.key_sha256 = text_of(node, place);
    } else if (node.key == "trusted") {
      if (node.kind != TomlNode::Kind::boolean) throw UsageError(place + ": trusted is true or false");
      key.trusted = node.boolean;
    } else {
      static constexpr std::string_view kKnown[] = {"name", "key", "key_sha256", "trusted"};
      throw UsageError(fmt::format("{}: unknown key `{}` of a write key{}", place, node.key, config::suggestion(node.key, kKnown)));
    }
  }
  if (key.name.empty() || key.key_sha256.size() != 64)
    throw UsageError(place_of(file, table) + ": a write key needs a name and a key (or key_sha256, 64 hexadecimal digits)");
  return key;
}

void read_table(const TomlNode& table, const std::string& prefix, const std::string& file, std::map<std::string, Raw>& raw, Settings& settings) {
  for (const TomlNode& node : table.children) {
    const std::string name = prefix + node.key;
    if (name == "write_key") {
      if (node.kind != TomlNode::Kind::array) throw UsageError(place_of(file, node) + ": write keys are written as [[write_key]] tables");
      for (const TomlNode& entry : node.children) settings.write_keys.push_back(read_write_key(entry, file));
    } else if (node.kind == TomlNode::Kind::table && !declared(name)) {
      read_table(node, name + ".", file, raw, settings);
    } else if (!declared(name)) {
      unknown(name, fmt::format("{}:{}:{}", file, node.key_line, node.key_column));
    } else {
      raw[name] = {text_of(node, place_of(file, node)), place_of(file, node)};
    }
  }
}

void read_file(const std::string& path, std::map<std::string, Raw>& raw, Settings& settings) {
  std::ifstream in(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  if (!in) throw UsageError(path + ": the settings file cannot be read");
  const wire::TomlDocument document = wire::parse_toml(text);
  if (!document.readable) throw UsageError(fmt::format("{}:{}:{}: {}", path, document.line, document.column, document.message));
  read_table(document.root, "", path, raw, settings);
}

void read_environment(std::map<std::string, Raw>& raw) {
  for (const SettingDeclaration& declaration : kDeclarations) {
    const auto value = config::environment_value(declaration.name);
    if (!value) throw UsageError(fmt::format("{}: {}", config::environment_name(declaration.name), value.error().message));
    if (*value) raw[std::string(declaration.name)] = {**value, config::environment_name(declaration.name)};
  }
}

std::int64_t integer(const std::map<std::string, Raw>& raw, const std::string& name, std::int64_t min, std::int64_t max) {
  const Raw& from = raw.at(name);
  const auto value = config::parse_integer(name, from.value, min, max);
  if (!value) throw UsageError(fmt::format("{}: {} {}", from.origin, name, value.error().message));
  return *value;
}

base::HashKey hash_key(const Raw& raw) {
  base::HashKey key{};
  if (raw.value.size() != 32) throw UsageError(raw.origin + ": identity.hash_key needs 32 hexadecimal digits");
  for (std::size_t i = 0; i < key.size(); ++i) {
    unsigned byte = 0;
    for (const char c : raw.value.substr(2 * i, 2)) {
      const auto digit = std::string_view("0123456789abcdef").find(static_cast<char>(c | 0x20));
      if (digit == std::string_view::npos) throw UsageError(raw.origin + ": identity.hash_key needs 32 hexadecimal digits");
      byte = byte * 16 + static_cast<unsigned>(digit);
    }
    key[i] = static_cast<unsigned char>(byte);
  }
  return key;
}

void settle(const std::map<std::string, Raw>& raw, Settings& settings) {
  settings.kafka_bootstrap = raw.at("kafka.bootstrap_servers").value;
  settings.kafka_prefix = raw.at("kafka.topic_prefix").value;
  settings.kafka_partitions = integer(raw, "kafka.partitions", 1, 1000);
  settings.kafka_replication = integer(raw, "kafka.replication_factor", 0, 9);
  settings.kafka_session_timeout_ms = integer(raw, "kafka.session_timeout_ms", 1'000, 300'000);
  settings.postgres_dsn = raw.at("postgres.dsn").value;
  settings.hash_key = hash_key(raw.at("identity.hash_key"));
  settings.batch_records = integer(raw, "consumer.batch_records", 1, 1'000'000);
  settings.batch_wait_ms = integer(raw, "consumer.batch_wait_ms", 1, 10'000);
  settings.collector_host = raw.at("collector.host").value;
  settings.collector_port = integer(raw, "collector.port", 0, 65'535);
  settings.collector_threads = integer(raw, "collector.threads", 1, 64);
  settings.collector_ack_timeout_ms = integer(raw, "collector.ack_timeout_ms", 100, 120'000);
  settings.erp_state_dir = raw.at("erp.state_dir").value;
  settings.erp_base_currency = raw.at("erp.base_currency").value;
  if (settings.erp_base_currency.size() != 3 || settings.erp_base_currency.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") != std::string::npos)
    throw UsageError(raw.at("erp.base_currency").origin + ": erp.base_currency needs three capital letters, such as EUR");
  settings.admin_host = raw.at("admin.host").value;
  settings.admin_port = integer(raw, "admin.port", 0, 65'535);
  settings.tick_interval_ms = integer(raw, "clock.interval_ms", 100, 3'600'000);
  settings.up_processes = config::parse_list(raw.at("up.processes").value);
  for (const auto& [name, from] : raw)
    if (name.starts_with(kKafkaOptions)) settings.kafka_options[name.substr(kKafkaOptions.size())] = from.value;
}

}  // namespace

const std::vector<SettingDeclaration>& setting_declarations() { return kDeclarations; }

Settings load_settings(const SettingSources& sources, std::vector<EffectiveSetting>* effective) {
  Settings settings;
  std::map<std::string, Raw> raw;
  for (const SettingDeclaration& declaration : kDeclarations) raw[std::string(declaration.name)] = {std::string(declaration.fallback), "default"};
  if (!sources.file.empty())
    read_file(sources.file, raw, settings);
  else if (std::filesystem::exists("scoreline.toml"))
    read_file("scoreline.toml", raw, settings);
  read_environment(raw);
  for (const auto& [name, value] : sources.flags) {
    if (!declared(name)) unknown(name, "--set " + name);
    raw[name] = {value, "--set"};
  }
  settle(raw, settings);
  if (effective != nullptr) {
    for (const auto& [name, from] : raw) {
      bool secret = name.find("password") != std::string::npos || name.find("secret") != std::string::npos;
      for (const SettingDeclaration& declaration : kDeclarations) secret = secret || (declaration.name == name && declaration.secret);
      effective->push_back({name, secret ? "********" : from.value, from.origin});
    }
    for (const WriteKeySetting& key : settings.write_keys)
      effective->push_back({"write_key." + key.name, key.trusted ? "trusted" : "untrusted", "file"});
  }
  return settings;
}

}  // namespace scoreline::app
