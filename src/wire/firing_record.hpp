#pragma once
/// Codec of `lead.firings` (schemas/lead.firings.json). What a merged lead leaves behind stands in the member
/// `personal`, so that it can be sealed. Thread-safe; readers ignore members they do not know.
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "core/firing_record.hpp"

namespace scoreline::wire {

/// Appends the record's JSON to `out`; members with their default value are left out. The cause must be the place of a
/// record (of lead.changes); a mark's Place::end_of_record.
void encode(const core::FiringRecord& record, std::string& out);

/// Errors: invalid_json, unknown_kind, invalid_value, missing_value (with the JSON pointer). Safe on any bytes.
base::Result<core::FiringRecord> decode_firing_record(std::string_view json);

}  // namespace scoreline::wire
