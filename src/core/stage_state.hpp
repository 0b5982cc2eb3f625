#pragma once
/// What `stages` keeps of one lead: the facts that conditions may ask for, and its deals (design 3). `encode` holds
/// ids, numbers and ERP figures; traits are personal and encoded apart. Not thread-safe.
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/activity.hpp"
#include "core/deal.hpp"
#include "core/fact_record.hpp"
#include "core/rulebook.hpp"
#include "core/tally.hpp"
#include "core/trait_set.hpp"

namespace scoreline::core {

class StageState : public CountedTallies {
 public:
  std::string founding;  // key of the cause that was the lead's first: names its midnights for ever
  std::string tier;      // as scoring told; "": the lowest
  std::vector<std::pair<std::string, std::string>> levels;  // intent, level; ascending by intent, those with a level
  std::string customer;                                     // JSON object as customers told; "": none
  Deals deals;
  TraitSet traits;

  /// Takes in a fact; tier, level or customer are what they are from now on.
  void learn(const FactRecord& fact);
  /// A retraction may overtake its activity in the log: it is remembered for a while.
  void remember_retraction(const std::string& cause_key, Day today);
  bool was_retracted(const std::string& cause_key) const;

  /// Rule book `book` becomes the active one, see CountedTallies.
  /// Levels of intents that it does not have are gone.
  void promote(const RuleBook& book);
  /// Adds what was kept for another lead (semantics 3, Merge): the higher tier and levels, the deals of both. Returns
  /// the deals that gave way to others.
  std::vector<Deal> merge(const StageState& other, const RuleBook& book);

  bool empty() const;
  void clear();
  /// Appends.
  void encode(std::string& out) const;
  void encode_personal(std::string& out) const { traits.encode(out); }
  /// Replaces all but the traits; "" is a new lead. Safe on any bytes. False: not ours, and nothing is left in here.
  bool decode(std::string_view in);
  bool decode_personal(std::string_view in) { return traits.decode(in); }

 private:
  bool decode_parts(std::string_view in);
  std::vector<std::pair<std::string, Day>> retracted_;  // cause key, when it came
};

}  // namespace scoreline::core
