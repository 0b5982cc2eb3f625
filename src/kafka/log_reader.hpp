#pragma once
/// Reads partitions outside of any group: anchors, count-backs, replays. Topics are asked about and read through two
/// handles that are kept; consecutive reads of one partition go on where the last one ended.
///
/// One thread at a time. Free records before the reader (else its end waits, see Handle). Every call takes at most
/// about 10 s; then it throws base::Unavailable.
#include <optional>
#include <string>
#include <vector>

#include "flow/ports.hpp"
#include "kafka/handles.hpp"
#include "kafka/settings.hpp"

namespace scoreline::kafka {

class KafkaLogReader : public flow::LogReader {
 public:
  explicit KafkaLogReader(Settings settings);
  KafkaLogReader(const KafkaLogReader&) = delete;
  KafkaLogReader& operator=(const KafkaLogReader&) = delete;

  /// `group`: as group_name() gives it; "": not asked (committed = -1). `end` is what committed readers reach.
  flow::LogState state(flow::Topic topic, std::int32_t partition, const std::string& group) override;
  /// The records that the log holds in [from, to): those below the log's start are not there (retention), and offsets
  /// may jump (compaction). Waits until it has one, so that "empty" is always the truth about the log. `to` may be
  /// INT64_MAX.
  std::vector<flow::InRecord> read(flow::Topic topic, std::int32_t partition, std::int64_t from, std::int64_t to,
                                   std::size_t max_records) override;

 private:
  struct Place {
    std::string topic;
    std::int32_t partition = 0;
    std::int64_t next = 0;
    bool operator==(const Place&) const = default;
  };
  std::int64_t committed(const std::string& topic, std::int32_t partition, const std::string& group);
  void move_to(const Place& place);
  /// False: the log has nothing (more) there.
  bool take(Message message, std::int64_t to, std::vector<flow::InRecord>& records);

  Settings settings_;
  Handle questions_, reader_;
  Queue reader_queue_;
  std::optional<Place> place_;  // where the reader stands
  std::vector<rd_kafka_message_t*> buffer_;
};

}  // namespace scoreline::kafka
