#include "kafka/log_ends.hpp"

#include <deque>
#include <numeric>

#include "kafka/query.hpp"

namespace scoreline::kafka {

std::vector<std::vector<PartitionRange>> log_ranges(const Settings& settings, std::span<const flow::Topic> topics,
                                                    std::int32_t partitions) {
  const Handle admin(Role::admin, make_conf(settings, Role::admin, {}), nullptr);
  std::vector<std::int32_t> numbers(static_cast<std::size_t>(partitions));
  std::iota(numbers.begin(), numbers.end(), 0);
  std::deque<OffsetQuestion> begins, ends;
  for (const flow::Topic topic : topics) {
    const std::string name = topic_name(settings, topic);
    begins.emplace_back(admin.get(), name, numbers, RD_KAFKA_OFFSET_SPEC_EARLIEST);
    ends.emplace_back(admin.get(), name, numbers, RD_KAFKA_OFFSET_SPEC_LATEST);
  }
  std::vector<std::vector<PartitionRange>> result;
  for (std::size_t i = 0; i < topics.size(); ++i) {
    const auto from = begins[i].answer();
    const auto to = ends[i].answer();
    auto& ranges = result.emplace_back();
    for (std::size_t p = 0; p < numbers.size(); ++p) ranges.push_back({from[p], to[p]});
  }
  return result;
}

}  // namespace scoreline::kafka
