#include "app/doctor.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <functional>

#include "app/http_probe.hpp"
#include "app/process.hpp"
#include "app/status_facts.hpp"
#include "flow/topology.hpp"
#include "app/table_print.hpp"
#include "base/errors.hpp"
#include "kafka/tail.hpp"
#include "kafka/topics_admin.hpp"

namespace scoreline::app {
namespace {

class Doctor {
 public:
  explicit Doctor(const CommandContext& context) : sources_(context.sources) {}

  std::vector<Finding> examine() {
    if (!check("settings", "write what the message says into the settings file", [this] { look_at_settings(); }))
      return std::move(findings_);
    const bool kafka = check("Kafka", "start the brokers (for development: scripts/services start) or correct kafka.bootstrap_servers",
                             [this] { look_at_topics(); });
    const bool schema = check("PostgreSQL", "start PostgreSQL (for development: scripts/services start) or correct postgres.dsn",
                              [this] { look_at_migrations(); });
    if (schema && schema_current_) check("PostgreSQL settings", "scoreline status says more", [this] { look_at_server(); });
    if (schema && schema_current_ && kafka) check("consumers", "scoreline status says more", [this] { look_at_lanes(); });
    if (kafka && topics_there_) check("clock", "scoreline clock", [this] { look_at_clock(); });
    look_at_collector();
    return std::move(findings_);
  }

 private:
  void add(std::string what, bool ok, std::string detail, std::string mend) {
    findings_.push_back({std::move(what), ok, std::move(detail), ok ? "" : std::move(mend)});
  }

  // False: the check itself could not be made.
  bool check(const std::string& what, const std::string& mend, const std::function<void()>& look) {
    try {
      look();
      return true;
    } catch (const base::UsageError& error) {
      add(what, false, error.what(), mend);
    } catch (const base::Unavailable& error) {
      add(what, false, error.what(), mend);
    }
    return false;
  }

  void look_at_settings() {
    settings_ = load_settings(sources_);
    const std::string file = !sources_.file.empty() ? sources_.file : std::filesystem::exists("scoreline.toml") ? "scoreline.toml" : "";
    add("settings", true, file.empty() ? "no file; defaults, environment and flags" : file, "");
    const bool own_key = std::any_of(settings_.hash_key.begin(), settings_.hash_key.end(), [](unsigned char byte) { return byte != 0; });
    add("identity.hash_key", own_key, own_key ? "set" : "all zeros, as everybody has them",
        "before the first event: 32 random hexadecimal digits (openssl rand -hex 16); it can never be changed later");
    add("write keys", !settings_.write_keys.empty(),
        counted(static_cast<std::int64_t>(settings_.write_keys.size()), "write key", "write keys"),
        "the collector refuses everything: add [[write_key]] with name, key and trusted to the settings file");
  }

  void look_at_topics() {
    kafka::TopicsAdmin admin(kafka_settings_of(settings_));
    const kafka::TopicPlan plan =
        admin.plan({static_cast<std::int32_t>(settings_.kafka_partitions), static_cast<int>(settings_.kafka_replication), false});
    add("Kafka", true, "answers at " + settings_.kafka_bootstrap, "");
    topics_there_ = plan.create.empty();
    std::string missing;
    for (const kafka::TopicToCreate& topic : plan.create) missing += (missing.empty() ? "" : ", ") + topic.name;
    add("Kafka topics", topics_there_,
        topics_there_ ? counted(settings_.kafka_partitions, "partition each", "partitions each") : "missing: " + missing,
        "scoreline topics apply");
    for (const kafka::TopicDifference& one : plan.differences) {
      // Longer keeping than needed harms nobody (tests keep for good).
      if (one.setting == "retention.ms" && one.is == "-1") continue;
      add("topic " + one.topic, false, fmt::format("{} is {}, should be {}", one.setting, one.is, one.should),
          one.harmless ? "scoreline topics apply" : one.next);
    }
  }

  void look_at_migrations() {
    const MigrationStatus migrations = collect_migrations(settings_);
    add("PostgreSQL", true, "answers", "");
    schema_current_ = migrations.pending == 0 && migrations.problem.empty();
    const std::string detail = !migrations.problem.empty() ? migrations.problem
                               : migrations.pending > 0    ? fmt::format("{} pending", migrations.pending)
                                                           : "up to " + migrations.version;
    add("migrations", schema_current_, detail,
        migrations.problem.empty() ? "scoreline migrate up" : "as the message says; scoreline migrate verify");
  }

