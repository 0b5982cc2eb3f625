#pragma once
/// Codec of `lead.scores` (schemas/lead.scores.json). Thread-safe; readers ignore members they do not know.
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "core/score_record.hpp"

namespace scoreline::wire {

/// Appends the record's JSON to `out`.
void encode(const core::ScoreRecord& record, std::string& out);
/// Errors: invalid_json, unknown_kind, invalid_value, missing_value (with the JSON pointer). Safe on any bytes.
base::Result<core::ScoreRecord> decode_score_record(std::string_view json);

}  // namespace scoreline::wire
