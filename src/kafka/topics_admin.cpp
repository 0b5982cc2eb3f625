#include "kafka/topics_admin.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <thread>

#include "base/errors.hpp"
#include "kafka/query.hpp"

namespace scoreline::kafka {
namespace {

template <typename T>
using Owned = std::unique_ptr<T, void (*)(T*)>;
using SettingList = std::vector<std::pair<std::string, std::string>>;

SettingList wanted_settings(const flow::TopicDeclaration& topic, const TopicOptions& options) {
  const std::int64_t retention_ms = options.keep_for_good ? -1 : topic.retention_ms;
  return {{"message.timestamp.type", topic.log_append_time ? "LogAppendTime" : "CreateTime"},
          {"cleanup.policy", topic.compacted ? "compact" : "delete"},
          {"retention.ms", std::to_string(retention_ms)}};
}

const std::string* find(const SettingList& settings, std::string_view name) {
  const auto place = std::find_if(settings.begin(), settings.end(), [&](const auto& one) { return one.first == name; });
  return place == settings.end() ? nullptr : &place->second;
}

// Shorter retention and another cleanup policy would remove records: a person decides that.
bool harmless(const std::string& setting, const std::string& is, const std::string& should) {
  if (setting == "message.timestamp.type") return true;
  if (setting != "retention.ms") return false;
  return should == "-1" || (is != "-1" && std::atoll(is.c_str()) < std::atoll(should.c_str()));
}

}  // namespace

TopicsAdmin::TopicsAdmin(Settings settings)
    : settings_(std::move(settings)), admin_(Role::admin, make_conf(settings_, Role::admin, {}), nullptr) {}

int TopicsAdmin::brokers() {
  const rd_kafka_metadata_t* raw = nullptr;
  const auto error = rd_kafka_metadata(admin_.get(), 0, nullptr, &raw, static_cast<int>(kQueryLimit.count()));
  if (error) throw base::Unavailable(fmt::format("Kafka: {}", meaning(error)));
  const int count = raw->broker_cnt;
  rd_kafka_metadata_destroy(raw);
  return count;
}

std::vector<TopicInfo> TopicsAdmin::list() {
  std::vector<std::string> names;
  for (const auto& topic : flow::kTopics) names.push_back(topic_name(settings_, topic.topic));
  std::vector<const char*> raw_names;
  for (const std::string& name : names) raw_names.push_back(name.c_str());
  Question question(admin_.get(), "list of topics", RD_KAFKA_ADMIN_OP_DESCRIBETOPICS);
  const Owned<rd_kafka_TopicCollection_t> asked(
      rd_kafka_TopicCollection_of_topic_names(raw_names.data(), raw_names.size()), rd_kafka_TopicCollection_destroy);
  rd_kafka_DescribeTopics(admin_.get(), asked.get(), question.options(), question.queue());
  const Event event = question.answer();
  std::size_t count = 0;
  const rd_kafka_TopicDescription_t** topics =
      rd_kafka_DescribeTopics_result_topics(rd_kafka_event_DescribeTopics_result(event.get()), &count);
  std::vector<TopicInfo> result;
  for (std::size_t i = 0; i < count; ++i) {
    const rd_kafka_error_t* error = rd_kafka_TopicDescription_error(topics[i]);
    const rd_kafka_resp_err_t code = error ? rd_kafka_error_code(error) : RD_KAFKA_RESP_ERR_NO_ERROR;
    if (code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) continue;
    if (code) question.fail(code);
    TopicInfo& info = result.emplace_back();
    info.name = rd_kafka_TopicDescription_name(topics[i]);
    info.id = rd_kafka_Uuid_base64str(rd_kafka_TopicDescription_topic_id(topics[i]));
    std::size_t partitions = 0, replicas = 0;
    const rd_kafka_TopicPartitionInfo_t** parts = rd_kafka_TopicDescription_partitions(topics[i], &partitions);
    if (partitions > 0) rd_kafka_TopicPartitionInfo_replicas(parts[0], &replicas);
    info.partitions = static_cast<std::int32_t>(partitions);
    info.replication_factor = static_cast<int>(replicas);
  }
  return result;
}

SettingList TopicsAdmin::settings_of(const std::string& topic) {
  Question question(admin_.get(), "settings of topic " + topic, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS);
  const Owned<rd_kafka_ConfigResource_t> resource(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str()),
                                                  rd_kafka_ConfigResource_destroy);
  rd_kafka_ConfigResource_t* raw = resource.get();
  rd_kafka_DescribeConfigs(admin_.get(), &raw, 1, question.options(), question.queue());
  const Event event = question.answer();
  std::size_t count = 0, entries = 0;
  const rd_kafka_ConfigResource_t** found =
      rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result(event.get()), &count);
  if (count != 1) question.fail(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
  if (const auto error = rd_kafka_ConfigResource_error(found[0])) question.fail(error);
  const rd_kafka_ConfigEntry_t** configs = rd_kafka_ConfigResource_configs(found[0], &entries);
  SettingList settings;
  for (std::size_t i = 0; i < entries; ++i) {
    const char* value = rd_kafka_ConfigEntry_value(configs[i]);
    settings.emplace_back(rd_kafka_ConfigEntry_name(configs[i]), value ? value : "");
  }
  return settings;
}

