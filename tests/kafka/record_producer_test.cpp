#include "kafka/record_producer.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <set>

#include "base/errors.hpp"
#include "base/hash.hpp"
#include "kafka/live.hpp"
#include "kafka/log_reader.hpp"

namespace scoreline::kafka {
namespace {

using namespace std::chrono_literals;
using flow::Topic;

// org.apache.kafka.common.utils.UtilsTest
struct Vector {
  std::string_view key;
  std::int32_t murmur2;
};
constexpr std::array kVectors{Vector{"21", -973932308},
                              Vector{"foobar", -790332482},
                              Vector{"a-little-bit-long-string", -985981536},
                              Vector{"a-little-bit-longer-string", -1486304829},
                              Vector{"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971},
                              Vector{"abc", 479470107}};

TEST_CASE("keys go where Java's default partitioner puts them, and base::partition_of knows where") {
  const Settings settings = live::fresh_topics(7);
  RecordProducer producer(settings, {Topic::tracking_events});
  producer.warm_up(10s);
  for (const Vector& vector : kVectors) {
    const std::int32_t expected = (vector.murmur2 & 0x7fffffff) % 7;
    CHECK(base::partition_of(vector.key, 7) == expected);
    std::atomic<int> partition{-1};
    CHECK(producer.produce({Topic::tracking_events, vector.key, "{}", false, {}, -1, base::kNever},
                           [&](const Delivery& delivery) { partition = delivery.ok ? delivery.partition : -2; }) ==
          Produced::queued);
    CHECK(live::eventually(10s, [&] { return std::this_thread::sleep_for(1ms), partition != -1; }));
    CHECK(partition == expected);
  }
}

TEST_CASE("records without a key are spread") {
  const Settings settings = live::fresh_topics(4);
  Settings quick = settings;
  quick.linger_ms = 0;
  RecordProducer producer(quick, {Topic::tracking_events});
  std::mutex mutex;
  std::set<std::int32_t> partitions;
  for (int i = 0; i < 200; ++i)
    producer.produce({Topic::tracking_events, "", "{}", false, {}, -1, base::kNever}, [&](const Delivery& delivery) {
      const std::lock_guard lock(mutex);
      partitions.insert(delivery.partition);
    });
  CHECK(live::eventually(10s, [&] { return std::this_thread::sleep_for(1ms), producer.in_flight() == 0; }));
  CHECK(partitions.size() > 1);
}

TEST_CASE("several threads: every record is reported once and lies in the log once") {
  const Settings settings = live::fresh_topics(2);
  RecordProducer producer(settings, {Topic::tracking_events, Topic::crm_events});
  constexpr int kThreads = 4, kEach = 2'000;
  std::atomic<int> delivered{0};
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t)
      threads.emplace_back([&, t] {
        for (int n = 0; n < kEach; ++n) {
          const std::string key = std::to_string(t) + "-" + std::to_string(n);
          const std::array headers{Header{"ce_writekey", "shop"}};
          CHECK(producer.produce({Topic::tracking_events, key, key, false, headers, -1, base::kNever},
                                 [&](const Delivery& delivery) { delivered += delivery.ok ? 1 : 0; }) ==
                Produced::queued);
        }
      });
  }
  CHECK(live::eventually(20s, [&] { return std::this_thread::sleep_for(1ms), delivered == kThreads * kEach; }));
  CHECK(producer.in_flight() == 0);
  KafkaLogReader reader(settings);
  std::set<std::string> keys;
  std::size_t records = 0;
  for (std::int32_t p = 0; p < 2; ++p) {
    std::int64_t from = 0;
    for (auto some = reader.read(Topic::tracking_events, p, 0, INT64_MAX, 1'000); !some.empty();
         some = reader.read(Topic::tracking_events, p, from, INT64_MAX, 1'000)) {
      for (const auto& record : some) {
        keys.insert(std::string(record.key));
        CHECK(record.write_key == "shop");
        CHECK(base::partition_of(record.key, 2) == p);
      }
      records += some.size();
      from = some.back().offset + 1;
    }
  }
  CHECK(records == kThreads * kEach);
  CHECK(keys.size() == kThreads * kEach);
}

TEST_CASE("too large is refused at once; a full queue says so") {
  Settings settings = live::fresh_settings();
  settings.bootstrap = "127.0.0.1:1";
  settings.producer_max_kbytes = 1'024;
  RecordProducer producer(settings, {Topic::tracking_events});
  CHECK(producer.produce({Topic::tracking_events, "k", std::string(2'000'000, 'x'), false, {}, -1, base::kNever}, {}) ==
        Produced::too_large);
  const std::string large(500'000, 'x');
  Produced last = Produced::queued;
  int queued = 0;
  for (; queued < 10; ++queued) {
    last = producer.produce({Topic::tracking_events, "k", large, false, {}, -1, base::kNever}, {});
    if (last != Produced::queued) break;
  }
  CHECK(last == Produced::queue_full);
  CHECK(producer.in_flight() == static_cast<std::size_t>(queued));
}

TEST_CASE("without a broker records are given up after the delivery timeout, and at close") {
  Settings settings = live::fresh_settings();
  settings.bootstrap = "127.0.0.1:1";
  settings.delivery_timeout_ms = 1'000;
  RecordProducer producer(settings, {Topic::tracking_events});
  std::atomic<int> failed{0};
  const auto count = [&](const Delivery& delivery) { failed += delivery.ok || delivery.reason.empty() ? 0 : 1; };
  CHECK(producer.produce({Topic::tracking_events, "k", "{}", false, {}, -1, base::kNever}, count) == Produced::queued);
  CHECK(live::eventually(5s, [&] { return std::this_thread::sleep_for(10ms), failed == 1; }));
  CHECK(producer.produce({Topic::tracking_events, "k", "{}", false, {}, -1, base::kNever}, count) == Produced::queued);
  producer.close(0ms);
  CHECK(failed == 2);
  CHECK(producer.produce({Topic::tracking_events, "k", "{}", false, {}, -1, base::kNever}, count) ==
        Produced::unavailable);
  RecordProducer other(settings, {Topic::tracking_events});
  const OwnedRecord record{Topic::tracking_events, "k", "{}", false, {}, -1, base::kNever};
  CHECK_THROWS_WITH_AS(send_all_and_wait(other, {&record, 1}, 3s), doctest::Contains("1 of 1"), base::Unavailable);
  CHECK_THROWS_AS(other.warm_up(500ms), base::Unavailable);
}

TEST_CASE("a topic that is not there is named at the warm-up") {
  RecordProducer producer(live::fresh_settings(), {Topic::crm_events});
  CHECK_THROWS_WITH_AS(producer.warm_up(5s), doctest::Contains("crm.events"), base::Unavailable);
}

}  // namespace
}  // namespace scoreline::kafka
