#include "core/customer_figures.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include "core/customer_payments.hpp"
#include "core/report_number.hpp"

namespace scoreline::core {
namespace {

constexpr std::int64_t kProblematicCents = 100'000;

std::int64_t age_of(Day date, Day today) { return std::int64_t{today.n} - date.n; }
/// today - days < date <= today
bool within(std::int64_t age, std::int64_t days) { return age >= 0 && age < days; }

/// Over all that is not cancelled.
class OrderSums {
 public:
  void add(const ErpOrder& order) {
    if (order.cancelled) return;
    ++orders_;
    revenue_ += order.net_cents;
    first_ = std::min(first_.value_or(order.placed_on), order.placed_on);
    last_ = std::max(last_.value_or(order.placed_on), order.placed_on);
    if (!order.channel.empty()) {
      auto& [orders, latest] = channels_.try_emplace(order.channel, 0, order.placed_on).first->second;
      ++orders;
      latest = std::max(latest, order.placed_on);
    }
    for (const CategoryNet& line : order.lines) categories_[line.category] += line.net_cents;
  }

  void write(CustomerFigures& out) const {
    out.orders = orders_;
    out.order_revenue_cents = saturated(revenue_);
    out.first_order_on = first_;
    out.last_order_on = last_;
    out.channel = largest(channels_);
    out.top_category = largest(categories_);
  }

 private:
  template <typename Value>
  static std::optional<std::string> largest(const std::map<std::string_view, Value>& of) {
    // The first of equal ones is the smallest by bytes.
    const auto found =
        std::max_element(of.begin(), of.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    return found == of.end() ? std::nullopt : std::optional(std::string(found->first));
  }

  std::int64_t orders_ = 0;
  WideCents revenue_ = 0;
  std::optional<Day> first_, last_;
  std::map<std::string_view, std::pair<std::int64_t, Day>> channels_;  // orders, and the latest one's day
  std::map<std::string_view, WideCents> categories_;
};

/// Invoices less credits, by window.
class Revenue {
 public:
  explicit Revenue(Day today) : today_(today) {}

  void add(const CustomerDocuments::Account& account) {
    for (const auto& [id, kept] : account.invoices) {
      if (kept.content.cancelled) continue;
      add(kept.content.issued_on, kept.content.net_cents);
      if (within(age_of(kept.content.issued_on, today_), 30)) ++invoices_30_;
    }
    for (const auto& [id, kept] : account.credits) {
      const auto invoice = account.invoices.find(kept.content.invoice);
      if (invoice != account.invoices.end() && invoice->second.content.cancelled) continue;
      add(kept.content.issued_on, -WideCents{kept.content.net_cents});
    }
  }

  void write(CustomerFigures& out) const {
    out.revenue_30_cents = saturated(last_30_);
    out.revenue_90_cents = saturated(last_90_);
    out.revenue_365_cents = saturated(last_365_);
    out.invoices_30 = invoices_30_;
    if (invoices_30_ > 0) out.avg_invoice_30_cents = divide_half_away(saturated(last_30_), invoices_30_);
    out.trend = trend();
  }

 private:
  void add(Day date, WideCents net) {
    const std::int64_t age = age_of(date, today_);
    if (within(age, 30)) last_30_ += net;
    if (within(age, 90)) last_90_ += net;
    if (within(age, 365)) last_365_ += net;
    if (within(age - 30, 30)) previous_ += net;
  }
  /// By more than a tenth of what it was.
  Trend trend() const {
    if (previous_ <= 0) return Trend::stable;
    const WideCents tenfold = 10 * (last_30_ - previous_);
    if (tenfold > previous_) return Trend::growing;
    return tenfold < -previous_ ? Trend::declining : Trend::stable;
  }

  Day today_;
  WideCents last_30_ = 0, last_90_ = 0, last_365_ = 0, previous_ = 0;
  std::int64_t invoices_30_ = 0;
};

/// Mean of days.
class Mean {
 public:
  void add(std::int64_t days) {
    sum_ += days;
    ++n_;
  }
  std::optional<std::int64_t> hundredths() const {
    return n_ == 0 ? std::nullopt : std::optional(divide_half_away(WideCents{100} * sum_, n_));
  }

 private:
  std::int64_t sum_ = 0, n_ = 0;
};

class PaymentSums {
 public:
  explicit PaymentSums(Day today) : today_(today) {}

  void add(const InvoiceBalance& balance) {
    const ErpInvoice& invoice = *balance.invoice;
    open_ += balance.missing_cents;
    if (invoice.due_on && *invoice.due_on < today_) overdue_ += balance.missing_cents;
    if (!balance.settled_on || !balance.has_payment || !within(age_of(invoice.issued_on, today_), 365)) return;
    to_pay_.add(age_of(invoice.issued_on, *balance.settled_on));
    if (invoice.due_on) late_.add(age_of(*invoice.due_on, *balance.settled_on));
  }

