#include "kafka/live.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "kafka/query.hpp"
#include "kafka/topics_admin.hpp"

namespace scoreline::kafka::live {

Settings fresh_settings() {
  static int count = 0;
  const char* file = std::getenv("SCORELINE_TEST_ENV");
  REQUIRE_MESSAGE(file != nullptr, "SCORELINE_TEST_ENV must name the file that scripts/services wrote");
  Settings settings;
  std::ifstream lines(file);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("export ")) line.erase(0, 7);
    if (line.starts_with("KAFKA_BOOTSTRAP=")) settings.bootstrap = line.substr(16);
  }
  std::erase(settings.bootstrap, '"');
  std::erase(settings.bootstrap, '\'');
  REQUIRE_MESSAGE(!settings.bootstrap.empty(), "no KAFKA_BOOTSTRAP in " << file);
  const auto now = std::chrono::system_clock::now().time_since_epoch().count();
  settings.prefix = "t" + std::to_string(now % 1'000'000'000'000) + "." + std::to_string(getpid()) + "." +
                    std::to_string(++count) + ".";
  settings.session_timeout_ms = 6'000;
  settings.heartbeat_interval_ms = 1'000;
  return settings;
}

Settings fresh_topics(std::int32_t partitions) {
  const Settings settings = fresh_settings();
  TopicsAdmin admin(settings);
  admin.apply(admin.plan({partitions, 0, true}));
  return settings;
}

void fill(const Settings& settings, flow::Topic topic, std::int32_t partition, int first, int count,
          const std::function<std::string(int)>& value) {
  RecordProducer producer(settings, {topic});
  std::vector<OwnedRecord> records;
  for (int n = first; n < first + count; ++n)
    records.push_back({topic, "k" + std::to_string(n), value(n), false, {}, partition, base::kNever});
  send_all_and_wait(producer, records, std::chrono::seconds(30));
}

void trim(const Settings& settings, flow::Topic topic, std::int32_t partition, std::int64_t offset) {
  const Handle admin(Role::admin, make_conf(settings, Role::admin, {}), nullptr);
  Question question(admin.get(), "trimming", RD_KAFKA_ADMIN_OP_DELETERECORDS);
  const Partitions one = make_partitions();
  rd_kafka_topic_partition_list_add(one.get(), topic_name(settings, topic).c_str(), partition)->offset = offset;
  rd_kafka_DeleteRecords_t* asked = rd_kafka_DeleteRecords_new(one.get());
  rd_kafka_DeleteRecords(admin.get(), &asked, 1, question.options(), question.queue());
  rd_kafka_DeleteRecords_destroy(asked);
  const Event event = question.answer();
}

bool eventually(std::chrono::milliseconds limit, const std::function<bool()>& step) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (std::chrono::steady_clock::now() < deadline)
    if (step()) return true;
  return false;
}

}  // namespace scoreline::kafka::live
