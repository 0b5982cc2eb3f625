#include "app/clock.hpp"

#include "app/process.hpp"
#include "app/signals.hpp"
#include "base/errors.hpp"
#include "base/log.hpp"
#include "base/metrics.hpp"
#include "kafka/record_producer.hpp"
#include "producers/clock.hpp"

namespace scoreline::app {
namespace {

void tick(kafka::RecordProducer& producer, std::int64_t partitions, base::Instant at) {
  const std::string value = producers::tick_event(at);
  std::vector<kafka::OwnedRecord> records;
  for (std::int32_t partition = 0; partition < partitions; ++partition) {
    kafka::OwnedRecord record;
    record.topic = flow::Topic::crm_events;
    record.value = value;
    record.partition = partition;
    record.headers = {{"content-type", "application/json"}, {"ce_specversion", "1.0"},           {"ce_type", "scoreline.time.tick.v1"},
                      {"ce_source", "/scoreline-clock"},    {"ce_id", "tick:" + base::format_rfc3339(at)}};
    records.push_back(std::move(record));
  }
  kafka::send_all_and_wait(producer, records, std::chrono::milliseconds(10'000));
}

}  // namespace

int run_clock(const Settings& settings) {
  catch_stop_signals();
  base::log::set_process("clock");
  kafka::RecordProducer producer(kafka_settings_of(settings), {flow::Topic::crm_events});
  Health health;
  const auto admin = start_admin(settings, health);
  auto& ticks = base::metrics::counter("clock_ticks_total", "ticks written to all partitions of crm.events");
  // One at once: whatever was waiting for the time to move on need not wait for the next full interval.
  base::Instant due = base::wall_clock();
  std::string trouble;
  while (!stop_requested()) {
    if (base::wall_clock() < due) {
      wait_for_signal(20);
      continue;
    }
    try {
      tick(producer, settings.kafka_partitions, due);
      ticks.add();
      trouble.clear();
      due = producers::next_tick(base::wall_clock(), settings.tick_interval_ms * 1000);
    } catch (const base::Unavailable& away) {
      if (trouble != away.what()) base::log::warn("a tick could not be written; time stands still for all leads", {{"reason", away.what()}, {"next", "start Kafka; check kafka.bootstrap_servers"}});
      trouble = away.what();
      wait_for_signal(1'000);
    }
    health.set("kafka", trouble);
  }
  return 0;
}

}  // namespace scoreline::app
