#include "core/customer_payments.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_map>

namespace scoreline::core {
namespace {

/// What lowers an invoice's claim.
struct Entry {
  std::size_t invoice = 0;  // index
  Day day;
  std::int64_t gross_cents = 0;
};

class Entries {
 public:
  Entries(std::vector<InvoiceBalance>& balances, Day today) : balances_(balances), today_(today) {}

  void name(std::string_view id) { places_.emplace(id, places_.size()); }
  /// Nullptr: not there yet, or of an invoice that is unknown, cancelled or not named.
  InvoiceBalance* add(const std::string& invoice, Day day, std::int64_t gross_cents) {
    const auto place = day <= today_ ? places_.find(invoice) : places_.end();
    if (place == places_.end()) return nullptr;
    entries_.push_back({place->second, day, gross_cents});
    return &balances_[place->second];
  }
  /// By invoice, then by day.
  const std::vector<Entry>& sorted() {
    std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
      return a.invoice != b.invoice ? a.invoice < b.invoice : a.day < b.day;
    });
    return entries_;
  }

 private:
  std::vector<InvoiceBalance>& balances_;
  Day today_;
  std::unordered_map<std::string_view, std::size_t> places_;
  std::vector<Entry> entries_;
};

/// Days are taken whole: what comes and goes on one day was never there.
std::vector<Entry>::const_iterator settle(InvoiceBalance& balance, std::vector<Entry>::const_iterator entry,
                                          std::vector<Entry>::const_iterator end) {
  const std::size_t invoice = entry->invoice;
  const std::int64_t gross = balance.invoice->gross_cents;
  WideCents sum = 0;
  while (entry != end && entry->invoice == invoice) {
    const Day day = entry->day;
    for (; entry != end && entry->invoice == invoice && entry->day == day; ++entry) sum += entry->gross_cents;
    if (sum < gross)
      balance.settled_on.reset();
    else if (!balance.settled_on)
      balance.settled_on = day;
  }
  balance.missing_cents = std::max<WideCents>(0, gross - sum);
  return entry;
}

}  // namespace

std::vector<InvoiceBalance> invoice_balances(const CustomerDocuments::Account& account, Day today) {
  std::vector<InvoiceBalance> balances;
  Entries entries(balances, today);
  for (const auto& [id, kept] : account.invoices) {
    if (kept.content.cancelled) continue;
    entries.name(id);
    balances.push_back({&kept.content, false, std::nullopt, std::max<std::int64_t>(0, kept.content.gross_cents)});
  }
  for (const auto& [id, kept] : account.payments) {
    const ErpPayment& payment = kept.content;
    InvoiceBalance* balance = entries.add(payment.invoice, payment.paid_on, payment.gross_cents);
    if (balance != nullptr) balance->has_payment = true;
  }
  for (const auto& [id, kept] : account.credits)
    entries.add(kept.content.invoice, kept.content.issued_on, kept.content.gross_cents);
  const std::vector<Entry>& sorted = entries.sorted();
  for (auto entry = sorted.begin(); entry != sorted.end();)
    entry = settle(balances[entry->invoice], entry, sorted.end());
  for (InvoiceBalance& balance : balances)
    if (balance.invoice->gross_cents <= 0) balance.settled_on = balance.invoice->issued_on;
  return balances;
}

}  // namespace scoreline::core
