#include "app/collect.hpp"

#include <fmt/core.h>

#include "app/process.hpp"
#include "app/signals.hpp"
#include "base/errors.hpp"
#include "base/log.hpp"
#include "http/server.hpp"
#include "kafka/record_producer.hpp"
#include "producers/collector.hpp"

namespace scoreline::app {
namespace {

/// The topics through the record producer.
class KafkaEventSink final : public producers::EventSink {
 public:
  explicit KafkaEventSink(kafka::RecordProducer& producer) : producer_(producer) {}

  Sent send(const producers::EventRecord& record, Done done) override {
    headers().clear();
    for (const producers::EventHeader& header : record.headers) headers().push_back({header.name, header.value});
    kafka::Outgoing outgoing;
    outgoing.topic = record.topic;
    outgoing.key = record.key;
    outgoing.value = record.value;
    outgoing.headers = headers();
    switch (producer_.produce(outgoing, [done = std::move(done)](const kafka::Delivery& delivery) { done(delivery.ok); })) {
      case kafka::Produced::queued: return Sent::queued;
      case kafka::Produced::too_large: return Sent::too_large;
      case kafka::Produced::queue_full:
      case kafka::Produced::unavailable: break;
    }
    return Sent::unavailable;
  }

 private:
  // Several server threads send at once; each has its own memory, reused from event to event.
  static std::vector<kafka::Header>& headers() {
    thread_local std::vector<kafka::Header> memory;
    return memory;
  }
  kafka::RecordProducer& producer_;
};

std::shared_ptr<const producers::WriteKeys> write_keys(const Settings& settings) {
  std::vector<producers::WriteKey> keys;
  for (const WriteKeySetting& setting : settings.write_keys) {
    const auto hash = base::sha256_from_hex(setting.key_sha256);
    if (!hash) throw base::UsageError(fmt::format("write key {}: key_sha256 needs 64 hexadecimal digits", setting.name));
    keys.push_back({setting.name, *hash, setting.trusted});
  }
  if (keys.empty())
    base::log::warn("no write key is configured: every call will be refused", {{"next", "add a [[write_key]] with name, key and trusted to the settings file"}});
  return std::make_shared<producers::WriteKeys>(std::move(keys));
}

}  // namespace

int run_collector(const Settings& settings) {
  catch_stop_signals();
  base::log::set_process("collector");
  kafka::Settings kafka_settings = kafka_settings_of(settings);
  kafka_settings.delivery_timeout_ms = static_cast<int>(settings.collector_ack_timeout_ms);
  kafka::RecordProducer producer(kafka_settings, {flow::Topic::tracking_events, flow::Topic::crm_events});
  KafkaEventSink sink(producer);
  producers::CollectorOptions options;
  options.hash_key = settings.hash_key;
  producers::Collector collector(options, sink, write_keys(settings));
  http::ServerOptions server_options;
  server_options.name = "collector";
  server_options.address = settings.collector_host;
  server_options.port = static_cast<std::uint16_t>(settings.collector_port);
  server_options.threads = static_cast<unsigned>(settings.collector_threads);
  server_options.answer_timeout_ms = settings.collector_ack_timeout_ms + 5'000;
  http::Server server(
      server_options, [&](http::Request& request, http::Respond respond) { collector.handle(request, std::move(respond)); }, producers::Collector::decorate);
  Health health;
  const auto admin = start_admin(settings, health);
  std::string trouble = "not connected yet";
  std::int64_t next_try_us = 0;
  base::log::info("collector listens", {{"address", settings.collector_host}, {"port", static_cast<int>(server.port())}});
  while (!stop_requested()) {
    if (!trouble.empty() && base::steady_us() >= next_try_us) {
      try {
        producer.warm_up(std::chrono::milliseconds(5'000));
        trouble.clear();
      } catch (const base::Unavailable& away) {
        if (trouble != away.what()) base::log::warn("the broker does not answer; calls get 503", {{"reason", away.what()}, {"next", "start Kafka; check kafka.bootstrap_servers"}});
        trouble = away.what();
        next_try_us = base::steady_us() + 2 * base::kSecondUs;
      }
      health.set("kafka", trouble);
    }
    wait_for_signal(200);
  }
  server.shutdown(std::chrono::milliseconds(10'000));
  producer.close(std::chrono::milliseconds(10'000));
  base::log::info("collector has stopped", {});
  return 0;
}

}  // namespace scoreline::app
