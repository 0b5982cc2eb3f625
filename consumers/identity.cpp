#include "consumers/identity.hpp"

#include "base/check.hpp"
#include "base/metrics.hpp"

namespace scoreline::consumers {

using core::InputEvent;
using core::LeadRecord;
using core::RecordKind;

IdentityHandler::IdentityHandler(IdentityTables tables, IdentityOptions options)
    : options_(std::move(options)), batch_(tables, options_.hash_key, options_.id_chunk) {
  SCORELINE_CHECK(options_.decode && options_.forget_email, "identity was made without its codecs");
  SCORELINE_CHECK(options_.id_chunk > 0, "identity reserves no lead ids");
}

base::Result<bool> IdentityHandler::handle(const InputEvent& event, const flow::InputContext& context) {
  switch (event.kind) {
    case InputEvent::Kind::activity: return accept(event, context);
    case InputEvent::Kind::retraction: return retract(event, context);
    case InputEvent::Kind::erasure: return erase(event, context);
    case InputEvent::Kind::tick: break;
  }
  LeadRecord tick;
  tick.kind = RecordKind::tick;
  context.emit(tick);
  return true;
}

base::Result<bool> IdentityHandler::accept(const InputEvent& event, const flow::InputContext& context) {
  std::optional<core::DocumentOutcome> outcome;
  IdentityBatch::Hash document;
  if (event.document) {
    document = batch_.document(*event.document);
    outcome = core::accept_document(*event.document, batch_.known(document), event.at);
    if (!outcome) return true;
  }
  const auto who = core::resolve(batch_.book(), event, [this] { return batch_.next_id(); });
  if (!who) return who.error();
  if (who->founded) {
    who->lead->created_at = context.log_time;
    who->lead->founding_id = base::to_hex(context.scope);
  }
  if (outcome) batch_.accept(document, {event.document->version, event.document->cancelled});
  if (who->refused > 0) {
    static auto& refused = base::metrics::counter("identity_refused_total", "joins and merges that would have made a lead too large");
    refused.add(who->refused);
  }
  emit_merges(event, *who, context);
  fill(event, *who);
  if (outcome) {
    record_.activity.name = outcome->name;
    record_.activity.at = outcome->at;
    record_.activity.silent = outcome->silent;
  }
  const IdentityBatch::Hash message = batch_.message(record_.activity.message_id);
  record_.activity.retracted = batch_.retracted(message);
  keep(context, message, context.emit(record_));
  return true;
}

void IdentityHandler::emit_merges(const InputEvent& event, const core::Resolution& who, const flow::InputContext& context) const {
  for (std::size_t i = 0; i < who.merges.size(); ++i) {
    LeadRecord record;
    record.merge_id = base::to_hex(context.scope) + '-' + std::to_string(i + 1);
    core::Activity& cause = record.activity;
    cause.topic = event.topic;
    cause.message_id = event.message_id;
    cause.record_key = event.record_key;
    cause.at = event.at;
    cause.received_at = event.received_at;
    cause.machine = event.machine;
    cause.history = event.history;
    cause.depth = event.depth;
    record.kind = RecordKind::absorbs;
    record.lead = who.merges[i].survivor;
    record.other = who.merges[i].loser;
    context.emit(record);
    record.kind = RecordKind::merged;
    std::swap(record.lead, record.other);
    context.emit(record);
  }
}

void IdentityHandler::fill(const InputEvent& event, const core::Resolution& who) {
  record_.lead = who.lead->id;
  core::Activity& activity = record_.activity;
  activity.name = event.name;
  activity.type = event.type;
  activity.source = event.source;
  activity.topic = event.topic;
  activity.message_id = event.message_id;
  activity.record_key = event.record_key;
  activity.at = event.at;
  activity.received_at = event.received_at;
  activity.machine = event.machine;
  activity.history = event.history;
  activity.silent = false;
  activity.depth = event.depth;
  activity.properties = event.properties;
  activity.context = event.context;
  activity.traits = event.traits;
  activity.identifiers = event.identifiers;
  activity.document = event.document;
  take_traits(event, who);
}

void IdentityHandler::take_traits(const InputEvent& event, const core::Resolution& who) {
  core::Activity& activity = record_.activity;
  activity.trait_changes.clear();
  if (!who.email_ignored) {
    if (!event.trait_values.empty()) batch_.book().take_traits(*who.lead, event.trait_values, activity.trait_changes);
    return;
  }
  std::vector<core::Trait> values = event.trait_values;
  options_.forget_email(activity, values);
  batch_.book().take_traits(*who.lead, values, activity.trait_changes);
  std::erase_if(activity.identifiers, [](const core::Identifier& id) { return id.kind == core::IdentifierKind::email; });
}

void IdentityHandler::keep(const flow::InputContext& context, const IdentityBatch::Hash& message, std::string_view written) {
  const core::Activity& activity = record_.activity;
  flow::ActivityRow& row = batch_.append();
  row.message = message;
  row.lead = record_.lead;
  row.log_time = context.log_time;
  row.at = activity.at;
  row.counted = !activity.machine && !activity.retracted && !activity.silent;
  row.name = activity.name;
  row.source = activity.source;
  row.record = written;
}

base::Result<bool> IdentityHandler::retract(const InputEvent& event, const flow::InputContext& context) {
  const IdentityBatch::Hash message = batch_.message(event.retracts);
  if (batch_.retracted(message)) return true;
  batch_.retract(message);
  for (const flow::ActivityRow* row : batch_.originals(message)) {
    const core::BookLead* lead = batch_.book().settled(row->lead);
    if (!lead) continue;
    std::optional<LeadRecord> original = options_.decode(row->record);
    SCORELINE_CHECK(original.has_value(), "a kept activity cannot be read: its retraction must not be skipped");
    original->kind = RecordKind::retraction;
    // What follows from the retraction is suppressed where the retraction is history, whatever the original was.
    original->activity.history = event.history;
    original->activity.depth = event.depth;
    original->lead = lead->id;
    context.emit(*original);
  }
  return true;
}

base::Result<bool> IdentityHandler::erase(const InputEvent& event, const flow::InputContext& context) {
  auto who = core::resolve_erasure(batch_.book(), event);
  if (!who) return who.error();
  core::BookLead* lead = *who;
  if (!lead) return true;
  std::vector<core::LeadId> gone = batch_.book().identity(*lead).absorbed;
  gone.insert(gone.begin(), lead->id);
  batch_.book().erase(*lead);
  for (const core::LeadId id : gone) {
    batch_.erase_activities(id);
    LeadRecord record;
    record.kind = RecordKind::erased;
    record.lead = id;
    record.activity.message_id = event.message_id;
    record.activity.at = event.at;
    record.activity.received_at = event.received_at;
    context.emit(record);
  }
  return true;
}

}  // namespace scoreline::consumers
