#include "app/consume.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <thread>

#include "app/composition.hpp"
#include "app/process.hpp"
#include "app/signals.hpp"
#include "base/errors.hpp"
#include "base/log.hpp"
#include "base/metrics.hpp"
#include "flow/input_consumer.hpp"
#include "flow/runner.hpp"
#include "kafka/log_reader.hpp"
#include "kafka/sink.hpp"
#include "kafka/source.hpp"
#include "pg/activities.hpp"
#include "pg/effects.hpp"
#include "pg/identity.hpp"
#include "pg/lanes.hpp"
#include "pg/lead_rows.hpp"
#include "pg/message_ids.hpp"
#include "pg/migrations.hpp"
#include "pg/outbox.hpp"
#include "pg/rulebooks.hpp"
#include "pg/session.hpp"

namespace scoreline::app {
namespace {

/// One consumer with its tables; made once a process, outlives the runner.
class Consumption {
 public:
  virtual ~Consumption() = default;
  virtual flow::Consumer& consumer() = 0;
  virtual flow::LaneCache& cache() = 0;
};

class IdentityConsumption final : public Consumption {
 public:
  IdentityConsumption(const Settings& settings, flow::ConsumerSpec spec, pg::PgSession& session)
      : leads_(session),
        identifiers_(session),
        activities_(session),
        retractions_(session),
        documents_(session),
        message_ids_(session),
        handler_({leads_, identifiers_, activities_, retractions_, documents_}, identity_options(settings.hash_key, 256)),
        consumer_(std::move(spec), handler_, message_ids_, {settings.hash_key, false, 256 * 1024}) {}
  flow::Consumer& consumer() override { return consumer_; }
  flow::LaneCache& cache() override { return consumer_; }

 private:
  pg::PgIdentityLeads leads_;
  pg::PgIdentifiers identifiers_;
  pg::PgActivities activities_;
  pg::PgRetractions retractions_;
  pg::PgDocuments documents_;
  pg::PgMessageIds message_ids_;
  consumers::IdentityHandler handler_;
  flow::InputConsumer consumer_;
};

/// customers, scoring, intent, stages.
class LeadConsumption final : public Consumption {
 public:
  LeadConsumption(flow::ConsumerSpec spec, pg::PgSession& session, flow::LogReader& reader)
      : leads_(session, spec.name),
        held_(session, spec.name),
        table_(session),
        deal_table_(session),
        deals_(deal_table_),
        books_(&table_, std::make_shared<core::RuleBook>(), lead_handlers(spec.name, deals_)),
        consumer_(spec, {leads_, held_, books_, &reader, &deals_}, lead_output(spec.name), base::steady_us, lead_options(spec.name)) {}
  flow::Consumer& consumer() override { return consumer_; }
  flow::LaneCache& cache() override { return consumer_; }

 private:
  pg::PgLeads leads_;
  pg::PgHeld held_;
  pg::PgRuleBooks table_;
  pg::PgDeals deal_table_;
  flow::DealRows deals_;
  flow::RuleBooks books_;
  flow::LeadConsumer consumer_;
};

/// triggers, sequences.
class ChangeConsumption final : public Consumption {
 public:
  ChangeConsumption(flow::ConsumerSpec spec, pg::PgSession& session)
      : leads_(session, spec.name),
        table_(session),
        firings_(session),
        actions_(session),
        mails_(session),
        buffers_{flow::FiringRows(firings_, actions_), flow::MailRows(mails_)},
        books_(&table_, std::make_shared<core::RuleBook>(), {}),
        consumer_(spec, leads_, books_, buffers_.of(spec.name), change_handlers(spec.name, buffers_), base::steady_us, change_options(spec.name)) {}
  flow::Consumer& consumer() override { return consumer_; }
  flow::LaneCache& cache() override { return consumer_; }

