#pragma once
/// A lead's figures as the `customer` object of records and reports (semantics 8, 10). Thread-safe.
#include <string_view>

#include "base/result.hpp"
#include "core/customer_figures.hpp"
#include "wire/json_writer.hpp"

namespace scoreline::wire {

/// The fields in their order: money in cents, days as "6.00", dates ISO, absent null.
void write_customer(JsonWriter& writer, const core::CustomerFigures& figures);

/// Reads such an object back; members that it does not know are passed over, and what is not there is as of nobody who
/// ever bought. Safe on any bytes. Errors: invalid_json, invalid_value, invalid_time, with the JSON pointer.
base::Result<core::CustomerFigures> decode_customer(std::string_view json);

}  // namespace scoreline::wire
