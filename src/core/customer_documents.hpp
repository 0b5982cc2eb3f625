#pragma once
/// What is kept of one lead's ERP documents (semantics 8): per (source, customer, kind, id) the highest version, and of
/// it what figures are made of, nothing else. Documents form a set: order, repetition and merging of leads cannot
/// change what is kept. No names, addresses, VAT ids or texts; but the customer's number and document ids are in here
/// and in the encoded bytes, for versions and references need them: not for logs.
///
/// Money is in cents of the base currency. Dates lie within the years 1 to 9999. Pure data; not thread-safe.
#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/time.hpp"

namespace scoreline::core {

using base::Day;
using base::Instant;

/// Of any number of amounts: never overflows.
__extension__ typedef __int128 WideCents;
/// The nearest amount that fits.
std::int64_t saturated(WideCents cents);

/// What is known to buy in a rhythm of its own (semantics 8, churn_days).
enum class BusinessType : std::uint8_t { other, restaurant, catering, hotel };

/// Kind `customer`: master data. at and message_id decide between several (semantics 8).
struct ErpCustomer {
  Instant at;
  std::string message_id;
  bool has_vat_id = false, net_prices = false, has_company = false;
  BusinessType business_type = BusinessType::other;
  std::optional<std::int64_t> churn_days;  // the customer's own setting; not positive: none
  auto operator<=>(const ErpCustomer&) const = default;
};

struct CategoryNet {
  std::string category;
  std::int64_t net_cents = 0;
  auto operator<=>(const CategoryNet&) const = default;
};

struct ErpOrder {
  Day placed_on;
  std::int64_t net_cents = 0;
  std::string channel;  // "": none
  bool cancelled = false;
  std::vector<CategoryNet> lines;  // those with a category. Kept: one per category, ascending by bytes
  auto operator<=>(const ErpOrder&) const = default;
};

struct ErpInvoice {
  Day issued_on;
  std::optional<Day> due_on;
  std::int64_t net_cents = 0, gross_cents = 0;
  bool cancelled = false;
  auto operator<=>(const ErpInvoice&) const = default;
};

struct ErpPayment {
  Day paid_on;
  std::int64_t gross_cents = 0;  // negative: a charge-back
  std::string invoice;           // document id, of the same source and customer; "": none
  auto operator<=>(const ErpPayment&) const = default;
};

struct ErpCredit {
  Day issued_on;
  std::int64_t net_cents = 0, gross_cents = 0;  // both positive
  std::string invoice;                          // as of a payment
  auto operator<=>(const ErpCredit&) const = default;
};

using DocumentContent = std::variant<ErpCustomer, ErpOrder, ErpInvoice, ErpPayment, ErpCredit>;

/// One version of one document.
struct CustomerDocument {
  std::string source, customer, id;
  std::int64_t version = 0;
  DocumentContent content;
};

class CustomerDocuments {
 public:
  template <typename T>
  struct Kept {
    std::int64_t version = 0;
    T content;
    auto operator<=>(const Kept&) const = default;
  };
  template <typename T>
  using ById = std::map<std::string, Kept<T>>;

  /// The documents of one customer of one source: what refers to each other.
  struct Account {
    ById<ErpCustomer> customers;
    ById<ErpOrder> orders;
    ById<ErpInvoice> invoices;
    ById<ErpPayment> payments;
    ById<ErpCredit> credits;
    bool operator==(const Account&) const = default;
  };
  using Accounts = std::map<std::pair<std::string, std::string>, Account>;  // by source and customer, none empty

  /// The last_order_on that the last churn alarm was given for; none: no alarm stands (customer_figures.hpp).
  std::optional<Day> alarm_for;

  /// False: a version as high is there already, and nothing changes. O(log documents).
  bool take(CustomerDocument document);
  /// As if everything had been taken here. Commutative, associative, idempotent; of two contents under one version,
  /// which no ERP sends, the larger stays. The later alarm stays.
  void merge(const CustomerDocuments& other);
  /// No document: the lead is no customer.
  bool empty() const { return accounts_.empty(); }
  void clear();
  const Accounts& accounts() const { return accounts_; }

  /// Appends; nothing for a lead that never was a customer. Equal documents give equal bytes.
  void encode(std::string& out) const;
  /// Replaces all; "" is no documents. Safe on any bytes. False: not ours, and nothing is left in here.
  bool decode(std::string_view in);

  bool operator==(const CustomerDocuments&) const = default;

 private:
  Accounts accounts_;
};

}  // namespace scoreline::core
