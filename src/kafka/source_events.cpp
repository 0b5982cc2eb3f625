/// KafkaSource: what the group and the broker tell us. Assignments, errors, lanes that cannot be read.
#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/errors.hpp"
#include "base/log.hpp"
#include "base/time.hpp"
#include "kafka/query.hpp"
#include "kafka/source.hpp"

namespace scoreline::kafka {
namespace {

// Until then an unknown topic may be a broker that has just started (librdkafka #4970).
constexpr std::int64_t kMissingLimitUs = 30 * base::kSecondUs;

bool is_missing(rd_kafka_resp_err_t error) {
  return error == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART || error == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC ||
         error == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION || error == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED ||
         error == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_ID || error == RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION;
}

}  // namespace

// Run inside serve_member() and close() only. The member never fetches: it accepts every assignment with an empty local
// one, which keeps the group's generation and leaves reading to the reader.
struct KafkaSource::Callbacks {
  static void on_rebalance(rd_kafka_t* rk, rd_kafka_resp_err_t error, rd_kafka_topic_partition_list_t* partitions,
                           void* opaque) {
    auto* source = static_cast<KafkaSource*>(opaque);
    if (error == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
      source->assigned(*partitions);
      rd_kafka_assign(rk, make_partitions().get());
      return;
    }
    source->revoked();
    rd_kafka_assign(rk, nullptr);
  }

  static void on_commit(rd_kafka_t*, rd_kafka_resp_err_t error, rd_kafka_topic_partition_list_t*, void* opaque) {
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR || error == RD_KAFKA_RESP_ERR__NO_OFFSET) return;
    auto* source = static_cast<KafkaSource*>(opaque);
    // Around a rebalance that is the rule; the next hint repairs it.
    if (!source->closing_ && source->repeated_.say(error))
      base::log::debug("offset hint not stored", {{"group", source->group_}, {"error", rd_kafka_err2name(error)}});
  }
};

void KafkaSource::set_callbacks(rd_kafka_conf_t* conf) {
  rd_kafka_conf_set_rebalance_cb(conf, Callbacks::on_rebalance);
  rd_kafka_conf_set_offset_commit_cb(conf, Callbacks::on_commit);
}

void KafkaSource::assigned(const rd_kafka_topic_partition_list_t& partitions) {
  revoked();
  for (int i = 0; i < partitions.cnt; ++i) {
    const rd_kafka_topic_partition_t& one = partitions.elems[i];
    const std::size_t input = input_of(std::string_view(one.topic));
    if (input == inputs_.size()) continue;
    if (static_cast<std::size_t>(one.partition) >= lanes_.size())
      lanes_.resize(static_cast<std::size_t>(one.partition) + 1);
    lanes_[static_cast<std::size_t>(one.partition)].inputs.insert(input);
  }
  std::size_t partial = 0;
  for (std::size_t number = 0; number < lanes_.size(); ++number) {
    Lane& lane = lanes_[number];
    lane.gained = lane.inputs.size() == inputs_.size();
    if (lane.gained) result_.lanes_gained.push_back(static_cast<std::int32_t>(number));
    if (!lane.gained && !lane.inputs.empty()) ++partial;
  }
  base::log::info("lanes assigned", {{"group", group_}, {"lanes", result_.lanes_gained.size()}});
  if (partial > 0)
    base::log::warn("some lanes have only some of their inputs and stand still",
                    {{"group", group_},
                     {"lanes", partial},
                     {"next", "all input topics need the same number of partitions: run `scoreline topics plan`"}});
}

void KafkaSource::revoked() {
  for (std::size_t number = 0; number < lanes_.size(); ++number) {
    Lane& lane = lanes_[number];
    const auto lane_number = static_cast<std::int32_t>(number);
    if (lane.gained) result_.lanes_lost.push_back(lane_number);
    lane.inputs.clear();
    lane.gained = lane.reading = false;
    if (lane.fetching) changed_.insert(lane_number);
  }
  result_.lanes_gained.clear();
  hints_.clear();
}

void KafkaSource::serve_member() {
  while (const Message message{rd_kafka_consumer_poll(member_.get(), 0)}) {
    const rd_kafka_resp_err_t error = message->err;
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) continue;
    if (error == RD_KAFKA_RESP_ERR__FATAL || !is_transient(error)) {
      fatal_ = fmt::format("Kafka group {}: {} ({})", group_, rd_kafka_message_errstr(message.get()), meaning(error));
    } else if (error == RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED) {
      base::log::warn("not polled for five minutes: the group gave our lanes away",
                      {{"group", group_}, {"next", "look for what blocked this process"}});
    } else if (repeated_.say(error)) {
      base::log::warn("group member has trouble",
                      {{"group", group_}, {"error", rd_kafka_message_errstr(message.get())}, {"next", meaning(error)}});
    }
  }
}

// After a fatal error librdkafka does nothing any more, and says so only once.
void KafkaSource::note_fatal() {
  for (const Handle* handle : {&member_, &reader_}) {
    std::array<char, 256> text{};
    if (!rd_kafka_fatal_error(handle->get(), text.data(), text.size())) continue;
    fatal_ = fmt::format("Kafka group {}: {}; start the process again", group_, text.data());
  }
}

