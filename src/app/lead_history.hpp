#pragma once
/// A lead's kept activities, and its score as of another instant than now. Pure.
///
/// As of an instant T (`explain --at T`): what came into the log after T is left out (its counts, its traits); what is
/// dated after the day of T weighs nothing anyway (semantics 4.2, 4.3). Retractions and merges that are known today
/// hold for T, too, and today's rule book decides. A T in the future: nothing further comes.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/hash.hpp"
#include "core/activity.hpp"
#include "core/rulebook.hpp"
#include "core/score_state.hpp"
#include "flow/event_matcher.hpp"
#include "flow/ports.hpp"

namespace scoreline::app {

/// Why an activity does not count.
enum class Standing : std::uint8_t { counts, machine, retracted, silent };
std::string_view to_text(Standing standing);

/// One kept activity with what the active rule book makes of it.
struct PastActivity {
  core::LeadId lead;  // at acceptance
  core::Activity activity;
  base::Instant log_time;
  Standing standing = Standing::counts;
  std::vector<flow::EventMatcher::Found> found;  // matches of the rule book
};

struct LeadHistory {
  std::vector<PastActivity> activities;  // ascending by at, then log time
  bool truncated = false;                // these are the newest; there are older ones
};

/// `retracted`: sorted hashes of those of the rows that were taken back. Rows that are no activities are passed over.
LeadHistory make_history(const std::vector<flow::ActivityRow>& rows, const std::vector<base::Hash128>& retracted,
                         std::shared_ptr<const core::RuleBook> book);

/// The state as it was when the log had come to `at`: what came later is taken off, traits are settled anew. Exact unless
/// the history is truncated. The tier is step-wise and not known: "".
core::ScoreState state_at(const core::ScoreState& now, const LeadHistory& history, const core::RuleBook& book, base::Instant at);

}  // namespace scoreline::app