TopicPlan TopicsAdmin::plan(const TopicOptions& options) {
  TopicPlan plan;
  const int replication = options.replication_factor > 0 ? options.replication_factor : std::min(3, brokers());
  const std::vector<TopicInfo> there = list();
  for (const auto& topic : flow::kTopics) {
    const std::string name = topic_name(settings_, topic.topic);
    const std::int32_t partitions = topic.compacted ? 1 : options.partitions;
    const SettingList wanted = wanted_settings(topic, options);
    const auto place =
        std::find_if(there.begin(), there.end(), [&](const TopicInfo& info) { return info.name == name; });
    if (place == there.end()) {
      plan.create.push_back({name, partitions, replication, wanted});
      continue;
    }
    if (place->partitions != partitions)
      plan.differences.push_back({name, "partitions", std::to_string(place->partitions), std::to_string(partitions),
                                  false,
                                  "keys would move to other partitions: give that number as kafka.partitions, or "
                                  "migrate into topics under a new prefix"});
    if (options.replication_factor > 0 && place->replication_factor != replication)
      plan.differences.push_back({name, "replication factor", std::to_string(place->replication_factor),
                                  std::to_string(replication), false,
                                  "move replicas with kafka-reassign-partitions.sh"});
    const SettingList is = settings_of(name);
    for (const auto& [setting, should] : wanted) {
      const std::string* value = find(is, setting);
      if (value && *value == should) continue;
      plan.differences.push_back(
          {name, setting, value ? *value : "", should, harmless(setting, value ? *value : "", should),
           fmt::format("may remove records; if that is wanted: kafka-configs.sh --alter --topic {} --add-config {}={}",
                       name, setting, should)});
      if (plan.differences.back().harmless) plan.differences.back().next.clear();
    }
  }
  return plan;
}

void TopicsAdmin::apply(const TopicPlan& plan) {
  for (const TopicToCreate& topic : plan.create) create(topic);
  for (const TopicDifference& difference : plan.differences)
    if (difference.harmless) alter(difference);
  wait_until_known(plan);
}

