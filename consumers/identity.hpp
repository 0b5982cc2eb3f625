#pragma once
/// Identity: who is it, once (semantics 3, 9, 11). Reads the input topics; emits into `lead.activities`: activities with
/// their lead and the traits that they changed, merges (absorbs for the survivor, merged for the other, then the
/// activity), retractions with the original activity, erasures, ticks.
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "consumers/identity_batch.hpp"
#include "core/identity_resolve.hpp"
#include "flow/input_handler.hpp"

namespace scoreline::consumers {

struct IdentityOptions {
  base::HashKey hash_key{};
  /// Lead ids reserved at once; simulations take 1, so that ids are 1, 2, 3, ...
  std::size_t id_chunk = 64;
  /// Reads what InputContext::emit has written, back from the activities table; nullopt for bytes that are none.
  std::function<std::optional<core::LeadRecord>(std::string_view)> decode;
  /// Takes the member `email` out of traits and context.traits (JSON is wire's business): step 0, "handled as if it
  /// carried none".
  std::function<void(core::Activity&, std::vector<core::Trait>& values)> forget_email;
};

class IdentityHandler final : public flow::InputHandler {
 public:
  /// The tables must outlive the handler. Both functions of `options` are needed.
  IdentityHandler(IdentityTables tables, IdentityOptions options);

  void load(std::span<const core::InputEvent> events) override { batch_.load(events); }
  base::Result<bool> handle(const core::InputEvent& event, const flow::InputContext& context) override;
  void save() override { batch_.save(); }

 private:
  base::Result<bool> accept(const core::InputEvent& event, const flow::InputContext& context);
  base::Result<bool> retract(const core::InputEvent& event, const flow::InputContext& context);
  base::Result<bool> erase(const core::InputEvent& event, const flow::InputContext& context);
  void emit_merges(const core::InputEvent& event, const core::Resolution& who, const flow::InputContext& context) const;
  void fill(const core::InputEvent& event, const core::Resolution& who);
  void take_traits(const core::InputEvent& event, const core::Resolution& who);
  void keep(const flow::InputContext& context, const IdentityBatch::Hash& message, std::string_view written);

  IdentityOptions options_;
  IdentityBatch batch_;
  core::LeadRecord record_;   // of the event at hand; reused, so that its strings keep their room
};

}  // namespace scoreline::consumers
