#include "core/customer_fields.hpp"

#include <algorithm>
#include <utility>

namespace scoreline::core {
namespace {

constexpr std::array<std::string_view, 3> kTrends{"STABLE", "GROWING", "DECLINING"};
constexpr std::array<std::string_view, 5> kScores{"UNKNOWN", "EXCELLENT", "GOOD", "ACCEPTABLE", "PROBLEMATIC"};
constexpr std::array<std::string_view, 3> kReasons{"vat_id", "net_prices", "company"};

template <typename Enum, std::size_t size>
std::optional<Enum> named(const std::array<std::string_view, size>& words, std::string_view text) {
  const auto found = std::find(words.begin(), words.end(), text);
  return found == words.end() ? std::nullopt : std::optional(static_cast<Enum>(found - words.begin()));
}

FieldValue integer(std::int64_t value) {
  FieldValue out;
  out.type = FieldType::number;
  out.number.integer = value;
  return out;
}

/// As exact as the same number written in a rule book.
FieldValue hundredths(const std::optional<std::int64_t>& value) {
  if (!value) return {};
  FieldValue out = integer(*value / 100);
  if (*value % 100 == 0) return out;
  out.number = {false, 0, static_cast<double>(*value) / 100.0};
  return out;
}

FieldValue boolean(bool value) {
  FieldValue out;
  out.type = FieldType::boolean;
  out.boolean = value;
  return out;
}

FieldValue text(std::string_view value) {
  FieldValue out;
  out.type = FieldType::string;
  out.text = value;
  return out;
}

FieldValue text(const std::optional<std::string>& value) {
  return value ? text(std::string_view(*value)) : FieldValue{};
}
FieldValue date(const std::string& value) { return value.empty() ? FieldValue{} : text(std::string_view(value)); }

std::string iso(std::optional<Day> day) { return day ? base::format_date(*day) : std::string(); }

}  // namespace

std::string_view to_text(Trend trend) { return kTrends[static_cast<std::size_t>(trend)]; }
std::string_view to_text(PaymentScore score) { return kScores[static_cast<std::size_t>(score)]; }
std::string_view to_text(B2bReason reason) { return kReasons[static_cast<std::size_t>(reason)]; }
std::optional<Trend> trend_of(std::string_view text) { return named<Trend>(kTrends, text); }
std::optional<PaymentScore> payment_score_of(std::string_view text) { return named<PaymentScore>(kScores, text); }
std::optional<B2bReason> b2b_reason_of(std::string_view text) { return named<B2bReason>(kReasons, text); }

CustomerFields::CustomerFields(CustomerFigures figures)
    : figures_(std::move(figures)),
      first_order_on_(iso(figures_.first_order_on)),
      last_order_on_(iso(figures_.last_order_on)) {}

FieldValue CustomerFields::of(std::string_view field) const {
  const CustomerFigures& f = figures_;
  if (field == "orders") return integer(f.orders);
  if (field == "order_revenue") return integer(f.order_revenue_cents);
  if (field == "first_order_on") return date(first_order_on_);
  if (field == "last_order_on") return date(last_order_on_);
  if (field == "channel") return text(f.channel);
  if (field == "top_category") return text(f.top_category);
  if (field == "revenue_30") return integer(f.revenue_30_cents);
  if (field == "revenue_90") return integer(f.revenue_90_cents);
  if (field == "revenue_365") return integer(f.revenue_365_cents);
  if (field == "invoices_30") return integer(f.invoices_30);
  if (field == "avg_invoice_30") return integer(f.avg_invoice_30_cents);
  if (field == "trend") return text(to_text(f.trend));
  if (field == "days_to_pay") return hundredths(f.days_to_pay_hundredths);
  if (field == "days_late") return hundredths(f.days_late_hundredths);
  if (field == "open_amount") return integer(f.open_amount_cents);
  if (field == "overdue_amount") return integer(f.overdue_amount_cents);
  if (field == "payment_score") return text(to_text(f.payment_score));
  if (field == "churn_days") return integer(f.churn_days);
  if (field == "churn_risk") return boolean(f.churn_risk);
  if (field == "b2b") return boolean(f.b2b());
  if (field == "b2b_reason") return f.b2b_reason ? text(to_text(*f.b2b_reason)) : FieldValue{};
  return {};
}

}  // namespace scoreline::core