void KafkaSource::take_error(const rd_kafka_message_t& message) {
  const std::size_t input = message.rkt ? input_of(message.rkt) : inputs_.size();
  const auto number = static_cast<std::size_t>(message.partition);
  const bool of_lane =
      input < inputs_.size() && message.partition >= 0 && number < lanes_.size() && lanes_[number].reading;
  if (is_missing(message.err) && input < inputs_.size()) {
    if (inputs_[input].missing_since_us == 0) inputs_[input].missing_since_us = base::steady_us();
  } else if (of_lane) {
    return read_failed(input, message.partition, message);
  } else if (message.err == RD_KAFKA_RESP_ERR__FATAL) {
    fatal_ = fmt::format("Kafka reader of {}: {}", group_, rd_kafka_message_errstr(&message));
  }
  if (!repeated_.say(message.err)) return;
  base::log::warn("reading has trouble; waiting",
                  {{"group", group_}, {"error", rd_kafka_message_errstr(&message)}, {"next", meaning(message.err)}});
}

void KafkaSource::read_failed(std::size_t input, std::int32_t lane, const rd_kafka_message_t& message) {
  if (changed_.contains(lane)) return;  // about an earlier start
  const std::string place = fmt::format("{}/{}", inputs_[input].name, lane);
  switch (message.err) {
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
      return break_lane(lane, out_of_range(input, lane, rd_kafka_message_errstr(&message)));
    case RD_KAFKA_RESP_ERR__BAD_MSG:
    case RD_KAFKA_RESP_ERR__BAD_COMPRESSION:
    case RD_KAFKA_RESP_ERR__NOT_IMPLEMENTED:
    case RD_KAFKA_RESP_ERR__LOG_TRUNCATION:
      return break_lane(
          lane, fmt::format("{}: the broker's copy cannot be read from offset {} on: {}", place,
                            lanes_[static_cast<std::size_t>(lane)].next[input], rd_kafka_message_errstr(&message)));
    default:
      break;
  }
  if (repeated_.say(message.err))
    base::log::warn("reading has trouble; waiting",
                    {{"place", place}, {"error", rd_kafka_message_errstr(&message)}, {"next", meaning(message.err)}});
}

std::string KafkaSource::out_of_range(std::size_t input, std::int32_t lane, const char* text) {
  const std::string& name = inputs_[input].name;
  const std::int64_t next = lanes_[static_cast<std::size_t>(lane)].next[input];
  try {
    constexpr std::chrono::milliseconds kLimit{3'000};
    OffsetQuestion begin(reader_.get(), name, {&lane, 1}, RD_KAFKA_OFFSET_SPEC_EARLIEST, kLimit);
    OffsetQuestion end(reader_.get(), name, {&lane, 1}, RD_KAFKA_OFFSET_SPEC_LATEST, kLimit);
    const std::int64_t first = begin.answer()[0], last = end.answer()[0];
    if (next < first)
      return fmt::format("{}/{}: offset {} below log start {}: records were removed before they were read", name, lane,
                         next, first);
    if (next > last)
      return fmt::format("{}/{}: offset {} beyond log end {}: the log is shorter than what was read", name, lane, next,
                         last);
  } catch (const base::Unavailable&) {
    // librdkafka's words must do.
  }
  return fmt::format("{}/{}: offset {} cannot be read: {}", name, lane, next, text);
}

void KafkaSource::break_lane(std::int32_t lane, std::string reason) {
  stop(lane);
  std::erase_if(result_.records, [&](const flow::InRecord& record) { return record.lane == lane; });
  result_.lanes_broken.emplace_back(lane, std::move(reason));
}

// A topic that was reported missing half a minute ago: gone for good, or back and to be read again.
void KafkaSource::look_for_missing() {
  const std::int64_t now_us = base::steady_us();
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    Input& input = inputs_[i];
    if (input.missing_since_us == 0 || now_us - input.missing_since_us < kMissingLimitUs) continue;
    input.missing_since_us = 0;
    const rd_kafka_metadata_t* raw = nullptr;
    const auto failed = rd_kafka_metadata(reader_.get(), 0, input.reader_topic.get(), &raw, 2'000);
    const std::unique_ptr<const rd_kafka_metadata_t, decltype(&rd_kafka_metadata_destroy)> metadata(
        raw, rd_kafka_metadata_destroy);
    if (failed || raw->topic_cnt != 1) {
      input.missing_since_us = now_us;  // no broker: ask again in half a minute
      continue;
    }
    const rd_kafka_resp_err_t error = raw->topics[0].err;
    for (std::size_t number = 0; number < lanes_.size(); ++number) {
      const auto lane = static_cast<std::int32_t>(number);
      if (!lanes_[number].reading) continue;
      if (error)
        break_lane(lane, fmt::format("{}/{}: the topic cannot be read any more: {}", input.name, lane, meaning(error)));
      else
        changed_.insert(lane);
    }
  }
}

}  // namespace scoreline::kafka
