#include "kafka/log_reader.hpp"

#include <doctest/doctest.h>

#include "base/errors.hpp"
#include "kafka/live.hpp"

namespace scoreline::kafka {
namespace {

using flow::Topic;

std::vector<std::int64_t> offsets(const std::vector<flow::InRecord>& records) {
  std::vector<std::int64_t> result;
  for (const auto& record : records) result.push_back(record.offset);
  return result;
}

using Offsets = std::vector<std::int64_t>;

TEST_CASE("state: topic id, begin and end") {
  const Settings settings = live::fresh_topics(2);
  KafkaLogReader reader(settings);
  const flow::LogState empty = reader.state(Topic::lead_activities, 1, "");
  CHECK(empty.begin == 0);
  CHECK(empty.end == 0);
  CHECK(empty.committed == -1);
  live::fill(settings, Topic::lead_activities, 1, 0, 10);
  live::trim(settings, Topic::lead_activities, 1, 4);
  const flow::LogState state = reader.state(Topic::lead_activities, 1, group_name(settings, "nobody"));
  CHECK(state.begin == 4);
  CHECK(state.end == 10);
  CHECK(state.committed == -1);
  CHECK(state.topic_id.size() == 22);
  CHECK(state.topic_id == empty.topic_id);
  CHECK(state.topic_id != reader.state(Topic::lead_scores, 1, "").topic_id);
}

TEST_CASE("read: what the log holds between two offsets, in order, in pieces") {
  const Settings settings = live::fresh_topics(2);
  live::fill(settings, Topic::lead_activities, 0, 0, 10);
  live::fill(settings, Topic::lead_activities, 1, 100, 3);
  KafkaLogReader reader(settings);
  CHECK(offsets(reader.read(Topic::lead_activities, 0, 7, INT64_MAX, 100)) == Offsets{7, 8, 9});
  CHECK(reader.read(Topic::lead_activities, 0, 10, INT64_MAX, 100).empty());
  CHECK(offsets(reader.read(Topic::lead_activities, 0, 3, 5, 100)) == Offsets{3, 4});
  CHECK(reader.read(Topic::lead_activities, 0, 5, 5, 100).empty());
  CHECK(reader.read(Topic::lead_activities, 1, 0, 1, 1).at(0).value == "v100");
  Offsets all;
  while (true) {
    const auto some = reader.read(Topic::lead_activities, 0, static_cast<std::int64_t>(all.size()), 9, 4);
    if (some.empty()) break;
    CHECK(some.size() <= 4);
    for (const auto& record : some) all.push_back(record.offset);
  }
  CHECK(all == Offsets{0, 1, 2, 3, 4, 5, 6, 7, 8});
  live::fill(settings, Topic::lead_activities, 0, 10, 2);
  CHECK(offsets(reader.read(Topic::lead_activities, 0, 9, INT64_MAX, 100)) == Offsets{9, 10, 11});
}

TEST_CASE("read: below the log's start begins at the start, beyond its end there is nothing") {
  const Settings settings = live::fresh_topics(1);
  live::fill(settings, Topic::lead_activities, 0, 0, 10);
  live::trim(settings, Topic::lead_activities, 0, 8);
  KafkaLogReader reader(settings);
  CHECK(offsets(reader.read(Topic::lead_activities, 0, 2, INT64_MAX, 100)) == Offsets{8, 9});
  CHECK(reader.read(Topic::lead_activities, 0, 2, 8, 100).empty());
  CHECK(reader.read(Topic::lead_activities, 0, 500, INT64_MAX, 100).empty());
}

TEST_CASE("a topic that is not there, or no broker: Unavailable with what to do") {
  Settings settings = live::fresh_settings();
  KafkaLogReader reader(settings);
  CHECK_THROWS_WITH_AS(reader.state(Topic::lead_scores, 0, ""), doctest::Contains("scoreline topics apply"),
                       base::Unavailable);
  settings.bootstrap = "127.0.0.1:1";
  KafkaLogReader nowhere(settings);
  CHECK_THROWS_AS(nowhere.state(Topic::lead_scores, 0, ""), base::Unavailable);
  CHECK_THROWS_AS(nowhere.read(Topic::lead_scores, 0, 0, 10, 1), base::Unavailable);
}

}  // namespace
}  // namespace scoreline::kafka
