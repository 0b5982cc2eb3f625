#pragma once
/// Instants, days and places in encoded states. Bounded, so that whatever bytes a row holds, differences of what was decoded
/// from them never overflow. Pure.
#include "base/bytes.hpp"
#include "base/time.hpp"
#include "core/place.hpp"

namespace scoreline::core {

/// Far beyond year 9999 on both sides.
inline constexpr std::int64_t kFarthestStateDay = 10'000'000;

inline void write_instant(base::ByteWriter& out, base::Instant instant) { out.i64(instant.us); }
/// False: not an instant of ours, or the bytes ended before.
inline bool read_instant(base::ByteReader& in, base::Instant& instant) {
  instant.us = in.i64();
  constexpr std::int64_t kFarthestUs = kFarthestStateDay * base::kDayUs;
  return in.ok() && instant.us >= -kFarthestUs && instant.us <= kFarthestUs;
}

inline void write_day(base::ByteWriter& out, base::Day day) { out.i64(day.n); }
inline bool read_day(base::ByteReader& in, base::Day& day) {
  const std::int64_t n = in.i64();
  if (!in.ok() || n < -kFarthestStateDay || n > kFarthestStateDay) return false;
  day.n = static_cast<std::int32_t>(n);
  return true;
}

inline void write_place(base::ByteWriter& out, const Place& place) {
  out.i64(place.offset);
  out.u64(static_cast<std::uint64_t>(place.phase));
  write_day(out, place.day);
  out.u64(place.lead.value);
  out.u64(place.n);
}
inline bool read_place(base::ByteReader& in, Place& place) {
  place.offset = in.i64();
  const std::uint64_t phase = in.u64();
  if (phase > static_cast<std::uint64_t>(Place::Phase::rulebook) || !read_day(in, place.day)) return false;
  place.phase = static_cast<Place::Phase>(phase);
  place.lead.value = in.u64();
  place.n = static_cast<std::uint32_t>(in.u64());
  return in.ok();
}

}  // namespace scoreline::core
