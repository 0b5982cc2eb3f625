#pragma once
/// The lane row (design 5): everything that says how far one consumer has come on one partition. All of it moves in one
/// transaction with what was derived, or not at all.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "flow/topics.hpp"

namespace scoreline::flow {

/// What must still be there when a lane goes on: the log it has read from.
struct Anchor {
  std::string topic_id;            // Kafka's topic UUID, "" before the first record
  std::int32_t leader_epoch = -1;
  std::uint32_t checksum = 0;      // of the value of the last applied record, at next_offset - 1
  bool set = false;
};

struct InputPosition {
  std::int64_t next_offset = 0;
  Anchor anchor;
  std::map<std::string, std::uint64_t, std::less<>> last_seq;  // per stream: the last applied
};

/// A walk over all due leads that was begun and is not finished.
struct Sweep {
  enum class Kind : std::uint8_t { none, day, rulebook } kind = Kind::none;
  base::Day day;                   // kind day: the midnight being evaluated
  std::uint64_t after_lead = 0;    // leads up to here are done
  bool fire = false;               // kind rulebook: what only the new rules changed fires, too
};

/// A rule book that is being counted back (design 5, Rule books).
struct CountBack {
  std::uint64_t version = 0;       // 0: none prepared
  std::int64_t prepared_offset = 0;  // the lane's records before this are counted back, later ones live
  std::int64_t next_offset = 0;    // how far the count-back has read
  bool read_all = false;           // own partition read; end marks written
  std::vector<std::int32_t> lanes_done;  // end marks seen
  std::map<std::string, std::uint64_t, std::less<>> last_seq;  // stream check of the re-reading
};

struct LaneState {
  std::uint64_t batch_no = 0;
  std::uint64_t acked_batch = 0;   // everything up to here is in Kafka
  std::vector<InputPosition> inputs;
  base::Instant now = base::kNever;  // largest log time handled (semantics 1)
  Sweep sweep;
  std::map<std::pair<Topic, std::int32_t>, std::uint64_t> next_seq;  // per output partition: the next to give, from 1
  std::int64_t live_from = 0;      // offset in the first input before which decisions are replay
  std::uint64_t rulebook_version = 0;  // the active one
  CountBack count_back;
  std::vector<std::pair<std::uint64_t, std::int32_t>> early_done;  // (version, lane): end marks of books not prepared here yet
};

/// Binary form for the lane row; versioned. decode: nullopt on bytes that are not a lane state.
std::string encode(const LaneState& state);
std::optional<LaneState> decode_lane_state(std::string_view bytes);

}  // namespace scoreline::flow
