#include "flow/erp_fields.hpp"

#include "wire/customer_report.hpp"
#include "wire/erp_data.hpp"
#include "wire/json_writer.hpp"

namespace scoreline::flow {

std::optional<core::CustomerDocument> document_of(const core::Activity& activity) {
  auto document = wire::decode_erp_document(activity);
  if (!document) return std::nullopt;
  return std::move(*document);
}

std::string customer_json(const core::CustomerFigures& figures) {
  std::string text;
  wire::JsonWriter json(text);
  wire::write_customer(json, figures);
  return text;
}

}  // namespace scoreline::flow
