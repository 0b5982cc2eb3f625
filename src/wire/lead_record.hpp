#pragma once
/// Codec of `lead.activities` (schemas/lead.activities.json). Ids and facts of the house stand at the top level;
/// everything that says something about the person (identifiers, properties, context, traits, record key, opaque
/// payloads) in the one member `personal`, so that it can be sealed as a whole. Thread-safe; readers ignore members
/// they do not know.
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "core/activity.hpp"

namespace scoreline::wire {

/// Appends the record's JSON to `out`; members with their default value are left out. properties, context, traits and
/// trait values go in as they are: they must be JSON.
void encode(const core::LeadRecord& record, std::string& out);
std::string encode(const core::LeadRecord& record);

/// One pass, no document tree. Raw members are taken as slices, so their own lawfulness is not checked again; whatever
/// they hold, readers stay within them. Errors: invalid_json, unknown_kind, invalid_value, missing_value (with the JSON
/// pointer in `where`). Safe on any bytes.
base::Result<core::LeadRecord> decode_lead_record(std::string_view json);

}  // namespace scoreline::wire
