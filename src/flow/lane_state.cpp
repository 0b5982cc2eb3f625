#include "flow/lane_state.hpp"

#include "base/bytes.hpp"

namespace scoreline::flow {
namespace {

using base::ByteReader;
using base::ByteWriter;
using Seqs = std::map<std::string, std::uint64_t, std::less<>>;

constexpr std::uint64_t kVersion = 2;  // 1 had no Sweep::fire

void write(ByteWriter& out, const Seqs& seqs) {
  out.u64(seqs.size());
  for (const auto& [stream, seq] : seqs) {
    out.text(stream);
    out.u64(seq);
  }
}

Seqs read_seqs(ByteReader& in) {
  Seqs seqs;
  for (std::size_t n = in.count(); n > 0 && in.ok(); --n) {
    std::string stream(in.text());
    seqs[std::move(stream)] = in.u64();
  }
  return seqs;
}

void write(ByteWriter& out, const InputPosition& input) {
  out.i64(input.next_offset);
  out.boolean(input.anchor.set);
  out.text(input.anchor.topic_id);
  out.i64(input.anchor.leader_epoch);
  out.u64(input.anchor.checksum);
  write(out, input.last_seq);
}

InputPosition read_input(ByteReader& in) {
  InputPosition input;
  input.next_offset = in.i64();
  input.anchor.set = in.boolean();
  input.anchor.topic_id = in.text();
  input.anchor.leader_epoch = static_cast<std::int32_t>(in.i64());
  input.anchor.checksum = static_cast<std::uint32_t>(in.u64());
  input.last_seq = read_seqs(in);
  return input;
}

void write(ByteWriter& out, const CountBack& back) {
  out.u64(back.version);
  out.i64(back.prepared_offset);
  out.i64(back.next_offset);
  out.boolean(back.read_all);
  out.u64(back.lanes_done.size());
  for (const std::int32_t lane : back.lanes_done) out.i64(lane);
  write(out, back.last_seq);
}

CountBack read_count_back(ByteReader& in) {
  CountBack back;
  back.version = in.u64();
  back.prepared_offset = in.i64();
  back.next_offset = in.i64();
  back.read_all = in.boolean();
  for (std::size_t n = in.count(); n > 0 && in.ok(); --n) back.lanes_done.push_back(static_cast<std::int32_t>(in.i64()));
  back.last_seq = read_seqs(in);
  return back;
}

}  // namespace

std::string encode(const LaneState& state) {
  std::string bytes;
  ByteWriter out(bytes);
  out.u64(kVersion);
  out.u64(state.batch_no);
  out.u64(state.acked_batch);
  out.u64(state.inputs.size());
  for (const InputPosition& input : state.inputs) write(out, input);
  out.i64(state.now.us);
  out.u64(static_cast<std::uint64_t>(state.sweep.kind));
  out.i64(state.sweep.day.n);
  out.u64(state.sweep.after_lead);
  out.boolean(state.sweep.fire);
  out.u64(state.next_seq.size());
  for (const auto& [place, seq] : state.next_seq) {
    out.u64(static_cast<std::uint64_t>(place.first));
    out.i64(place.second);
    out.u64(seq);
  }
  out.i64(state.live_from);
  out.u64(state.rulebook_version);
  write(out, state.count_back);
  out.u64(state.early_done.size());
  for (const auto& [version, lane] : state.early_done) {
    out.u64(version);
    out.i64(lane);
  }
  return bytes;
}

std::optional<LaneState> decode_lane_state(std::string_view bytes) {
  ByteReader in(bytes);
  LaneState state;
  const std::uint64_t version = in.u64();
  if (version == 0 || version > kVersion) return std::nullopt;
  state.batch_no = in.u64();
  state.acked_batch = in.u64();
  for (std::size_t n = in.count(); n > 0 && in.ok(); --n) state.inputs.push_back(read_input(in));
  state.now.us = in.i64();
  const std::uint64_t kind = in.u64();
  if (kind > 2) return std::nullopt;
  state.sweep.kind = static_cast<Sweep::Kind>(kind);
  state.sweep.day.n = static_cast<std::int32_t>(in.i64());
  state.sweep.after_lead = in.u64();
  if (version >= 2) state.sweep.fire = in.boolean();
  for (std::size_t n = in.count(); n > 0 && in.ok(); --n) {
    const auto topic = in.u64();
    const auto partition = static_cast<std::int32_t>(in.i64());
    if (topic >= kTopics.size()) return std::nullopt;
    state.next_seq[{static_cast<Topic>(topic), partition}] = in.u64();
  }
  state.live_from = in.i64();
  state.rulebook_version = in.u64();
  state.count_back = read_count_back(in);
  for (std::size_t n = in.count(); n > 0 && in.ok(); --n) {
    const std::uint64_t early = in.u64();
    state.early_done.emplace_back(early, static_cast<std::int32_t>(in.i64()));
  }
  if (!in.ok() || !in.at_end()) return std::nullopt;
  return state;
}

}  // namespace scoreline::flow
