#pragma once
/// The input topics of one consumer, as a member of its group `<prefix>scoreline.<consumer>`.
///
/// Two handles: the *member* takes part in the group and never fetches; the *reader* takes part in no group and fetches
/// exactly the lanes that were started, at exactly the given offsets. So a lane that starts or stops disturbs no other
/// (in one handle the eager protocol allows only whole assignments, which throw away what is fetched), and no rebalance
/// runs in the middle of a fetched batch (librdkafka #4208). Offsets never come from Kafka (auto.offset.reset=error).
///
/// Reading::together: all inputs of all lanes through one queue, in the order in which they come; for consumers that
/// take whatever comes (polls must not choose). Reading::apart: a queue per input and lane, for consumers that merge
/// their inputs (design 5, One order for decisions): polls choose by PollRequest::wants. What is not wanted takes
/// memory up to about 3 MB per input and lane, and waits in the broker beyond; an error of a partition shows when it is
/// wanted.
///
/// One thread at a time. Free records before the source (else its end waits, see Handle). Throws base::UsageError for
/// settings (constructor), base::Unavailable when polling cannot go on (the group refuses us, or a fatal error: then at
/// every poll).
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "flow/ports.hpp"
#include "kafka/handles.hpp"
#include "kafka/settings.hpp"
#include "kafka/source_queues.hpp"

namespace scoreline::kafka {

enum class Reading : std::uint8_t { together, apart };

class KafkaSource : public flow::Source {
 public:
  KafkaSource(Settings settings, std::string_view consumer, std::vector<flow::Topic> inputs,
              Reading reading = Reading::together);
  ~KafkaSource() override;
  KafkaSource(const KafkaSource&) = delete;
  KafkaSource& operator=(const KafkaSource&) = delete;

  flow::PollResult poll(const flow::PollRequest& request) override;
  void start(std::int32_t lane, std::span<const std::int64_t> next_offsets) override;
  void stop(std::int32_t lane) override;
  /// Hints are collected and sent once a second.
  void hint(std::int32_t lane, std::span<const std::int64_t> next_offsets) override;
  /// Sends the last hints and leaves the group, so that others get the lanes at once; takes at most 10 s. Nothing may
  /// be called after it. The destructor does it, too.
  void close() noexcept;

 private:
  struct Input {
    std::string name;
    TopicHandle reader_topic;  // message->rkt is compared with it
    std::int64_t missing_since_us = 0;
  };
  struct Lane {
    std::set<std::size_t> inputs;  // assigned to us
    bool gained = false;           // all of them
    bool reading = false;          // wanted
    bool fetching = false;         // what librdkafka does
    std::vector<std::int64_t> next;
  };

  struct Callbacks;
  friend struct Callbacks;
  void set_callbacks(rd_kafka_conf_t* conf);
  void assigned(const rd_kafka_topic_partition_list_t& partitions);
  void revoked();
  void serve_member();
  void note_fatal();
  void apply_changes();
  void fetch(std::size_t max_records, std::chrono::milliseconds wait);
  void fetch_apart(const flow::PollRequest& request);
  void take_common();
  bool has_news() const;
  void take(Message message);
  void take_error(const rd_kafka_message_t& message);
  void read_failed(std::size_t input, std::int32_t lane, const rd_kafka_message_t& message);
  std::string out_of_range(std::size_t input, std::int32_t lane, const char* text);
  void look_for_missing();
  void break_lane(std::int32_t lane, std::string reason);
  void flush_hints();
  std::size_t input_of(std::string_view topic) const;
  std::size_t input_of(const rd_kafka_topic_t* topic) const;

  Settings settings_;
  std::string group_;
  Handle member_, reader_;
  Queue reader_queue_;
  std::unique_ptr<PartitionQueues> queues_;  // when read apart
  std::vector<Input> inputs_;                // after the handles: topic handles go first
  std::vector<Lane> lanes_;                  // by number, as far as seen
  std::set<std::int32_t> changed_;
  std::vector<std::pair<std::int32_t, std::vector<std::int64_t>>> hints_;
  std::int64_t hinted_us_ = 0;
  std::vector<rd_kafka_message_t*> buffer_;
  flow::PollResult result_;  // of the poll under way
  std::string fatal_;
  Repeated repeated_;
  bool closing_ = false;
};

}  // namespace scoreline::kafka
