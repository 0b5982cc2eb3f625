#pragma once
/// Ids that never convert into each other.
#include <compare>
#include <cstdint>
#include <functional>

namespace scoreline::core {

/// A person or company under observation. Given by identity in order of creation (smaller = older); 0 = nobody.
struct LeadId {
  std::uint64_t value = 0;
  auto operator<=>(const LeadId&) const = default;
  explicit operator bool() const { return value != 0; }
};

}  // namespace scoreline::core

template <>
struct std::hash<scoreline::core::LeadId> {
  std::size_t operator()(scoreline::core::LeadId id) const noexcept { return std::hash<std::uint64_t>{}(id.value); }
};
