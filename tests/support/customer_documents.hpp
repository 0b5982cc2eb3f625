#pragma once
/// ERP documents for tests, in few words. Everything is of customer "1" of "jtl" unless said otherwise.
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "core/customer_documents.hpp"
#include "core/customer_figures.hpp"

namespace scoreline::test {

inline core::Day date(const std::string& iso) { return base::parse_date(iso).value(); }

inline core::CustomerDocument document(std::string id, core::DocumentContent content, std::int64_t version = 1) {
  return {"jtl", "1", std::move(id), version, std::move(content)};
}

inline core::CustomerDocument of(std::string customer, core::CustomerDocument document) {
  document.customer = std::move(customer);
  return document;
}

inline core::CustomerDocument order(std::string id, const std::string& placed_on, std::int64_t net_cents = 1000,
                                    std::string channel = "", std::vector<core::CategoryNet> lines = {}) {
  return document(std::move(id),
                  core::ErpOrder{date(placed_on), net_cents, std::move(channel), false, std::move(lines)});
}

/// As much gross as net; due_on "": none.
inline core::CustomerDocument invoice(std::string id, const std::string& issued_on, std::int64_t cents,
                                      const std::string& due_on = "") {
  core::ErpInvoice out{date(issued_on), std::nullopt, cents, cents, false};
  if (!due_on.empty()) out.due_on = date(due_on);
  return document(std::move(id), out);
}

inline core::CustomerDocument payment(std::string id, std::string invoice, const std::string& paid_on,
                                      std::int64_t gross_cents) {
  return document(std::move(id), core::ErpPayment{date(paid_on), gross_cents, std::move(invoice)});
}

inline core::CustomerDocument credit(std::string id, const std::string& issued_on, std::int64_t cents,
                                     std::string invoice = "") {
  return document(std::move(id), core::ErpCredit{date(issued_on), cents, cents, std::move(invoice)});
}

/// A higher version of an order or invoice, cancelled.
inline core::CustomerDocument cancelled(core::CustomerDocument document) {
  ++document.version;
  if (auto* order = std::get_if<core::ErpOrder>(&document.content)) order->cancelled = true;
  if (auto* invoice = std::get_if<core::ErpInvoice>(&document.content)) invoice->cancelled = true;
  return document;
}

inline core::CustomerDocuments documents(std::initializer_list<core::CustomerDocument> all) {
  core::CustomerDocuments out;
  for (const core::CustomerDocument& one : all) out.take(one);
  return out;
}

inline core::CustomerFigures figures(std::initializer_list<core::CustomerDocument> all,
                                     const std::string& today = "2026-05-10") {
  return core::evaluate_customer(documents(all), date(today));
}

inline std::string bytes_of(const core::CustomerDocuments& documents) {
  std::string out;
  documents.encode(out);
  return out;
}

}  // namespace scoreline::test
