#include "wire/activity_text.hpp"

#include "wire/lead_record_kinds.hpp"

namespace scoreline::wire::record {

void write_activity(std::string& out, JsonWriter& writer, const core::Activity& activity, bool whole) {
  write_text(writer, "name", activity.name);
  write_text(writer, "type", activity.type);
  write_text(writer, "source", activity.source);
  if (whole || !activity.message_id.empty() || activity.topic != core::InputTopic::tracking)
    writer.key("topic").string(kTopics[static_cast<std::size_t>(activity.topic)]);
  if (whole || activity.at.us != 0) write_instant(out, writer, "at", activity.at);
  if (whole || activity.received_at.us != 0) write_instant(out, writer, "received_at", activity.received_at);
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

void write_traits(std::string& out, JsonWriter& writer, std::string_view key, std::span<const core::Trait> traits,
                  const core::Activity* own) {
  writer.key(key).begin_array();
  for (const core::Trait& trait : traits) {
    writer.begin_object().key("key").string(trait.key).key("value").raw(trait.json);
    if (own == nullptr || trait.at != own->at) write_instant(out, writer, "at", trait.at);
    if (own == nullptr || trait.message_id != own->message_id) writer.key("message_id").string(trait.message_id);
    writer.end_object();
  }
  writer.end_array();
}

void write_activity_personal(std::string& out, JsonWriter& writer, const core::Activity& activity) {
  if (!activity.identifiers.empty()) {
    writer.key("identifiers").begin_array();
    for (const core::Identifier& id : activity.identifiers) {
      IdentifierText text(id);
      writer.string(text.view());
    }
    writer.end_array();
  }
  write_raw(writer, "properties", activity.properties);
  write_raw(writer, "context", activity.context);
  write_raw(writer, "traits", activity.traits);
  if (!activity.trait_changes.empty()) write_traits(out, writer, "changes", activity.trait_changes, &activity);
  write_text(writer, "record_key", activity.record_key);
}

bool ActivityReader::fact(std::string_view key) {
  if (key == "name")
    reader_.text(activity_.name, "/name");
  else if (key == "type")
    reader_.text(activity_.type, "/type");
  else if (key == "source")
    reader_.text(activity_.source, "/source");
  else if (key == "topic")
    reader_.word(activity_.topic, kTopics, "/topic", "invalid_value", "this is no input topic");
  else if (key == "at")
    reader_.instant(activity_.at, "/at"), has_at_ = true;
  else if (key == "received_at")
    reader_.instant(activity_.received_at, "/received_at");
  else if (key == "message_id")
    reader_.text(activity_.message_id, "/message_id");
  else if (key == "machine")
    reader_.flag(activity_.machine, "/machine");
  else if (key == "history")
    reader_.flag(activity_.history, "/history");
  else if (key == "retracted")
    reader_.flag(activity_.retracted, "/retracted");
  else if (key == "silent")
    reader_.flag(activity_.silent, "/silent");
  else if (key == "document")
    document();
  else if (key == "depth")
    reader_.natural31(activity_.depth, "/depth");
  else
    return false;
  return true;
}

bool ActivityReader::personal(std::string_view key) {
  if (key == "identifiers")
    identifiers();
  else if (key == "properties")
    reader_.raw_object(activity_.properties, "/properties");
  else if (key == "context")
    reader_.raw_object(activity_.context, "/context");
  else if (key == "traits")
    reader_.raw_object(activity_.traits, "/traits");
  else if (key == "changes")
    reader_.array("/changes", [this] {
      inherits_.push_back(read_trait(reader_, activity_.trait_changes.emplace_back(), "/changes"));
    });
  else if (key == "record_key")
    reader_.text(activity_.record_key, "/record_key");
  else
    return false;
  return true;
}

void ActivityReader::require() {
  reader_.require(!activity_.name.empty(), "the activity has no name", "/name");
  reader_.require(has_at_, "the activity has no time", "/at");
}

void ActivityReader::finish() {
  for (std::size_t i = 0; i < inherits_.size(); ++i) {
    core::Trait& trait = activity_.trait_changes[i];
    if (inherits_[i].at) trait.at = activity_.at;
    if (inherits_[i].message_id) trait.message_id = activity_.message_id;
  }
}

void ActivityReader::document() {
  core::ErpDocument& document = activity_.document.emplace();
  int named = 0;
  const Reader::Within within(reader_, "/document");
  reader_.object("", [&](std::string_view key) {
    if (key == "source")
      reader_.text(document.source, "/source"), named |= 1;
    else if (key == "customer")
      reader_.text(document.customer, "/customer"), named |= 2;
    else if (key == "kind")
      reader_.text(document.kind, "/kind"), named |= 4;
    else if (key == "id")
      reader_.text(document.id, "/id"), named |= 8;
    else if (key == "version")
      reader_.integer(document.version, "/version"), named |= 16;
    else if (key == "cancelled")
      reader_.flag(document.cancelled, "/cancelled");
    else
      return false;
    return true;
  });
  reader_.require(named == 31, "the document lacks its source, customer, kind, id or version", "");
}

void ActivityReader::identifiers() {
  std::vector<core::Identifier>& all = activity_.identifiers;
  all.reserve(4);
  reader_.array("/identifiers", [&] {
    reader_.text(scratch_, "/identifiers");
    const std::size_t before = all.size();
    for (std::size_t i = 0; i < kIdentifiers.size() && all.size() == before; ++i)
      if (scratch_.starts_with(kIdentifiers[i]))
        all.push_back({static_cast<core::IdentifierKind>(i), scratch_.substr(kIdentifiers[i].size())});
    if (all.size() == before) reader_.refuse("invalid_value", "this is no identifier", "/identifiers");
  });
}

ActivityReader::Inherits ActivityReader::read_trait(Reader& reader, core::Trait& trait, std::string_view where) {
  Inherits inherits;
  bool named = false;
  reader.object(where, [&](std::string_view key) {
    if (key == "key")
      reader.text(trait.key, where), named = true;
    else if (key == "value")
      trait.json.assign(reader.cursor().raw_value());
    else if (key == "at")
      reader.instant(trait.at, where), inherits.at = false;
    else if (key == "message_id")
      reader.text(trait.message_id, where), inherits.message_id = false;
    else
      return false;
    return true;
  });
  reader.require(named, "a trait has no key", where);
  reader.require(!trait.json.empty(), "a trait has no value", where);
  return inherits;
}

void read_traits(Reader& reader, std::vector<core::Trait>& traits, std::string_view where) {
  reader.array(where, [&] {
    const auto inherits = ActivityReader::read_trait(reader, traits.emplace_back(), where);
    reader.require(!inherits.at, "a trait has no time", where);
  });
}

}  // namespace scoreline::wire::record
