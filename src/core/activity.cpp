#include "core/activity.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <tuple>

namespace scoreline::core {
namespace {

constexpr std::array<std::string_view, 15> kNobody{
    "null", "undefined",       "nan", "none", "nil", "0", "-1", "true", "false", "guest", "anonymous", "unknown",
    "n/a",  "[object object]", ""};
constexpr std::size_t kNobodyBytes = 15;  // of the longest

bool ascii_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
char ascii_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && ascii_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && ascii_space(text.back())) text.remove_suffix(1);
  return text;
}

/// White space and control characters of Unicode, as UTF-8.
bool has_space_or_control(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte <= 0x20 || byte == 0x7F) return true;
    if (byte < 0x80) continue;
    const auto next = static_cast<unsigned char>(i + 1 < text.size() ? text[i + 1] : 0);
    if (byte == 0xC2 && (next <= 0x9F || next == 0xA0)) return true;  // C1 controls, no-break space
    const std::string_view three = text.substr(i, 3);
    if (three == "\xE1\x9A\x80" || three == "\xE2\x81\x9F" || three == "\xE3\x80\x80") return true;
    // U+2000 to U+200A, U+2028, U+2029, U+202F
    if (three.size() == 3 && three.starts_with("\xE2\x80")) {
      const auto last = static_cast<unsigned char>(three[2]);
      if (last <= 0x8A || last == 0xA8 || last == 0xA9 || last == 0xAF) return true;
    }
  }
  return false;
}

}  // namespace

bool is_nobody(std::string_view id) {
  const std::string_view word = trimmed(id);
  if (word.size() > kNobodyBytes) return false;
  const auto same = [](char a, char b) { return ascii_lower(a) == b; };
  return std::any_of(kNobody.begin(), kNobody.end(), [&](std::string_view nobody) {
    return std::equal(word.begin(), word.end(), nobody.begin(), nobody.end(), same);
  });
}

std::string normal_address(std::string_view text) {
  const std::string_view word = trimmed(text);
  const std::size_t at = word.find('@');
  if (at == std::string_view::npos || at == 0 || at + 1 == word.size() ||
      word.find('@', at + 1) != std::string_view::npos)
    return {};
  if (has_space_or_control(word)) return {};
  std::string address(word);
  std::transform(address.begin(), address.end(), address.begin(), ascii_lower);
  return address;
}

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
