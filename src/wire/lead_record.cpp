/// Writing; wire/lead_record_decode.cpp reads.
#include "wire/lead_record.hpp"

#include "wire/activity_text.hpp"
#include "wire/lead_record_kinds.hpp"

namespace scoreline::wire {
namespace {

using core::LeadRecord;
using core::RecordKind;

void write_personal(std::string& out, JsonWriter& writer, const LeadRecord& record) {
  const std::size_t before = out.size();
  writer.key("personal").begin_object();
  const std::size_t empty = out.size();
  record::write_activity_personal(out, writer, record.activity);
  if (!record.payload.empty()) writer.key("payload").string(record::to_base64(record.payload));
  if (out.size() == empty)
    out.resize(before);  // nothing personal
  else
    writer.end_object();
}

}  // namespace

void encode(const LeadRecord& record, std::string& out) {
  const bool whole = record.kind == RecordKind::activity || record.kind == RecordKind::retraction;
  JsonWriter writer(out);
  writer.begin_object().key("kind").string(record::kKinds[static_cast<std::size_t>(record.kind)]);
  if (record.lead) record::write_lead(writer, "lead", record.lead);
  if (record.other) record::write_lead(writer, "other", record.other);
  record::write_activity(out, writer, record.activity, whole);
  if (record.version != 0) writer.key("version").integer(record.version);
  record::write_text(writer, "consumer", record.consumer);
  record::write_flag(writer, "fire", record.fire);
  if (record.part != 0) writer.key("part").integer(record.part);
  if (record.parts != 1) writer.key("parts").integer(record.parts);
  record::write_text(writer, "merge_id", record.merge_id);
  record::write_flag(writer, "forwarded", record.forwarded);
  write_personal(out, writer, record);
  writer.end_object();
}

std::string encode(const LeadRecord& record) {
  std::string out;
  encode(record, out);
  return out;
}

}  // namespace scoreline::wire
