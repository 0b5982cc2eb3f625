#pragma once
/// Token buckets, one per name (a write key, an IP address), in bounded memory.
#include <array>
#include <cstdint>
#include <mutex>
#include <string_view>
#include <unordered_map>

#include "base/hash.hpp"

namespace scoreline::producers {

struct RateLimitOptions {
  double per_second = 0;                 // tokens; 0: no limit
  double burst = 0;                      // tokens that a rested bucket holds
  std::size_t buckets_max = 200'000;     // beyond: rested ones are dropped, then all
};

/// Thread-safe: 16 shards with a mutex each.
class RateLimit {
 public:
  RateLimit(RateLimitOptions options, const base::HashKey& key);
  /// Takes `tokens` (at most a burst's worth) from the bucket of `name`; 0: taken. Else nothing is taken, and the
  /// result says after how many milliseconds it would work. `now_us` of a clock that never goes back.
  std::int64_t take(std::string_view name, double tokens, std::int64_t now_us);

 private:
  // A bucket is the instant at which it will be full again; a rested one need not be kept.
  struct Shard {
    std::mutex mutex;
    std::unordered_map<std::uint64_t, std::int64_t> full_at_us;
  };
  void make_room(Shard& shard, std::int64_t now_us) const;

  RateLimitOptions options_;
  base::HashKey key_;                    // keyed: nobody can aim at one shard's chain
  std::array<Shard, 16> shards_;
};

}  // namespace scoreline::producers
