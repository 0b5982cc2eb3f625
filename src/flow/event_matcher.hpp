#pragma once
/// Which matches of a rule book an activity meets, and what a lead's traits say: the handlers' view on JSON, which they
/// themselves never see. Not thread-safe (buffers are reused).
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/activity.hpp"
#include "core/condition.hpp"
#include "core/rulebook.hpp"

namespace scoreline::flow {

class EventMatcher {
 public:
  /// Values of once_per paths are only kept as hashes, they may be personal. The same hash in every installation, so that
  /// the log gives the same tallies wherever it is replayed.
  explicit EventMatcher(std::shared_ptr<const core::RuleBook> book);
  /// Looks for `wanted` matches only (indices).
  EventMatcher(std::shared_ptr<const core::RuleBook> book, const std::vector<std::uint32_t>& wanted);
  ~EventMatcher();
  EventMatcher(const EventMatcher&) = delete;
  EventMatcher& operator=(const EventMatcher&) = delete;

  struct Found {
    std::uint32_t match = 0;             // index into RuleBook::matches
    std::optional<std::uint64_t> value;  // of the match's once_per path
  };
  /// Valid until the next call.
  std::span<const Found> find(const core::Activity& activity);
  /// A lead's traits as conditions see them; valid until the next call of facts().
  const core::LeadFacts& facts(std::span<const core::Trait> traits);

 private:
  struct Parts;
  std::uint64_t value_hash(const core::FieldValue& value) const;

  std::shared_ptr<const core::RuleBook> book_;
  std::unique_ptr<Parts> parts_;
};

}  // namespace scoreline::flow
