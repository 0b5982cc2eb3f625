// What KafkaSource promises to those who choose what they read. What holds for both ways of reading: source_test.cpp.
#include <doctest/doctest.h>
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <optional>
#include <random>

#include "base/time.hpp"
#include "kafka/live.hpp"
#include "kafka/source_member.hpp"

namespace scoreline::kafka {
namespace {

using namespace std::chrono_literals;
using flow::Topic;
using live::eventually;
using live::Member;
using live::numbered;

Member apart(const Settings& settings) { return Member(settings, live::kTwoInputs, Reading::apart); }

/// Records of a page view's size that do not compress to nothing.
std::string page_view(int n) {
  std::mt19937 noise(static_cast<unsigned>(n));
  std::string value = "v" + std::to_string(n) + ":";
  while (value.size() < 500) value += std::to_string(noise()) + ",\"properties\":{\"path\":\"/prices\"},";
  value.resize(500);
  return value;
}

/// Little by little, so that the memory of this process does not grow by it.
void fill_page_views(const Settings& settings, Topic topic, std::int32_t partition, int count) {
  RecordProducer producer(settings, {topic});
  std::vector<OwnedRecord> records;
  for (int n = 0; n < count; ++n) {
    records.push_back({topic, "k", page_view(n), false, {}, partition, base::kNever});
    if (records.size() < 5'000 && n + 1 < count) continue;
    send_all_and_wait(producer, records, 30s);
    records.clear();
  }
}

/// Resident memory of this process.
std::int64_t memory_kbytes() {
  malloc_trim(0);
  std::int64_t total = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> total >> resident;
  return resident * sysconf(_SC_PAGESIZE) / 1024;
}

/// Polls until `count` records have come; each input of each lane must begin at 0 and have no holes. False: not in
/// time.
bool read_in_order(KafkaSource& source, int count, std::chrono::seconds limit,
                   const std::function<bool(std::int32_t lane, std::size_t input)>& wants = {}) {
  std::map<std::pair<std::int32_t, int>, std::int64_t> next;
  int read = 0;
  return eventually(limit, [&] {
    flow::PollResult polled = source.poll({5'000, 50ms, wants});
    const std::vector<std::int64_t> zeros(2);
    for (const auto lane : polled.lanes_gained) source.start(lane, zeros);
    for (const flow::InRecord& record : polled.records) {
      std::int64_t& place = next[{record.lane, record.input}];
      if (record.offset != place || record.value != page_view(static_cast<int>(place)))
        FAIL("lane " << record.lane << " input " << int{record.input} << ": " << record.offset << " after "
                     << place - 1);
      ++place;
      ++read;
    }
    return read >= count;
  });
}

TEST_CASE("apart: an input that is not wanted stays in the broker, and comes in order when it is wanted") {
  const Settings settings = live::fresh_topics(1);
  constexpr int kWaiting = 200'000, kWanted = 50'000;
  fill_page_views(settings, Topic::tracking_events, 0, kWaiting);
  fill_page_views(settings, Topic::crm_events, 0, kWanted);
  KafkaSource source(settings, "test", live::kTwoInputs, Reading::apart);
  const std::int64_t before_kbytes = memory_kbytes();
  const auto second = [](std::int32_t, std::size_t input) { return input == 1; };
  REQUIRE(read_in_order(source, kWanted, 30s, second));
  // Time for what should not happen: fetching goes on in the background.
  eventually(1s, [&] { return !source.poll({5'000, 100ms, second}).records.empty(); });
  const std::int64_t grown_kbytes = memory_kbytes() - before_kbytes;
  MESSAGE("memory grew by " << grown_kbytes << " kB while 100 MB waited");
  CHECK(grown_kbytes < 16'000);
  CHECK(read_in_order(source, kWaiting, 60s));
}

TEST_CASE("apart: whatever is wanted when, and wherever a lane starts again, each input comes in order and once") {
  const Settings settings = live::fresh_topics(3);
  constexpr int kCount = 6'000;
  for (int p = 0; p < 3; ++p) {
    live::fill(settings, Topic::tracking_events, p, 0, kCount);
    live::fill(settings, Topic::crm_events, p, 0, kCount);
  }
  Member member = apart(settings);
  CHECK(eventually(20s, [&] { return member.step(), member.lanes.size() == 3; }));
  std::mt19937 dice(20261127);
  const auto all_read = [&] { return member.count == 6 * kCount; };
  CHECK(eventually(40s, [&] {
    const auto wanted = dice() % 64;
    member.wants = [wanted](std::int32_t lane, std::size_t input) {
      return (wanted >> (static_cast<std::size_t>(lane) * 2 + input)) % 2 == 1;
    };
    member.step(std::chrono::milliseconds(dice() % 3), 1 + dice() % 300);
    if (dice() % 20 != 0) return all_read();
    // A stop loses what was fetched; a start without one, too. Both go on where the records that came end.
    const auto lane = static_cast<std::int32_t>(dice() % 3);
    if (dice() % 2 == 0) {
      member.source->stop(lane);
      if (dice() % 2 == 0) member.step(5ms);
    }
    member.source->start(lane, member.next[lane]);
    return all_read();
  }));
  for (int input = 0; input < 2; ++input)
    for (int p = 0; p < 3; ++p) CHECK(member.values[{input, p}] == numbered(0, kCount));
}

TEST_CASE("apart: a lane that starts again elsewhere forgets what was fetched before, wanted or not") {
  const Settings settings = live::fresh_topics(1);
  for (const Topic topic : live::kTwoInputs) live::fill(settings, topic, 0, 0, 5'000);
  Member member = apart(settings);
  member.wants = [](std::int32_t, std::size_t input) { return input == 1; };
  CHECK(eventually(20s, [&] { return member.step(50ms, 10), member.count > 0; }));
  for (const std::int64_t from : {4'000, 20, 3'000}) {
    CAPTURE(from);
    member.next[0] = {from, from + 5};
    member.source->start(0, member.next[0]);
    member.values.clear();
    member.wants = {};
    CHECK(eventually(20s, [&] {
      return member.step(50ms, 10), member.values[{0, 0}].size() > 20 && member.values[{1, 0}].size() > 20;
    }));
    for (int input = 0; input < 2; ++input) {
      const auto& values = member.values[{input, 0}];
      CHECK(values == numbered(static_cast<int>(from) + 5 * input, static_cast<int>(values.size())));
    }
  }
}

TEST_CASE("apart: an input that cannot be read breaks its lane when it is wanted; the other lanes go on") {
  const Settings settings = live::fresh_topics(3);
  for (int p = 0; p < 3; ++p)
    for (const Topic topic : live::kTwoInputs) live::fill(settings, topic, p, 0, 10);
  Member member = apart(settings);
  member.next[0] = {0, 50};
  member.next[2] = {11, 0};
  member.wants = [](std::int32_t, std::size_t input) { return input == 0; };
  CHECK(eventually(20s, [&] {
    return member.step(),
           member.broken.contains(2) && member.values[{0, 0}].size() == 10 && member.values[{0, 1}].size() == 10;
  }));
  CHECK(member.broken.size() == 1);
  CHECK(member.broken[2].find("tracking.events/2: offset 11 beyond log end 10") != std::string::npos);
  member.wants = {};
  CHECK(eventually(20s, [&] {
    return member.step(), member.broken.contains(0) && member.values[{1, 1}].size() == 10;
  }));
  CHECK(member.broken[0].find("crm.events/0: offset 50 beyond log end 10") != std::string::npos);
  CHECK(member.values[{1, 2}].empty());
  // An operator has set it right.
  member.next[0] = {10, 4};
  member.source->start(0, member.next[0]);
  CHECK(eventually(20s, [&] { return member.step(), member.values[{1, 0}] == numbered(4, 6); }));
}

TEST_CASE("apart: small polls come to every lane and input in turn") {
  const Settings settings = live::fresh_topics(4);
  for (int p = 0; p < 4; ++p)
    for (const Topic topic : live::kTwoInputs) live::fill(settings, topic, p, 0, 1'000);
  Member member = apart(settings);
  member.wants = [](std::int32_t, std::size_t) { return false; };
  CHECK(eventually(20s, [&] { return member.step(), member.lanes.size() == 4; }));
  member.step(1s);  // until all queues are filled, which nobody can see
  member.wants = {};
  for (int i = 0; i < 16; ++i) CHECK(member.step(0ms, 1) == 1);
  CHECK(member.values.size() == 8);
  member.values.clear();
  CHECK(member.step(0ms, 80) == 80);
  for (const auto& [place, values] : member.values) CHECK(values.size() == 10);
}

TEST_CASE("apart: a poll sleeps while nothing comes that is wanted, whatever else waits") {
  const Settings settings = live::fresh_topics(4);
  for (int p = 0; p < 4; ++p) live::fill(settings, Topic::tracking_events, p, 0, 2'000);
  Member member = apart(settings);
  CHECK(eventually(20s, [&] { return member.step(), member.count > 0; }));
  int asked = 0;
  const auto nothing = [&](std::int32_t, std::size_t) { return ++asked, false; };
  member.source->poll({1'000, 300ms, nothing});
  asked = 0;
  const auto begun = std::chrono::steady_clock::now();
  CHECK(member.source->poll({1'000, 500ms, nothing}).records.empty());
  CHECK(std::chrono::steady_clock::now() - begun >= 500ms);
  CHECK(asked < 100);
}

TEST_CASE("apart: a record that comes after a silence is there within milliseconds") {
  const Settings settings = live::fresh_topics(4);
  RecordProducer producer(settings, live::kTwoInputs);
  producer.warm_up(10s);
  Member member = apart(settings);
  CHECK(eventually(20s, [&] { return member.step(), member.lanes.size() == 4; }));
  std::vector<std::int64_t> took_us;
  for (int i = 0; i < 15; ++i) {
    eventually(200ms, [&] { return member.step(100ms), false; });
    const std::size_t before = member.count;
    const OwnedRecord one{live::kTwoInputs[static_cast<std::size_t>(i % 2)], "k", "v", false, {}, i % 4, base::kNever};
    const std::int64_t begun_us = base::steady_us();
    send_all_and_wait(producer, {&one, 1}, 10s);
    CHECK(eventually(10s, [&] { return member.step(2s) > 0; }));
    took_us.push_back(base::steady_us() - begun_us);
    CHECK(member.count == before + 1);
  }
  std::sort(took_us.begin(), took_us.end());
  MESSAGE("from producing to reading, with acknowledgement: median " << took_us[7] / 1000 << " ms, largest "
                                                                     << took_us[14] / 1000 << " ms");
  CHECK(took_us[7] < 50'000);
}

TEST_CASE("throughput of both ways of reading") {
  constexpr int kCount = 200'000;
  for (const std::int32_t behind : {8, 1}) {
    const Settings settings = live::fresh_topics(8);
    for (std::int32_t p = 0; p < behind; ++p) fill_page_views(settings, Topic::tracking_events, p, kCount / behind);
    for (const Reading reading : {Reading::together, Reading::apart}) {
      KafkaSource source(settings, "test", live::kTwoInputs, reading);
      std::optional<std::int64_t> begun_us;
      std::int64_t read = 0;
      CHECK(eventually(60s, [&] {
        const flow::PollResult polled = source.poll({5'000, 50ms, {}});
        for (const auto lane : polled.lanes_gained) source.start(lane, std::vector<std::int64_t>(2));
        if (!polled.records.empty() && !begun_us) begun_us = base::steady_us();
        read += static_cast<std::int64_t>(polled.records.size());
        return read >= kCount / behind * behind;
      }));
      const std::int64_t ms = std::max<std::int64_t>(1, (base::steady_us() - begun_us.value_or(0)) / 1000);
      MESSAGE(std::string(reading == Reading::apart ? "apart" : "together")
              << ", " << behind << " of 8 lanes behind, the other input quiet: " << read / ms
              << ",000 records a second");
    }
  }
}

}  // namespace
}  // namespace scoreline::kafka
