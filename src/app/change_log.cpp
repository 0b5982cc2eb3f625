#include "app/change_log.hpp"

#include <algorithm>
#include <set>
#include <string>

#include "wire/lead_change.hpp"

namespace scoreline::app {
namespace {

using Keys = std::set<std::string, std::less<>>;

constexpr flow::Topic kTopic = flow::Topic::lead_changes;

struct Chunk {
  std::vector<SeenChange> changes;
  std::int64_t records = 0;
  base::Instant oldest{INT64_MAX};
};

// Only records with the right key are decoded: a partition is mostly about others.
void take(const flow::InRecord& record, const Keys& keys, Chunk& chunk) {
  ++chunk.records;
  chunk.oldest = std::min(chunk.oldest, record.log_time);
  if (record.tombstone || !keys.contains(record.key)) return;
  auto change = wire::decode_lead_change(record.value);
  if (!change.ok() || change->kind == core::LeadChange::Kind::mark) return;
  change->payload.clear();
  chunk.changes.push_back({record.lane, record.offset, std::move(*change)});
}

Chunk read_chunk(flow::LogReader& reader, std::int32_t partition, std::int64_t from, std::int64_t to,
                 const Keys& keys) {
  constexpr std::size_t kAtOnce = 2'000;
  Chunk chunk;
  while (from < to) {
    const auto records = reader.read(kTopic, partition, from, to, kAtOnce);
    if (records.empty()) break;
    for (const flow::InRecord& record : records) take(record, keys, chunk);
    from = records.back().offset + 1;
  }
  for (SeenChange& seen : chunk.changes) seen.partition = partition;
  return chunk;
}

}  // namespace

ChangesFound find_changes(flow::LogReader& reader, std::int32_t partition, const ChangeSearch& search) {
  Keys keys;
  for (const core::LeadId lead : search.leads) keys.insert(std::to_string(lead.value));
  const flow::LogState log = reader.state(kTopic, partition, "");
  ChangesFound found;
  for (std::int64_t to = log.end; to > log.begin;) {
    if (search.enough > 0 && found.changes.size() >= search.enough) break;
    if (search.records_max > 0 && found.records >= search.records_max) {
      found.complete = false;
      break;
    }
    const std::int64_t from = std::max(log.begin, to - search.chunk);
    Chunk chunk = read_chunk(reader, partition, from, to, keys);
    found.records += chunk.records;
    found.changes.insert(found.changes.begin(), std::make_move_iterator(chunk.changes.begin()),
                         std::make_move_iterator(chunk.changes.end()));
    if (chunk.records > 0 && chunk.oldest < search.since) break;
    to = from;
  }
  return found;
}

}  // namespace scoreline::app
