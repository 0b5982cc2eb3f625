#include "pg/message_ids.hpp"

#include "pg/connection.hpp"

namespace scoreline::pg {
namespace {

const Statement kAppend{"message_ids_append",
                        "INSERT INTO message_ids (lane, batch_no, packed) VALUES ($1::int, $2::bigint, $3::bytea)"};

const Statement kOpen{"message_ids_open", "SELECT packed FROM message_ids WHERE lane = $1::int ORDER BY batch_no"};

const Statement kSegments{"message_ids_segments",
                          "SELECT number, last_at, count, filter FROM message_id_segments WHERE lane = $1::int"
                          " ORDER BY number"};

const Statement kClear{"message_ids_clear", "DELETE FROM message_ids WHERE lane = $1::int"};

const Statement kForget{"message_ids_forget",
                        "DELETE FROM message_id_segments WHERE lane = $1::int AND last_at < $2::timestamptz"};

const Statement kClose{"message_ids_close",
                       "INSERT INTO message_id_segments (lane, number, last_at, count, filter, ids)"
                       " VALUES ($1::int, $2::bigint, $3::timestamptz, $4::bigint, $5::bytea, $6::bytea)"};

// ids are stored outside of the row and uncompressed: substring() reads the few pages that hold the slice.
const Statement kRead{
    "message_ids_read",
    "SELECT coalesce(substring(s.ids FROM r.start::int + 1 FOR r.length::int), '')"
    "  FROM unnest($2::bigint[], $3::bigint[], $4::bigint[]) WITH ORDINALITY AS r(number, start, length, place)"
    "  LEFT JOIN message_id_segments s ON s.lane = $1::int AND s.number = r.number ORDER BY r.place"};

}  // namespace

PgMessageIds::PgMessageIds(PgSession& session) : session_(session) {
  session_.use({kAppend, kOpen, kSegments, kClear, kForget, kClose, kRead});
}

void PgMessageIds::append(std::int32_t lane, std::uint64_t batch_no, std::string_view packed) {
  session_.run(kAppend, Params().add(lane).add(batch_no).add(Bytes{packed}));
}

std::pair<std::string, std::vector<flow::IdSegment>> PgMessageIds::open(std::int32_t lane) {
  std::pair<std::string, std::vector<flow::IdSegment>> result;
  const Rows open = session_.run(kOpen, Params().add(lane));
  for (std::size_t i = 0; i < open.size(); ++i) result.first += open.bytes(i, 0);
  const Rows closed = session_.run(kSegments, Params().add(lane));
  for (std::size_t i = 0; i < closed.size(); ++i)
    result.second.push_back({closed.natural(i, 0), closed.instant(i, 1), closed.natural(i, 2), closed.text(i, 3)});
  return result;
}

void PgMessageIds::close(std::int32_t lane, const flow::IdSegment& segment, std::string_view sorted,
                         Instant keep_from) {
  session_.run(kClear, Params().add(lane));
  session_.run(kForget, Params().add(lane).add(keep_from));
  session_.run(kClose, Params()
                           .add(lane)
                           .add(segment.number)
                           .add(segment.last_at)
                           .add(segment.count)
                           .add(Bytes{segment.filter})
                           .add(Bytes{sorted}));
}

std::vector<std::string> PgMessageIds::read(std::int32_t lane, std::span<const Slice> slices) {
  if (slices.empty()) return {};
  Params params;
  params.add(lane)
      .array(slices, [](const Slice& slice) { return slice.segment; })
      .array(slices, [](const Slice& slice) { return slice.from; })
      .array(slices, [](const Slice& slice) { return slice.length; });
  const Rows rows = session_.run(kRead, params);
  std::vector<std::string> found;
  for (std::size_t i = 0; i < rows.size(); ++i) found.push_back(rows.text(i, 0));
  return found;
}

}  // namespace scoreline::pg
