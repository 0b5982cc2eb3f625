#pragma once
/// How an installation reaches its Kafka, and what its topics and groups are called.
///
/// Settings come from the tables of facts (kafka, sections 5 and 6). `options` passes anything else through by
/// librdkafka's own names (security.protocol, sasl.*, ssl.*, ...); what our promises stand on cannot be changed that
/// way: UsageError.
#include <map>
#include <string>
#include <string_view>

#include "flow/topics.hpp"

namespace scoreline::kafka {

/// One installation's way to its Kafka.
struct Settings {
  std::string bootstrap;  // "host:port,host:port"
  std::string prefix;     // in front of every topic and group: "acme.", mostly ""
  std::string client_id = "scoreline";
  std::map<std::string, std::string> options;  // kafka.options
  int session_timeout_ms = 10'000;             // how long the lanes of a killed member wait
  int heartbeat_interval_ms = 3'000;
  int queued_max_kbytes = 16'384;  // fetched and not yet polled; read apart: a sixteenth per input and lane
  int linger_ms = 5;               // how long a producer collects records for one request
  std::string compression = "lz4";
  int delivery_timeout_ms = 15'000;  // RecordProducer only; the Sink never gives up
  int producer_max_kbytes = 65'536;  // RecordProducer only: records not yet acknowledged
};

std::string topic_name(const Settings& settings, flow::Topic topic);
/// The consumer group of a consumer: "<prefix>scoreline.<consumer>".
std::string group_name(const Settings& settings, std::string_view consumer);

}  // namespace scoreline::kafka