  void write(CustomerFigures& out) const {
    out.days_to_pay_hundredths = to_pay_.hundredths();
    out.days_late_hundredths = late_.hundredths();
    out.open_amount_cents = saturated(open_);
    out.overdue_amount_cents = saturated(overdue_);
    out.payment_score = score(out.days_to_pay_hundredths);
  }

 private:
  PaymentScore score(std::optional<std::int64_t> days_hundredths) const {
    if (overdue_ > kProblematicCents) return PaymentScore::problematic;
    if (overdue_ > 0) return PaymentScore::acceptable;
    if (!days_hundredths) return PaymentScore::unknown;
    if (*days_hundredths <= 700) return PaymentScore::excellent;
    return *days_hundredths <= 1400 ? PaymentScore::good : PaymentScore::acceptable;
  }

  Day today_;
  Mean to_pay_, late_;
  WideCents open_ = 0, overdue_ = 0;
};

/// Whose master data decides; nullptr: there is none.
const ErpCustomer* deciding(const CustomerDocuments& documents) {
  const ErpCustomer* out = nullptr;
  for (const auto& [key, account] : documents.accounts())
    for (const auto& [id, kept] : account.customers) {
      const ErpCustomer& one = kept.content;
      if (out == nullptr || std::tie(one.at, one.message_id) > std::tie(out->at, out->message_id)) out = &one;
    }
  return out;
}

std::int64_t churn_days(const ErpCustomer* master) {
  if (master != nullptr && master->churn_days.value_or(0) > 0) return *master->churn_days;
  switch (master != nullptr ? master->business_type : BusinessType::other) {
    case BusinessType::restaurant:
      return 14;
    case BusinessType::catering:
      return 45;
    case BusinessType::hotel:
      return 60;
    case BusinessType::other:
      break;
  }
  return 30;
}

std::optional<B2bReason> b2b_reason(const ErpCustomer* master) {
  if (master == nullptr) return std::nullopt;
  if (master->has_vat_id) return B2bReason::vat_id;
  if (master->net_prices) return B2bReason::net_prices;
  return master->has_company ? std::optional(B2bReason::company) : std::nullopt;
}

/// The first of several days after today.
class NextDay {
 public:
  explicit NextDay(Day today) : today_(today) {}
  void at(WideCents day) {
    if (day > today_.n && day < first_) first_ = day;
  }
  std::optional<Day> day() const {
    return first_ == kNone ? std::nullopt : std::optional(Day{static_cast<std::int32_t>(first_)});
  }

 private:
  static constexpr WideCents kNone = INT32_MAX;
  Day today_;
  WideCents first_ = kNone;
};

void add_windows(const CustomerDocuments::Account& account, NextDay& next) {
  const auto add = [&](Day date) {
    for (const std::int64_t edge : {0, 30, 60, 90, 365}) next.at(date.n + edge);
  };
  for (const auto& [id, kept] : account.invoices) {
    if (kept.content.cancelled) continue;
    add(kept.content.issued_on);
    if (kept.content.due_on) next.at(std::int64_t{kept.content.due_on->n} + 1);
  }
  for (const auto& [id, kept] : account.credits) add(kept.content.issued_on);
  for (const auto& [id, kept] : account.payments) next.at(kept.content.paid_on.n);
}

}  // namespace

CustomerFigures evaluate_customer(const CustomerDocuments& documents, Day today) {
  CustomerFigures out;
  OrderSums orders;
  Revenue revenue(today);
  PaymentSums payments(today);
  for (const auto& [key, account] : documents.accounts()) {
    for (const auto& [id, kept] : account.orders) orders.add(kept.content);
    revenue.add(account);
    for (const InvoiceBalance& balance : invoice_balances(account, today)) payments.add(balance);
  }
  orders.write(out);
  revenue.write(out);
  payments.write(out);
  const ErpCustomer* master = deciding(documents);
  out.churn_days = churn_days(master);
  out.churn_risk = out.last_order_on && age_of(*out.last_order_on, today) >= out.churn_days;
  out.b2b_reason = b2b_reason(master);
  return out;
}

std::optional<Day> wake_on(const CustomerDocuments& documents, Day today, bool windows_matter) {
  NextDay next(today);
  std::optional<Day> last_order_on;
  for (const auto& [key, account] : documents.accounts()) {
    for (const auto& [id, kept] : account.orders)
      if (!kept.content.cancelled) last_order_on = std::max(last_order_on, std::optional(kept.content.placed_on));
    if (windows_matter) add_windows(account, next);
  }
  if (last_order_on) next.at(WideCents{last_order_on->n} + churn_days(deciding(documents)));
  return next.day();
}

ChurnStep settle_churn(CustomerDocuments& documents, const CustomerFigures& figures) {
  std::optional<Day>& standing = documents.alarm_for;
  if (standing && figures.last_order_on > standing) standing.reset();
  ChurnStep step{figures.churn_risk, false};
  if (!step.risk || standing) return step;
  standing = figures.last_order_on;
  step.alarm = true;
  return step;
}

}  // namespace scoreline::core
