#pragma once
/// What the flow itself keeps of a lead in one consumer: merges that are under way (design 5, Merges).
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/ids.hpp"

namespace scoreline::flow {

/// What a lead that was merged away hands over: its part per consumer, and handovers that it got before it was told to
/// wait for them (the word of them is still under way and will be forwarded).
struct Handover {
  struct Part {
    std::string consumer, state, personal;
    std::uint64_t rulebook = 0;  // the version that was active when it was taken out
  };
  std::vector<Part> parts;
  std::vector<std::uint64_t> early;
};

std::string encode(const Handover& handover);
std::optional<Handover> decode_handover(std::string_view bytes);

struct LeadFlow {
  /// Per lead that merges into this one: +1 its handover is awaited, -1 it came before lead.absorbs did.
  std::map<std::uint64_t, std::int64_t> awaited;
  /// Numbered parts that have come, per lead, until they are complete.
  std::map<std::uint64_t, std::vector<std::string>> pieces;
  /// Of a lead that was merged away: the offset of its lead.merged; what lies behind it was forwarded.
  std::int64_t merged_offset = -1;

  bool waiting() const;
  bool awaits(core::LeadId other) const;
  /// lead.absorbs of `other` (+1), or its complete handover (-1).
  void balance(core::LeadId other, std::int64_t change);
  /// Takes one part; the whole payload when it was the last one missing.
  std::optional<std::string> take_piece(core::LeadId other, std::uint32_t part, std::uint32_t parts, std::string payload);
  bool empty() const { return awaited.empty() && pieces.empty() && merged_offset < 0; }
};

/// "" for an empty one. Bytes that are none give nullopt.
std::string encode(const LeadFlow& flow);
std::optional<LeadFlow> decode_lead_flow(std::string_view bytes);

}  // namespace scoreline::flow
