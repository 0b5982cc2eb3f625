#include "base/hash.hpp"

#include <sodium.h>
#include <zlib.h>

namespace scoreline::base {

Hash128 keyed_hash(const HashKey& key, std::string_view text) {
  unsigned char out[crypto_shorthash_siphashx24_BYTES];
  crypto_shorthash_siphashx24(out, reinterpret_cast<const unsigned char*>(text.data()), text.size(), key.data());
  Hash128 hash;
  std::memcpy(&hash.high, out, 8);
  std::memcpy(&hash.low, out + 8, 8);
  return hash;
}

std::uint64_t stable_hash(std::string_view text) {
  static constexpr HashKey kFixed{'s', 'c', 'o', 'r', 'e', 'l', 'i', 'n', 'e', '-', 's', 't', 'a', 'b', 'l', 'e'};
  return keyed_hash(kFixed, text).high;
}

std::uint32_t checksum(std::string_view bytes) {
  return static_cast<std::uint32_t>(crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

std::string to_hex(const Hash128& h) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  out.reserve(32);
  for (const std::uint64_t word : {h.high, h.low})
    for (int shift = 60; shift >= 0; shift -= 4) out.push_back(kDigits[(word >> shift) & 15]);
  return out;
}

std::optional<Hash128> hash128_from_hex(std::string_view hex) {
  if (hex.size() != 32) return std::nullopt;
  std::uint64_t words[2] = {0, 0};
  for (std::size_t i = 0; i < hex.size(); ++i) {
    const char c = hex[i];
    const bool letter = c >= 'a' && c <= 'f';
    if (!letter && (c < '0' || c > '9')) return std::nullopt;
    std::uint64_t& word = words[i / 16];
    word = (word << 4) | static_cast<std::uint64_t>(letter ? c - 'a' + 10 : c - '0');
  }
  return Hash128{words[0], words[1]};
}

std::int32_t partition_of(std::string_view key, std::int32_t partitions) {
  constexpr std::uint32_t kM = 0x5bd1e995;
  const auto* data = reinterpret_cast<const unsigned char*>(key.data());
  const std::size_t length = key.size();
  std::uint32_t h = 0x9747b28cU ^ static_cast<std::uint32_t>(length);
  std::size_t i = 0;
  for (; i + 4 <= length; i += 4) {
    std::uint32_t k = data[i] | static_cast<std::uint32_t>(data[i + 1]) << 8 | static_cast<std::uint32_t>(data[i + 2]) << 16 |
                      static_cast<std::uint32_t>(data[i + 3]) << 24;
    k *= kM;
    k ^= k >> 24;
    k *= kM;
    h *= kM;
    h ^= k;
  }
  switch (length - i) {
    case 3: h ^= static_cast<std::uint32_t>(data[i + 2]) << 16; [[fallthrough]];
    case 2: h ^= static_cast<std::uint32_t>(data[i + 1]) << 8; [[fallthrough]];
    case 1:
      h ^= data[i];
      h *= kM;
      break;
    default: break;
  }
  h ^= h >> 13;
  h *= kM;
  h ^= h >> 15;
  return static_cast<std::int32_t>((h & 0x7fffffffU) % static_cast<std::uint32_t>(partitions));
}

}  // namespace scoreline::base
