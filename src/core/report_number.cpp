#include "core/report_number.hpp"

#include <algorithm>

namespace scoreline::core {
namespace {

Points half_away(Points numerator, Points denominator) {
  const Points half = denominator / 2;
  const Points rest = numerator % denominator;  // has the sign of the numerator
  const Points whole = numerator / denominator;
  // Compared as rest >= denominator - rest, which is exact for odd denominators and cannot overflow.
  if (rest > 0 && (rest > half || rest >= denominator - rest)) return whole + 1;
  if (rest < 0 && (-rest > half || -rest >= denominator + rest)) return whole - 1;
  return whole;
}

}  // namespace

std::int64_t divide_half_away(Points numerator, std::int64_t denominator) {
  return static_cast<std::int64_t>(half_away(numerator, denominator));
}

std::string report_number(Points points) { return report_hundredths(half_away(points, kHundredth)); }

std::string report_hundredths(Points hundredths) {
  const bool negative = hundredths < 0;
  std::string digits;
  do {
    const int digit = static_cast<int>(hundredths % 10);
    digits.push_back(static_cast<char>('0' + (digit < 0 ? -digit : digit)));
    hundredths /= 10;
    if (digits.size() == 2) digits.push_back('.');
  } while (hundredths != 0 || digits.size() < 4);
  if (negative) digits.push_back('-');
  std::reverse(digits.begin(), digits.end());
  return digits;
}

}  // namespace scoreline::core
