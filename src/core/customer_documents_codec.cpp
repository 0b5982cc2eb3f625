/// Bytes of CustomerDocuments. A lead may hold thousands of documents, so each is written as the difference to the one
/// before: ids mostly count up, and dates and versions with them; channels and categories are few.
#include <algorithm>
#include <unordered_map>

#include "base/bytes.hpp"
#include "core/customer_documents.hpp"

namespace scoreline::core {
namespace {

constexpr std::uint64_t kEncoding = 1;
constexpr std::uint64_t kHasAlarm = 1;
/// Longer texts are not shared: few bytes must not stand for many.
constexpr std::size_t kSharedBytesMax = 64;
/// Far beyond the years 1 to 9999, near enough that differences of days never overflow.
constexpr std::int64_t kFarthestDay = 10'000'000;

// Of a customer.
constexpr std::uint64_t kVatId = 1, kNetPrices = 2, kCompany = 4, kChurnDays = 8;
// Of an invoice.
constexpr std::uint64_t kCancelled = 1, kDue = 2;

/// Wraps: versions may lie anywhere in int64.
std::int64_t minus(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}
std::int64_t plus(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}

class Encoder {
 public:
  explicit Encoder(std::string& out) : bytes_(out) {}

  void all(const CustomerDocuments& documents) {
    bytes_.u64(kEncoding);
    bytes_.u64(documents.alarm_for ? kHasAlarm : 0);
    if (documents.alarm_for) bytes_.i64(documents.alarm_for->n);
    bytes_.u64(documents.accounts().size());
    for (const auto& [key, account] : documents.accounts()) {
      word(key.first);
      near(id_, key.second);
      group(account.customers);
      group(account.orders);
      group(account.invoices);
      group(account.payments);
      group(account.credits);
    }
  }

 private:
  template <typename T>
  void group(const CustomerDocuments::ById<T>& documents) {
    bytes_.u64(documents.size());
    for (const auto& [id, kept] : documents) {
      near(id_, id);
      bytes_.i64(minus(kept.version, version_));
      version_ = kept.version;
      content(kept.content);
    }
  }

  void content(const ErpCustomer& customer) {
    bytes_.u64((customer.has_vat_id ? kVatId : 0u) | (customer.net_prices ? kNetPrices : 0) |
               (customer.has_company ? kCompany : 0) | (customer.churn_days ? kChurnDays : 0));
    bytes_.i64(customer.at.us);
    bytes_.text(customer.message_id);
    bytes_.u64(static_cast<std::uint64_t>(customer.business_type));
    if (customer.churn_days) bytes_.i64(*customer.churn_days);
  }
  void content(const ErpOrder& order) {
    day(order.placed_on);
    bytes_.i64(order.net_cents);
    bytes_.boolean(order.cancelled);
    word(order.channel);
    bytes_.u64(order.lines.size());
    for (const CategoryNet& line : order.lines) {
      word(line.category);
      bytes_.i64(line.net_cents);
    }
  }
  void content(const ErpInvoice& invoice) {
    bytes_.u64((invoice.cancelled ? kCancelled : 0) | (invoice.due_on ? kDue : 0));
    day(invoice.issued_on);
    if (invoice.due_on) bytes_.i64(std::int64_t{invoice.due_on->n} - invoice.issued_on.n);
    bytes_.i64(invoice.net_cents);
    bytes_.i64(invoice.gross_cents);
  }
  void content(const ErpPayment& payment) {
    day(payment.paid_on);
    bytes_.i64(payment.gross_cents);
    near(reference_, payment.invoice);
  }
  void content(const ErpCredit& credit) {
    day(credit.issued_on);
    bytes_.i64(credit.net_cents);
    bytes_.i64(credit.gross_cents);
    near(reference_, credit.invoice);
  }

  void day(Day day) {
    bytes_.i64(std::int64_t{day.n} - day_);
    day_ = day.n;
  }
  /// How many bytes it shares with the one before, and the rest.
  void near(std::string& before, const std::string& text) {
    const std::size_t most = std::min({before.size(), text.size(), kSharedBytesMax});
    const auto end = text.begin() + static_cast<std::ptrdiff_t>(most);
    const auto shared = static_cast<std::size_t>(std::mismatch(text.begin(), end, before.begin()).first - text.begin());
    bytes_.u64(shared);
    bytes_.text(std::string_view(text).substr(shared));
    before = text;
  }
  /// 0 and a word, or the number of one that was there before.
  void word(std::string_view text) {
    const auto known = words_.find(text);
    bytes_.u64(known == words_.end() ? 0 : known->second);
    if (known != words_.end()) return;
    bytes_.text(text);
    if (text.size() <= kSharedBytesMax) words_.emplace(text, words_.size() + 1);
  }

  base::ByteWriter bytes_;
  std::string id_, reference_;
  std::int64_t version_ = 0, day_ = 0;
  std::unordered_map<std::string_view, std::uint64_t> words_;
};

class Decoder {
 public:
  explicit Decoder(std::string_view in) : bytes_(in) {}

