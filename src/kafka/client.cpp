#include "kafka/client.hpp"

#include <fmt/core.h>
#include <syslog.h>

#include <array>
#include <cstring>
#include <future>
#include <thread>

#include "base/check.hpp"
#include "base/errors.hpp"
#include "base/log.hpp"
#include "base/time.hpp"

namespace scoreline::kafka {
namespace {

// What the promises of design 2 stand on.
constexpr std::array kOurs{"acks",
                           "request.required.acks",
                           "enable.idempotence",
                           "enable.gapless.guarantee",
                           "partitioner",
                           "message.timeout.ms",
                           "delivery.timeout.ms",
                           "max.in.flight",
                           "max.in.flight.requests.per.connection",
                           "transactional.id",
                           "enable.auto.commit",
                           "auto.commit.enable",
                           "enable.auto.offset.store",
                           "auto.offset.reset",
                           "isolation.level",
                           "enable.partition.eof",
                           "partition.assignment.strategy",
                           "group.id",
                           "group.instance.id",
                           "group.protocol",
                           "allow.auto.create.topics",
                           "check.crcs",
                           "bootstrap.servers",
                           "metadata.broker.list",
                           "client.id",
                           "session.timeout.ms",
                           "heartbeat.interval.ms"};

// librdkafka's log lines name brokers, topics and error codes; payloads are never part of them.
void log_line(const rd_kafka_t* rk, int level, const char* facility, const char* text) {
  // Options for the other role (a producer's linger.ms on a consumer) are expected, not worth a warning.
  if (std::strcmp(facility, "CONFWARN") == 0) level = LOG_DEBUG;
  const base::log::Fields fields{{"client", rd_kafka_name(rk)},
                                 {"facility", facility},
                                 {"text", text},
                                 {"next", "check the brokers if this goes on"}};
  if (level <= LOG_ERR)
    base::log::warn("librdkafka reports an error", fields);
  else if (level <= LOG_WARNING)
    base::log::warn("librdkafka warns", fields);
  else
    base::log::debug("librdkafka", fields);
}

void set(rd_kafka_conf_t* conf, const std::string& name, const std::string& value, const char* where) {
  std::array<char, 512> text{};
  if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), text.data(), text.size()) == RD_KAFKA_CONF_OK) return;
  const bool secret = name.find("password") != std::string::npos || name.find("secret") != std::string::npos ||
                      name.find(".pem") != std::string::npos;
  throw base::UsageError(fmt::format("{} '{}': {}; see librdkafka's CONFIGURATION.md for names and values", where, name,
                                     secret ? "value refused" : text.data()));
}

const char* advice(rd_kafka_resp_err_t error) {
  switch (error) {
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
    case RD_KAFKA_RESP_ERR__TRANSPORT:
    case RD_KAFKA_RESP_ERR__RESOLVE:
    case RD_KAFKA_RESP_ERR__TIMED_OUT:
      return "check that the brokers run and that kafka.bootstrap and their advertised.listeners name them";
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
      return "run `scoreline topics apply`";
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
      return "allow it to this user in the broker's ACLs";
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
      return "check sasl.* in kafka.options";
    case RD_KAFKA_RESP_ERR__SSL:
      return "check ssl.* in kafka.options";
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
      return "the record is larger than the topic's max.message.bytes allows";
    case RD_KAFKA_RESP_ERR__MSG_TIMED_OUT:
      return "the broker did not acknowledge in time; check its load and its replicas";
    case RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS:
    case RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND:
      return "bring the missing brokers back (min.insync.replicas)";
    default:
      return nullptr;
  }
}

}  // namespace

std::string topic_name(const Settings& settings, flow::Topic topic) {
  return settings.prefix + std::string(flow::declaration(topic).name);
}

std::string group_name(const Settings& settings, std::string_view consumer) {
  return fmt::format("{}scoreline.{}", settings.prefix, consumer);
}

std::string meaning(rd_kafka_resp_err_t error) {
  const char* what_to_do = advice(error);
  return what_to_do ? fmt::format("{}: {}", rd_kafka_err2str(error), what_to_do) : std::string(rd_kafka_err2str(error));
}

bool is_transient(rd_kafka_resp_err_t error) {
  switch (error) {
    case RD_KAFKA_RESP_ERR__FATAL:
    case RD_KAFKA_RESP_ERR__FENCED:
    case RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID:
    case RD_KAFKA_RESP_ERR_INVALID_GROUP_ID:
    case RD_KAFKA_RESP_ERR_INCONSISTENT_GROUP_PROTOCOL:
    case RD_KAFKA_RESP_ERR_INVALID_SESSION_TIMEOUT:
    case RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE:
      return false;
    default:
      return true;
  }
}

