/// Writing; wire/lead_change_decode.cpp reads.
#include "wire/lead_change.hpp"

#include "wire/activity_text.hpp"
#include "wire/derived_text.hpp"
#include "wire/lead_change_kinds.hpp"

namespace scoreline::wire {
namespace {

using core::ChangeFacts;
using core::LeadChange;
using core::Signal;
using Kind = core::LeadChange::Kind;

void write_signals(JsonWriter& writer, const LeadChange& change) {
  if (change.signals.empty()) return;
  writer.key("signals").begin_array();
  for (const Signal& signal : change.signals) {
    const bool step = signal.kind != Signal::Kind::churn_risk;
    writer.begin_object().key("kind").string(record::kSignalKinds[static_cast<std::size_t>(signal.kind)]);
    record::write_text(writer, "subject", signal.subject);
    if (step || !signal.from.empty()) record::write_text_or_null(writer, "from", signal.from);
    if (step || !signal.to.empty()) record::write_text_or_null(writer, "to", signal.to);
    record::write_text(writer, "value", signal.value);
    record::write_text(writer, "deal", signal.deal);
    record::write_text(writer, "by", signal.by);
    record::write_flag(writer, "manual", signal.manual);
    writer.end_object();
  }
  writer.end_array();
}

void write_pairs(JsonWriter& writer, std::string_view key,
                 const std::vector<std::pair<std::string, std::string>>& pairs) {
  if (pairs.empty()) return;
  writer.key(key).begin_object();
  for (const auto& [name, value] : pairs) writer.key(name).string(value);
  writer.end_object();
}

bool has_facts(const ChangeFacts& facts) {
  return !facts.tier.empty() || !facts.levels.empty() || !facts.stages.empty() || !facts.customer.empty() ||
         !facts.did.empty();
}

void write_facts(JsonWriter& writer, const LeadChange& change) {
  const ChangeFacts& facts = change.facts;
  if (change.kind != Kind::changed && !has_facts(facts)) return;
  writer.key("facts").begin_object();
  record::write_text(writer, "tier", facts.tier);
  write_pairs(writer, "levels", facts.levels);
  write_pairs(writer, "stages", facts.stages);
  record::write_raw(writer, "customer", facts.customer);
  if (!facts.did.empty()) {
    writer.key("did").begin_array();
    for (const auto& [match, within_days] : facts.did) {
      record::write_hex64(writer.begin_object(), "match", match);
      if (within_days != 0) writer.key("within_days").integer(within_days);
      writer.end_object();
    }
    writer.end_array();
  }
  writer.end_object();
}

void write_personal(std::string& out, JsonWriter& writer, const LeadChange& change) {
  if (!change.activity && change.facts.traits.empty() && change.payload.empty()) return;
  writer.key("personal").begin_object();
  if (change.activity) {
    writer.key("activity").begin_object();
    record::write_activity_personal(out, writer, *change.activity);
    writer.end_object();
  }
  if (!change.facts.traits.empty()) {
    writer.key("facts").begin_object();
    record::write_traits(out, writer, "traits", change.facts.traits);
    writer.end_object();
  }
  if (!change.payload.empty()) writer.key("payload").string(record::to_base64(change.payload));
  writer.end_object();
}

}  // namespace

void encode(const LeadChange& change, std::string& out) {
  JsonWriter writer(out);
  record::write_head(writer, change, record::kChangeKinds);
  record::write_place(out, writer, change);
  record::write_text(writer, "cause_key", change.cause_key);
  if (change.kind != Kind::mark || change.log_time.us != 0)
    record::write_instant(out, writer, "log_time", change.log_time);
  if (change.rulebook != 0) writer.key("rulebook").integer(change.rulebook);
  record::write_text(writer, "suppressed", change.suppressed);
  if (change.depth != 0) writer.key("depth").integer(change.depth);
  if (change.activity) {
    writer.key("activity").begin_object();
    record::write_activity(out, writer, *change.activity, true);
    writer.end_object();
  }
  write_signals(writer, change);
  write_facts(writer, change);
  record::write_text(writer, "refused", change.refused);
  record::write_text(writer, "merge_id", change.merge_id);
  record::write_parts(writer, change);
  write_personal(out, writer, change);
  writer.end_object();
}

}  // namespace scoreline::wire
