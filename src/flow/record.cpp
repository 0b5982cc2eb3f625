#include "flow/record.hpp"

#include "base/bytes.hpp"

namespace scoreline::flow {

// Per record: topic, partition, seq, time (varints), type, key, value (with length). The topic goes by its place in
// kTopics, so places are never given away again.
void OutBatch::append(const OutRecord& record) {
  base::ByteWriter out(bytes_);
  out.u64(static_cast<std::uint64_t>(record.topic));
  out.i64(record.partition);
  out.u64(record.seq);
  out.i64(record.time.us);
  out.text(record.type);
  out.text(record.key);
  out.text(record.value);
}

bool OutBatch::for_each(const std::function<void(const OutRecord&)>& visit) const {
  base::ByteReader in(bytes_);
  while (!in.at_end()) {
    OutRecord record;
    const std::uint64_t topic = in.u64();
    const std::int64_t partition = in.i64();
    record.seq = in.u64();
    record.time.us = in.i64();
    record.type = in.text();
    record.key = in.text();
    record.value = in.text();
    if (!in.ok() || topic >= kTopics.size() || partition < 0 || partition > INT32_MAX) return false;
    record.topic = static_cast<Topic>(topic);
    record.partition = static_cast<std::int32_t>(partition);
    visit(record);
  }
  return in.ok();
}

}  // namespace scoreline::flow
