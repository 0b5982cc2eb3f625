#pragma once
/// Dense sequence numbers: what to do with a derived record (design 5, Duplicates inside).
#include <cstdint>
#include <map>
#include <string>

#include "flow/lane_state.hpp"
#include "flow/record.hpp"

namespace scoreline::flow {

enum class Arrival : std::uint8_t {
  apply,      // the next one, or a record outside of any stream
  repeated,   // published again after a crash: drop
  beyond_gap  // something before it is missing; whoever left the gap publishes it and all that follows again
};

/// Judges `place` and, when it is to be applied, moves last_seq on.
Arrival judge(const StreamPlace& place, std::map<std::string, std::uint64_t, std::less<>>& last_seq);

/// The same without moving anything.
Arrival peek(const StreamPlace& place, const std::map<std::string, std::uint64_t, std::less<>>& last_seq);

/// Remembers since when a lane sees gaps. A gap that nobody fills means that the broker lost acknowledged records.
class GapWatch {
 public:
  /// Judges a record that is taken, moves its place in its stream on, remembers gaps. Is it to be applied?
  bool settle(const InRecord& record, LaneState& state, std::int64_t now_us);
  void saw_gap(std::int32_t lane, const StreamPlace& place, std::uint64_t last_seq, std::int64_t now_us);
  /// A record was applied: somebody fills the gap, so patience begins anew.
  void moved(std::int32_t lane, std::string_view stream, std::uint64_t seq, std::int64_t now_us);
  void forget(std::int32_t lane) { gaps_.erase(lane); }
  /// A sentence for the halt when a gap of this lane is older than `limit_us`, else "".
  std::string overdue(std::int32_t lane, std::int64_t now_us, std::int64_t limit_us) const;

 private:
  struct Gap {
    std::uint64_t last_seq = 0, seen_seq = 0;
    std::int64_t since_us = 0;
  };
  std::map<std::int32_t, std::map<std::string, Gap, std::less<>>> gaps_;
};

}  // namespace scoreline::flow
