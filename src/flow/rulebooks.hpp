#pragma once
/// The rule books that lanes are at, by version. Loaded once each and shared.
#include <cstdint>
#include <map>
#include <memory>
#include <utility>

#include "core/rulebook.hpp"
#include "flow/lead_handler.hpp"
#include "flow/ports.hpp"

namespace scoreline::flow {

class RuleBooks {
 public:
  /// `make` may be empty where handler() is never asked for. `initial` is version 0: what decides before any rule book was published (an empty one, live; the one that is tried,
  /// in simulations). `table` may be null in simulations.
  RuleBooks(RuleBookTable* table, std::shared_ptr<const core::RuleBook> initial, MakeLeadHandler make);

  /// The handler for a lane that decides by `active` and counts for `prepared`, too (0: none).
  LeadHandler& handler(std::uint64_t active, std::uint64_t prepared);
  /// Null: not stored, or not readable by this program.
  std::shared_ptr<const core::RuleBook> book(std::uint64_t version);
  void note_progress(std::uint64_t version, const CountBackProgress& progress);
  /// Is `version` stored and readable? Otherwise the reason (the lane halts with it).
  std::string problem(std::uint64_t version);

 private:
  RuleBookTable* table_;
  MakeLeadHandler make_;
  std::map<std::uint64_t, std::shared_ptr<const core::RuleBook>> books_;
  std::map<std::pair<std::uint64_t, std::uint64_t>, std::unique_ptr<LeadHandler>> handlers_;
};

}  // namespace scoreline::flow
