#include "flow/encode.hpp"

#include "core/report_number.hpp"
#include "wire/fact_record.hpp"
#include "wire/firing_record.hpp"
#include "wire/lead_change.hpp"

namespace scoreline::flow {
namespace {

template <typename Record>
void emit_as(const EmitRecord& emit, std::string_view type, const Record& record) {
  std::string value;
  wire::encode(record, value);
  emit(type, std::move(value));
}

core::FactRecord fact_of(const LeadContext& context, core::FactRecord::Kind kind) {
  core::FactRecord record;
  record.kind = kind;
  record.lead = context.lead;
  record.cause = context.place;
  record.now = context.now;
  return record;
}

}  // namespace

void emit_tier_change(const LeadContext& context, const core::LevelChange& change, core::Points score) {
  core::FactRecord record = fact_of(context, core::FactRecord::Kind::tier_changed);
  record.from = change.from;
  record.to = change.to;
  record.value = core::report_number(score);
  emit_as(context.emit, "scoreline.lead.tier_changed.v1", record);
}

void emit_intent_change(const LeadContext& context, std::string_view intent, const core::LevelChange& change,
                        core::Points value) {
  core::FactRecord record = fact_of(context, core::FactRecord::Kind::intent_changed);
  record.intent = intent;
  record.from = change.from;
  record.to = change.to;
  record.value = core::report_number(value);
  emit_as(context.emit, "scoreline.lead.intent_changed.v1", record);
}

void emit_customer(const LeadContext& context, std::string customer, bool churn_alarm) {
  core::FactRecord record = fact_of(context, core::FactRecord::Kind::customer_changed);
  record.customer = std::move(customer);
  record.churn_alarm = churn_alarm;
  emit_as(context.emit, "scoreline.lead.customer_changed.v1", record);
}

void emit_change(const LeadContext& context, core::LeadChange change) {
  change.lead = context.lead;
  change.cause = context.place;
  change.now = context.now;
  change.log_time = context.log_time;
  change.rulebook = context.rulebook;
  emit_as(context.emit, "scoreline.lead.changed.v1", change);
}

void emit_firing(const EmitRecord& emit, const core::FiringRecord& firing) {
  const bool retracted = firing.kind == core::FiringRecord::Kind::retracted;
  emit_as(emit, retracted ? "scoreline.lead.firing_retracted.v1" : "scoreline.lead.fired.v1", firing);
}

}  // namespace scoreline::flow
