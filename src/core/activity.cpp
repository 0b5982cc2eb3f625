#include "core/activity.hpp"

#include <array>
#include <string_view>
#include <tuple>

namespace scoreline::core {

std::string to_text(const Identifier& id) {
  static constexpr std::array<std::string_view, 4> kPrefixes{"anon:", "user:", "email:", "erp:"};
  const std::string_view prefix = kPrefixes[static_cast<std::size_t>(id.kind)];
  std::string text;
  text.reserve(prefix.size() + id.value.size());
  text.append(prefix).append(id.value);
  return text;
}

bool wins(const Trait& a, const Trait& b) { return std::tie(a.at, a.message_id) > std::tie(b.at, b.message_id); }

}  // namespace scoreline::core
