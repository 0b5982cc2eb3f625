#pragma once
/// The fields of `customer` by name, as conditions see them (semantics 2.2, 8), and the words that stand in some of
/// them. Pure.
#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "core/customer_figures.hpp"
#include "core/value.hpp"

namespace scoreline::core {

/// In the order of reports.
inline constexpr std::array<std::string_view, 21> kCustomerFields{
    "orders",      "order_revenue",  "first_order_on", "last_order_on",  "channel",    "top_category", "revenue_30",
    "revenue_90",  "revenue_365",    "invoices_30",    "avg_invoice_30", "trend",      "days_to_pay",  "days_late",
    "open_amount", "overdue_amount", "payment_score",  "churn_days",     "churn_risk", "b2b",          "b2b_reason"};

/// "GROWING", "PROBLEMATIC", "vat_id".
std::string_view to_text(Trend trend);
std::string_view to_text(PaymentScore score);
std::string_view to_text(B2bReason reason);
/// nullopt: no such word.
std::optional<Trend> trend_of(std::string_view text);
std::optional<PaymentScore> payment_score_of(std::string_view text);
std::optional<B2bReason> b2b_reason_of(std::string_view text);

/// Figures with the texts that conditions want to look at. Not thread-safe to change, fine to read.
class CustomerFields {
 public:
  explicit CustomerFields(CustomerFigures figures);

  const CustomerFigures& figures() const { return figures_; }
  /// A field that is null, or that there is none of, is missing; days are numbers, dates ISO texts. A text in it lives
  /// as long as this object stays where it is.
  FieldValue of(std::string_view field) const;

 private:
  CustomerFigures figures_;
  std::string first_order_on_, last_order_on_;  // "" for null
};

}  // namespace scoreline::core
