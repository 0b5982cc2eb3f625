#include "wire/lead_record.hpp"
#include "wire/lead_record_kinds.hpp"
#include "wire/record_text.hpp"

namespace scoreline::wire {
namespace {

using core::Activity;
using core::LeadRecord;
using core::RecordKind;

/// One record on its way in; members may come in any order.
class Decoder {
 public:
  explicit Decoder(std::string_view json) : reader_(json) {}
  base::Result<LeadRecord> run();

 private:
  /// What a change leaves out because it is the activity's own.
  struct Inherits {
    bool at = true, message_id = true;
  };

  bool top(std::string_view key);
  bool fact(std::string_view key);
  void kind();
  void topic();
  void document();
  void personal();
  void personal_member(std::string_view key);
  void identifiers();
  void changes();
  void change();
  bool enter(char bracket, std::string_view where);
  bool complete();

  record::Reader reader_;
  LeadRecord record_;
  std::vector<Inherits> inherits_;
  std::string scratch_;
  bool has_kind_ = false, has_at_ = false;
};

bool Decoder::enter(char bracket, std::string_view where) {
  if (reader_.cursor().enter(bracket)) return true;
  reader_.refuse("invalid_value", bracket == '{' ? "this must be an object" : "this must be an array", where);
  return false;
}

base::Result<LeadRecord> Decoder::run() {
  JsonCursor& cursor = reader_.cursor();
  if (!cursor.enter('{')) return reader_.error();
  std::string_view key;
  while (reader_.ok() && cursor.next_member(key))
    if (!fact(key) && !top(key)) reader_.skip();
  if (!reader_.ok() || !cursor.at_end() || !complete()) return reader_.error();
  for (std::size_t i = 0; i < inherits_.size(); ++i) {
    core::Trait& trait = record_.activity.trait_changes[i];
    if (inherits_[i].at) trait.at = record_.activity.at;
    if (inherits_[i].message_id) trait.message_id = record_.activity.message_id;
  }
  return std::move(record_);
}

bool Decoder::complete() {
  const RecordKind kind = record_.kind;
  if (!has_kind_) reader_.refuse("missing_value", "the record does not say what it is", "/kind");
  const bool activity = kind == RecordKind::activity || kind == RecordKind::retraction;
  const bool house = kind == RecordKind::tick || kind == RecordKind::count_back_done ||
                     kind == RecordKind::rulebook_prepared || kind == RecordKind::rulebook_activated;
  if (!house && !record_.lead) reader_.refuse("missing_value", "the record names no lead", "/lead");
  if (activity && record_.activity.name.empty()) reader_.refuse("missing_value", "the activity has no name", "/name");
  if (activity && !has_at_) reader_.refuse("missing_value", "the activity has no time", "/at");
  return reader_.ok();
}

// Members of the house and of merges.
bool Decoder::top(std::string_view key) {
  if (key == "kind")
    kind();
  else if (key == "lead")
    reader_.lead(record_.lead, "/lead");
  else if (key == "other")
    reader_.lead(record_.other, "/other");
  else if (key == "version")
    reader_.natural(record_.version, "/version");
  else if (key == "part")
    reader_.natural32(record_.part, "/part");
  else if (key == "parts")
    reader_.natural32(record_.parts, "/parts");
  else if (key == "merge_id")
    reader_.text(record_.merge_id, "/merge_id");
  else if (key == "forwarded")
    reader_.flag(record_.forwarded, "/forwarded");
  else if (key == "personal")
    personal();
  else
    return false;
  return true;
}

// Members of the activity.
bool Decoder::fact(std::string_view key) {
  Activity& activity = record_.activity;
  if (key == "name")
    reader_.text(activity.name, "/name");
  else if (key == "type")
    reader_.text(activity.type, "/type");
  else if (key == "source")
    reader_.text(activity.source, "/source");
  else if (key == "topic")
    topic();
  else if (key == "at")
    reader_.instant(activity.at, "/at"), has_at_ = true;
  else if (key == "received_at")
    reader_.instant(activity.received_at, "/received_at");
  else if (key == "message_id")
    reader_.text(activity.message_id, "/message_id");
  else if (key == "machine")
    reader_.flag(activity.machine, "/machine");
  else if (key == "history")
    reader_.flag(activity.history, "/history");
  else if (key == "retracted")
    reader_.flag(activity.retracted, "/retracted");
  else if (key == "silent")
    reader_.flag(activity.silent, "/silent");
  else if (key == "document")
    document();
  else if (key == "depth") {
    std::int64_t depth = 0;
    reader_.integer(depth, "/depth");
    if (depth < 0 || depth > INT32_MAX)
      reader_.refuse("invalid_value", "this must be a small natural number", "/depth");
    activity.depth = static_cast<std::int32_t>(depth);
  } else
    return false;
  return true;
}

void Decoder::kind() {
  reader_.text(scratch_, "/kind");
  has_kind_ = true;
  for (std::size_t i = 0; i < record::kKinds.size(); ++i) {
    if (record::kKinds[i] != scratch_) continue;
    record_.kind = static_cast<RecordKind>(i);
    return;
  }
  reader_.refuse("unknown_kind", "this kind of record is not known: the reader may be older than the writer", "/kind");
}

void Decoder::topic() {
  reader_.text(scratch_, "/topic");
  for (std::size_t i = 0; i < record::kTopics.size(); ++i) {
    if (record::kTopics[i] != scratch_) continue;
    record_.activity.topic = static_cast<core::InputTopic>(i);
    return;
  }
  reader_.refuse("invalid_value", "this is no input topic", "/topic");
}

void Decoder::document() {
  if (!enter('{', "/document")) return;
  core::ErpDocument& document = record_.activity.document.emplace();
  std::string_view key;
  while (reader_.ok() && reader_.cursor().next_member(key)) {
    if (key == "source")
      reader_.text(document.source, "/document/source");
    else if (key == "customer")
      reader_.text(document.customer, "/document/customer");
    else if (key == "kind")
      reader_.text(document.kind, "/document/kind");
    else if (key == "id")
      reader_.text(document.id, "/document/id");
    else if (key == "version")
      reader_.integer(document.version, "/document/version");
    else if (key == "cancelled")
      reader_.flag(document.cancelled, "/document/cancelled");
    else
      reader_.skip();
  }
}

void Decoder::personal() {
  if (!enter('{', "/personal")) return;
  std::string_view key;
  while (reader_.ok() && reader_.cursor().next_member(key)) personal_member(key);
}

void Decoder::personal_member(std::string_view key) {
  Activity& activity = record_.activity;
  if (key == "identifiers")
    identifiers();
  else if (key == "properties")
    reader_.raw_object(activity.properties, "/personal/properties");
  else if (key == "context")
    reader_.raw_object(activity.context, "/personal/context");
  else if (key == "traits")
    reader_.raw_object(activity.traits, "/personal/traits");
  else if (key == "changes")
    changes();
  else if (key == "record_key")
    reader_.text(activity.record_key, "/personal/record_key");
  else if (key == "payload") {
    reader_.text(scratch_, "/personal/payload");
    if (!record::from_base64(scratch_, record_.payload))
      reader_.refuse("invalid_value", "this must be base64", "/personal/payload");
  } else
    reader_.skip();
}

void Decoder::identifiers() {
  if (!enter('[', "/personal/identifiers")) return;
  std::vector<core::Identifier>& all = record_.activity.identifiers;
  all.reserve(4);
  while (reader_.ok() && reader_.cursor().next_element()) {
    reader_.text(scratch_, "/personal/identifiers");
    const std::size_t before = all.size();
    for (std::size_t i = 0; i < record::kIdentifiers.size() && all.size() == before; ++i)
      if (scratch_.starts_with(record::kIdentifiers[i]))
        all.push_back({static_cast<core::IdentifierKind>(i), scratch_.substr(record::kIdentifiers[i].size())});
    if (all.size() == before) reader_.refuse("invalid_value", "this is no identifier", "/personal/identifiers");
  }
}

void Decoder::changes() {
  if (!enter('[', "/personal/changes")) return;
  while (reader_.ok() && reader_.cursor().next_element())
    if (enter('{', "/personal/changes")) change();
}

void Decoder::change() {
  core::Trait& trait = record_.activity.trait_changes.emplace_back();
  Inherits& inherits = inherits_.emplace_back();
  std::string_view key;
  while (reader_.ok() && reader_.cursor().next_member(key)) {
    if (key == "key")
      reader_.text(trait.key, "/personal/changes");
    else if (key == "value")
      trait.json.assign(reader_.cursor().raw_value());
    else if (key == "at")
      reader_.instant(trait.at, "/personal/changes"), inherits.at = false;
    else if (key == "message_id")
      reader_.text(trait.message_id, "/personal/changes"), inherits.message_id = false;
    else
      reader_.skip();
  }
  if (trait.json.empty()) reader_.refuse("missing_value", "a change has no value", "/personal/changes");
}

}  // namespace

base::Result<LeadRecord> decode_lead_record(std::string_view json) { return Decoder(json).run(); }

}  // namespace scoreline::wire
