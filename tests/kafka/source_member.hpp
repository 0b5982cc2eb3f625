#pragma once
/// A consumer as the runner is one, for the tests of KafkaSource.
#include <doctest/doctest.h>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "kafka/source.hpp"

namespace scoreline::kafka::live {

inline const std::vector<flow::Topic> kTwoInputs{flow::Topic::tracking_events, flow::Topic::crm_events};

/// Both ways of reading keep the same promises: whoever calls this runs once for each.
inline Reading each_reading() {
  Reading reading = Reading::together;
  SUBCASE("together") { reading = Reading::together; }
  SUBCASE("apart") { reading = Reading::apart; }
  return reading;
}

/// Takes over what it gains, at offsets that it knows, and keeps the values of all that it reads.
struct Member {
  explicit Member(const Settings& settings, std::vector<flow::Topic> inputs = kTwoInputs,
                  Reading reading = Reading::together)
      : source(std::make_unique<KafkaSource>(settings, "test", inputs, reading)), inputs_(inputs.size()) {}

  /// Polls once; returns the number of records.
  std::size_t step(std::chrono::milliseconds wait = std::chrono::milliseconds(50), std::size_t max_records = 1'000) {
    flow::PollResult polled = source->poll({max_records, wait, wants});
    CHECK(polled.records.size() <= max_records);
    for (const auto lane : polled.lanes_lost) lanes.erase(lane);
    for (const auto lane : polled.lanes_gained) {
      lanes.insert(lane);
      auto& from = next[lane];
      from.resize(inputs_);
      source->start(lane, from);
    }
    for (auto& [lane, reason] : polled.lanes_broken) broken[lane] = reason;
    for (auto& record : polled.records) {
      CHECK(lanes.contains(record.lane));
      if (wants) CHECK(wants(record.lane, record.input));
      CHECK(record.offset >= next[record.lane][record.input]);
      next[record.lane][record.input] = record.offset + 1;
      values[{record.input, record.lane}].emplace_back(record.value);
      ++count;
    }
    return polled.records.size();
  }

  std::unique_ptr<KafkaSource> source;
  std::set<std::int32_t> lanes;
  std::map<std::int32_t, std::vector<std::int64_t>> next;
  std::map<std::int32_t, std::string> broken;
  std::map<std::pair<int, std::int32_t>, std::vector<std::string>> values;
  std::size_t count = 0;
  std::function<bool(std::int32_t lane, std::size_t input)> wants;

 private:
  std::size_t inputs_;
};

inline std::vector<std::string> numbered(int first, int count) {
  std::vector<std::string> result;
  for (int n = first; n < first + count; ++n) result.push_back("v" + std::to_string(n));
  return result;
}

}  // namespace scoreline::kafka::live
