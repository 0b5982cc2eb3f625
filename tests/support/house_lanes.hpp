#pragma once
/// A world in which every lane can be minutes behind: for merges, step by step.
#include <fmt/format.h>

#include <functional>
#include <string>

#include "support/house_world.hpp"

namespace scoreline::test::house {

/// A Sunday: windows of sequences open on the next day.
inline const base::Instant kStart = at("2026-03-01T10:00:00Z");
inline base::Instant minutes(std::int64_t n) { return {kStart.us + n * 60 * base::kSecondUs}; }
inline std::string anon(const std::string& id) { return fmt::format(R"("anonymousId":"{}")", id); }
inline std::string user(const std::string& id) { return fmt::format(R"("userId":"{}")", id); }

/// One process per lane of every consumer, so that each lane can be minutes behind; identity lanes in two processes.
struct Lanes : World {
  explicit Lanes(std::int32_t partitions, std::size_t part_bytes = 512 * 1024) : World(partitions) {
    house.part_bytes = part_bytes;
    add_identity().assign({0});
    std::set<std::int32_t> rest = house.all_lanes();
    rest.erase(0);
    add_identity().assign(rest);
    start_lane_by_lane();
    settle();
  }
  void identify_all() {
    for (int i = 0; i < 6; ++i)
      for (auto& process : identity) process->runner().step();
  }
  /// A new anonymous lead in this partition with so many pages (lead ids decide where a lead lies).
  std::string lead_in(std::int32_t partition, int pages, const std::function<std::string(const std::string&)>& ids) {
    for (int i = 0;; ++i) {
      const std::string name = fmt::format("n{}", ++names_);
      feed_into(0, page("first " + name, name, ids(name), minutes(0)));
      identify_all();
      const core::LeadId lead = lead_of((ids(name).find("anon") != std::string::npos ? "anon:" : "user:") + name);
      if (partition_of(lead) != partition) continue;
      for (int k = 1; k < pages; ++k) feed_into(0, page(fmt::format("{} {}", name, k), name, ids(name), minutes(0)));
      identify_all();
      return name;
    }
  }
  void finish() {
    settle();
    check_at_rest();
    check_replay();
  }
  std::string score_of(const std::string& identifier) {
    for (const auto& [who, outcome] : outcomes(base::day_of(kStart)))
      if ((" " + who).find(" " + identifier + " ") != std::string::npos) return outcome.score;
    return "nobody";
  }

 private:
  int names_ = 0;
};

}  // namespace scoreline::test::house
