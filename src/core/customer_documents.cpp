#include "core/customer_documents.hpp"

#include <algorithm>

namespace scoreline::core {
namespace {

template <typename T>
using ById = CustomerDocuments::ById<T>;

template <typename T>
ById<T>& group(CustomerDocuments::Account& account) {
  if constexpr (std::is_same_v<T, ErpCustomer>) return account.customers;
  if constexpr (std::is_same_v<T, ErpOrder>) return account.orders;
  if constexpr (std::is_same_v<T, ErpInvoice>) return account.invoices;
  if constexpr (std::is_same_v<T, ErpPayment>) return account.payments;
  if constexpr (std::is_same_v<T, ErpCredit>) return account.credits;
}

/// One sum per category, so that an order is the same however its lines are arranged.
void settle(ErpOrder& order) {
  std::sort(order.lines.begin(), order.lines.end());
  std::vector<CategoryNet> sums;
  for (auto line = order.lines.begin(); line != order.lines.end();) {
    const auto first = line;
    WideCents sum = 0;
    for (; line != order.lines.end() && line->category == first->category; ++line) sum += line->net_cents;
    sums.push_back({std::move(first->category), saturated(sum)});
  }
  order.lines = std::move(sums);
}

template <typename T>
void merge_group(ById<T>& into, const ById<T>& from) {
  for (const auto& [id, theirs] : from) {
    const auto [at, fresh] = into.try_emplace(id, theirs);
    if (!fresh && theirs > at->second) at->second = theirs;
  }
}

}  // namespace

std::int64_t saturated(WideCents cents) {
  return static_cast<std::int64_t>(std::clamp<WideCents>(cents, INT64_MIN, INT64_MAX));
}

bool CustomerDocuments::take(CustomerDocument document) {
  Account& account = accounts_[{std::move(document.source), std::move(document.customer)}];
  return std::visit(
      [&]<typename T>(T& content) {
        if constexpr (std::is_same_v<T, ErpOrder>) settle(content);
        const auto [at, fresh] = group<T>(account).try_emplace(std::move(document.id));
        if (!fresh && document.version <= at->second.version) return false;
        at->second = {document.version, std::move(content)};
        return true;
      },
      document.content);
}

void CustomerDocuments::merge(const CustomerDocuments& other) {
  for (const auto& [key, theirs] : other.accounts_) {
    Account& mine = accounts_[key];
    merge_group(mine.customers, theirs.customers);
    merge_group(mine.orders, theirs.orders);
    merge_group(mine.invoices, theirs.invoices);
    merge_group(mine.payments, theirs.payments);
    merge_group(mine.credits, theirs.credits);
  }
  alarm_for = std::max(alarm_for, other.alarm_for);  // none is the smallest
}

void CustomerDocuments::clear() {
  accounts_.clear();
  alarm_for.reset();
}

}  // namespace scoreline::core
