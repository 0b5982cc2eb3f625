#include "core/fact_sheet.hpp"

#include <algorithm>

#include "core/tier.hpp"

namespace scoreline::core {
namespace {

/// Is the `is` or `at_least` of a condition met by a place in an order? -1: the id is none of them.
bool stands(std::ptrdiff_t have, std::ptrdiff_t want, Operator op) {
  if (have < 0 || want < 0) return false;
  return op == Operator::gte ? have >= want : have == want;
}

std::string_view value_of(FactSheet::Pairs pairs, const std::string& key) {
  const auto found = std::find_if(pairs.begin(), pairs.end(), [&](const auto& pair) { return pair.first == key; });
  return found == pairs.end() ? std::string_view{} : std::string_view(found->second);
}

template <typename Item>
const Item* find_id(const std::vector<Item>& items, std::string_view id) {
  const auto found = std::find_if(items.begin(), items.end(), [&](const Item& item) { return item.id == id; });
  return found == items.end() ? nullptr : &*found;
}

std::ptrdiff_t place_of(const std::vector<Stage>& stages, std::string_view id) {
  const Stage* stage = find_id(stages, id);
  return stage == nullptr ? -1 : stage - stages.data();
}

}  // namespace

bool FactSheet::fact_holds(const Condition& condition) const {
  switch (condition.kind) {
    case ConditionKind::tier:
      return stands(find_level(book_.tiers, tier), find_level(book_.tiers, condition.text), condition.op);
    case ConditionKind::intent: {
      const Intent* intent = find_id(book_.intents, condition.subject);
      return intent != nullptr && stands(find_level(intent->levels, value_of(levels, condition.subject)),
                                         find_level(intent->levels, condition.text), condition.op);
    }
    case ConditionKind::stage: {
      const Pipeline* pipeline = find_id(book_.pipelines, condition.subject);
      return pipeline != nullptr && stands(place_of(pipeline->stages, value_of(stages, condition.subject)),
                                           place_of(pipeline->stages, condition.text), condition.op);
    }
    case ConditionKind::did:
      return did && did(book_.matches[condition.match].hash, condition.within_days);
    case ConditionKind::customer:
      return customer && holds(customer(condition.subject), condition);
    default:
      return false;
  }
}

}  // namespace scoreline::core
