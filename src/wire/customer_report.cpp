#include "wire/customer_report.hpp"

#include <algorithm>
#include <charconv>

#include "core/customer_fields.hpp"
#include "core/report_number.hpp"
#include "wire/input_event_values.hpp"
#include "wire/json.hpp"

namespace scoreline::wire {
namespace {

using core::CustomerFigures;
using input::Values;

void write_text(JsonWriter& writer, std::string_view key, std::optional<std::string_view> text) {
  writer.key(key);
  if (text)
    writer.string(*text);
  else
    writer.null();
}

void write_date(JsonWriter& writer, std::string_view key, std::optional<core::Day> day) {
  if (!day) return write_text(writer, key, std::nullopt);
  write_text(writer, key, base::format_date(*day));
}

void write_hundredths(JsonWriter& writer, std::string_view key, std::optional<std::int64_t> hundredths) {
  if (!hundredths) return write_text(writer, key, std::nullopt);
  write_text(writer, key, core::report_hundredths(*hundredths));
}

/// "6.00"
bool read_hundredths(const std::string& text, std::int64_t& out) {
  if (text.size() < 4 || text[text.size() - 3] != '.') return false;
  const std::string digits = text.substr(0, text.size() - 3) + text.substr(text.size() - 2);
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), out);
  return read.ec == std::errc() && read.ptr == digits.data() + digits.size();
}

/// One member into one field; null is the field's absence.
class Reader {
 public:
  explicit Reader(Values& values) : values_(values) {}

  void read(std::string_view key, std::string_view value) {
    key_ = key;
    value_ = value;
    read_orders();
    read_invoices();
    read_payments();
    read_customer();
  }
  CustomerFigures& figures() { return out_; }

 private:
  bool at(std::string_view key) {
    if (key_ != key || value_ == "null") return false;
    where_ = "/" + std::string(key);
    return true;
  }
  void integer(std::string_view key, std::int64_t& out) {
    if (at(key)) out = values_.integer(value_, where_).value_or(0);
  }
  void date(std::string_view key, std::optional<core::Day>& out) {
    if (at(key)) out = values_.date(value_, where_);
  }
  void text(std::string_view key, std::optional<std::string>& out) {
    if (at(key)) out = values_.text(value_, where_);
  }
  template <typename Enum, typename Field>
  void word(std::string_view key, std::optional<Enum> (*of)(std::string_view), Field& out) {
    if (!at(key)) return;
    const auto known = of(values_.text(value_, where_));
    if (known)
      out = *known;
    else
      values_.refuse("invalid_value", "this is no word of this field", where_);
  }
  void hundredths(std::string_view key, std::optional<std::int64_t>& out) {
    if (!at(key)) return;
    if (!read_hundredths(values_.text(value_, where_), out.emplace()))
      values_.refuse("invalid_value", "this must be a number of two decimals in quotes", where_);
  }

  void read_orders() {
    integer("orders", out_.orders);
    integer("order_revenue", out_.order_revenue_cents);
    date("first_order_on", out_.first_order_on);
    date("last_order_on", out_.last_order_on);
    text("channel", out_.channel);
    text("top_category", out_.top_category);
  }
  void read_invoices() {
    integer("revenue_30", out_.revenue_30_cents);
    integer("revenue_90", out_.revenue_90_cents);
    integer("revenue_365", out_.revenue_365_cents);
    integer("invoices_30", out_.invoices_30);
    integer("avg_invoice_30", out_.avg_invoice_30_cents);
    word("trend", core::trend_of, out_.trend);
  }
  void read_payments() {
    hundredths("days_to_pay", out_.days_to_pay_hundredths);
    hundredths("days_late", out_.days_late_hundredths);
    integer("open_amount", out_.open_amount_cents);
    integer("overdue_amount", out_.overdue_amount_cents);
    word("payment_score", core::payment_score_of, out_.payment_score);
  }
  void read_customer() {
    integer("churn_days", out_.churn_days);
    if (at("churn_risk")) out_.churn_risk = values_.flag(value_, where_);
    word("b2b_reason", core::b2b_reason_of, out_.b2b_reason);  // b2b says the same
  }

  Values& values_;
  CustomerFigures out_;
  std::string_view key_, value_;
  std::string where_;
};

}  // namespace

void write_customer(JsonWriter& writer, const CustomerFigures& figures) {
  writer.begin_object();
  writer.key("orders").integer(figures.orders);
  writer.key("order_revenue").integer(figures.order_revenue_cents);
  write_date(writer, "first_order_on", figures.first_order_on);
  write_date(writer, "last_order_on", figures.last_order_on);
  write_text(writer, "channel", figures.channel);
  write_text(writer, "top_category", figures.top_category);
  writer.key("revenue_30").integer(figures.revenue_30_cents);
  writer.key("revenue_90").integer(figures.revenue_90_cents);
  writer.key("revenue_365").integer(figures.revenue_365_cents);
  writer.key("invoices_30").integer(figures.invoices_30);
  writer.key("avg_invoice_30").integer(figures.avg_invoice_30_cents);
  write_text(writer, "trend", core::to_text(figures.trend));
  write_hundredths(writer, "days_to_pay", figures.days_to_pay_hundredths);
  write_hundredths(writer, "days_late", figures.days_late_hundredths);
  writer.key("open_amount").integer(figures.open_amount_cents);
  writer.key("overdue_amount").integer(figures.overdue_amount_cents);
  write_text(writer, "payment_score", core::to_text(figures.payment_score));
  writer.key("churn_days").integer(figures.churn_days);
  writer.key("churn_risk").boolean(figures.churn_risk);
  writer.key("b2b").boolean(figures.b2b());
  write_text(writer, "b2b_reason",
             figures.b2b_reason ? std::optional(core::to_text(*figures.b2b_reason)) : std::nullopt);
  writer.end_object();
}

base::Result<CustomerFigures> decode_customer(std::string_view json) {
  Values values;
  Reader reader(values);
  if (!json_members(json, [&](std::string_view key, std::string_view value) { reader.read(key, value); }))
    return base::Error{"invalid_json", "the figures of a customer must be a JSON object", ""};
  if (!values.ok()) return values.error();
  return std::move(reader.figures());
}

}  // namespace scoreline::wire