void Deleter::operator()(rd_kafka_conf_t* p) const { rd_kafka_conf_destroy(p); }
void Deleter::operator()(rd_kafka_topic_t* p) const { rd_kafka_topic_destroy(p); }
void Deleter::operator()(rd_kafka_queue_t* p) const { rd_kafka_queue_destroy(p); }
void Deleter::operator()(rd_kafka_topic_partition_list_t* p) const { rd_kafka_topic_partition_list_destroy(p); }
void Deleter::operator()(rd_kafka_message_t* p) const { rd_kafka_message_destroy(p); }

Partitions make_partitions(int expected) { return Partitions(rd_kafka_topic_partition_list_new(expected)); }

Conf make_conf(const Settings& settings, Role role, const std::vector<std::pair<std::string, std::string>>& own) {
  if (settings.bootstrap.empty())
    throw base::UsageError("kafka.bootstrap is empty; name at least one broker as host:port");
  Conf conf(rd_kafka_conf_new());
  const auto ours = [&](const char* name, const std::string& value) { set(conf.get(), name, value, "kafka setting"); };
  ours("bootstrap.servers", settings.bootstrap);
  ours("client.id", settings.client_id);
  ours("allow.auto.create.topics", "false");
  ours("socket.keepalive.enable", "true");
  ours("socket.nagle.disable", "true");
  ours("socket.timeout.ms", "20000");
  ours("topic.metadata.refresh.interval.ms", "60000");
  ours("reconnect.backoff.max.ms", "2000");
  ours("log.connection.close", "false");
  if (role == Role::consumer) {
    ours("enable.auto.commit", "false");
    ours("enable.auto.offset.store", "false");
    ours("auto.offset.reset", "error");
    ours("check.crcs", "true");
    ours("fetch.queue.backoff.ms", "10");
  }
  for (const auto& [name, value] : own) ours(name.c_str(), value);
  for (const auto& [name, value] : settings.options) {
    for (const char* fixed : kOurs)
      if (name == fixed)
        throw base::UsageError(
            fmt::format("kafka.options '{}' cannot be changed: exactly-once stands on it; remove it", name));
    set(conf.get(), name, value, "kafka.options");
  }
  rd_kafka_conf_set_log_cb(conf.get(), log_line);
  return conf;
}

Handle::Handle(Role role, Conf conf, void* opaque) : role_(role) {
  rd_kafka_conf_set_opaque(conf.get(), opaque);
  std::array<char, 512> text{};
  rk_ = rd_kafka_new(role == Role::consumer ? RD_KAFKA_CONSUMER : RD_KAFKA_PRODUCER, conf.get(), text.data(),
                     text.size());
  if (!rk_) throw base::UsageError(fmt::format("kafka settings do not fit together: {}", text.data()));
  (void)conf.release();  // librdkafka owns it now
}

Handle& Handle::operator=(Handle&& other) noexcept {
  if (this == &other) return *this;
  reset();
  rk_ = std::exchange(other.rk_, nullptr);
  role_ = other.role_;
  return *this;
}

void Handle::reset() noexcept {
  if (!rk_) return;
  std::packaged_task<void()> destroy(
      [rk = std::exchange(rk_, nullptr)] { rd_kafka_destroy_flags(rk, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE); });
  const std::future<void> done = destroy.get_future();
  std::thread worker(std::move(destroy));
  const bool gone =
      done.wait_for(role_ == Role::consumer ? kConsumerLimit : kProducerLimit) == std::future_status::ready;
  if (gone) return worker.join();
  SCORELINE_CHECK(role_ == Role::consumer, "a Kafka producer did not stop within 20 s; start the process again");
  base::log::debug("a Kafka consumer ends later, with the last record that is held");
  worker.detach();
}

bool Repeated::say(int what) {
  const std::int64_t now_us = base::steady_us();
  const auto [place, added] = last_us_.try_emplace(what, now_us);
  if (!added && now_us - place->second < 10 * base::kSecondUs) return false;
  place->second = now_us;
  return true;
}

std::string_view view(const void* bytes, std::size_t size) {
  return bytes ? std::string_view(static_cast<const char*>(bytes), size) : std::string_view();
}

}  // namespace scoreline::kafka
