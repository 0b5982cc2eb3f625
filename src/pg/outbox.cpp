#include "pg/outbox.hpp"

#include <fmt/format.h>
#include <zstd.h>

#include "base/check.hpp"
#include "base/errors.hpp"
#include "pg/connection.hpp"

namespace scoreline::pg {
namespace {

const Statement kAppend{"outbox_append",
                        "INSERT INTO outbox (consumer, lane, batch_no, records)"
                        " SELECT $1::text, * FROM unnest($2::int[], $3::bigint[], $4::bytea[])"};

const Statement kRemove{"outbox_remove",
                        "DELETE FROM outbox o USING unnest($2::int[], $3::bigint[]) AS r(lane, up_to)"
                        " WHERE o.consumer = $1::text AND o.lane = r.lane AND o.batch_no <= r.up_to"};

const Statement kPending{"outbox_pending",
                         "SELECT batch_no, records FROM outbox WHERE consumer = $1::text AND lane = $2::int"
                         "   AND batch_no > $3::bigint ORDER BY batch_no"};

const Statement kDeadLetters{
    "dead_letters_append",
    "INSERT INTO dead_letters (consumer, topic, partition, \"offset\", code, message, place, log_time, key, raw)"
    " SELECT * FROM unnest($1::text[], $2::text[], $3::int[], $4::bigint[], $5::text[], $6::text[], $7::text[],"
    "   $8::timestamptz[], $9::bytea[], $10::bytea[]) ON CONFLICT DO NOTHING"};

constexpr char kZstd = '\1';
// Level 1: records are repetitive, speed matters more (facts: postgres 2).
constexpr int kLevel = 1;
constexpr unsigned long long kRecordsBytesMax = 1ULL << 30;  // a value of PostgreSQL's is no larger

std::string decompress(std::string_view stored, std::uint64_t batch_no) {
  const auto broken = [&] {
    return base::Unavailable(fmt::format(
        "the outbox row of batch {} cannot be read; it was written by another version, or the database is damaged",
        batch_no));
  };
  if (stored.empty() || stored[0] != kZstd) throw broken();
  stored.remove_prefix(1);
  const unsigned long long size = ZSTD_getFrameContentSize(stored.data(), stored.size());
  if (size > kRecordsBytesMax) throw broken();
  std::string bytes(size, '\0');
  const std::size_t got = ZSTD_decompress(bytes.data(), bytes.size(), stored.data(), stored.size());
  if (ZSTD_isError(got) != 0 || got != size) throw broken();
  return bytes;
}

}  // namespace

/// Keeps zstd's working memory from batch to batch.
class PgOutbox::Compressor {
 public:
  Compressor() : context_(ZSTD_createCCtx(), ZSTD_freeCCtx) {
    SCORELINE_CHECK(context_ != nullptr, "no memory for zstd");
  }
  std::string compress(const std::string& bytes) {
    std::string stored(1 + ZSTD_compressBound(bytes.size()), kZstd);
    const std::size_t size =
        ZSTD_compressCCtx(context_.get(), stored.data() + 1, stored.size() - 1, bytes.data(), bytes.size(), kLevel);
    SCORELINE_CHECK(ZSTD_isError(size) == 0, "zstd has room for its worst case");
    stored.resize(1 + size);
    return stored;
  }

 private:
  std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context_;
};

PgOutbox::PgOutbox(PgSession& session) : session_(session), compressor_(std::make_unique<Compressor>()) {
  session_.use({kAppend, kRemove, kPending});
}

PgOutbox::~PgOutbox() = default;

void PgOutbox::append(const std::string& consumer, std::span<const flow::OutboxRow> rows) {
  if (rows.empty()) return;
  std::vector<std::string> stored;
  for (const flow::OutboxRow& row : rows) stored.push_back(compressor_->compress(row.batch->bytes()));
  Params params;
  params.add(Text{consumer})
      .array(rows, [](const flow::OutboxRow& row) { return row.lane; })
      .array(rows, [](const flow::OutboxRow& row) { return row.batch_no; })
      .array(stored, [](const std::string& bytes) { return Bytes{bytes}; });
  session_.run(kAppend, params);
}

void PgOutbox::remove(const std::string& consumer, std::span<const flow::BatchId> up_to) {
  if (up_to.empty()) return;
  Params params;
  params.add(Text{consumer})
      .array(up_to, [](const flow::BatchId& id) { return id.lane; })
      .array(up_to, [](const flow::BatchId& id) { return id.batch_no; });
  session_.run(kRemove, params);
}

std::vector<std::pair<std::uint64_t, flow::OutBatch>> PgOutbox::pending(const std::string& consumer, std::int32_t lane,
                                                                        std::uint64_t acked_batch) {
  const Rows rows = session_.run(kPending, Params().add(Text{consumer}).add(lane).add(acked_batch));
  std::vector<std::pair<std::uint64_t, flow::OutBatch>> batches;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::uint64_t batch_no = rows.natural(i, 0);
    batches.emplace_back(batch_no, flow::OutBatch(decompress(rows.bytes(i, 1), batch_no)));
  }
  return batches;
}

PgDeadLetters::PgDeadLetters(PgSession& session) : session_(session) { session_.use({kDeadLetters}); }

void PgDeadLetters::append(std::span<const flow::DeadLetter> letters) {
  using flow::DeadLetter;
  if (letters.empty()) return;
  // `where` may hold member names of the input.
  std::vector<std::string> messages, places;
  for (const DeadLetter& letter : letters) {
    messages.push_back(clean_text(letter.message));
    places.push_back(clean_text(letter.where));
  }
  Params params;
  params.array(letters, [](const DeadLetter& letter) { return Text{letter.consumer}; })
      .array(letters, [](const DeadLetter& letter) { return Text{flow::declaration(letter.topic).name}; })
      .array(letters, [](const DeadLetter& letter) { return letter.partition; })
      .array(letters, [](const DeadLetter& letter) { return letter.offset; })
      .array(letters, [](const DeadLetter& letter) { return Text{letter.code}; })
      .array(messages, [](const std::string& text) { return Text{text}; })
      .array(places, [](const std::string& text) { return Text{text}; })
      .array(letters, [](const DeadLetter& letter) { return letter.log_time; })
      .array(letters, [](const DeadLetter& letter) { return Bytes{letter.key}; })
      .array(letters, [](const DeadLetter& letter) { return Bytes{letter.raw}; });
  session_.run(kDeadLetters, params);
}

}  // namespace scoreline::pg
