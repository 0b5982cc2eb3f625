#pragma once
/// One cell as one field: texts, numbers, amounts, dates, yes and no, as the JSON that erp.changes wants. Pure.
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "producers/erp_mapping.hpp"

namespace scoreline::producers {

/// The currency of an amount: its code, and what one unit is in the base currency (none: it is the base currency).
struct ErpCurrency {
  std::string code;
  std::optional<Decimal> rate;
};

/// A text without the blanks around it that fixed-width columns have.
std::string_view trimmed(std::string_view text);
/// The cell's text; numbers by value (7.0 is 7), "" for nothing, null and blanks. Nothing for arrays and objects.
std::optional<std::string> plain_text(const ErpCell& cell);

/// The JSON text of the field, "" where the cell holds nothing. Error codes as ErpDocumentWriter::write, without
/// `where`.
base::Result<std::string> erp_json(const ErpCell& cell, const ErpValue& value, wire::ErpType type,
                                   const ErpCurrency& currency);
/// An amount in cents of the base currency; nothing where the cell holds nothing.
base::Result<std::optional<std::int64_t>> erp_cents(const ErpCell& cell, const ErpValue& value,
                                                    const ErpCurrency& currency);
/// Yes or no; nothing where the cell holds nothing.
base::Result<std::optional<bool>> erp_flag(const ErpCell& cell, const ErpValue& value);

}  // namespace scoreline::producers
