#include "producers/rate_limit.hpp"

#include <algorithm>

namespace scoreline::producers {

RateLimit::RateLimit(RateLimitOptions options, const base::HashKey& key) : options_(options), key_(key) {
  options_.burst = std::max(options_.burst, 1.0);
}

std::int64_t RateLimit::take(std::string_view name, double tokens, std::int64_t now_us) {
  if (options_.per_second <= 0) return 0;
  const std::uint64_t hash = base::keyed_hash(key_, name).low;
  const double token_us = 1e6 / options_.per_second;
  const auto cost_us = static_cast<std::int64_t>(std::min(tokens, options_.burst) * token_us);
  const auto burst_us = static_cast<std::int64_t>(options_.burst * token_us);
  Shard& shard = shards_[hash % shards_.size()];
  const std::lock_guard lock(shard.mutex);
  if (shard.full_at_us.size() >= options_.buckets_max / shards_.size()) make_room(shard, now_us);
  std::int64_t& full_at_us = shard.full_at_us[hash];
  const std::int64_t then_us = std::max(full_at_us, now_us) + cost_us;
  const std::int64_t missing_us = then_us - now_us - burst_us;
  if (missing_us > 0) return std::max<std::int64_t>(1, (missing_us + 999) / 1000);
  full_at_us = then_us;
  return 0;
}

// Forgetting all is a mild failure: for a moment everybody has a full bucket.
void RateLimit::make_room(Shard& shard, std::int64_t now_us) const {
  std::erase_if(shard.full_at_us, [&](const auto& entry) { return entry.second <= now_us; });
  if (shard.full_at_us.size() >= options_.buckets_max / shards_.size()) shard.full_at_us.clear();
}

}  // namespace scoreline::producers
