#include "flow/message_ids.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/check.hpp"

namespace scoreline::flow {
namespace {

constexpr std::size_t kIdBytes = 16;
constexpr unsigned kProbes = 8;
constexpr std::int64_t kKeepUs = 35 * base::kDayUs;

void pack(std::string& out, const Hash128& id) {
  char raw[kIdBytes];
  std::memcpy(raw, &id.high, 8);
  std::memcpy(raw + 8, &id.low, 8);
  out.append(raw, kIdBytes);
}

Hash128 unpack(const char* raw) {
  Hash128 id;
  std::memcpy(&id.high, raw, 8);
  std::memcpy(&id.low, raw + 8, 8);
  return id;
}

/// Where `id` stands among `count` sorted uniform ids, give or take six standard deviations.
MessageIdTable::Slice likely_slice(const IdSegment& segment, const Hash128& id) {
  const auto count = static_cast<double>(segment.count);
  const double middle = std::ldexp(static_cast<double>(id.high), -64) * count;
  const double spread = 3 * std::sqrt(count) + 2;
  const auto from = static_cast<std::uint64_t>(std::max(0.0, middle - spread));
  const auto to = std::min<std::uint64_t>(segment.count, static_cast<std::uint64_t>(middle + spread) + 1);
  return {segment.number, from * kIdBytes, (to - from) * kIdBytes};
}

bool contains(const std::string& sorted, const Hash128& id) {
  std::size_t low = 0, high = sorted.size() / kIdBytes;
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    const Hash128 here = unpack(sorted.data() + middle * kIdBytes);
    if (here == id) return true;
    if (here < id)
      low = middle + 1;
    else
      high = middle;
  }
  return false;
}

}  // namespace

std::string make_filter(std::span<const Hash128> ids) {
  std::string filter(std::max<std::size_t>(8, ids.size() * 2), '\0');
  const std::uint64_t bits = filter.size() * 8;
  for (const Hash128& id : ids)
    for (std::uint64_t i = 0; i < kProbes; ++i) {
      const std::uint64_t bit = (id.low + i * (id.high | 1)) % bits;
      filter[bit / 8] = static_cast<char>(static_cast<unsigned char>(filter[bit / 8]) | (1U << (bit % 8)));
    }
  return filter;
}

bool maybe_in(const std::string& filter, const Hash128& id) {
  const std::uint64_t bits = filter.size() * 8;
  for (std::uint64_t i = 0; i < kProbes; ++i) {
    const std::uint64_t bit = (id.low + i * (id.high | 1)) % bits;
    if ((static_cast<unsigned char>(filter[bit / 8]) & (1U << (bit % 8))) == 0) return false;
  }
  return true;
}

void MessageIds::adopt(std::int32_t lane) {
  Lane fresh;
  auto [open, closed] = table_.open(lane);
  fresh.open.reserve(std::max(segment_ids_ / 4, open.size() / kIdBytes));
  for (std::size_t at = 0; at + kIdBytes <= open.size(); at += kIdBytes) fresh.open.insert(unpack(open.data() + at));
  fresh.closed = std::move(closed);
  lanes_[lane] = std::move(fresh);
}

std::vector<bool> MessageIds::known(std::int32_t lane, std::span<const Hash128> ids) {
  const Lane& mine = lanes_.at(lane);
  std::vector<bool> result(ids.size(), false);
  for (std::size_t i = 0; i < ids.size(); ++i) result[i] = mine.open.contains(ids[i]);
  if (!mine.closed.empty()) ask_store(lane, ids, result);
  return result;
}

void MessageIds::ask_store(std::int32_t lane, std::span<const Hash128> ids, std::vector<bool>& known) {
  const Lane& mine = lanes_.at(lane);
  std::vector<MessageIdTable::Slice> slices;
  std::vector<std::size_t> asked;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (known[i]) continue;
    for (const IdSegment& segment : mine.closed) {
      if (!maybe_in(segment.filter, ids[i])) continue;
      slices.push_back(likely_slice(segment, ids[i]));
      asked.push_back(i);
    }
  }
  if (slices.empty()) return;
  const std::vector<std::string> found = table_.read(lane, slices);
  SCORELINE_CHECK(found.size() == slices.size(), "one answer per slice");
  for (std::size_t k = 0; k < found.size(); ++k)
    if (contains(found[k], ids[asked[k]])) known[asked[k]] = true;
}

bool MessageIds::accept(std::int32_t lane, const Hash128& id) { return lanes_.at(lane).pending.insert(id).second; }

bool MessageIds::accepted_now(std::int32_t lane, const Hash128& id) const { return lanes_.at(lane).pending.contains(id); }

void MessageIds::save(std::int32_t lane, std::uint64_t batch_no, Instant now) {
  Lane& mine = lanes_.at(lane);
  if (mine.pending.empty()) return;
  if (mine.open.size() >= segment_ids_) {
    std::vector<Hash128> ids(mine.open.begin(), mine.open.end());
    std::sort(ids.begin(), ids.end());
    std::string sorted;
    sorted.reserve(ids.size() * kIdBytes);
    for (const Hash128& id : ids) pack(sorted, id);
    const std::uint64_t number = mine.closed.empty() ? 1 : mine.closed.back().number + 1;
    mine.closing = {number, now, ids.size(), make_filter(ids)};
    mine.keep_from = Instant{now.us - kKeepUs};
    table_.close(lane, mine.closing, sorted, mine.keep_from);
    mine.closes = true;
  }
  std::string packed;
  packed.reserve(mine.pending.size() * kIdBytes);
  for (const Hash128& id : mine.pending) pack(packed, id);
  table_.append(lane, batch_no, packed);
}

void MessageIds::finish(bool committed) {
  for (auto& [number, lane] : lanes_) {
    if (committed) {
      if (lane.closes) {
        lane.open.clear();
        std::erase_if(lane.closed, [&](const IdSegment& segment) { return segment.last_at < lane.keep_from; });
        lane.closed.push_back(std::move(lane.closing));
      }
      lane.open.merge(lane.pending);
    }
    lane.pending.clear();
    lane.closes = false;
  }
}

}  // namespace scoreline::flow
