#include "wire/score_record.hpp"

#include "wire/record_text.hpp"

namespace scoreline::wire {
namespace {

using core::ScoreRecord;
using record::Reader;

std::string_view kind_text(ScoreRecord::Kind kind) {
  switch (kind) {
    case ScoreRecord::Kind::tier_changed:
      return "tier_changed";
    case ScoreRecord::Kind::score:
      return "score";
    case ScoreRecord::Kind::mark:
      return "mark";
  }
  SCORELINE_CHECK(false, "a score record of no kind");
  return {};
}

void write_tier(JsonWriter& writer, std::string_view key, std::string_view tier) {
  writer.key(key);
  if (tier.empty())
    writer.null();
  else
    writer.string(tier);
}

void read_kind(Reader& reader, ScoreRecord& record) {
  std::string kind;
  reader.text(kind, "/kind");
  if (kind == "tier_changed")
    record.kind = ScoreRecord::Kind::tier_changed;
  else if (kind == "score")
    record.kind = ScoreRecord::Kind::score;
  else if (kind == "mark")
    record.kind = ScoreRecord::Kind::mark;
  else
    reader.refuse("unknown_kind", "this kind of record is not known: the reader may be older than the writer", "/kind");
}

void read_cause(Reader& reader, core::ScoreCause& cause) {
  JsonCursor& cursor = reader.cursor();
  if (!cursor.enter('{')) {
    reader.refuse("invalid_value", "this must be an object", "/cause");
    return;
  }
  std::string_view key;
  while (reader.ok() && cursor.next_member(key)) {
    if (key == "offset")
      reader.integer(cause.offset, "/cause/offset");
    else if (key == "day")
      reader.day(cause.day.emplace(), "/cause/day");
    else if (key == "rulebook")
      reader.flag(cause.rulebook, "/cause/rulebook");
    else if (key == "n")
      reader.natural32(cause.n, "/cause/n");
    else
      reader.skip();
  }
}

}  // namespace

void encode(const ScoreRecord& record, std::string& out) {
  JsonWriter writer(out);
  writer.begin_object().key("kind").string(kind_text(record.kind));
  if (record.lead) record::write_lead(writer, "lead", record.lead);
  if (record.kind == ScoreRecord::Kind::tier_changed || !record.from.empty()) write_tier(writer, "from", record.from);
  if (record.kind == ScoreRecord::Kind::tier_changed || !record.to.empty()) write_tier(writer, "to", record.to);
  if (!record.score.empty()) writer.key("score").string(record.score);
  writer.key("cause").begin_object().key("offset").integer(record.cause.offset);
  if (record.cause.day) writer.key("day").string(base::format_date(*record.cause.day));
  if (record.cause.rulebook) writer.key("rulebook").boolean(true);
  if (record.cause.n != 0) writer.key("n").integer(record.cause.n);
  writer.end_object();
  if (record.now != base::kNever) record::write_instant(out, writer, "now", record.now);
  writer.end_object();
}

base::Result<ScoreRecord> decode_score_record(std::string_view json) {
  ScoreRecord record;
  Reader reader(json);
  JsonCursor& cursor = reader.cursor();
  if (!cursor.enter('{')) return reader.error();
  bool kind = false, cause = false;
  std::string_view key;
  while (reader.ok() && cursor.next_member(key)) {
    if (key == "kind") {
      read_kind(reader, record);
      kind = true;
    } else if (key == "lead") {
      reader.lead(record.lead, "/lead");
    } else if (key == "from") {
      reader.text_or_null(record.from, "/from");
    } else if (key == "to") {
      reader.text_or_null(record.to, "/to");
    } else if (key == "score") {
      reader.text(record.score, "/score");
    } else if (key == "cause") {
      read_cause(reader, record.cause);
      cause = true;
    } else if (key == "now") {
      reader.instant(record.now, "/now");
    } else {
      reader.skip();
    }
  }
  if (!reader.ok() || !cursor.at_end()) return reader.error();
  if (!kind) reader.refuse("missing_value", "the record does not say what it is", "/kind");
  if (!cause) reader.refuse("missing_value", "the record does not name its cause", "/cause");
  if (record.kind != ScoreRecord::Kind::mark && !record.lead)
    reader.refuse("missing_value", "the record names no lead", "/lead");
  if (!reader.ok()) return reader.error();
  return record;
}

}  // namespace scoreline::wire
