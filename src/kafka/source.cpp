#include "kafka/source.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/check.hpp"
#include "base/errors.hpp"
#include "base/log.hpp"
#include "base/time.hpp"
#include "kafka/message.hpp"

namespace scoreline::kafka {
namespace {

constexpr std::int64_t kCloseLimitUs = 10 * base::kSecondUs;
constexpr std::int64_t kHintEveryUs = base::kSecondUs;
// While nothing comes, membership is served this often.
constexpr std::int64_t kMemberEveryMs = 50;

Conf member_conf(const Settings& settings, const std::string& group) {
  return make_conf(settings, Role::consumer,
                   {{"group.id", group},
                    {"partition.assignment.strategy", "range"},
                    {"session.timeout.ms", std::to_string(settings.session_timeout_ms)},
                    {"heartbeat.interval.ms", std::to_string(settings.heartbeat_interval_ms)},
                    {"max.poll.interval.ms", "300000"}});
}

// The reader commits nothing and joins nothing; librdkafka only wants a group's name for assign().
Conf reader_conf(const Settings& settings, const std::string& group) {
  const std::int64_t fetch_bytes =
      std::max<std::int64_t>(1'048'576, std::min<std::int64_t>(settings.queued_max_kbytes, 8'192) * 512);
  return make_conf(settings, Role::consumer,
                   {{"group.id", group},
                    {"queued.max.messages.kbytes", std::to_string(settings.queued_max_kbytes)},
                    {"fetch.max.bytes", std::to_string(fetch_bytes)},
                    {"fetch.message.max.bytes", "1048576"}});
}

// Read apart, every partition is held back by itself: it is fetched while it has less than so much in its queue. One
// fetch brings less than that, so a partition that is read as fast as it comes is never held back. One that was held
// back, and was read empty then, has to wait until the fetch under way is answered, which takes fetch.wait.max.ms where
// all others are quiet: at the default (500) such a partition reads 5,000 records a second, at 20 more than 100,000;
// each halving costs the broker as much again while nothing happens.
Conf reader_conf_apart(const Settings& settings, const std::string& group) {
  return make_conf(settings, Role::consumer,
                   {{"group.id", group},
                    {"queued.max.messages.kbytes", std::to_string(std::max(64, settings.queued_max_kbytes / 16))},
                    {"queued.min.messages", "3000"},
                    {"fetch.wait.max.ms", "20"},
                    {"fetch.max.bytes", "4194304"},
                    {"fetch.message.max.bytes", "131072"}});
}

}  // namespace

KafkaSource::KafkaSource(Settings settings, std::string_view consumer, std::vector<flow::Topic> inputs, Reading reading)
    : settings_(std::move(settings)), group_(group_name(settings_, consumer)) {
  Conf conf = member_conf(settings_, group_);
  set_callbacks(conf.get());
  member_ = Handle(Role::consumer, std::move(conf), this);
  reader_ =
      Handle(Role::consumer,
             reading == Reading::apart ? reader_conf_apart(settings_, group_) : reader_conf(settings_, group_), this);
  rd_kafka_poll_set_consumer(member_.get());
  rd_kafka_poll_set_consumer(reader_.get());
  reader_queue_.reset(rd_kafka_queue_get_consumer(reader_.get()));
  if (reading == Reading::apart) queues_ = std::make_unique<PartitionQueues>(reader_.get());
  const Partitions topics = make_partitions(static_cast<int>(inputs.size()));
  for (const flow::Topic topic : inputs) {
    Input& input = inputs_.emplace_back();
    input.name = topic_name(settings_, topic);
    input.reader_topic.reset(rd_kafka_topic_new(reader_.get(), input.name.c_str(), nullptr));
    rd_kafka_topic_partition_list_add(topics.get(), input.name.c_str(), RD_KAFKA_PARTITION_UA);
  }
  if (const auto error = rd_kafka_subscribe(member_.get(), topics.get()))
    throw base::UsageError(fmt::format("group {} cannot subscribe: {}", group_, meaning(error)));
}

KafkaSource::~KafkaSource() { close(); }

void KafkaSource::close() noexcept {
  if (!member_) return;
  closing_ = true;
  try {
    hinted_us_ = 0;
    flush_hints();
    // Bounded (facts 7): a close that hangs must not keep the process; the group then waits one session timeout.
    const Queue queue(rd_kafka_queue_new(member_.get()));
    const Error refused(rd_kafka_consumer_close_queue(member_.get(), queue.get()));
    const std::int64_t deadline_us = base::steady_us() + kCloseLimitUs;
    while (!refused && !rd_kafka_consumer_closed(member_.get()) && base::steady_us() < deadline_us)
      rd_kafka_queue_poll_callback(queue.get(), 50);
    if (refused || !rd_kafka_consumer_closed(member_.get()))
      base::log::warn("did not leave the group in time",
                      {{"group", group_}, {"next", "nothing: its lanes move after one session timeout"}});
  } catch (const std::exception& problem) {
    base::log::warn(
        "leaving the group failed",
        {{"group", group_}, {"reason", problem.what()}, {"next", "nothing: its lanes move after one session timeout"}});
  }
  result_ = {};
  member_.reset();
  reader_queue_.reset();
  queues_.reset();
  inputs_.clear();
  reader_.reset();
}

flow::PollResult KafkaSource::poll(const flow::PollRequest& request) {
  serve_member();
  look_for_missing();
  apply_changes();
  flush_hints();
  SCORELINE_CHECK(queues_ || !request.wants, "a source chooses between inputs only if it reads them apart");
  if (queues_)
    fetch_apart(request);
  else
    fetch(std::max<std::size_t>(1, request.max_records), request.wait);
  note_fatal();
  if (!fatal_.empty()) throw base::Unavailable(std::exchange(fatal_, {}));
  return std::exchange(result_, {});
}

void KafkaSource::start(std::int32_t lane, std::span<const std::int64_t> next_offsets) {
  SCORELINE_CHECK(next_offsets.size() == inputs_.size(), "a lane starts with one offset per input");
  if (lane < 0 || static_cast<std::size_t>(lane) >= lanes_.size()) return;
  Lane& mine = lanes_[static_cast<std::size_t>(lane)];
  if (!mine.gained) return;  // lost meanwhile
  mine.reading = true;
  mine.next.assign(next_offsets.begin(), next_offsets.end());
  changed_.insert(lane);
}

void KafkaSource::stop(std::int32_t lane) {
  if (lane < 0 || static_cast<std::size_t>(lane) >= lanes_.size()) return;
  lanes_[static_cast<std::size_t>(lane)].reading = false;
  changed_.insert(lane);
}

// Starts and stops since the last poll, in two calls however many lanes they concern.
void KafkaSource::apply_changes() {
  if (changed_.empty()) return;
  const Partitions stopped = make_partitions(), started = make_partitions();
  for (const std::int32_t number : changed_) {
    Lane& lane = lanes_[static_cast<std::size_t>(number)];
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      const char* name = inputs_[i].name.c_str();
      if (lane.fetching) rd_kafka_topic_partition_list_add(stopped.get(), name, number);
      if (lane.reading) rd_kafka_topic_partition_list_add(started.get(), name, number)->offset = lane.next[i];
    }
    lane.fetching = lane.reading;
  }
  changed_.clear();
  const auto check = [&](rd_kafka_error_t* raw) {
    const Error error(raw);
    SCORELINE_CHECK(!error, rd_kafka_error_string(error.get()));
  };
  if (stopped->cnt > 0) check(rd_kafka_incremental_unassign(reader_.get(), stopped.get()));
  for (int i = 0; queues_ && i < started->cnt; ++i) {
    const rd_kafka_topic_partition_t& one = started->elems[i];
    const std::size_t input = input_of(std::string_view(one.topic));
    queues_->separate(static_cast<std::size_t>(one.partition) * inputs_.size() + input, one.topic, one.partition);
  }
  if (started->cnt > 0) check(rd_kafka_incremental_assign(reader_.get(), started.get()));
}

void KafkaSource::fetch(std::size_t max_records, std::chrono::milliseconds wait) {
  const std::int64_t deadline_us = base::steady_us() + std::chrono::microseconds(wait).count();
  while (true) {
    const std::int64_t left_ms = (deadline_us - base::steady_us() + 999) / 1000;
    Message first(
        rd_kafka_consumer_poll(reader_.get(), static_cast<int>(std::clamp<std::int64_t>(left_ms, 0, kMemberEveryMs))));
    if (first) {
      take(std::move(first));
      break;
    }
    serve_member();
    if (has_news() || left_ms <= 0) return;
  }
  // What else is there, without waiting. No rebalance can happen in here: the reader is in no group.
  const std::size_t more = max_records - 1;
  buffer_.resize(more);
  const ssize_t count = more > 0 ? rd_kafka_consume_batch_queue(reader_queue_.get(), 0, buffer_.data(), more) : 0;
  for (ssize_t i = 0; i < count; ++i) take(Message(buffer_[static_cast<std::size_t>(i)]));
}

bool KafkaSource::has_news() const {
  return !result_.lanes_gained.empty() || !result_.lanes_lost.empty() || !result_.lanes_broken.empty() ||
         !fatal_.empty();
}

void KafkaSource::fetch_apart(const flow::PollRequest& request) {
  const std::int64_t deadline_us = base::steady_us() + std::chrono::microseconds(request.wait).count();
  const auto wants = [&](std::size_t place) {
    const auto lane = static_cast<std::int32_t>(place / inputs_.size());
    // What is left of a lane that is not read goes to take(), which drops it.
    if (!lanes_[static_cast<std::size_t>(lane)].reading || changed_.contains(lane)) return true;
    return !request.wants || request.wants(lane, place % inputs_.size());
  };
  while (true) {
    take_common();
    queues_->read(std::max<std::size_t>(1, request.max_records), wants,
                  [this](Message message) { take(std::move(message)); });
    const std::int64_t left_ms = (deadline_us - base::steady_us() + 999) / 1000;
    if (!result_.records.empty() || has_news() || left_ms <= 0) return;
    queues_->wait(std::chrono::milliseconds(std::min(left_ms, kMemberEveryMs)));
    serve_member();
  }
}

// Apart, the common queue holds what concerns no partition.
void KafkaSource::take_common() {
  while (Message message{rd_kafka_consumer_poll(reader_.get(), 0)}) {
    if (!message->err)
      // Never seen. The lane is read again from here on, with queues that are surely its own.
      changed_.insert(message->partition);
    take(std::move(message));
  }
}

void KafkaSource::take(Message message) {
  if (message->err) return take_error(*message);
  const std::size_t input = input_of(message->rkt);
  const auto number = static_cast<std::size_t>(message->partition);
  if (input == inputs_.size() || number >= lanes_.size()) return;
  Lane& lane = lanes_[number];
  // Fetched for an earlier start of this lane, or for one that was stopped since: drop it before it has any effect.
  if (!lane.reading || changed_.contains(message->partition) || message->offset < lane.next[input]) return;
  lane.next[input] = message->offset + 1;
  inputs_[input].missing_since_us = 0;
  result_.records.push_back(to_record(std::move(message), static_cast<std::uint8_t>(input)));
}

std::size_t KafkaSource::input_of(const rd_kafka_topic_t* topic) const {
  for (std::size_t i = 0; i < inputs_.size(); ++i)
    if (inputs_[i].reader_topic.get() == topic) return i;
  return topic ? input_of(std::string_view(rd_kafka_topic_name(topic))) : inputs_.size();
}

std::size_t KafkaSource::input_of(std::string_view topic) const {
  const auto place =
      std::find_if(inputs_.begin(), inputs_.end(), [&](const Input& input) { return input.name == topic; });
  return static_cast<std::size_t>(place - inputs_.begin());
}

void KafkaSource::hint(std::int32_t lane, std::span<const std::int64_t> next_offsets) {
  SCORELINE_CHECK(next_offsets.size() == inputs_.size(), "a hint has one offset per input");
  std::erase_if(hints_, [&](const auto& other) { return other.first == lane; });
  hints_.emplace_back(lane, std::vector<std::int64_t>(next_offsets.begin(), next_offsets.end()));
}

void KafkaSource::flush_hints() {
  const std::int64_t now_us = base::steady_us();
  if (hints_.empty() || now_us - hinted_us_ < kHintEveryUs) return;
  hinted_us_ = now_us;
  const Partitions offsets = make_partitions();
  for (const auto& [lane, next] : hints_)
    for (std::size_t i = 0; i < inputs_.size(); ++i)
      rd_kafka_topic_partition_list_add(offsets.get(), inputs_[i].name.c_str(), lane)->offset = next[i];
  hints_.clear();
  if (const auto error = rd_kafka_commit(member_.get(), offsets.get(), 1))
    base::log::debug("offset hint not sent", {{"group", group_}, {"error", rd_kafka_err2name(error)}});
}

}  // namespace scoreline::kafka
