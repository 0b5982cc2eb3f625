#pragma once
/// SHA-256, for secrets of high entropy (write keys, API keys): known only by their hash.
#include <array>
#include <optional>
#include <string_view>

namespace scoreline::base {

using Sha256 = std::array<unsigned char, 32>;

/// Thread-safe, does not allocate.
Sha256 sha256(std::string_view text);
/// From 64 hexadecimal digits of either case; nullopt: it is something else.
std::optional<Sha256> sha256_from_hex(std::string_view hex);

}  // namespace scoreline::base
