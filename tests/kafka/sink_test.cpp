#include "kafka/sink.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>

#include "kafka/live.hpp"
#include "kafka/log_reader.hpp"
#include "kafka/tail.hpp"

namespace scoreline::kafka {
namespace {

using namespace std::chrono_literals;
using flow::BatchId;
using flow::OutBatch;
using flow::Topic;

constexpr base::Instant kTime{1'700'000'000'123'000};

/// Records `first` .. `first + count - 1` of a partition, each named by its number.
OutBatch batch_of(std::int32_t partition, std::uint64_t first, std::uint64_t count, const std::string& filler = "") {
  OutBatch batch;
  for (std::uint64_t seq = first; seq < first + count; ++seq)
    batch.append(
        {Topic::lead_activities, partition, seq, kTime, "7", std::to_string(seq) + filler, "scoreline.test.v1"});
  return batch;
}

std::vector<flow::InRecord> read_all(KafkaLogReader& reader, Topic topic, std::int32_t partition) {
  std::vector<flow::InRecord> all;
  while (true) {
    auto some = reader.read(topic, partition, all.empty() ? 0 : all.back().offset + 1, INT64_MAX, 5'000);
    if (some.empty()) return all;
    std::move(some.begin(), some.end(), std::back_inserter(all));
  }
}

/// Polls until `count` batches are acknowledged or the sink failed.
std::vector<BatchId> acknowledged(KafkaSink& sink, std::size_t count, flow::SinkEvents* failure = nullptr) {
  std::vector<BatchId> all;
  live::eventually(20s, [&] {
    const flow::SinkEvents events = sink.poll(50ms);
    all.insert(all.end(), events.acknowledged.begin(), events.acknowledged.end());
    if (events.failed && failure) *failure = events;
    return events.failed || all.size() >= count;
  });
  std::sort(all.begin(), all.end());
  return all;
}

TEST_CASE("batches are acknowledged and lie in the log in order, with stream and sequence number") {
  const Settings settings = live::fresh_topics(2);
  KafkaLogReader reader(settings);
  KafkaSink sink(settings);
  std::map<std::uint64_t, OutBatch> batches;
  for (std::uint64_t n = 1; n <= 5; ++n) sink.send("identity/3", {3, n}, batches[n] = batch_of(1, n * 100 - 99, 100));
  CHECK(acknowledged(sink, 5) == std::vector<BatchId>{{3, 1}, {3, 2}, {3, 3}, {3, 4}, {3, 5}});
  const auto records = read_all(reader, Topic::lead_activities, 1);
  REQUIRE(records.size() == 500);
  for (std::size_t i = 0; i < records.size(); ++i) {
    CHECK(records[i].place.stream == "identity/3");
    CHECK(records[i].place.seq == i + 1);
    CHECK(records[i].value == std::to_string(i + 1));
    CHECK(records[i].key == "7");
    CHECK(records[i].log_time == kTime);
  }
  CHECK(read_all(reader, Topic::lead_activities, 0).empty());
}

TEST_CASE("a batch without records is acknowledged at once") {
  KafkaSink sink(live::fresh_topics(1));
  const OutBatch nothing;
  sink.send("identity/0", {0, 9}, nothing);
  CHECK(sink.poll(0ms).acknowledged == std::vector<BatchId>{{0, 9}});
}

TEST_CASE("headers are CloudEvents in binary mode") {
  const Settings settings = live::fresh_topics(1);
  KafkaSink sink(settings);
  OutBatch batch = batch_of(0, 42, 1);
  batch.append({Topic::lead_scores, 0, 0, kTime, "7", "{}", "scoreline.other.v1"});
  sink.send("scoring/5", {5, 8}, batch);
  CHECK(acknowledged(sink, 1).size() == 1);
  const auto headers_of = [&](Topic topic) {
    std::map<std::string, std::string> headers;
    tail(
        settings, {topic_name(settings, topic), {}, {}, {TailPlace::Kind::end, 0, {}}, false},
        [&](const TailRecord& record) {
          for (const TailHeader& header : record.headers)
            headers[std::string(header.name)] = std::string(header.value.value_or("null"));
          return true;
        },
        [] { return true; });
    return headers;
  };
  CHECK(headers_of(Topic::lead_activities) ==
        std::map<std::string, std::string>{{"ce_specversion", "1.0"},
                                           {"ce_id", "scoring/5/lead.activities/0/42"},
                                           {"ce_source", "/scoreline/scoring/5"},
                                           {"ce_type", "scoreline.test.v1"},
                                           {"ce_sequence", "42"},
                                           {"content-type", "application/json"}});
  const auto outside = headers_of(Topic::lead_scores);
  CHECK(outside.at("ce_type") == "scoreline.other.v1");
  CHECK_FALSE(outside.contains("ce_sequence"));
  CHECK(outside.at("ce_id") == "scoring/5/lead.scores/0/batch-8/1");
}

TEST_CASE("after a reset in full flight what is sent again leaves neither gap nor disorder behind the first copy") {
  const Settings settings = live::fresh_topics(1);
  KafkaLogReader reader(settings);
  std::map<std::uint64_t, OutBatch> batches;
  for (std::uint64_t n = 1; n <= 40; ++n) batches[n] = batch_of(0, (n - 1) * 500 + 1, 500, std::string(200, '.'));
  std::set<std::uint64_t> acked;
  KafkaSink sink(settings);
  for (int round = 0; round < 6; ++round) {
    for (const auto& [n, batch] : batches)
      if (!acked.contains(n)) sink.send("identity/0", {0, n}, batch);
    const bool last = round == 5;
    live::eventually(last ? 20'000ms : std::chrono::milliseconds(4 + 3 * round), [&] {
      for (const BatchId& id : sink.poll(1ms).acknowledged) acked.insert(id.batch_no);
      return acked.size() == batches.size();
    });
    // As the flow does it: only a prefix counts as acknowledged.
    std::uint64_t prefix = 0;
    while (acked.contains(prefix + 1)) ++prefix;
    acked.erase(acked.upper_bound(prefix), acked.end());
    if (!last) sink.reset();
  }
  REQUIRE(acked.size() == 40);
  // A reader that applies last + 1, drops what is lower and skips what is beyond a gap ends with everything.
  std::uint64_t applied = 0;
  for (const flow::InRecord& record : read_all(reader, Topic::lead_activities, 0)) {
    CHECK(record.place.seq <= applied + 1);
    if (record.place.seq == applied + 1) ++applied;
  }
  CHECK(applied == 20'000);
}

TEST_CASE("more than the producer's queue holds is sent all the same, without waiting in send()") {
  const Settings settings = live::fresh_topics(1);
  KafkaLogReader reader(settings);
  KafkaSink sink(settings);
  std::map<std::uint64_t, OutBatch> batches;
  for (std::uint64_t n = 1; n <= 5; ++n)
    sink.send("identity/0", {0, n}, batches[n] = batch_of(0, (n - 1) * 60'000 + 1, 60'000));
  CHECK(acknowledged(sink, 5).size() == 5);
  const auto records = read_all(reader, Topic::lead_activities, 0);
  REQUIRE(records.size() == 300'000);
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < records.size(); ++i) wrong += records[i].place.seq != i + 1;
  CHECK(wrong == 0);
}

TEST_CASE("a record that cannot be delivered fails the producer, says why, and a new one works") {
  const Settings settings = live::fresh_topics(1);
  KafkaSink sink(settings);
  const OutBatch misplaced = batch_of(5, 1, 3), good = batch_of(0, 1, 3);
  sink.send("identity/0", {0, 1}, misplaced);
  flow::SinkEvents failure;
  CHECK(acknowledged(sink, 1, &failure).empty());
  CHECK(failure.failed);
  CHECK(failure.reason.find("lead.activities/5") != std::string::npos);
  sink.send("identity/0", {0, 2}, good);
  CHECK(acknowledged(sink, 1).empty());
  sink.reset();
  sink.send("identity/0", {0, 2}, good);
  CHECK(acknowledged(sink, 1) == std::vector<BatchId>{{0, 2}});
}

TEST_CASE("without a broker send and poll come back, and reset is quick") {
  Settings settings = live::fresh_settings();
  settings.bootstrap = "127.0.0.1:1";
  KafkaSink sink(settings);
  const OutBatch batch = batch_of(0, 1, 100);
  const auto begun = std::chrono::steady_clock::now();
  sink.send("identity/0", {0, 1}, batch);
  const flow::SinkEvents events = sink.poll(100ms);
  CHECK(events.acknowledged.empty());
  CHECK_FALSE(events.failed);
  sink.reset();
  CHECK(std::chrono::steady_clock::now() - begun < 5s);
}

}  // namespace
}  // namespace scoreline::kafka
