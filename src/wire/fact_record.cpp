#include "wire/fact_record.hpp"

#include <array>

#include "wire/derived_text.hpp"

namespace scoreline::wire {
namespace {

using core::FactRecord;
using record::Reader;
using Kind = core::FactRecord::Kind;

/// By Kind.
constexpr std::array<std::string_view, 6> kKinds{"tier_changed",     "score", "intent_changed",
                                                 "customer_changed", "part",  "mark"};

bool has_step(Kind kind) { return kind == Kind::tier_changed || kind == Kind::intent_changed; }

// The name says what the number is; readers take either.
std::string_view value_key(Kind kind) { return kind == Kind::tier_changed || kind == Kind::score ? "score" : "value"; }

bool read_fact(Reader& reader, FactRecord& record, std::string_view key) {
  if (key == "intent")
    reader.text(record.intent, "/intent");
  else if (key == "from")
    reader.text_or_null(record.from, "/from");
  else if (key == "to")
    reader.text_or_null(record.to, "/to");
  else if (key == "score")
    reader.text(record.value, "/score");
  else if (key == "value")
    reader.text(record.value, "/value");
  else if (key == "figures")
    reader.raw_object_or_null(record.customer, "/figures");
  else if (key == "churn_alarm")
    reader.flag(record.churn_alarm, "/churn_alarm");
  else if (key == "personal")
    record::read_payload(reader, record);
  else
    return false;
  return true;
}

}  // namespace

void encode(const FactRecord& record, std::string& out) {
  JsonWriter writer(out);
  record::write_head(writer, record, kKinds);
  record::write_text(writer, "intent", record.intent);
  if (has_step(record.kind) || !record.from.empty()) record::write_text_or_null(writer, "from", record.from);
  if (has_step(record.kind) || !record.to.empty()) record::write_text_or_null(writer, "to", record.to);
  record::write_text(writer, value_key(record.kind), record.value);
  if (record.kind == Kind::customer_changed || !record.customer.empty())
    record::write_raw_or_null(writer, "figures", record.customer);
  record::write_flag(writer, "churn_alarm", record.churn_alarm);
  record::write_place(out, writer, record);
  record::write_parts(writer, record);
  record::write_payload(writer, record);
  writer.end_object();
}

base::Result<FactRecord> decode_fact_record(std::string_view json) {
  FactRecord record;
  record::Seen seen;
  Reader reader(json);
  const bool read = reader.whole([&](std::string_view key) {
    return record::read_derived(reader, record, kKinds, seen, key) || read_fact(reader, record, key);
  });
  if (!read) return reader.error();
  record::settle_derived(reader, record, seen);
  if (record.kind == Kind::intent_changed)
    reader.require(!record.intent.empty(), "the record names no intent", "/intent");
  if (record.kind == Kind::part) reader.require(bool(record.other), "a part is for no lead", "/other");
  if (!reader.ok()) return reader.error();
  return record;
}

}  // namespace scoreline::wire
