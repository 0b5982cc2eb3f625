#pragma once
/// Keyed and plain hashes. Identifiers and message ids are known to tables, keys and headers only as 128-bit keyed
/// hashes (SipHash-2-4-128 under the installation's secret), so that none of these holds personal data.
#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace scoreline::base {

struct Hash128 {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  auto operator<=>(const Hash128&) const = default;
};

/// For unordered containers: the hashes are uniform already.
struct Hash128Hasher {
  std::size_t operator()(const Hash128& h) const { return h.high; }
};

/// The installation's secret for identifier hashes: 16 bytes, from configuration (`identity.hash_key`). All zero in
/// simulations. Changing it orphans every known identifier.
using HashKey = std::array<unsigned char, 16>;

/// Keyed 128-bit hash of `text`. Thread-safe, does not allocate.
Hash128 keyed_hash(const HashKey& key, std::string_view text);

/// 64-bit hash without a secret, stable for ever (stored in rows): xxh3-like quality is not needed, collisions of 2^-64
/// are accepted where it is used (rule-book matches).
std::uint64_t stable_hash(std::string_view text);

/// CRC-32 (zlib) of a record for anchors (design 5); stable for ever.
std::uint32_t checksum(std::string_view bytes);

/// 32 lower-case hexadecimal digits.
std::string to_hex(const Hash128& h);
/// The hash that to_hex() gave; nullopt: not 32 lower-case hexadecimal digits.
std::optional<Hash128> hash128_from_hex(std::string_view hex);

/// Kafka's murmur2 (as org.apache.kafka.common.utils.Utils.murmur2) made positive, modulo `partitions`: the partition of
/// a key under librdkafka's `murmur2_random` and Java's default partitioner.
std::int32_t partition_of(std::string_view key, std::int32_t partitions);

}  // namespace scoreline::base
