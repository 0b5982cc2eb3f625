#pragma once
/// Codec of `lead.scores`, `lead.intents` and `lead.customers` (schemas/lead.scores.json and so on). What a merged lead
/// leaves behind stands in the member `personal`, so that it can be sealed. Thread-safe; readers ignore members they do
/// not know.
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "core/fact_record.hpp"

namespace scoreline::wire {

/// Appends the record's JSON to `out`; members with their default value are left out. `customer` goes in as it is: it
/// must be a JSON object. The cause must be a place of the record's lead (wire/place_text.hpp).
void encode(const core::FactRecord& record, std::string& out);

/// Errors: invalid_json, unknown_kind, invalid_value, missing_value (with the JSON pointer). Safe on any bytes.
base::Result<core::FactRecord> decode_fact_record(std::string_view json);

}  // namespace scoreline::wire
