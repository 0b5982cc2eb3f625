#pragma once
/// What a lead's ERP documents say about it as a customer (semantics 8), when that may change by time alone, and churn
/// alarms. Integers only. Pure; thread-safe on documents that nobody changes.
///
/// Of what is dated after today, orders and invoices are known and count wherever there is no window (orders, open
/// amounts); payments and credits count from their day on. Amounts beyond int64 stay at its end.
#include <cstdint>
#include <optional>
#include <string>

#include "core/customer_documents.hpp"

namespace scoreline::core {

enum class Trend : std::uint8_t { stable, growing, declining };
enum class PaymentScore : std::uint8_t { unknown, excellent, good, acceptable, problematic };
/// Certain, likely, weak.
enum class B2bReason : std::uint8_t { vat_id, net_prices, company };

/// The fields of `customer`, in their order; nullopt is null.
struct CustomerFigures {
  std::int64_t orders = 0;
  std::int64_t order_revenue_cents = 0;
  std::optional<Day> first_order_on, last_order_on;
  std::optional<std::string> channel, top_category;  // an order without channel, a line without category: passed over
  std::int64_t revenue_30_cents = 0, revenue_90_cents = 0, revenue_365_cents = 0;
  std::int64_t invoices_30 = 0;
  std::int64_t avg_invoice_30_cents = 0;
  Trend trend = Trend::stable;
  std::optional<std::int64_t> days_to_pay_hundredths, days_late_hundredths;  // negative: paid before
  std::int64_t open_amount_cents = 0, overdue_amount_cents = 0;
  PaymentScore payment_score = PaymentScore::unknown;
  std::int64_t churn_days = 30;
  bool churn_risk = false;  // false, not null, without an order: who never bought cannot stay away
  std::optional<B2bReason> b2b_reason;

  bool b2b() const { return b2b_reason.has_value(); }
  bool operator==(const CustomerFigures&) const = default;
};

/// O(documents log documents).
CustomerFigures evaluate_customer(const CustomerDocuments& documents, Day today);

/// A day after `today`, never later than the first one on which a figure may change by time alone; nullopt: never.
/// `windows_matter` = false: never later than the first on which churn_risk may.
std::optional<Day> wake_on(const CustomerDocuments& documents, Day today, bool windows_matter);

struct ChurnStep {
  bool risk = false;
  bool alarm = false;  // give one signal customer.churn_risk
};
/// After every evaluation: lets an alarm end when a later order is seen, and gives one when there is risk and none
/// stands. `figures` must be of these documents. A history record's alarm is used up like any other.
ChurnStep settle_churn(CustomerDocuments& documents, const CustomerFigures& figures);

}  // namespace scoreline::core
