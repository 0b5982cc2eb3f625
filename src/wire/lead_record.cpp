/// Writing; wire/lead_record_decode.cpp reads.
#include "wire/lead_record.hpp"

#include "wire/lead_record_kinds.hpp"
#include "wire/record_text.hpp"

namespace scoreline::wire {
namespace {

using core::Activity;
using core::LeadRecord;
using core::RecordKind;

bool is_activity(RecordKind kind) { return kind == RecordKind::activity || kind == RecordKind::retraction; }

void write_text(JsonWriter& writer, std::string_view key, std::string_view text) {
  if (!text.empty()) writer.key(key).string(text);
}
void write_raw(JsonWriter& writer, std::string_view key, std::string_view json) {
  if (!json.empty()) writer.key(key).raw(json);
}
void write_flag(JsonWriter& writer, std::string_view key, bool flag) {
  if (flag) writer.key(key).boolean(true);
}

void write_facts(std::string& out, JsonWriter& writer, const LeadRecord& record) {
  const Activity& activity = record.activity;
  const bool whole = is_activity(record.kind);
  write_text(writer, "name", activity.name);
  write_text(writer, "type", activity.type);
  write_text(writer, "source", activity.source);
  if (whole || !activity.message_id.empty() || activity.topic != core::InputTopic::tracking)
    writer.key("topic").string(record::kTopics[static_cast<std::size_t>(activity.topic)]);
  if (whole || activity.at.us != 0) record::write_instant(out, writer, "at", activity.at);
  if (whole || activity.received_at.us != 0) record::write_instant(out, writer, "received_at", activity.received_at);
  write_text(writer, "message_id", activity.message_id);
  write_flag(writer, "machine", activity.machine);
  write_flag(writer, "history", activity.history);
  write_flag(writer, "retracted", activity.retracted);
  write_flag(writer, "silent", activity.silent);
  if (activity.depth != 0) writer.key("depth").integer(activity.depth);
  if (!activity.document) return;
  const core::ErpDocument& document = *activity.document;
  writer.key("document").begin_object();
  writer.key("source").string(document.source).key("customer").string(document.customer);
  writer.key("kind").string(document.kind).key("id").string(document.id).key("version").integer(document.version);
  write_flag(writer, "cancelled", document.cancelled);
  writer.end_object();
}

// Moments and message ids that are the activity's own are left out.
void write_changes(std::string& out, JsonWriter& writer, const Activity& activity) {
  writer.key("changes").begin_array();
  for (const core::Trait& trait : activity.trait_changes) {
    writer.begin_object().key("key").string(trait.key).key("value").raw(trait.json);
    if (trait.at != activity.at) record::write_instant(out, writer, "at", trait.at);
    if (trait.message_id != activity.message_id) writer.key("message_id").string(trait.message_id);
    writer.end_object();
  }
  writer.end_array();
}

void write_personal(std::string& out, JsonWriter& writer, const LeadRecord& record) {
  const Activity& activity = record.activity;
  const std::size_t before = out.size();
  writer.key("personal").begin_object();
  const std::size_t empty = out.size();
  if (!activity.identifiers.empty()) {
    writer.key("identifiers").begin_array();
    for (const core::Identifier& id : activity.identifiers) {
      record::IdentifierText text(id);
      writer.string(text.view());
    }
    writer.end_array();
  }
  write_raw(writer, "properties", activity.properties);
  write_raw(writer, "context", activity.context);
  write_raw(writer, "traits", activity.traits);
  if (!activity.trait_changes.empty()) write_changes(out, writer, activity);
  write_text(writer, "record_key", activity.record_key);
  if (!record.payload.empty()) writer.key("payload").string(record::to_base64(record.payload));
  if (out.size() == empty)
    out.resize(before);  // nothing personal
  else
    writer.end_object();
}

}  // namespace

void encode(const LeadRecord& record, std::string& out) {
  JsonWriter writer(out);
  writer.begin_object().key("kind").string(record::kKinds[static_cast<std::size_t>(record.kind)]);
  if (record.lead) record::write_lead(writer, "lead", record.lead);
  if (record.other) record::write_lead(writer, "other", record.other);
  write_facts(out, writer, record);
  if (record.version != 0) writer.key("version").integer(record.version);
  if (record.part != 0) writer.key("part").integer(record.part);
  if (record.parts != 1) writer.key("parts").integer(record.parts);
  write_text(writer, "merge_id", record.merge_id);
  write_flag(writer, "forwarded", record.forwarded);
  write_personal(out, writer, record);
  writer.end_object();
}

std::string encode(const LeadRecord& record) {
  std::string out;
  encode(record, out);
  return out;
}

}  // namespace scoreline::wire
