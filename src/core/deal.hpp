#pragma once
/// The deals of one lead (semantics 6; 3, Merge). Ids, stages and dates only: nothing personal. Not thread-safe.
///
/// The present rule book may not know a deal's pipeline or stage any more (they were written under an earlier one).
/// Such deals are kept and reported as they are; what rules make of them stands in stage_rules.hpp.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "core/place.hpp"
#include "core/rulebook.hpp"

namespace scoreline::core {

using base::Day;
using base::Instant;

struct Deal {
  std::string id;               // unique; of two deals that one cause made, the earlier has the smaller id
  std::string pipeline, stage;  // ids
  bool open = true;
  Instant created_at;               // log time of the decision
  Place created_by;                   // its cause in lead.activities: orders what one instant made
  Instant moved_at;                 // when it entered its stage
  std::optional<Day> closed_on;     // day of its latest closing; set exactly while it is closed
  std::vector<std::string> used;    // ids of the advances that are used up, in that order

  bool operator==(const Deal&) const = default;
};

/// Those of one lead, in order of creation: by (created_at, created_by, id).
class Deals {
 public:
  /// (pipeline, stage of its newest deal, open or closed), ascending by pipeline: what conditions see.
  using Stages = std::vector<std::pair<std::string, std::string>>;

  std::span<const Deal> all() const { return deals_; }
  const Deal& at(std::size_t index) const { return deals_[index]; }
  /// Index of the newest deal of a pipeline, open or closed; nullopt: it has none.
  std::optional<std::size_t> newest(std::string_view pipeline) const;
  /// Indices of the open ones, in order of creation.
  std::vector<std::size_t> open() const;
  /// For FactSheet::stages. Valid until the next change of the deals.
  const Stages& stages() const { return stages_; }

  /// Gives its index: its place in the order of creation, those behind it move on by one.
  std::size_t add(Deal deal);
  /// The deal enters `stage`, and closes there or is open.
  void move(std::size_t index, std::string stage, bool closes, Instant now);
  /// `advance` does not move this deal again.
  void use_up(std::size_t index, const std::string& advance);

  /// Takes in the deals of another lead. Of several open ones in one pipeline the farthest by `book` stays, of equally
  /// far ones the older (a stage that `book` does not know is nearer than any it knows; each keeps what was used up for
  /// it). The others become merged deals: they are gone from here and returned, closed without a day of closing, so
  /// that their rows can be marked. Whichever lead takes in the other, the outcome is the same.
  std::vector<Deal> merge(const Deals& other, const RuleBook& book);

  void clear();
  /// Appends.
  void encode(std::string& out) const;
  /// Replaces all; "" is a new lead. Safe on any bytes. False: not ours, and nothing is left in here.
  bool decode(std::string_view in);

  bool operator==(const Deals&) const = default;

 private:
  void refresh_stages();

  std::vector<Deal> deals_;
  Stages stages_;
};

/// nullptr: the rule book has no such pipeline.
const Pipeline* find_pipeline(const RuleBook& book, std::string_view id);
/// Its place in the pipeline's order; -1: there is no such stage.
int find_stage(const Pipeline& pipeline, std::string_view id);

}  // namespace scoreline::core