  void look_at_server() {
    Store store(settings_);
    const pg::ServerView server = store.views().server();
    add("PostgreSQL version", std::atoi(server.version.c_str()) >= 15, server.version, "scoreline needs PostgreSQL 15 or newer");
    const std::pair<std::string_view, std::string_view> wanted[] = {
        {"fsync", "on"}, {"full_page_writes", "on"}, {"autovacuum", "on"}, {"server_encoding", "UTF8"}};
    bool well = true;
    for (const auto& [name, is] : server.settings)
      for (const auto& [setting, should] : wanted) {
        if (name != setting || is == should) continue;
        well = false;
        const bool encoding = setting == "server_encoding";
        add("PostgreSQL settings", false, fmt::format("{} is {}, should be {}", name, is, should),
            encoding ? "make the database with ENCODING 'UTF8'"
                     : fmt::format("ALTER SYSTEM SET {} = {}; a crash may lose accepted events otherwise", setting, should));
      }
    if (well) add("PostgreSQL settings", true, "durable, UTF8", "");
  }

  void look_at_lanes() {
    Store store(settings_);
    const Status status = collect_status(settings_, store);
    for (const flow::ConsumerDeclaration& consumer : flow::consumers()) {
      std::int64_t lanes = 0, owned = 0, lag = 0;
      for (const LaneStatus& lane : status.lanes) {
        if (lane.consumer != consumer.name) continue;
        ++lanes;
        owned += lane.owned ? 1 : 0;
        lag += lane.lag_records;
        if (!lane.halted.empty()) add(fmt::format("{} lane {}", lane.consumer, lane.lane), false, lane.halted, "docs/operations.md, Halts");
      }
      add(fmt::format("consumer {}", consumer.name), owned == lanes,
          fmt::format("{} of {} owned, {} behind", owned, counted(lanes, "lane", "lanes"), counted(lag, "record", "records")),
          fmt::format("scoreline consume {} (or scoreline up)", consumer.name));
    }
    const RuleBookStatus& book = status.rulebook;
    add("rule book", book.active != 0, book.active == 0 ? "none published: nothing scores" : fmt::format("version {} decides", book.active),
        "scoreline rulebook publish DIR");
    if (book.preparing != 0)
      add("rule book " + std::to_string(book.preparing), false,
          fmt::format("being prepared, {} of {} ready", book.lanes_ready, counted(book.lanes, "lane", "lanes")),
          fmt::format("scoreline rulebook publish --resume {}", book.preparing));
  }

  void look_at_clock() {
    const kafka::Settings kafka_settings = kafka_settings_of(settings_);
    const base::Instant now = base::wall_clock();
    const std::int64_t overdue_us = 3 * settings_.tick_interval_ms * 1000 + 5 * base::kSecondUs;
    kafka::TailRequest request;
    request.topic = kafka::topic_name(kafka_settings, flow::Topic::crm_events);
    request.partitions = {0};
    request.from = {kafka::TailPlace::Kind::time, 0, {now.us - overdue_us}};
    std::int64_t newest_ms = -1;
    const auto show = [&](const kafka::TailRecord& record) {
      for (const kafka::TailHeader& header : record.headers)
        if (header.name == "ce_type" && header.value == "scoreline.time.tick.v1") newest_ms = std::max(newest_ms, record.time_ms);
      return true;
    };
    kafka::tail(kafka_settings, request, show, [] { return true; });
    const bool ticking = newest_ms >= 0;
    add("clock", ticking,
        ticking ? fmt::format("newest tick {} ago", duration_text(std::max<std::int64_t>(0, now.us / 1000 - newest_ms) / 1000))
                : fmt::format("no tick within {}: days do not begin, scores do not decay", duration_text(overdue_us / base::kSecondUs)),
        "scoreline clock (or scoreline up)");
  }

  void look_at_collector() {
    if (settings_.collector_port == 0) return;
    const int status = http_status(settings_.collector_host, settings_.collector_port, "/health", 2'000);
    const std::string url = fmt::format("http://{}:{}/health", settings_.collector_host, settings_.collector_port);
    add("collector", status == 200, status == 0 ? url + " does not answer" : fmt::format("{} answers {}", url, status),
        "scoreline collect (or scoreline up)");
  }

  SettingSources sources_;
  Settings settings_;
  std::vector<Finding> findings_;
  bool topics_there_ = false, schema_current_ = false;
};

}  // namespace

std::vector<Finding> examine(const CommandContext& context) { return Doctor(context).examine(); }

}  // namespace scoreline::app
