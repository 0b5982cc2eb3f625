#pragma once
/// From an ERP activity of `lead.activities` to the document that figures are made of (semantics 8, 11). Thread-safe;
/// safe on any bytes.
#include <string_view>

#include "base/result.hpp"
#include "core/activity.hpp"
#include "core/customer_documents.hpp"

namespace scoreline::wire {

/// What is kept of a document's `data`; "" is an empty one. `timestamp_on`: the date of a document without its own. Of
/// a customer, at and message_id are the caller's. Errors: invalid_json, unknown_kind, and invalid_value, invalid_time
/// or too_large with the place in the record (identity has refused such documents before).
base::Result<core::DocumentContent> decode_erp_data(std::string_view kind, std::string_view data,
                                                    core::Day timestamp_on);

/// The document that an activity brought, whole; it must have one (Activity::document).
base::Result<core::CustomerDocument> decode_erp_document(const core::Activity& activity);

}  // namespace scoreline::wire
