#pragma once
/// Begin and end of all partitions of several topics at once, for `status`: two questions a topic, all under way together.
#include <cstdint>
#include <span>
#include <vector>

#include "kafka/settings.hpp"

namespace scoreline::kafka {

struct PartitionRange {
  std::int64_t begin = 0, end = 0;  // `end` is what committed readers reach
};

/// Per topic, in the order asked, and partition 0 ... partitions - 1. Throws base::Unavailable, also when a topic or
/// partition is not there.
std::vector<std::vector<PartitionRange>> log_ranges(const Settings& settings, std::span<const flow::Topic> topics, std::int32_t partitions);

}  // namespace scoreline::kafka
