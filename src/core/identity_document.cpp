#include "core/identity_document.hpp"

#include "base/check.hpp"

namespace scoreline::core {

std::optional<DocumentOutcome> accept_document(const ErpDocument& document, const std::optional<DocumentState>& known, Instant timestamp) {
  if (known && document.version <= known->version) return std::nullopt;
  const Instant dated = document.dated.value_or(timestamp);
  const bool first = !known;
  if (document.kind == "customer") return DocumentOutcome{"customer.changed", false, timestamp};
  if (document.kind == "order") {
    if (document.cancelled && (first || !known->cancelled)) return DocumentOutcome{"order.cancelled", false, timestamp};
    return first ? DocumentOutcome{"order.placed", false, dated} : DocumentOutcome{"order.changed", false, timestamp};
  }
  if (document.kind == "invoice") {
    return first ? DocumentOutcome{"invoice.issued", false, dated} : DocumentOutcome{"invoice.changed", false, timestamp};
  }
  if (document.kind == "payment") return DocumentOutcome{"payment.received", !first, dated};
  SCORELINE_CHECK(document.kind == "credit", "an ERP document of a kind that the decoder does not know");
  return DocumentOutcome{"credit.issued", !first, dated};
}

}  // namespace scoreline::core
