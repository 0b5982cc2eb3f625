#pragma once
/// How handlers write records, so that they need not know about JSON.
#include <string>
#include <string_view>

#include "core/fact_record.hpp"
#include "core/firing_record.hpp"
#include "core/lead_change.hpp"
#include "core/tier.hpp"
#include "core/weight.hpp"
#include "flow/lead_handler.hpp"

namespace scoreline::flow {

/// A tier_changed record of lead.scores (semantics 4.4).
void emit_tier_change(const LeadContext& context, const core::LevelChange& change, core::Points score);
/// An intent_changed record of lead.intents (semantics 5).
void emit_intent_change(const LeadContext& context, std::string_view intent, const core::LevelChange& change,
                        core::Points value);
/// A customer_changed record of lead.customers (semantics 8). `customer`: JSON object, "" for none.
void emit_customer(const LeadContext& context, std::string customer, bool churn_alarm);
/// A record of lead.changes; lead, cause, times and rulebook are the context's.
void emit_change(const LeadContext& context, core::LeadChange change);
/// A record of lead.firings.
void emit_firing(const EmitRecord& emit, const core::FiringRecord& firing);

}  // namespace scoreline::flow
