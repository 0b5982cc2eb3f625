#pragma once
/// The best leads of a stream, with bounded memory.
#include <cstddef>
#include <vector>

#include "core/weight.hpp"
#include "flow/ports.hpp"

namespace scoreline::app {

struct RankedLead {
  flow::LeadRow row;
  base::Instant now;  // of its lane
  core::Points score = 0, change = 0;
};

class LeadRanking {
 public:
  enum class By : std::uint8_t { score, change };
  /// Keeps `limit` leads; 0: all.
  LeadRanking(By by, std::size_t limit) : by_(by), limit_(limit) {}
  void add(RankedLead lead);
  /// Best first; of equal ones the smaller id. Empties the ranking.
  std::vector<RankedLead> take();

 private:
  bool better(const RankedLead& a, const RankedLead& b) const;

  By by_;
  std::size_t limit_;
  std::vector<RankedLead> heap_;  // with a limit: a heap, the worst on top
};

}  // namespace scoreline::app
