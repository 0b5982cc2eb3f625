#pragma once
/// Which enrolments a change ends and makes (semantics 7). Pure. Immutable, thread-safe.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/condition.hpp"
#include "core/enrolment.hpp"
#include "core/firing_record.hpp"
#include "core/lead_change.hpp"
#include "core/rulebook.hpp"

namespace scoreline::core {

/// Activities that end every enrolment, whatever `exit_on` says and whatever the activity is dated: email.unsubscribed,
/// email.complained, email.bounced if hard, email.replied unless it is an automatic reply. They are occasions although
/// no rule names them.
bool may_always_exit(std::string_view activity_name);

class SequenceRules {
 public:
  struct Input {
    const LeadChange& change;                // kind changed
    std::span<const std::uint32_t> matches;  // ascending: those that the activity meets, see meets()
    const LeadFacts& facts;                  // of the change
    /// Of triggers for this change, in order. Those that are suppressed ask for nothing.
    std::span<const FiringRecord> requests = {};
    std::string_view timezone = {};  // the lead's trait, "" where it is none or no text
    bool hard_bounce = false;        // the activity's properties.hard = true
    bool automatic_reply = false;    // its properties.auto = true
  };
  /// Would have enrolled, but for LeadChange::suppressed.
  struct Suppressed {
    std::uint32_t sequence = 0;  // index into RuleBook::sequences
    std::uint32_t occasion = 0;  // OccasionView::place
    std::string reason;

    bool operator==(const Suppressed&) const = default;
  };
  struct Outcome {
    std::vector<std::size_t> enrolled;  // indices into the state; a later occasion may have ended one already
    std::vector<std::size_t> changed;   // those of before that were ended, ascending
    std::vector<Suppressed> suppressed;
  };

  explicit SequenceRules(std::shared_ptr<const RuleBook> book) : book_(std::move(book)) {}
  const RuleBook& book() const { return *book_; }

  /// Occasion by occasion: first what it ends, then whom it enrols, sequence by sequence in rule-book order; at last
  /// what triggers ask for. Where a `when` does not hold, an enrolment is active, or it is too early for another one,
  /// nobody is enrolled, and that is not recorded. One cause enrols once in a sequence: its mails have the same keys.
  /// Enrolments in sequences that the rule book no longer has go on; only what always ends enrolments ends them.
  Outcome decide(SequenceState& state, const Input& input) const;

 private:
  std::shared_ptr<const RuleBook> book_;
};

}  // namespace scoreline::core
