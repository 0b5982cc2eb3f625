#pragma once
/// How invoices were paid (semantics 8, Payments). Pure.
///
/// Everything is as of `today`: payments and credits dated later are not there yet. An invoice counts as soon as it is
/// known, whatever its date: it is owed.
#include <optional>
#include <vector>

#include "core/customer_documents.hpp"

namespace scoreline::core {

struct InvoiceBalance {
  const ErpInvoice* invoice = nullptr;  // lives as long as the documents stay as they are
  bool has_payment = false;             // a payment, of whatever amount; credits are none
  /// The first day from which payments and credits never fall below the gross amount again. An invoice over nothing (or
  /// less): its issue date.
  std::optional<Day> settled_on;
  WideCents missing_cents = 0;  // gross less payments and credits, never negative
};

/// One per invoice that is not cancelled, by id. O(documents log documents).
std::vector<InvoiceBalance> invoice_balances(const CustomerDocuments::Account& account, Day today);

}  // namespace scoreline::core
