#pragma once
/// Decimal numbers as people and ERP systems write them, exactly: never through a double. Amounts become integer minor
/// units once, half away from zero (semantics 8). All functions are pure and thread-safe.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace scoreline::producers {

/// What separates whole from fraction: 1234.56 and 1,234.56, or 1234,56 and 1.234,56.
enum class DecimalStyle : std::uint8_t { point, comma };

/// +-digits / 10^scale, without zeros at the end of the fraction.
struct Decimal {
  __extension__ typedef __int128 Digits;
  Digits digits = 0;  // never negative
  int scale = 0;      // 0..20
  bool negative = false;
};

/// As people write: a sign before or behind, groups of three digits (by `.` or `,`, blanks, apostrophes) or none. At
/// most 26 digits that matter. Error code invalid_amount; nothing is quoted.
base::Result<Decimal> parse_decimal(std::string_view text, DecimalStyle style);
/// A number of JSON, exponents included.
base::Result<Decimal> parse_json_decimal(std::string_view text);

/// The number times 10^shift (shift 2: units to hundredths), and times `rate` where there is one; rounded once, half
/// away from zero. A rate has at most 12 digits that matter. Error code invalid_amount: beyond 10^15.
base::Result<std::int64_t> round_decimal(const Decimal& number, int shift, const std::optional<Decimal>& rate = {});

/// As JSON writes it: "-1234.5".
std::string to_text(const Decimal& number);
/// How many digits matter.
int digit_count(const Decimal& number);

}  // namespace scoreline::producers
