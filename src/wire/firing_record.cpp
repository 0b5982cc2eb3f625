#include "wire/firing_record.hpp"

#include <array>

#include "wire/derived_text.hpp"

namespace scoreline::wire {
namespace {

using core::FiringRecord;
using record::Reader;
using Kind = core::FiringRecord::Kind;
using Phase = core::Place::Phase;

/// By Kind.
constexpr std::array<std::string_view, 4> kKinds{"fired", "retracted", "part", "mark"};

bool read_firing(Reader& reader, FiringRecord& record, std::string_view key) {
  if (key == "trigger")
    reader.text(record.trigger, "/trigger");
  else if (key == "key")
    reader.text(record.key, "/key");
  else if (key == "cause_key")
    reader.text(record.cause_key, "/cause_key");
  else if (key == "occasion")
    reader.natural32(record.occasion, "/occasion");
  else if (key == "suppressed")
    reader.text(record.suppressed, "/suppressed");
  else if (key == "enrol")
    reader.array("/enrol", [&] { reader.text(record.enrol.emplace_back(), "/enrol"); });
  else if (key == "rulebook")
    reader.natural(record.rulebook, "/rulebook");
  else if (key == "personal")
    record::read_payload(reader, record);
  else
    return false;
  return true;
}

void require(Reader& reader, const FiringRecord& record) {
  const bool fired = record.kind == Kind::fired;
  reader.require(!fired || !record.trigger.empty(), "the firing names no trigger", "/trigger");
  reader.require(!fired || !record.key.empty(), "the firing has no key", "/key");
  if (fired || record.kind == Kind::retracted)
    reader.require(!record.cause_key.empty(), "the record does not name its cause for ever", "/cause_key");
  if (record.kind == Kind::part) reader.require(bool(record.other), "a part is for no lead", "/other");
  if (record.cause.phase != Phase::record)
    reader.refuse("invalid_value", "the cause must be a record of lead.changes",
                  record.cause.phase == Phase::day ? "/cause/day" : "/cause/rulebook");
}

}  // namespace

void encode(const FiringRecord& record, std::string& out) {
  SCORELINE_CHECK(record.cause.phase == Phase::record, "a firing's cause is a record of lead.changes");
  JsonWriter writer(out);
  record::write_head(writer, record, kKinds);
  record::write_place(out, writer, record);
  record::write_text(writer, "trigger", record.trigger);
  record::write_text(writer, "key", record.key);
  record::write_text(writer, "cause_key", record.cause_key);
  if (record.occasion != 0) writer.key("occasion").integer(record.occasion);
  record::write_text(writer, "suppressed", record.suppressed);
  if (!record.enrol.empty()) {
    writer.key("enrol").begin_array();
    for (const std::string& sequence : record.enrol) writer.string(sequence);
    writer.end_array();
  }
  if (record.rulebook != 0) writer.key("rulebook").integer(record.rulebook);
  record::write_parts(writer, record);
  record::write_payload(writer, record);
  writer.end_object();
}

base::Result<FiringRecord> decode_firing_record(std::string_view json) {
  FiringRecord record;
  record::Seen seen;
  Reader reader(json);
  const bool read = reader.whole([&](std::string_view key) {
    return record::read_derived(reader, record, kKinds, seen, key) || read_firing(reader, record, key);
  });
  if (!read) return reader.error();
  record::settle_derived(reader, record, seen);
  require(reader, record);
  if (!reader.ok()) return reader.error();
  return record;
}

}  // namespace scoreline::wire