  bool all(std::optional<Day>& alarm_for, CustomerDocuments::Accounts& accounts) {
    if (bytes_.u64() != kEncoding) return false;
    if (flags(kHasAlarm) != 0) alarm_for = from_zero(bytes_.i64());
    const std::size_t size = bytes_.count();
    for (std::size_t i = 0; ok() && i < size; ++i) {
      std::string source = word();
      std::pair key(std::move(source), near(id_));
      if (!accounts.empty() && key <= accounts.rbegin()->first) return false;
      auto& account = accounts[std::move(key)];
      group(account.customers);
      group(account.orders);
      group(account.invoices);
      group(account.payments);
      group(account.credits);
      if (account == CustomerDocuments::Account{}) return false;
    }
    return ok() && bytes_.at_end();
  }

 private:
  bool ok() const { return good_ && bytes_.ok(); }

  template <typename T>
  void group(CustomerDocuments::ById<T>& documents) {
    const std::size_t size = bytes_.count();
    for (std::size_t i = 0; ok() && i < size; ++i) {
      std::string id = near(id_);
      if (!documents.empty() && id <= documents.rbegin()->first) good_ = false;
      version_ = plus(version_, bytes_.i64());
      CustomerDocuments::Kept<T> kept{version_, {}};
      content(kept.content);
      documents.emplace_hint(documents.end(), std::move(id), std::move(kept));
    }
  }

  void content(ErpCustomer& customer) {
    const std::uint64_t bits = flags(kVatId | kNetPrices | kCompany | kChurnDays);
    customer.has_vat_id = (bits & kVatId) != 0;
    customer.net_prices = (bits & kNetPrices) != 0;
    customer.has_company = (bits & kCompany) != 0;
    customer.at.us = bytes_.i64();
    customer.message_id = bytes_.text();
    const std::uint64_t type = bytes_.u64();
    if (type > static_cast<std::uint64_t>(BusinessType::hotel)) good_ = false;
    if (good_) customer.business_type = static_cast<BusinessType>(type);
    if ((bits & kChurnDays) != 0) customer.churn_days = bytes_.i64();
  }
  void content(ErpOrder& order) {
    order.placed_on = day();
    order.net_cents = bytes_.i64();
    order.cancelled = bytes_.boolean();
    order.channel = word();
    const std::size_t size = bytes_.count();
    for (std::size_t i = 0; ok() && i < size; ++i) {
      std::string category = word();
      if (!order.lines.empty() && category <= order.lines.back().category) good_ = false;
      order.lines.push_back({std::move(category), bytes_.i64()});
    }
  }
  void content(ErpInvoice& invoice) {
    const std::uint64_t bits = flags(kCancelled | kDue);
    invoice.cancelled = (bits & kCancelled) != 0;
    invoice.issued_on = day();
    if ((bits & kDue) != 0) invoice.due_on = from(invoice.issued_on.n, bytes_.i64());
    invoice.net_cents = bytes_.i64();
    invoice.gross_cents = bytes_.i64();
  }
  void content(ErpPayment& payment) {
    payment.paid_on = day();
    payment.gross_cents = bytes_.i64();
    payment.invoice = near(reference_);
  }
  void content(ErpCredit& credit) {
    credit.issued_on = day();
    credit.net_cents = bytes_.i64();
    credit.gross_cents = bytes_.i64();
    credit.invoice = near(reference_);
  }

  std::uint64_t flags(std::uint64_t known) {
    const std::uint64_t bits = bytes_.u64();
    if ((bits & ~known) != 0) good_ = false;
    return bits;
  }
  Day from(std::int64_t before, std::int64_t distance) {
    const std::int64_t n = plus(before, distance);
    if (n < -kFarthestDay || n > kFarthestDay) good_ = false;
    return good_ ? Day{static_cast<std::int32_t>(n)} : Day{};
  }
  Day from_zero(std::int64_t n) { return from(0, n); }
  Day day() {
    const Day read = from(day_, bytes_.i64());
    day_ = read.n;
    return read;
  }
  std::string near(std::string& before) {
    const std::uint64_t shared = bytes_.u64();
    const std::string_view rest = bytes_.text();
    if (shared > std::min(before.size(), kSharedBytesMax)) {
      good_ = false;
      return {};
    }
    before.resize(shared);
    before.append(rest);
    return before;
  }
  std::string word() {
    const std::uint64_t number = bytes_.u64();
    if (number > words_.size()) good_ = false;
    if (!good_) return {};
    if (number > 0) return std::string(words_[number - 1]);
    const std::string_view text = bytes_.text();
    if (text.size() <= kSharedBytesMax) words_.push_back(text);
    return std::string(text);
  }

  base::ByteReader bytes_;
  bool good_ = true;
  std::string id_, reference_;
  std::int64_t version_ = 0, day_ = 0;
  std::vector<std::string_view> words_;
};

}  // namespace

void CustomerDocuments::encode(std::string& out) const {
  if (*this == CustomerDocuments{}) return;
  Encoder(out).all(*this);
}

bool CustomerDocuments::decode(std::string_view in) {
  clear();
  if (in.empty() || Decoder(in).all(alarm_for, accounts_)) return true;
  clear();
  return false;
}

}  // namespace scoreline::core
