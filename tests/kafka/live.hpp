#pragma once
/// A real broker for the tests of this folder: its address, topics of one's own, and the things that only tests do.
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "flow/record.hpp"
#include "kafka/record_producer.hpp"
#include "kafka/settings.hpp"

namespace scoreline::kafka::live {

/// Settings for the broker that SCORELINE_TEST_ENV names, with a prefix that no other run has. No topics yet.
Settings fresh_settings();
/// The same, with all topics made.
Settings fresh_topics(std::int32_t partitions);
/// Writes `count` records into one partition: keys "k<n>", values `value(n)`, n from `first`.
void fill(
    const Settings& settings, flow::Topic topic, std::int32_t partition, int first, int count,
    const std::function<std::string(int)>& value = [](int n) { return "v" + std::to_string(n); });
/// Removes the records before `offset`, as retention does.
void trim(const Settings& settings, flow::Topic topic, std::int32_t partition, std::int64_t offset);
/// Calls `step` until it returns true. False: it did not within `limit`.
bool eventually(std::chrono::milliseconds limit, const std::function<bool()>& step);

}  // namespace scoreline::kafka::live
