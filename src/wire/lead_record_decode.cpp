#include "wire/activity_text.hpp"
#include "wire/lead_record.hpp"
#include "wire/lead_record_kinds.hpp"

namespace scoreline::wire {
namespace {

using core::LeadRecord;
using core::RecordKind;

/// One record on its way in; members may come in any order.
class Decoder {
 public:
  explicit Decoder(std::string_view json) : reader_(json), activity_(reader_, record_.activity) {}
  base::Result<LeadRecord> run();

 private:
  bool top(std::string_view key);
  void personal();
  void require();

  record::Reader reader_;
  LeadRecord record_;
  record::ActivityReader activity_;
  bool has_kind_ = false;
};

base::Result<LeadRecord> Decoder::run() {
  if (!reader_.whole([this](std::string_view key) { return activity_.fact(key) || top(key); })) return reader_.error();
  require();
  if (!reader_.ok()) return reader_.error();
  activity_.finish();
  return std::move(record_);
}

void Decoder::require() {
  const RecordKind kind = record_.kind;
  const bool house = kind == RecordKind::tick || kind == RecordKind::count_back_done ||
                     kind == RecordKind::rulebook_prepared || kind == RecordKind::rulebook_activated;
  reader_.require(has_kind_, "the record does not say what it is", "/kind");
  reader_.require(house || record_.lead, "the record names no lead", "/lead");
  if (kind == RecordKind::activity || kind == RecordKind::retraction) activity_.require();
}

// Members of the house and of merges.
bool Decoder::top(std::string_view key) {
  if (key == "kind")
    reader_.kind(record_.kind, record::kKinds), has_kind_ = true;
  else if (key == "lead")
    reader_.lead(record_.lead, "/lead");
  else if (key == "other")
    reader_.lead(record_.other, "/other");
  else if (key == "version")
    reader_.natural(record_.version, "/version");
  else if (key == "consumer")
    reader_.text(record_.consumer, "/consumer");
  else if (key == "fire")
    reader_.flag(record_.fire, "/fire");
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

void Decoder::personal() {
  const record::Reader::Within within(reader_, "/personal");
  reader_.object("", [this](std::string_view key) {
    if (key != "payload") return activity_.personal(key);
    reader_.base64(record_.payload, "/payload");
    return true;
  });
}

}  // namespace

base::Result<LeadRecord> decode_lead_record(std::string_view json) { return Decoder(json).run(); }

}  // namespace scoreline::wire
