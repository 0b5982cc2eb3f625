#pragma once
/// ERP documents and figures for handlers, which know no JSON (semantics 8, 11).
#include <optional>
#include <string>

#include "core/activity.hpp"
#include "core/customer_documents.hpp"
#include "core/customer_figures.hpp"

namespace scoreline::flow {

/// The document that an activity brought; nullopt: it cannot be read.
std::optional<core::CustomerDocument> document_of(const core::Activity& activity);
/// The fields of `customer` as a JSON object.
std::string customer_json(const core::CustomerFigures& figures);

}  // namespace scoreline::flow
