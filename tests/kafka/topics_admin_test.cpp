#include "kafka/topics_admin.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "base/errors.hpp"
#include "kafka/live.hpp"

namespace scoreline::kafka {
namespace {

const std::string* setting(const TopicToCreate& topic, std::string_view name) {
  for (const auto& [key, value] : topic.settings)
    if (key == name) return &value;
  return nullptr;
}

TEST_CASE("a plan on an empty cluster names every topic as declared; applied, nothing is left to do") {
  const Settings settings = live::fresh_settings();
  TopicsAdmin admin(settings);
  CHECK(admin.list().empty());
  CHECK_THROWS_WITH_AS(admin.check_partitions(), doctest::Contains("scoreline topics apply"), base::UsageError);
  const TopicPlan plan = admin.plan({5, 0, false});
  REQUIRE(plan.create.size() == flow::kTopics.size());
  CHECK(plan.differences.empty());
  for (std::size_t i = 0; i < flow::kTopics.size(); ++i) {
    const flow::TopicDeclaration& declared = flow::kTopics[i];
    CHECK(plan.create[i].name == settings.prefix + std::string(declared.name));
    CHECK(plan.create[i].partitions == (declared.compacted ? 1 : 5));
    CHECK(*setting(plan.create[i], "message.timestamp.type") ==
          (declared.log_append_time ? "LogAppendTime" : "CreateTime"));
    CHECK(*setting(plan.create[i], "retention.ms") == std::to_string(declared.retention_ms));
    CHECK(*setting(plan.create[i], "cleanup.policy") == (declared.compacted ? "compact" : "delete"));
  }
  admin.apply(plan);
  const TopicPlan again = admin.plan({5, 0, false});
  CHECK(again.create.empty());
  CHECK(again.differences.empty());
  CHECK(admin.list().size() == flow::kTopics.size());
  CHECK(admin.check_partitions() == 5);
  admin.apply(plan);  // somebody else was faster: no error
}

TEST_CASE("differences: longer retention is set, what could lose records or move keys is only named") {
  const Settings settings = live::fresh_settings();
  TopicsAdmin admin(settings);
  admin.apply(admin.plan({2, 0, false}));
  const TopicPlan longer = admin.plan({2, 0, true});
  CHECK(longer.differences.size() == 3);
  CHECK(std::all_of(longer.differences.begin(), longer.differences.end(),
                    [](const auto& d) { return d.setting == "retention.ms" && d.harmless; }));
  admin.apply(longer);
  CHECK(admin.plan({2, 0, true}).differences.empty());
  const TopicPlan shorter = admin.plan({3, 0, false});
  std::size_t partitions = 0, retention = 0;
  for (const TopicDifference& difference : shorter.differences) {
    CHECK_FALSE(difference.harmless);
    CHECK_FALSE(difference.next.empty());
    partitions += difference.setting == "partitions";
    retention += difference.setting == "retention.ms";
  }
  const auto partitioned = std::count_if(flow::kTopics.begin(), flow::kTopics.end(), [](const auto& topic) { return !topic.compacted; });
  CHECK(partitions == static_cast<std::size_t>(partitioned));
  CHECK(retention == 3);
  admin.apply(shorter);
  CHECK(admin.plan({2, 0, true}).differences.empty());
}

TEST_CASE("topics with different numbers of partitions are refused by name") {
  const Settings settings = live::fresh_settings();
  TopicsAdmin admin(settings);
  TopicPlan plan = admin.plan({2, 0, false});
  plan.create[1].partitions = 3;
  admin.apply(plan);
  CHECK_THROWS_WITH_AS(admin.check_partitions(), doctest::Contains(plan.create[1].name.c_str()), base::UsageError);
}

}  // namespace
}  // namespace scoreline::kafka
