#include "flow/lead_flow.hpp"

#include <algorithm>

#include "base/bytes.hpp"

namespace scoreline::flow {

using base::ByteReader;
using base::ByteWriter;

namespace {

constexpr std::uint64_t kHandover = 2;

}  // namespace

std::string encode(const Handover& handover) {
  std::string bytes;
  ByteWriter out(bytes);
  out.u64(kHandover);
  out.u64(handover.parts.size());
  for (const Handover::Part& part : handover.parts) {
    out.text(part.consumer);
    out.text(part.state);
    out.text(part.personal);
    out.u64(part.rulebook);
  }
  out.u64(handover.early.size());
  for (const std::uint64_t lead : handover.early) out.u64(lead);
  return bytes;
}

std::optional<Handover> decode_handover(std::string_view bytes) {
  ByteReader in(bytes);
  Handover handover;
  if (in.u64() != kHandover) return std::nullopt;
  for (std::size_t n = in.count(); n > 0 && in.ok(); --n) {
    Handover::Part part;
    part.consumer = in.text();
    part.state = in.text();
    part.personal = in.text();
    part.rulebook = in.u64();
    handover.parts.push_back(std::move(part));
  }
  for (std::size_t n = in.count(); n > 0 && in.ok(); --n) handover.early.push_back(in.u64());
  if (!in.ok() || !in.at_end()) return std::nullopt;
  return handover;
}

bool LeadFlow::waiting() const {
  return std::any_of(awaited.begin(), awaited.end(), [](const auto& entry) { return entry.second > 0; });
}

bool LeadFlow::awaits(core::LeadId other) const {
  const auto found = awaited.find(other.value);
  return found != awaited.end() && found->second > 0;
}

void LeadFlow::balance(core::LeadId other, std::int64_t change) {
  std::int64_t& count = awaited[other.value];
  count += change;
  if (count == 0) awaited.erase(other.value);
}

std::optional<std::string> LeadFlow::take_piece(core::LeadId other, std::uint32_t part, std::uint32_t parts, std::string payload) {
  if (parts <= 1) return payload;
  auto& got = pieces[other.value];
  got.resize(parts);
  if (part < parts) got[part] = std::move(payload);
  if (std::any_of(got.begin(), got.end(), [](const std::string& piece) { return piece.empty(); })) return std::nullopt;
  std::string whole;
  for (const std::string& piece : got) whole += piece;
  pieces.erase(other.value);
  return whole;
}

std::string encode(const LeadFlow& flow) {
  std::string bytes;
  if (flow.empty()) return bytes;
  ByteWriter out(bytes);
  out.u64(1);
  out.u64(flow.awaited.size());
  for (const auto& [lead, count] : flow.awaited) {
    out.u64(lead);
    out.i64(count);
  }
  out.u64(flow.pieces.size());
  for (const auto& [lead, pieces] : flow.pieces) {
    out.u64(lead);
    out.u64(pieces.size());
    for (const std::string& piece : pieces) out.text(piece);
  }
  out.i64(flow.merged_offset);
  return bytes;
}

std::optional<LeadFlow> decode_lead_flow(std::string_view bytes) {
  LeadFlow flow;
  if (bytes.empty()) return flow;
  ByteReader in(bytes);
  if (in.u64() != 1) return std::nullopt;
  for (std::size_t n = in.count(); n > 0 && in.ok(); --n) {
    const std::uint64_t lead = in.u64();
    flow.awaited[lead] = in.i64();
  }
  for (std::size_t n = in.count(); n > 0 && in.ok(); --n) {
    auto& pieces = flow.pieces[in.u64()];
    for (std::size_t k = in.count(); k > 0 && in.ok(); --k) pieces.emplace_back(in.text());
  }
  flow.merged_offset = in.i64();
  if (!in.ok() || !in.at_end()) return std::nullopt;
  return flow;
}

}  // namespace scoreline::flow
