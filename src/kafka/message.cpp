#include "kafka/message.hpp"

#include <charconv>

namespace scoreline::kafka {
namespace {

constexpr std::string_view kSourcePrefix = "/scoreline/";

// One pass: records carry some eight headers, of which four matter to the flow.
void read_headers(const rd_kafka_message_t* message, flow::InRecord& record) {
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return;
  const char* raw_name = nullptr;
  const void* raw_value = nullptr;
  std::size_t size = 0;
  std::string_view source, sequence;
  for (std::size_t i = 0;
       rd_kafka_header_get_all(headers, i, &raw_name, &raw_value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR; ++i) {
    const std::string_view name(raw_name);
    if (!name.starts_with("ce_")) continue;
    const std::string_view value = view(raw_value, size);
    if (name == "ce_source")
      source = value;
    else if (name == "ce_sequence")
      sequence = value;
    else if (name == "ce_writekey")
      record.write_key = value;
    else if (name == "ce_trusted")
      record.untrusted = value == "false";
  }
  if (!source.starts_with(kSourcePrefix) || sequence.empty()) return;
  std::uint64_t seq = 0;
  const auto [end, failed] = std::from_chars(sequence.data(), sequence.data() + sequence.size(), seq);
  if (failed != std::errc() || end != sequence.data() + sequence.size()) return;
  record.place = {source.substr(kSourcePrefix.size()), seq};
}

}  // namespace

flow::InRecord to_record(Message message, std::uint8_t input) {
  const rd_kafka_message_t* m = message.get();
  flow::InRecord record;
  record.input = input;
  record.lane = m->partition;
  record.offset = m->offset;
  record.leader_epoch = rd_kafka_message_leader_epoch(m);
  rd_kafka_timestamp_type_t type{};
  record.log_time.us = rd_kafka_message_timestamp(m, &type) * 1000;
  record.key = view(m->key, m->key_len);
  record.value = view(m->payload, m->len);
  record.tombstone = m->payload == nullptr;
  read_headers(m, record);
  record.owner = {message.release(), [](void* p) { rd_kafka_message_destroy(static_cast<rd_kafka_message_t*>(p)); }};
  return record;
}

}  // namespace scoreline::kafka
