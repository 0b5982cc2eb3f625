#include "flow/stream_check.hpp"

#include <fmt/core.h>

namespace scoreline::flow {

Arrival peek(const StreamPlace& place, const std::map<std::string, std::uint64_t, std::less<>>& last_seq) {
  if (place.stream.empty()) return Arrival::apply;
  const auto found = last_seq.find(place.stream);
  const std::uint64_t last = found == last_seq.end() ? 0 : found->second;
  if (place.seq <= last) return Arrival::repeated;
  return place.seq == last + 1 ? Arrival::apply : Arrival::beyond_gap;
}

Arrival judge(const StreamPlace& place, std::map<std::string, std::uint64_t, std::less<>>& last_seq) {
  const Arrival arrival = peek(place, last_seq);
  if (arrival != Arrival::apply || place.stream.empty()) return arrival;
  if (const auto found = last_seq.find(place.stream); found != last_seq.end())
    found->second = place.seq;
  else
    last_seq.emplace(std::string(place.stream), place.seq);
  return arrival;
}

bool GapWatch::settle(const InRecord& record, LaneState& state, std::int64_t now_us) {
  auto& last_seq = state.inputs[record.input].last_seq;
  const Arrival arrival = judge(record.place, last_seq);
  if (arrival == Arrival::apply) {
    moved(record.lane, record.place.stream, record.place.seq, now_us);
  } else if (arrival == Arrival::beyond_gap) {
    const auto last = last_seq.find(record.place.stream);
    saw_gap(record.lane, record.place, last == last_seq.end() ? 0 : last->second, now_us);
  }
  return arrival == Arrival::apply;
}

void GapWatch::saw_gap(std::int32_t lane, const StreamPlace& place, std::uint64_t last_seq, std::int64_t now_us) {
  auto& of_lane = gaps_[lane];
  if (of_lane.find(place.stream) == of_lane.end()) of_lane.emplace(std::string(place.stream), Gap{last_seq, place.seq, now_us});
}

void GapWatch::moved(std::int32_t lane, std::string_view stream, std::uint64_t seq, std::int64_t now_us) {
  const auto of_lane = gaps_.find(lane);
  if (of_lane == gaps_.end()) return;
  const auto gap = of_lane->second.find(stream);
  if (gap == of_lane->second.end()) return;
  if (seq >= gap->second.seen_seq)
    of_lane->second.erase(gap);
  else
    gap->second = {seq, gap->second.seen_seq, now_us};
}

std::string GapWatch::overdue(std::int32_t lane, std::int64_t now_us, std::int64_t limit_us) const {
  const auto of_lane = gaps_.find(lane);
  if (of_lane == gaps_.end()) return {};
  for (const auto& [stream, gap] : of_lane->second) {
    if (now_us - gap.since_us < limit_us) continue;
    return fmt::format(
        "records {} to {} of stream {} are missing and nobody publishes them again: the broker lost acknowledged records; restore them or "
        "rebuild this consumer",
        gap.last_seq + 1, gap.seen_seq - 1, stream);
  }
  return {};
}

}  // namespace scoreline::flow
