#pragma once
/// How handlers write records, so that they need not know about JSON.
#include <string_view>

#include "core/weight.hpp"
#include "flow/lead_handler.hpp"

namespace scoreline::flow {

/// Emits a tier_changed record of lead.scores: from, to ("" = none), score, cause (semantics 4.4).
void emit_tier_change(const LeadContext& context, std::string_view from, std::string_view to, core::Points score);

}  // namespace scoreline::flow
