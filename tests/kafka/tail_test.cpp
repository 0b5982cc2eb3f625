#include "kafka/tail.hpp"

#include <doctest/doctest.h>

#include <map>

#include "base/errors.hpp"
#include "kafka/live.hpp"

namespace scoreline::kafka {
namespace {

using namespace std::chrono_literals;
using flow::Topic;

std::map<std::int32_t, std::vector<std::int64_t>> seen(const Settings& settings, const TailRequest& request,
                                                       std::size_t at_most = SIZE_MAX) {
  std::map<std::int32_t, std::vector<std::int64_t>> offsets;
  std::size_t count = 0;
  tail(
      settings, request,
      [&](const TailRecord& record) { return offsets[record.partition].push_back(record.offset), ++count < at_most; },
      [] { return true; });
  return offsets;
}

using Seen = std::map<std::int32_t, std::vector<std::int64_t>>;

TEST_CASE("tail shows a range of some or all partitions, each in order, and ends") {
  const Settings settings = live::fresh_topics(3);
  live::fill(settings, Topic::crm_events, 0, 0, 4);
  live::fill(settings, Topic::crm_events, 2, 0, 2);
  const std::string topic = topic_name(settings, Topic::crm_events);
  const TailPlace begin, end{TailPlace::Kind::end, 0, {}};
  CHECK(seen(settings, {topic, {}, begin, end, false}) == Seen{{0, {0, 1, 2, 3}}, {2, {0, 1}}});
  CHECK(seen(settings, {topic, {0}, {TailPlace::Kind::offset, 1, {}}, {TailPlace::Kind::offset, 3, {}}, false}) ==
        Seen{{0, {1, 2}}});
  CHECK(seen(settings, {topic, {1}, begin, end, false}).empty());
  CHECK(seen(settings, {topic, {0}, begin, end, false}, 2) == Seen{{0, {0, 1}}});
  CHECK_THROWS_AS(seen(settings, {topic, {3}, begin, end, false}), base::UsageError);
  CHECK_THROWS_AS(seen(settings, {"no.such.topic", {}, begin, end, false}), base::Unavailable);
}

TEST_CASE("tail begins and ends at instants") {
  const Settings settings = live::fresh_topics(1);
  RecordProducer producer(settings, {Topic::lead_scores});
  std::vector<OwnedRecord> records;
  for (int i = 0; i < 5; ++i)
    records.push_back(
        {Topic::lead_scores, "k", "v", false, {}, 0, base::Instant{(1'700'000'000'000 + i * 1'000) * 1'000}});
  for (const OwnedRecord& record : records) send_all_and_wait(producer, {&record, 1}, 10s);
  const std::string topic = topic_name(settings, Topic::lead_scores);
  CHECK(seen(settings, {topic,
                        {},
                        {TailPlace::Kind::time, 0, base::Instant{1'700'000'001'500'000}},
                        {TailPlace::Kind::time, 0, base::Instant{1'700'000'003'000'000}},
                        false}) == Seen{{0, {2}}});
  CHECK(seen(settings, {topic,
                        {},
                        {TailPlace::Kind::time, 0, base::Instant{1'800'000'000'000'000}},
                        {TailPlace::Kind::end, 0, {}},
                        false})
            .empty());
}

TEST_CASE("tail shows a record as it stands: headers, key, tombstone, time and its kind") {
  const Settings settings = live::fresh_topics(1);
  RecordProducer producer(settings, {Topic::lead_scores, Topic::tracking_events});
  const std::vector<OwnedRecord> records{
      {Topic::lead_scores, "k", "", true, {{"a", "1"}, {"b", ""}}, 0, base::Instant{1'700'000'000'123'000}},
      {Topic::tracking_events, "", "x", false, {}, 0, base::kNever}};
  send_all_and_wait(producer, records, 10s);
  int count = 0;
  const auto look = [&](Topic topic, const std::function<void(const TailRecord&)>& check) {
    tail(
        settings, {topic_name(settings, topic), {}, {}, {TailPlace::Kind::end, 0, {}}, false},
        [&](const TailRecord& record) { return check(record), ++count > 0; }, [] { return true; });
  };
  look(Topic::lead_scores, [](const TailRecord& record) {
    CHECK(record.key == "k");
    CHECK_FALSE(record.payload);
    CHECK(record.time_type == "create");
    CHECK(record.time_ms == 1'700'000'000'123);
    CHECK(record.broker >= 0);
    REQUIRE(record.headers.size() == 2);
    CHECK(record.headers[0].name == "a");
    CHECK(record.headers[0].value == "1");
    CHECK(record.headers[1].name == "b");
  });
  look(Topic::tracking_events, [](const TailRecord& record) {
    CHECK_FALSE(record.key);
    CHECK(record.payload == "x");
    CHECK(record.time_type == "logappend");
  });
  CHECK(count == 2);
}

TEST_CASE("following goes on until it is told to stop") {
  const Settings settings = live::fresh_topics(1);
  const std::string topic = topic_name(settings, Topic::crm_events);
  std::size_t shown = 0;
  int idles = 0;
  tail(
      settings, {topic, {}, {TailPlace::Kind::end, 0, {}}, {TailPlace::Kind::end, 0, {}}, true},
      [&](const TailRecord&) { return ++shown < 3; },
      [&] {
        if (++idles == 2) live::fill(settings, Topic::crm_events, 0, 0, 5);
        return idles < 100;
      });
  CHECK(shown == 3);
}

}  // namespace
}  // namespace scoreline::kafka
