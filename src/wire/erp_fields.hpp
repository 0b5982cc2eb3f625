#pragma once
/// The kinds of ERP documents and their fields (semantics 11), once: the decoder of erp.changes checks by this table, and
/// connectors know from it which field is what.
#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace scoreline::wire {

enum class ErpType : std::uint8_t {
  text,
  id,        // a string, or a number that stands for its decimal text
  flag,
  integer,
  number,
  cents,     // minor units of the base currency
  credited,  // the same, never negative
  date,
  lines      // an array of objects with erp_line_fields
};

/// One member of `data`; `where` is its JSON pointer.
struct ErpField {
  std::string_view key, where;
  ErpType type;
};

/// What is known of one kind of document: the date of its own ("" for none), the name its first version has, its fields.
struct ErpKind {
  std::string_view name, dated_by, first;
  std::span<const ErpField> fields;
};

inline constexpr std::array<ErpField, 10> kErpCustomer{{{"email", "/data/email", ErpType::text},
                                                        {"firstName", "/data/firstName", ErpType::text},
                                                        {"lastName", "/data/lastName", ErpType::text},
                                                        {"company", "/data/company", ErpType::text},
                                                        {"vatId", "/data/vatId", ErpType::text},
                                                        {"netPrices", "/data/netPrices", ErpType::flag},
                                                        {"businessType", "/data/businessType", ErpType::text},
                                                        {"churnDays", "/data/churnDays", ErpType::integer},
                                                        {"salesRep", "/data/salesRep", ErpType::id},
                                                        {"createdOn", "/data/createdOn", ErpType::date}}};
inline constexpr std::array<ErpField, 7> kErpOrder{{{"number", "/data/number", ErpType::id},
                                                    {"placedOn", "/data/placedOn", ErpType::date},
                                                    {"netCents", "/data/netCents", ErpType::cents},
                                                    {"currency", "/data/currency", ErpType::text},
                                                    {"channel", "/data/channel", ErpType::text},
                                                    {"cancelled", "/data/cancelled", ErpType::flag},
                                                    {"lines", "/data/lines", ErpType::lines}}};
inline constexpr std::array<ErpField, 4> kErpLine{{{"sku", "/data/lines", ErpType::id},
                                                   {"category", "/data/lines", ErpType::text},
                                                   {"quantity", "/data/lines", ErpType::number},
                                                   {"netCents", "/data/lines", ErpType::cents}}};
inline constexpr std::array<ErpField, 6> kErpInvoice{{{"number", "/data/number", ErpType::id},
                                                      {"issuedOn", "/data/issuedOn", ErpType::date},
                                                      {"dueOn", "/data/dueOn", ErpType::date},
                                                      {"netCents", "/data/netCents", ErpType::cents},
                                                      {"grossCents", "/data/grossCents", ErpType::cents},
                                                      {"cancelled", "/data/cancelled", ErpType::flag}}};
inline constexpr std::array<ErpField, 3> kErpPayment{{{"invoice", "/data/invoice", ErpType::id},
                                                      {"paidOn", "/data/paidOn", ErpType::date},
                                                      {"grossCents", "/data/grossCents", ErpType::cents}}};
inline constexpr std::array<ErpField, 4> kErpCredit{{{"issuedOn", "/data/issuedOn", ErpType::date},
                                                     {"netCents", "/data/netCents", ErpType::credited},
                                                     {"grossCents", "/data/grossCents", ErpType::credited},
                                                     {"invoice", "/data/invoice", ErpType::id}}};
inline constexpr std::array<ErpKind, 5> kErpKinds{{{"customer", "", "customer.changed", kErpCustomer},
                                                   {"order", "placedOn", "order.placed", kErpOrder},
                                                   {"invoice", "issuedOn", "invoice.issued", kErpInvoice},
                                                   {"payment", "paidOn", "payment.received", kErpPayment},
                                                   {"credit", "issuedOn", "credit.issued", kErpCredit}}};

/// nullptr: there is no such kind.
constexpr const ErpKind* erp_kind(std::string_view name) {
  for (const ErpKind& kind : kErpKinds)
    if (kind.name == name) return &kind;
  return nullptr;
}

}  // namespace scoreline::wire
