#pragma once
/// Words of lead.changes (private to wire/lead_change*.cpp).
#include <array>
#include <string_view>

namespace scoreline::wire::record {

/// By core::LeadChange::Kind.
inline constexpr std::array<std::string_view, 6> kChangeKinds{"changed", "retracted", "merged",
                                                              "taken",   "erased",    "mark"};
/// By core::Signal::Kind.
inline constexpr std::array<std::string_view, 4> kSignalKinds{"churn_risk", "tier", "intent", "stage"};

}  // namespace scoreline::wire::record
