#pragma once
/// Codec of `lead.changes` (schemas/lead.changes.json). Everything that says something about the person stands in the
/// one member `personal`, so that it can be sealed as a whole: what is personal of the activity in `personal.activity`,
/// the traits of the facts in `personal.facts`, and what a merge passes on in `personal.payload`. Thread-safe; readers
/// ignore members they do not know.
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "core/lead_change.hpp"

namespace scoreline::wire {

/// Appends the record's JSON to `out`; members with their default value are left out. The activity's raw members, trait
/// values and `facts.customer` go in as they are: they must be JSON. Keys of `facts.levels` and `facts.stages` differ.
/// The cause must be a place of the record's lead (wire/place_text.hpp).
void encode(const core::LeadChange& change, std::string& out);

/// Errors: invalid_json, unknown_kind, invalid_value, missing_value (with the JSON pointer). Safe on any bytes.
base::Result<core::LeadChange> decode_lead_change(std::string_view json);

}  // namespace scoreline::wire
