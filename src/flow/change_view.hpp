#pragma once
/// A record of `lead.changes` as conditions and occasions see it, for the consumers behind stages. Not thread-safe.
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/fact_sheet.hpp"
#include "core/lead_change.hpp"
#include "core/rulebook.hpp"
#include "flow/activity_fields.hpp"
#include "flow/event_matcher.hpp"

namespace scoreline::flow {

class ChangeView {
 public:
  explicit ChangeView(std::shared_ptr<const core::RuleBook> book);
  /// Everything below is about `change` from now on; it must outlive that.
  void look_at(const core::LeadChange& change);

  /// Indices of the matches that its activity meets, ascending.
  std::span<const std::uint32_t> matches() const { return matches_; }
  const core::LeadFacts& facts() const { return *facts_; }
  /// The lead's trait `timezone`, "" where it is none.
  std::string timezone() const { return text_trait(change_->facts.traits, "timezone"); }

 private:
  std::shared_ptr<const core::RuleBook> book_;
  EventMatcher matcher_;
  const core::LeadChange* change_ = nullptr;
  std::vector<std::uint32_t> matches_;
  CustomerView customer_;
  std::unique_ptr<core::FactSheet> facts_;
};

/// For people: "activity Demo Requested", "tier hot", "intent purchase/high", "stage sales/won", "customer churn_risk".
std::string occasion_text(const core::LeadChange& change, std::uint32_t place);

}  // namespace scoreline::flow
