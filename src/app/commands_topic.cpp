/// topics, tail.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <tuple>

#include "app/asyncapi.hpp"
#include "app/commands_operation.hpp"
#include "app/process.hpp"
#include "app/signals.hpp"
#include "app/table_print.hpp"
#include "app/tail_format.hpp"
#include "base/errors.hpp"
#include "base/suggest.hpp"
#include "kafka/topics_admin.hpp"
#include "wire/json_writer.hpp"

namespace scoreline::app {
namespace {

kafka::TopicOptions topic_options(const Settings& settings, bool keep) {
  return {static_cast<std::int32_t>(settings.kafka_partitions), static_cast<int>(settings.kafka_replication), keep};
}

std::string plan_json(const kafka::TopicPlan& plan) {
  std::string text;
  wire::JsonWriter json(text);
  json.begin_object().key("create").begin_array();
  for (const kafka::TopicToCreate& topic : plan.create) {
    json.begin_object()
        .key("topic")
        .string(topic.name)
        .key("partitions")
        .integer(topic.partitions)
        .key("replication_factor")
        .integer(topic.replication_factor)
        .key("settings")
        .begin_object();
    for (const auto& [name, value] : topic.settings) json.key(name).string(value);
    json.end_object().end_object();
  }
  json.end_array().key("differences").begin_array();
  for (const kafka::TopicDifference& one : plan.differences)
    json.begin_object()
        .key("topic")
        .string(one.topic)
        .key("setting")
        .string(one.setting)
        .key("is")
        .string(one.is)
        .key("should")
        .string(one.should)
        .key("applied")
        .boolean(one.harmless)
        .key("next")
        .string(one.next)
        .end_object();
  json.end_array().end_object();
  return text;
}

void print_plan(const kafka::TopicPlan& plan, bool applied) {
  for (const kafka::TopicToCreate& topic : plan.create)
    fmt::print("{} {}: {}, {}\n", applied ? "created" : "would create", topic.name, counted(topic.partitions, "partition", "partitions"),
               counted(topic.replication_factor, "replica", "replicas"));
  for (const kafka::TopicDifference& one : plan.differences) {
    const std::string change = fmt::format("{}: {} is {}, should be {}", one.topic, one.setting, one.is, one.should);
    if (one.harmless)
      fmt::print("{} {}\n", applied ? "changed" : "would change", change);
    else
      fmt::print("left as it is: {}; {}\n", change, one.next);
  }
  if (plan.create.empty() && plan.differences.empty()) fmt::print("all topics are as they should be\n");
}

// 1: something a person has to decide remains.
int run_topics(const CommandContext& context, bool apply, bool keep) {
  const Settings settings = context.settings();
  kafka::TopicsAdmin admin(kafka_settings_of(settings));
  const kafka::TopicPlan plan = admin.plan(topic_options(settings, keep));
  if (apply) admin.apply(plan);
  if (context.json)
    fmt::print("{}\n", plan_json(plan));
  else
    print_plan(plan, apply);
  for (const kafka::TopicDifference& one : plan.differences)
    if (!one.harmless) return kProblem;
  return kDone;
}

bool print_line(const std::string& line) {
  return std::fwrite(line.data(), 1, line.size(), stdout) == line.size() && std::fputc('\n', stdout) != EOF;
}

int run_asyncapi(const CommandContext& context) {
  const Settings settings = context.settings();
  return print_line(asyncapi_document(settings.kafka_prefix, settings.kafka_partitions)) && std::fflush(stdout) == 0 ? kDone : kProblem;
}

void add_asyncapi(CLI::App& topics, CommandContext& context) {
  auto* command = topics.add_subcommand("asyncapi", "print an AsyncAPI 3.0 document of all topics, with schemas, writers and readers");
  command->footer(
      "Needs neither Kafka nor PostgreSQL. Prefix and partitions are those of the settings.\n"
      "Example: scoreline topics asyncapi > scoreline.asyncapi.json");
  command->callback([&context] { context.run = [&context] { return run_asyncapi(context); }; });
}

struct TailWords {
  std::string topic, from = "begin", to;
  std::vector<std::int32_t> partitions;
  bool follow = false, values = false;
};

// "tracking.events", with or without the installation's prefix.
const flow::TopicDeclaration& topic_of(const std::string& name, const std::string& prefix) {
  std::vector<std::string_view> known;
  for (const flow::TopicDeclaration& topic : flow::kTopics) {
    if (name == topic.name || name == prefix + std::string(topic.name)) return topic;
    known.push_back(topic.name);
  }
  const std::string meant = base::suggest(name, known);
  std::string all;
  for (const std::string_view one : known) all += (all.empty() ? "" : ", ") + std::string(one);
  throw base::UsageError(fmt::format("`{}` is no topic of scoreline{}; topics are {}", name,
                                     meant.empty() ? "" : fmt::format("; did you mean `{}`?", meant), all));
}

kafka::TailPlace place_of(const std::string& text, const char* option) {
  const auto place = parse_tail_place(text);
  if (!place.ok()) throw base::UsageError(fmt::format("{} {}: {}", option, text, place.error().message));
  return *place;
}

/// Partitions come one beside the other, simulate wants one after the other in time.
class SortedLines {
 public:
  void add(const kafka::TailRecord& record, std::string line) {
    lines_.push_back({record.time_ms, record.partition, record.offset, std::move(line)});
  }
  void print() {
    std::sort(lines_.begin(), lines_.end());
    for (const auto& [time_ms, partition, offset, line] : lines_)
      if (!print_line(line)) return;
  }

