#pragma once
/// A lead's facts put together from their parts, for conditions (semantics 2.2). A view: what it points to must outlive
/// it.
#include <functional>
#include <span>
#include <string>
#include <utility>

#include "core/condition.hpp"
#include "core/rulebook.hpp"

namespace scoreline::core {

class FactSheet final : public LeadFacts {
 public:
  using Pairs = std::span<const std::pair<std::string, std::string>>;

  FactSheet(const RuleBook& book, const Fields& traits) : book_(book), traits_(traits) {}

  const Fields& traits() const override { return traits_; }
  bool fact_holds(const Condition& condition) const override;

  std::string_view tier;                                                   // "": none
  Pairs levels;                                                            // intent id, level id
  Pairs stages;                                                            // pipeline id, stage id of its newest deal
  std::function<FieldValue(const std::string& field)> customer;            // none: no ERP document
  std::function<bool(std::uint64_t match, std::int32_t within_days)> did;  // by Match::hash

 private:
  const RuleBook& book_;
  const Fields& traits_;
};

}  // namespace scoreline::core
