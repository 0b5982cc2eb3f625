#include "app/rulebook_desk.hpp"

#include <fmt/core.h>

#include "base/errors.hpp"
#include "flow/emit.hpp"
#include "kafka/record_producer.hpp"
#include "wire/json_writer.hpp"
#include "wire/lead_record.hpp"

namespace scoreline::app {

std::vector<RuleBookVersion> StoredRuleBookDesk::list() {
  using State = flow::StoredRuleBook::State;
  std::vector<RuleBookVersion> books;
  for (const pg::RuleBookView& view : views_.rulebooks()) {
    RuleBookVersion& book = books.emplace_back();
    book.version = view.version;
    book.sha256 = view.sha256;
    book.author = view.author;
    book.note = view.note;
    book.state = view.state;
    book.switching = view.state == State::prepared && view.activated_at.has_value();
    book.created_at = view.created_at;
    book.activated_at = view.activated_at;
  }
  return books;
}

std::uint64_t StoredRuleBookDesk::insert(const wire::RuleBookFiles& files, const std::string& sha256, const std::string& author,
                                         const std::string& note) {
  std::string text;
  wire::JsonWriter json(text);
  json.begin_object();
  for (const auto& [name, content] : files) json.key(name).string(content);
  json.end_object();
  const char* const kBusy = "somebody else stored a rule book at the same moment; look at `scoreline rulebook show` and try again";
  try {
    return views_.insert_rulebook(text, sha256, author, note);
  } catch (const base::Conflict&) {
    throw base::UsageError(kBusy);
  } catch (const base::Refused&) {
    throw base::UsageError(kBusy);
  }
}

std::vector<LaneStanding> StoredRuleBookDesk::lanes(const std::string& consumer) {
  std::vector<LaneStanding> lanes;
  for (const pg::LaneView& lane : views_.lanes())
    if (lane.consumer == consumer) lanes.push_back({lane.rulebook_version, lane.owned, lane.halted});
  return lanes;
}

void announce_rulebook(const kafka::Settings& settings, core::RecordKind kind, std::uint64_t version, std::int32_t partitions, bool fire) {
  core::LeadRecord record;
  record.kind = kind;
  record.version = version;
  record.fire = fire && kind == core::RecordKind::rulebook_activated;
  const std::string value = wire::encode(record);
  const bool prepared = kind == core::RecordKind::rulebook_prepared;
  std::vector<kafka::OwnedRecord> records;
  for (std::int32_t partition = 0; partition < partitions; ++partition) {
    kafka::OwnedRecord out;
    out.topic = flow::Topic::lead_activities;
    out.value = value;
    out.partition = partition;
    out.headers = {{"content-type", "application/json"},
                   {"ce_specversion", "1.0"},
                   {"ce_type", std::string(flow::type_of(kind))},
                   {"ce_source", "/scoreline-rulebook"},
                   {"ce_id", fmt::format("rulebook:{}:{}", version, prepared ? "prepared" : "activated")}};
    records.push_back(std::move(out));
  }
  kafka::RecordProducer producer(settings, {flow::Topic::lead_activities});
  kafka::send_all_and_wait(producer, records, std::chrono::milliseconds(15'000));
}

}  // namespace scoreline::app
