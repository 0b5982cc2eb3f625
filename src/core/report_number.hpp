#pragma once
/// Numbers as people read them: two decimals, half away from zero, never "-0.00" (semantics 4.3). Integers only, pure.
#include <cstdint>
#include <string>

#include "core/weight.hpp"

namespace scoreline::core {

/// numerator / denominator to the nearest integer, half away from zero. denominator > 0; the result must fit.
std::int64_t divide_half_away(Points numerator, std::int64_t denominator);

/// "40.00" from 1e-8 points.
std::string report_number(Points points);
/// "12.50" from hundredths (1250).
std::string report_hundredths(Points hundredths);

}  // namespace scoreline::core
