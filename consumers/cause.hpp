#pragma once
/// Why a change of a lead was made: its key for ever, and whether anything may fire on it (semantics 7).
#include <string>

#include "core/cause_key.hpp"
#include "core/lead_change.hpp"
#include "flow/lead_handler.hpp"

namespace scoreline::consumers {

/// A change with cause key, suppression and depth. `founding`: of the lead; set by its first activity.
core::LeadChange change_of(const flow::LeadContext& context, std::string& founding);

}  // namespace scoreline::consumers
