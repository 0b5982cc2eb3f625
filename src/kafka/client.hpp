#pragma once
/// The ground that everything in src/kafka stands on: configurations, what errors mean. librdkafka's C API (>= 2.8) is
/// included in this folder only, and by no header that others include.
#include <librdkafka/rdkafka.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kafka/handles.hpp"
#include "kafka/settings.hpp"

namespace scoreline::kafka {

/// "no broker answers (Local: All broker connections are down): check kafka.bootstrap ..." - what went wrong and what
/// to do.
std::string meaning(rd_kafka_resp_err_t error);
/// The world is on its way back, or not there yet: log it and wait.
bool is_transient(rd_kafka_resp_err_t error);

struct EventDeleter {
  void operator()(rd_kafka_event_t* p) const { rd_kafka_event_destroy(p); }
};
struct ErrorDeleter {
  void operator()(rd_kafka_error_t* p) const { rd_kafka_error_destroy(p); }
};
struct AdminOptionsDeleter {
  void operator()(rd_kafka_AdminOptions_t* p) const { rd_kafka_AdminOptions_destroy(p); }
};
using Event = std::unique_ptr<rd_kafka_event_t, EventDeleter>;
using Error = std::unique_ptr<rd_kafka_error_t, ErrorDeleter>;
using AdminOptions = std::unique_ptr<rd_kafka_AdminOptions_t, AdminOptionsDeleter>;

Partitions make_partitions(int expected = 1);

/// A configuration for `role` with what all handles share, then `own` (ours, in order), then settings.options. Throws
/// UsageError for an option that is unknown, has a wrong value, or is ours to decide.
Conf make_conf(const Settings& settings, Role role, const std::vector<std::pair<std::string, std::string>>& own);

std::string_view view(const void* bytes, std::size_t size);

}  // namespace scoreline::kafka