 private:
  std::vector<std::tuple<std::int64_t, std::int32_t, std::int64_t, std::string>> lines_;
};

int run_tail(const CommandContext& context, const TailWords& words) {
  const Settings settings = context.settings();
  const flow::TopicDeclaration& topic = topic_of(words.topic, settings.kafka_prefix);
  const bool input =
      topic.topic == flow::Topic::tracking_events || topic.topic == flow::Topic::crm_events || topic.topic == flow::Topic::erp_changes;
  if (words.values && !input)
    throw base::UsageError("--values is for tracking.events, crm.events and erp.changes: what `scoreline simulate` reads");
  const kafka::Settings kafka_settings = kafka_settings_of(settings);
  kafka::TailRequest request;
  request.topic = kafka::topic_name(kafka_settings, topic.topic);
  request.partitions = words.partitions;
  request.from = place_of(words.from, "--from");
  if (!words.to.empty()) request.to = place_of(words.to, "--to");
  request.follow = words.follow;
  catch_stop_signals();
  const bool colours = stdout_has_colours();
  SortedLines sorted;
  const bool sort = words.values && !words.follow && words.partitions.size() != 1;
  const auto show = [&](const kafka::TailRecord& record) {
    if (words.values) {
      auto line = simulate_line(topic.name, record);
      if (line && sort) sorted.add(record, std::move(*line));
      return !line || sort || print_line(*line);
    }
    return print_line(context.json ? kcat_line(record) : people_line(topic.topic, record, colours));
  };
  const auto idle = [&] { return std::fflush(stdout) == 0 && !stop_requested(); };
  kafka::tail(kafka_settings, request, show, idle);
  sorted.print();
  return std::fflush(stdout) == 0 ? kDone : kProblem;
}

void add_tail(CLI::App& app, CommandContext& context) {
  auto words = std::make_shared<TailWords>();
  auto* command = app.add_subcommand("tail", "print the records of a topic");
  command->footer(
      "Examples: scoreline tail lead.scores --follow\n"
      "          scoreline tail lead.activities --partition 3 --json | scoreline simulate --activities --rulebook DIR\n"
      "          scoreline tail tracking.events --values | scoreline simulate --rulebook DIR");
  command->add_option("topic", words->topic, "e.g. tracking.events")->required();
  command->add_option("--partition", words->partitions, "this partition only (may be repeated)");
  command->add_option("--from", words->from, "begin (default), end, an offset, or an instant");
  command->add_option("--to", words->to, "where to stop: end as it is now (default), an offset, or an instant (exclusive)");
  command->add_flag("--follow,-f", words->follow, "go on with what comes");
  command->add_flag(
      "--values", words->values,
      "input topics: lines that `scoreline simulate` reads, in order of time (all in memory, unless --partition or --follow)");
  command->callback([&context, words] { context.run = [&context, words] { return run_tail(context, *words); }; });
}

}  // namespace

void add_topic_commands(CLI::App& app, CommandContext& context) {
  auto* topics = app.add_subcommand("topics", "make the topics, say what is missing, or describe them");
  topics->require_subcommand(1);
  topics->footer("Example: scoreline topics plan");
  auto keep = std::make_shared<bool>(false);
  for (const bool apply : {true, false}) {
    auto* command = topics->add_subcommand(apply ? "apply" : "plan",
                                           apply ? "create missing topics, change harmless settings" : "print what apply would do");
    command->footer(apply ? "Example: scoreline topics apply" : "Example: scoreline topics plan --json");
    command->add_flag("--keep", *keep, "keep all records for good (retention.ms=-1; tests and benchmarks)");
    command->callback([&context, keep, apply] { context.run = [&context, keep, apply] { return run_topics(context, apply, *keep); }; });
  }
  add_asyncapi(*topics, context);
  add_tail(app, context);
}

}  // namespace scoreline::app
