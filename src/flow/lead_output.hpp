#pragma once
/// What a consumer of `lead.activities` writes into its topic beside its handler's decisions: marks, what it kept for a
/// lead that is merged away, and what those behind it have to know (design 5, Merges and One order for decisions).
#include <algorithm>
#include <string>

#include "core/activity.hpp"
#include "flow/lead_flow.hpp"
#include "flow/lead_handler.hpp"

namespace scoreline::flow {

using base::Instant;

/// Larger payloads of merges go in numbered parts; tests make them smaller.
inline constexpr std::size_t kPartBytes = 512 * 1024;

class LeadOutput {
 public:
  virtual ~LeadOutput() = default;
  /// Everything up to `place` has been written.
  virtual void mark(const core::Place& place, Instant now, const EmitRecord& emit) = 0;
  /// `context.lead` is merged away: what was kept for it, by this consumer and by those whose facts it read.
  virtual void hand_over(const LeadContext& context, const core::LeadRecord& merged, const Handover& kept) = 0;
  /// A retraction, an erasure, or a handover (`taken` is what it brings, complete) has been handled.
  virtual void pass_on(const LeadContext& context, const core::LeadRecord& record, const Handover* taken) = 0;
};

/// lead.customers, lead.scores, lead.intents: nobody behind these needs to know more.
class FactOutput final : public LeadOutput {
 public:
  explicit FactOutput(std::size_t part_bytes = kPartBytes) : part_bytes_(part_bytes) {}
  void mark(const core::Place& place, Instant now, const EmitRecord& emit) override;
  void hand_over(const LeadContext& context, const core::LeadRecord& merged, const Handover& kept) override;
  void pass_on(const LeadContext&, const core::LeadRecord&, const Handover*) override {}

 private:
  std::size_t part_bytes_;
};

/// lead.changes.
class ChangeOutput final : public LeadOutput {
 public:
  explicit ChangeOutput(std::size_t part_bytes = kPartBytes) : part_bytes_(part_bytes) {}
  void mark(const core::Place& place, Instant now, const EmitRecord& emit) override;
  void hand_over(const LeadContext& context, const core::LeadRecord& merged, const Handover& kept) override;
  void pass_on(const LeadContext& context, const core::LeadRecord& record, const Handover* taken) override;

 private:
  std::size_t part_bytes_;
};

/// Calls `piece` for each numbered part of `payload`, of at most `part_bytes`; an empty one has one part.
template <typename Piece>
void for_each_part(const std::string& payload, std::size_t part_bytes, Piece piece) {
  const auto parts =
      static_cast<std::uint32_t>(std::max<std::size_t>(1, (payload.size() + part_bytes - 1) / part_bytes));
  for (std::uint32_t part = 0; part < parts; ++part) piece(part, parts, payload.substr(part * part_bytes, part_bytes));
}

}  // namespace scoreline::flow
