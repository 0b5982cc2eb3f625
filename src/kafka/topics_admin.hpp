#pragma once
/// Makes the topics of flow::kTopics, and says where the cluster differs from them. Never deletes anything: a topic
/// that is deleted and made anew confuses clients (librdkafka #3255); a breaking change gets a new name.
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "kafka/handles.hpp"
#include "kafka/settings.hpp"

namespace scoreline::kafka {

struct TopicToCreate {
  std::string name;
  std::int32_t partitions = 0;
  int replication_factor = 0;
  std::vector<std::pair<std::string, std::string>> settings;
};

struct TopicDifference {
  std::string topic, setting, is, should;
  bool harmless = false;  // apply() changes it; the others need a person: `next` says what to do
  std::string next;
};

struct TopicPlan {
  std::vector<TopicToCreate> create;
  std::vector<TopicDifference> differences;
};

struct TopicInfo {
  std::string name, id;
  std::int32_t partitions = 0;
  int replication_factor = 0;
};

struct TopicOptions {
  std::int32_t partitions = 24;  // of every topic that is not compacted
  int replication_factor = 0;    // 0: 3, or the number of brokers where there are fewer
  bool keep_for_good = false;    // retention.ms=-1 everywhere (tests, benchmarks)
};

/// All methods throw base::Unavailable when the cluster does not answer or refuses. One thread at a time.
class TopicsAdmin {
 public:
  explicit TopicsAdmin(Settings settings);
  TopicPlan plan(const TopicOptions& options);
  /// Creates what is missing and makes the harmless changes; what others created meanwhile is left as it is.
  void apply(const TopicPlan& plan);
  /// Our topics that are there.
  std::vector<TopicInfo> list();
  /// The number of partitions of all topics that are there and not compacted. Throws base::UsageError when they differ
  /// or a topic is missing, saying which and what to do.
  std::int32_t check_partitions();

 private:
  int brokers();
  void create(const TopicToCreate& topic);
  void wait_until_known(const TopicPlan& plan);
  void alter(const TopicDifference& difference);
  std::vector<std::pair<std::string, std::string>> settings_of(const std::string& topic);

  Settings settings_;
  Handle admin_;
};

}  // namespace scoreline::kafka
