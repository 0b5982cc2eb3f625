#pragma once
/// Random ERP documents for property tests: few ids, amounts and days, so that they meet.
#include <rapidcheck.h>

#include "support/customer_documents.hpp"
#include "support/score_random.hpp"

namespace scoreline::test {

inline constexpr core::Day kSomeDay{20'000};

inline core::Day random_day() {
  // Around the edges of all windows as seen from kSomeDay, and in between.
  const int edge = *rc::gen::element(0, 0, 14, 30, 60, 90, 365, 400);
  return kSomeDay + (any_of(-3, 3) - edge);
}

inline std::string random_word() {
  return *rc::gen::element<std::string>("", "shop", "amazon", "wine", "a longer word");
}
inline std::string random_invoice_id() {
  return *rc::gen::element<std::string>("R1", "R1", "R2", "R2", "R3", "R20", "", "unknown");
}

inline core::DocumentContent random_content() {
  const auto cents = [] { return 100 * any_of<std::int64_t>(-2, 6); };
  switch (any_of(0, 9)) {
    case 0: {
      core::ErpCustomer out;
      out.at = {any_of<std::int64_t>(0, 3)};
      out.message_id = random_word();
      out.has_vat_id = any_of(0, 3) == 0;
      out.net_prices = any_of(0, 3) == 0;
      out.has_company = coin();
      out.business_type = static_cast<core::BusinessType>(any_of(0, 3));
      if (coin()) out.churn_days = any_of<std::int64_t>(-1, 40);
      return out;
    }
    case 1:
    case 2: {
      core::ErpOrder out{random_day(), cents(), random_word(), any_of(0, 3) == 0, {}};
      for (int i = any_of(0, 3); i > 0; --i) out.lines.push_back({random_word(), cents()});
      return out;
    }
    case 3:
    case 4:
    case 5: {
      core::ErpInvoice out{random_day(), std::nullopt, cents(), cents(), any_of(0, 4) == 0};
      if (coin()) out.due_on = out.issued_on + any_of(-2, 20);
      return out;
    }
    case 6:
      return core::ErpCredit{random_day(), 100 * any_of<std::int64_t>(0, 3), 100 * any_of<std::int64_t>(0, 3),
                             random_invoice_id()};
    default:
      return core::ErpPayment{random_day(), cents(), random_invoice_id()};
  }
}

/// Versions differ, as those of any ERP.
inline std::vector<core::CustomerDocument> random_documents() {
  std::vector<core::CustomerDocument> out;
  for (int i = any_of(0, 60); i > 0; --i) {
    core::DocumentContent content = random_content();
    std::string id = std::holds_alternative<core::ErpInvoice>(content)
                         ? *rc::gen::element<std::string>("R1", "R2", "R3", "R20")
                         : "D" + std::to_string(any_of(1, 20));
    out.push_back(
        {any_of(0, 3) == 3 ? "xentral" : "jtl", any_of(0, 3) == 3 ? "2" : "1", std::move(id), i, std::move(content)});
  }
  return shuffled(std::move(out));
}

inline core::CustomerDocuments kept(const std::vector<core::CustomerDocument>& all) {
  core::CustomerDocuments out;
  for (const core::CustomerDocument& one : all) out.take(one);
  return out;
}

}  // namespace scoreline::test