 private:
  pg::PgLeads leads_;
  pg::PgRuleBooks table_;
  pg::PgFirings firings_;
  pg::PgActions actions_;
  pg::PgMails mails_;
  EffectBuffers buffers_;
  flow::RuleBooks books_;
  flow::ChangeConsumer consumer_;
};

std::unique_ptr<Consumption> consumption_of(const Settings& settings, const flow::ConsumerSpec& spec, pg::PgSession& session, flow::LogReader& reader) {
  if (spec.name == "identity") return std::make_unique<IdentityConsumption>(settings, spec, session);
  if (flow::find_consumer(spec.name)->by_lead) return std::make_unique<LeadConsumption>(spec, session, reader);
  return std::make_unique<ChangeConsumption>(spec, session);
}

void report(Health& health, const flow::Runner& runner) {
  static auto& lanes = base::metrics::gauge("lanes", "lanes that this process owns");
  static auto& halted = base::metrics::gauge("lanes_halted", "lanes that stand still until somebody mends the cause");
  health.set("peers", runner.trouble());
  std::size_t owned = 0, still = 0;
  for (const flow::LaneView& lane : runner.view()) {
    ++owned;
    still += lane.halted.empty() ? 0 : 1;
  }
  lanes.set(static_cast<double>(owned));
  halted.set(static_cast<double>(still));
  health.set("lanes", still == 0 ? "" : fmt::format("{} of {} lanes are halted; see `scoreline status`", still, owned));
}

void loop(flow::Runner& runner, Health& health) {
  std::int64_t reported_us = 0;
  while (!stop_requested()) {
    runner.step();
    const std::int64_t now_us = base::steady_us();
    if (now_us - reported_us < base::kSecondUs) continue;
    reported_us = now_us;
    report(health, runner);
  }
}

/// Closes full parts of the activities and builds their indexes, beside the batches and on a connection of its own.
void keep_up_activities(const std::stop_token& stop, const std::string& dsn) {
  constexpr std::int64_t kEveryUs = 20 * base::kSecondUs;
  for (std::int64_t last_us = base::steady_us(); !stop.stop_requested(); wait_for_signal(200)) {
    if (base::steady_us() - last_us < kEveryUs) continue;
    last_us = base::steady_us();
    try {
      for (const std::string& done : pg::maintain_activities(dsn, {})) base::log::info("activities kept up", {{"what", done}});
    } catch (const base::Unavailable& away) {
      base::log::debug("upkeep of the activities was put off", {{"reason", away.what()}});
    }
  }
}

}  // namespace

int run_consumer(const Settings& settings, const std::string& name) {
  catch_stop_signals();
  base::log::set_process(name);
  const kafka::Settings kafka_settings = kafka_settings_of(settings);
  const flow::ConsumerSpec spec = spec_of(name, static_cast<std::int32_t>(settings.kafka_partitions));
  Health health;
  health.set("peers", "starting");
  const auto admin = start_admin(settings, health);

  pg::require_current(settings.postgres_dsn);
  pg::PgSession session({settings.postgres_dsn, "scoreline " + name, ""});
  kafka::KafkaLogReader reader(kafka_settings);
  const std::unique_ptr<Consumption> consumption = consumption_of(settings, spec, session, reader);
  pg::PgLanes lanes(session);
  pg::PgOutbox outbox(session);
  pg::PgDeadLetters dead_letters(session);
  session.connect();
  kafka::KafkaSink sink(kafka_settings);
  kafka::KafkaSource source(kafka_settings, name, spec.inputs, spec.ordered ? kafka::Reading::apart : kafka::Reading::together);
  flow::RunnerOptions options;
  options.group = kafka::group_name(kafka_settings, name);
  options.batch_records = static_cast<std::size_t>(settings.batch_records);
  options.lane_records = options.batch_records;
  options.poll_wait = std::chrono::milliseconds(settings.batch_wait_ms);
  // The runner holds records of the source and bytes that the sink still sends: it goes before both.
  {
    flow::Runner runner(consumption->consumer(), consumption->cache(), {source, reader, sink, session, lanes, outbox, dead_letters}, std::move(options));
    base::log::info("consumer started", {{"consumer", name}, {"pid", static_cast<int>(getpid())}});
    std::jthread upkeep;
    if (name == "identity") upkeep = std::jthread([&settings](const std::stop_token& stop) { keep_up_activities(stop, settings.postgres_dsn); });
    loop(runner, health);
    runner.shut_down(std::chrono::milliseconds(10'000));
    sink.reset();
  }
  source.close();
  base::log::info("consumer has stopped", {{"consumer", name}});
  return 0;
}

}  // namespace scoreline::app
