#pragma once
/// The enrolments of one lead in sequences and their steps, as decided (semantics 7): what the mailer did stands beside
/// it. Nothing personal. Not thread-safe.
///
/// For decisions a step counts as sent from its due instant on, so `now` decides, and nothing has to be written when it
/// passes: unsent is `due_at > now` and not cancelled, and an enrolment is active while it has an unsent step.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "core/place.hpp"

namespace scoreline::core {

using base::Day;
using base::Instant;

struct EnrolledStep {
  std::string id;
  Instant due_at;
  std::string cancelled;  // the reason; "": it is not

  bool operator==(const EnrolledStep&) const = default;
};

struct Enrolment {
  std::string sequence;        // id
  std::string cause_key;       // names the cause for ever (hex)
  std::string key;             // enrolment_key(sequence, cause_key)
  Instant enrolled_at;         // log time of the cause: what steps are due after
  Instant dated;               // an activity dated before is no exit
  Instant decided_at;          // `now` of the decision
  Place caused_by;             // in lead.activities: orders what one instant made
  std::string zone;            // as of the enrolment
  std::uint64_t rulebook = 0;  // version that decided
  std::int32_t depth = 0;      // of the cause
  std::vector<EnrolledStep> steps;
  std::string ended;  // why its unsent steps were cancelled; "": they were not, or it had none

  bool operator==(const Enrolment&) const = default;
};

bool is_unsent(const EnrolledStep& step, Instant now);
bool is_active(const Enrolment& enrolment, Instant now);
/// Cancels what is unsent, and ends the enrolment. False: it was not active, and nothing happened.
bool end(Enrolment& enrolment, std::string_view reason, Instant now);

/// All of one lead, in order of enrolment.
class SequenceState {
 public:
  std::span<const Enrolment> all() const { return enrolments_; }
  const Enrolment& at(std::size_t index) const { return enrolments_[index]; }

  /// Gives its index.
  std::size_t add(Enrolment enrolment);
  /// Ends one, see above.
  bool end(std::size_t index, std::string_view reason, Instant now) {
    return core::end(enrolments_[index], reason, now);
  }
  /// Ends all that are active (an erasure); gives the indices of those.
  std::vector<std::size_t> end_all(std::string_view reason, Instant now);

  /// Takes in the enrolments of another lead (semantics 3 and 7). Of several active ones in one sequence the earliest
  /// goes on (by enrolled_at, ties by caused_by and key): the others' unsent steps are cancelled, reason `merged`, and those of its
  /// own that were sent in one of the others, too. Whichever lead takes in the other, the outcome is the same: all are
  /// in the order of (decided_at, enrolled_at, caused_by, key) then. Gives the indices of those that changed, ascending.
  std::vector<std::size_t> merge(const SequenceState& other, Instant now);

  void clear() { enrolments_.clear(); }
  /// Appends.
  void encode(std::string& out) const;
  /// Replaces all; "" is a new lead. Safe on any bytes. False: not ours, and nothing is left in here.
  bool decode(std::string_view in);

  bool operator==(const SequenceState&) const = default;

 private:
  void keep_one_active(const std::string& sequence, Instant now, std::vector<bool>& changed);

  std::vector<Enrolment> enrolments_;
};

/// One mail of a lead, by its place in a SequenceState.
struct MailPlace {
  std::size_t enrolment = 0, step = 0;

  bool operator==(const MailPlace&) const = default;
};
/// All, in the order of reports (semantics 10): by due instant, sequence, step (both by bytes of their ids), enrolment
/// (by enrolled_at, caused_by and key).
std::vector<MailPlace> mails_in_order(const SequenceState& state);

}  // namespace scoreline::core
