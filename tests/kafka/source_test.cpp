#include "kafka/source.hpp"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <memory>
#include <set>

#include "kafka/live.hpp"
#include "kafka/log_reader.hpp"
#include "kafka/source_member.hpp"

namespace scoreline::kafka {
namespace {

using namespace std::chrono_literals;
using flow::Topic;
using live::eventually;
using live::Member;
using live::numbered;

TEST_CASE("a single member gains all lanes and reads each input in order from the offsets it gives") {
  const Settings settings = live::fresh_topics(3);
  for (int p = 0; p < 3; ++p) {
    live::fill(settings, Topic::tracking_events, p, 0, 20);
    live::fill(settings, Topic::crm_events, p, 100, 5);
  }
  Member member(settings, live::kTwoInputs, live::each_reading());
  member.next[1] = {7, 5};
  CHECK(eventually(20s, [&] { return member.step(), member.count == 25 + 13 + 25; }));
  CHECK(member.lanes == std::set<std::int32_t>{0, 1, 2});
  CHECK(member.values[{0, 0}] == numbered(0, 20));
  CHECK(member.values[{1, 0}] == numbered(100, 5));
  CHECK(member.values[{0, 1}] == numbered(7, 13));
  CHECK(member.values[{1, 1}].empty());
  for (int i = 0; i < 10; ++i) member.step(10ms);
  CHECK(member.count == 25 + 13 + 25);
}

TEST_CASE("stopping and starting one lane leaves the others alone and rereads from the given offset") {
  const Settings settings = live::fresh_topics(2);
  for (int p = 0; p < 2; ++p) live::fill(settings, Topic::tracking_events, p, 0, 2'000);
  Member member(settings, {Topic::tracking_events}, live::each_reading());
  CHECK(eventually(20s, [&] { return member.step(), member.values[{0, 0}].size() >= 1; }));
  member.source->stop(0);
  for (int i = 0; i < 10; ++i) {
    const std::size_t before = member.values[{0, 0}].size();
    member.step(20ms);
    CHECK(member.values[{0, 0}].size() == before);
  }
  member.values[{0, 0}].clear();
  member.next[0] = {1'500};
  member.source->start(0, member.next[0]);
  CHECK(eventually(20s, [&] {
    return member.step(), member.values[{0, 0}].size() >= 500 && member.values[{0, 1}].size() >= 2'000;
  }));
  CHECK(member.values[{0, 0}] == numbered(1'500, 500));
  CHECK(member.values[{0, 1}] == numbered(0, 2'000));
}

TEST_CASE("two members share the lanes, whole; the other takes over at once when one closes") {
  const Settings settings = live::fresh_topics(4);
  const Reading reading = live::each_reading();
  Member first(settings, live::kTwoInputs, reading);
  CHECK(eventually(20s, [&] { return first.step(), first.lanes.size() == 4; }));
  Member second(settings, live::kTwoInputs, reading);
  CHECK(eventually(20s,
                   [&] { return first.step(), second.step(), first.lanes.size() == 2 && second.lanes.size() == 2; }));
  std::set<std::int32_t> all = first.lanes;
  all.insert(second.lanes.begin(), second.lanes.end());
  CHECK(all.size() == 4);
  for (int p = 0; p < 4; ++p) live::fill(settings, Topic::crm_events, p, 0, 3);
  CHECK(eventually(10s, [&] { return first.step(), second.step(), first.count + second.count == 12; }));
  const auto begun = std::chrono::steady_clock::now();
  second.source.reset();
  CHECK(eventually(5s, [&] { return first.step(), first.lanes.size() == 4; }));
  MESSAGE("lanes of a member that left moved within "
          << std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begun).count()
          << " ms");
}

// Run by the next test as a process of its own.
TEST_CASE("a member until it is killed" * doctest::skip()) {
  const char* prefix = std::getenv("SCORELINE_TEST_PREFIX");
  if (!prefix) return;
  Settings settings = live::fresh_settings();
  settings.prefix = prefix;
  Member member(settings);
  eventually(60s, [&] { return member.step(), false; });
}

TEST_CASE("the lanes of a killed member move after the session timeout") {
  const Settings settings = live::fresh_topics(4);
  Member survivor(settings);
  CHECK(eventually(20s, [&] { return survivor.step(), survivor.lanes.size() == 4; }));
  setenv("SCORELINE_TEST_PREFIX", settings.prefix.c_str(), 1);
  const pid_t child = fork();
  if (child == 0) {
    execl("/proc/self/exe", "member", "--no-skip", "--test-case=a member until it is killed",
          static_cast<char*>(nullptr));
    _exit(127);
  }
  unsetenv("SCORELINE_TEST_PREFIX");
  const bool shared = eventually(20s, [&] { return survivor.step(), survivor.lanes.size() == 2; });
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  REQUIRE(shared);
  const auto begun = std::chrono::steady_clock::now();
  CHECK(eventually(12s, [&] { return survivor.step(), survivor.lanes.size() == 4; }));
  MESSAGE("lanes of a killed member moved within "
          << std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begun).count()
          << " ms");
}

TEST_CASE("a lane whose offset was trimmed away, or lies beyond the log, is broken with a reason; the others go on") {
  const Settings settings = live::fresh_topics(3);
  for (int p = 0; p < 3; ++p) live::fill(settings, Topic::tracking_events, p, 0, 10);
  live::trim(settings, Topic::tracking_events, 0, 8);
  Member member(settings, {Topic::tracking_events}, live::each_reading());
  member.next[0] = {5};
  member.next[2] = {50};
  CHECK(eventually(20s, [&] {
    return member.step(), member.broken.size() == 2 && member.values[{0, 1}].size() == 10;
  }));
  CHECK(member.broken[0].find("offset 5 below log start 8") != std::string::npos);
  CHECK(member.broken[2].find("offset 50 beyond log end 10") != std::string::npos);
  CHECK(member.values[{0, 0}].empty());
}

TEST_CASE("records carry key, time, place and the collector's headers") {
  const Settings settings = live::fresh_topics(1);
  RecordProducer producer(settings, {Topic::tracking_events, Topic::lead_activities});
  const std::vector<OwnedRecord> records{
      {Topic::lead_activities,
       "42",
       "{}",
       false,
       {{"ce_source", "/scoreline/identity/3"}, {"ce_sequence", "17"}, {"ce_type", "t"}},
       0,
       base::Instant{1'700'000'000'123'000}},
      {Topic::lead_activities,
       "43",
       "",
       false,
       {{"ce_source", "https://elsewhere"}, {"ce_sequence", "18"}},
       0,
       base::Instant{1'700'000'000'124'000}},
      {Topic::lead_activities,
       "44",
       "",
       true,
       {{"ce_source", "/scoreline/identity/3"}, {"ce_sequence", "x"}},
       0,
       base::Instant{1'700'000'000'125'000}},
      {Topic::tracking_events,
       "",
       "{}",
       false,
       {{"ce_writekey", "shop"}, {"ce_trusted", "false"}},
       0,
       base::Instant{1}},
      {Topic::tracking_events, "", "{}", false, {{"ce_writekey", "app"}, {"ce_trusted", "true"}}, 0, base::Instant{1}}};
  for (const OwnedRecord& one : records) send_all_and_wait(producer, {&one, 1}, 10s);
  KafkaSource source(settings, "test", {Topic::lead_activities, Topic::tracking_events});
  std::vector<flow::InRecord> read;
  CHECK(eventually(20s, [&] {
    flow::PollResult polled = source.poll({100, 100ms, {}});
    const std::int64_t zero[2] = {0, 0};
    for (const auto lane : polled.lanes_gained) source.start(lane, zero);
    for (auto& record : polled.records) read.push_back(std::move(record));
    return read.size() == 5;
  }));
  std::stable_sort(read.begin(), read.end(), [](const auto& a, const auto& b) { return a.input < b.input; });
  CHECK(read[0].key == "42");
  CHECK(read[0].value == "{}");
  CHECK(read[0].log_time.us == 1'700'000'000'123'000);
  CHECK(read[0].place.stream == "identity/3");
  CHECK(read[0].place.seq == 17);
  CHECK(read[0].leader_epoch >= 0);
  CHECK(read[1].place.stream.empty());
  CHECK(read[1].place.seq == 0);
  CHECK_FALSE(read[1].tombstone);
  CHECK(read[2].tombstone);
  CHECK(read[2].place.stream.empty());
  CHECK(read[3].write_key == "shop");
  CHECK(read[3].untrusted);
  CHECK(read[3].key.empty());
  CHECK(read[3].log_time.us > 1'700'000'000'000'000);  // the broker's clock
  CHECK(read[4].write_key == "app");
  CHECK_FALSE(read[4].untrusted);
}

TEST_CASE("hints are committed to the group, also at close") {
  const Settings settings = live::fresh_topics(1);
  live::fill(settings, Topic::tracking_events, 0, 0, 5);
  KafkaLogReader reader(settings);
  CHECK(reader.state(Topic::tracking_events, 0, group_name(settings, "test")).committed == -1);
  {
    Member member(settings, {Topic::tracking_events});
    CHECK(eventually(20s, [&] { return member.step(), member.count == 5; }));
    const std::int64_t three = 3, five = 5;
    member.source->hint(0, {&three, 1});
    CHECK(eventually(10s, [&] {
      return member.step(), reader.state(Topic::tracking_events, 0, group_name(settings, "test")).committed == 3;
    }));
    member.source->hint(0, {&five, 1});
  }
  CHECK(reader.state(Topic::tracking_events, 0, group_name(settings, "test")).committed == 5);
}

TEST_CASE("records that are held stay readable when the source is closed, which takes no longer for it than seconds") {
  const Settings settings = live::fresh_topics(1);
  live::fill(settings, Topic::tracking_events, 0, 0, 5);
  std::vector<flow::InRecord> held;
  {
    KafkaSource source(settings, "test", {Topic::tracking_events}, live::each_reading());
    CHECK(eventually(20s, [&] {
      flow::PollResult polled = source.poll({100, 100ms, {}});
      const std::int64_t zero = 0;
      for (const auto lane : polled.lanes_gained) source.start(lane, {&zero, 1});
      for (auto& record : polled.records) held.push_back(std::move(record));
      return held.size() == 5;
    }));
    const auto begun = std::chrono::steady_clock::now();
    source.close();
    CHECK(std::chrono::steady_clock::now() - begun < 10s);
  }
  CHECK(held[4].value == "v4");
}

TEST_CASE("without a broker polling waits and does not throw") {
  Settings settings = live::fresh_settings();
  settings.bootstrap = "127.0.0.1:1";
  KafkaSource source(settings, "test", {Topic::tracking_events}, live::each_reading());
  for (int i = 0; i < 5; ++i) CHECK(source.poll({10, 100ms, {}}).records.empty());
}

}  // namespace
}  // namespace scoreline::kafka