// A broker answers for a new topic a moment before it tells others about it; whoever comes next must find it.
void TopicsAdmin::wait_until_known(const TopicPlan& plan) {
  constexpr int kTries = 100;
  for (int i = 0; i < kTries && !plan.create.empty(); ++i) {
    const std::vector<TopicInfo> there = list();
    const bool all = std::all_of(plan.create.begin(), plan.create.end(), [&](const TopicToCreate& topic) {
      return std::any_of(there.begin(), there.end(), [&](const TopicInfo& info) { return info.name == topic.name; });
    });
    if (all) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
}

void TopicsAdmin::create(const TopicToCreate& topic) {
  std::array<char, 512> text{};
  Question question(admin_.get(), "making topic " + topic.name, RD_KAFKA_ADMIN_OP_CREATETOPICS);
  const Owned<rd_kafka_NewTopic_t> made(
      rd_kafka_NewTopic_new(topic.name.c_str(), topic.partitions, topic.replication_factor, text.data(), text.size()),
      rd_kafka_NewTopic_destroy);
  if (!made) throw base::UsageError(fmt::format("topic {}: {}", topic.name, text.data()));
  for (const auto& [name, value] : topic.settings)
    rd_kafka_NewTopic_set_config(made.get(), name.c_str(), value.c_str());
  // Comes back when the partitions have leaders: who starts next finds them.
  rd_kafka_AdminOptions_set_operation_timeout(question.options(), 8'000, text.data(), text.size());
  rd_kafka_NewTopic_t* raw = made.get();
  rd_kafka_CreateTopics(admin_.get(), &raw, 1, question.options(), question.queue());
  const Event event = question.answer();
  std::size_t count = 0;
  const rd_kafka_topic_result_t** results =
      rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event.get()), &count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto error = rd_kafka_topic_result_error(results[i]);
    if (!error || error == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) continue;
    const char* words = rd_kafka_topic_result_error_string(results[i]);
    throw base::Unavailable(
        fmt::format("Kafka, making topic {}: {} ({})", topic.name, words ? words : "refused", meaning(error)));
  }
}

void TopicsAdmin::alter(const TopicDifference& difference) {
  Question question(admin_.get(), fmt::format("setting {} of topic {}", difference.setting, difference.topic),
                    RD_KAFKA_ADMIN_OP_INCREMENTALALTERCONFIGS);
  const Owned<rd_kafka_ConfigResource_t> resource(
      rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, difference.topic.c_str()), rd_kafka_ConfigResource_destroy);
  const Error refused(rd_kafka_ConfigResource_add_incremental_config(
      resource.get(), difference.setting.c_str(), RD_KAFKA_ALTER_CONFIG_OP_TYPE_SET, difference.should.c_str()));
  if (refused) question.fail(rd_kafka_error_code(refused.get()));
  rd_kafka_ConfigResource_t* raw = resource.get();
  rd_kafka_IncrementalAlterConfigs(admin_.get(), &raw, 1, question.options(), question.queue());
  const Event event = question.answer();
  std::size_t count = 0;
  const rd_kafka_ConfigResource_t** results = rd_kafka_IncrementalAlterConfigs_result_resources(
      rd_kafka_event_IncrementalAlterConfigs_result(event.get()), &count);
  if (count == 1 && rd_kafka_ConfigResource_error(results[0])) question.fail(rd_kafka_ConfigResource_error(results[0]));
}

std::int32_t TopicsAdmin::check_partitions() {
  const std::vector<TopicInfo> there = list();
  std::optional<TopicInfo> first;
  for (const auto& topic : flow::kTopics) {
    const std::string name = topic_name(settings_, topic.topic);
    const auto place =
        std::find_if(there.begin(), there.end(), [&](const TopicInfo& info) { return info.name == name; });
    if (place == there.end())
      throw base::UsageError(fmt::format("topic {} does not exist; run `scoreline topics apply`", name));
    if (topic.compacted) continue;
    if (!first) first = *place;
    if (first->partitions != place->partitions)
      throw base::UsageError(
          fmt::format("topic {} has {} partitions, {} has {}; all need the same number: migrate into topics under a "
                      "new prefix (kafka.prefix)",
                      first->name, first->partitions, name, place->partitions));
  }
  return first ? first->partitions : 0;
}

}  // namespace scoreline::kafka
