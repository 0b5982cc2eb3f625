#pragma once
/// Members that the records of all topics behind lead.activities have in common: core::FactRecord, LeadChange and
/// FiringRecord (private to wire/*.cpp).
#include <span>
#include <string>
#include <string_view>

#include "wire/place_text.hpp"
#include "wire/record_text.hpp"

namespace scoreline::wire::record {

/// What has been read so far of the members that no record lacks.
struct Seen {
  bool kind = false, cause = false;
};

/// False (and nothing is read): the key is none of these members. `kinds` by Record::Kind.
template <typename Record>
bool read_derived(Reader& reader, Record& record, std::span<const std::string_view> kinds, Seen& seen,
                  std::string_view key) {
  if (key == "kind")
    reader.kind(record.kind, kinds), seen.kind = true;
  else if (key == "lead")
    reader.lead(record.lead, "/lead");
  else if (key == "other")
    reader.lead(record.other, "/other");
  else if (key == "cause")
    read_cause(reader, record.cause), seen.cause = true;
  else if (key == "now")
    reader.instant(record.now, "/now");
  else if (key == "part")
    reader.natural32(record.part, "/part");
  else if (key == "parts")
    reader.natural32(record.parts, "/parts");
  else
    return false;
  return true;
}

/// After the last member: kind and cause are there, the lead unless it is a mark, and the cause becomes a place.
template <typename Record>
void settle_derived(Reader& reader, Record& record, const Seen& seen) {
  const bool mark = record.kind == Record::Kind::mark;
  reader.require(seen.kind, "the record does not say what it is", "/kind");
  reader.require(seen.cause, "the record does not name its cause", "/cause");
  reader.require(mark || record.lead, "the record names no lead", "/lead");
  if (record.part >= record.parts)
    reader.refuse("invalid_value", "a part has a number below that of all parts", "/part");
  settle_cause(reader, record.cause, record.lead, mark);
}

/// `personal` of records where the payload is all of it.
template <typename Record>
void read_payload(Reader& reader, Record& record) {
  reader.object("/personal", [&](std::string_view key) {
    if (key != "payload") return false;
    reader.base64(record.payload, "/personal/payload");
    return true;
  });
}

/// Opens the object: kind, lead, other.
template <typename Record>
void write_head(JsonWriter& writer, const Record& record, std::span<const std::string_view> kinds) {
  writer.begin_object().key("kind").string(kinds[static_cast<std::size_t>(record.kind)]);
  if (record.lead) write_lead(writer, "lead", record.lead);
  if (record.other) write_lead(writer, "other", record.other);
}

/// cause, now.
template <typename Record>
void write_place(std::string& out, JsonWriter& writer, const Record& record) {
  write_cause(writer, record.cause, record.lead, record.kind == Record::Kind::mark);
  if (record.now != base::kNever) write_instant(out, writer, "now", record.now);
}

/// part, parts.
template <typename Record>
void write_parts(JsonWriter& writer, const Record& record) {
  if (record.part != 0) writer.key("part").integer(record.part);
  if (record.parts != 1) writer.key("parts").integer(record.parts);
}

/// personal: the payload, where there is one.
template <typename Record>
void write_payload(JsonWriter& writer, const Record& record) {
  if (record.payload.empty()) return;
  writer.key("personal").begin_object().key("payload").string(to_base64(record.payload)).end_object();
}

}  // namespace scoreline::wire::record
