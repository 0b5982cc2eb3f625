#include "core/tier.hpp"

#include <algorithm>

namespace scoreline::core {
namespace {

const Level& level_at(const std::vector<Level>& levels, int index) { return levels[static_cast<std::size_t>(index)]; }

LevelChange settle_id(const std::vector<Level>& levels, std::string& id, Points value, int lowest) {
  const int current = std::max(find_level(levels, id), lowest);
  LevelChange change;
  change.from = id.empty() && current >= 0 ? level_at(levels, current).id : id;
  const int now = settle(levels, current, value, lowest);
  if (now < 0) {
    id.clear();
  } else if (id != level_at(levels, now).id) {
    id = level_at(levels, now).id;
  }
  change.to = id;
  return change;
}

}  // namespace

int find_level(const std::vector<Level>& levels, std::string_view id) {
  if (id.empty()) return -1;
  const auto found = std::find_if(levels.begin(), levels.end(), [&](const Level& level) { return level.id == id; });
  return found == levels.end() ? -1 : static_cast<int>(found - levels.begin());
}

int settle(const std::vector<Level>& levels, int current, Points value, int lowest) {
  int now = current;
  const int highest = static_cast<int>(levels.size()) - 1;
  while (now < highest && value >= level_at(levels, now + 1).min_x100 * kHundredth) ++now;
  if (now != current) return now;
  while (now > lowest && value < level_at(levels, now).leave_x100 * kHundredth) --now;
  return now;
}

LevelChange settle_tier(const std::vector<Level>& tiers, std::string& id, Points score) {
  return settle_id(tiers, id, score, tiers.empty() ? -1 : 0);
}

LevelChange settle_level(const std::vector<Level>& levels, std::string& id, Points value) { return settle_id(levels, id, value, -1); }

const std::string& higher(const std::vector<Level>& levels, const std::string& a, const std::string& b) {
  const int index_a = find_level(levels, a);
  const int index_b = find_level(levels, b);
  if (index_a != index_b) return index_a > index_b ? a : b;
  return a.empty() ? b : a;
}

}  // namespace scoreline::core
