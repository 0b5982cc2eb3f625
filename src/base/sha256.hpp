#pragma once
/// SHA-256, for secrets of high entropy (write keys, API keys), known only by their hash, and for the content of files.
#include <sodium.h>

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace scoreline::base {

using Sha256 = std::array<unsigned char, 32>;

/// Thread-safe, does not allocate.
Sha256 sha256(std::string_view text);
/// 64 lower-case hexadecimal digits.
std::string to_hex(const Sha256& hash);
/// From 64 hexadecimal digits of either case; nullopt: it is something else.
std::optional<Sha256> sha256_from_hex(std::string_view hex);

/// The same of a text that comes in parts. A copy goes on from where it was made; one thread each.
class Sha256Stream {
 public:
  Sha256Stream();
  void add(std::string_view part);
  /// Of all parts so far.
  Sha256 value() const;

 private:
  crypto_hash_sha256_state state_;
};

}  // namespace scoreline::base
