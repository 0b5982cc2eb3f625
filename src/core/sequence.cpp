#include "core/sequence.hpp"

#include <algorithm>

#include "core/due.hpp"
#include "core/effect_key.hpp"
#include "core/occasion.hpp"

namespace scoreline::core {
namespace {

constexpr std::string_view kBounced = "email.bounced", kReplied = "email.replied";

/// As exit_on writes it; an activity goes by its name.
std::string reason_of(const Occasion& exit, const LeadChange& change) {
  switch (exit.kind) {
    case Occasion::Kind::activity:
      return change.activity->name;
    case Occasion::Kind::tier:
      return "tier:" + exit.text;
    case Occasion::Kind::intent:
      return "intent:" + exit.subject + "/" + exit.text;
    case Occasion::Kind::stage:
      return "stage:" + exit.subject + "/" + exit.text;
    case Occasion::Kind::churn_risk:
      return "customer:churn_risk";
  }
  return {};
}

/// One change on its way through all sequences.
class Decision {
 public:
  Decision(const RuleBook& book, SequenceState& state, const SequenceRules::Input& input)
      : book_(book), state_(state), input_(input), change_(input.change), before_(state.all().size()) {}

  void exits(const OccasionView& occasion);
  void enrolments(const OccasionView& occasion);
  void request(const FiringRecord& firing);
  SequenceRules::Outcome take_outcome();

 private:
  bool always_exits() const;
  std::string exit_reason(const Enrolment& enrolment, const OccasionView& occasion) const;
  bool may_enrol(const Sequence& sequence) const;
  void enrol(std::uint32_t index, std::uint32_t occasion, Instant dated);

  const RuleBook& book_;
  SequenceState& state_;
  const SequenceRules::Input& input_;
  const LeadChange& change_;
  const std::size_t before_;
  SequenceRules::Outcome outcome_;
};

bool Decision::always_exits() const {
  const std::string& name = change_.activity->name;
  if (name == kBounced) return input_.hard_bounce;
  if (name == kReplied) return !input_.automatic_reply;
  return may_always_exit(name);
}

/// "": the occasion does not end it.
std::string Decision::exit_reason(const Enrolment& enrolment, const OccasionView& occasion) const {
  if (occasion.signal == nullptr) {
    if (always_exits()) return change_.activity->name;
    if (change_.activity->at < enrolment.dated) return {};
  }
  const auto sequence = std::find_if(book_.sequences.begin(), book_.sequences.end(),
                                     [&](const Sequence& one) { return one.id == enrolment.sequence; });
  if (sequence == book_.sequences.end()) return {};
  const auto exit = std::find_if(sequence->exit_on.begin(), sequence->exit_on.end(),
                                 [&](const Occasion& one) { return meets(one, occasion, input_.matches, book_); });
  return exit == sequence->exit_on.end() ? std::string() : reason_of(*exit, change_);
}

void Decision::exits(const OccasionView& occasion) {
  for (std::size_t i = 0; i < state_.all().size(); ++i) {
    const Enrolment& enrolment = state_.at(i);
    if (!is_active(enrolment, change_.now)) continue;
    const std::string reason = exit_reason(enrolment, occasion);
    if (!reason.empty() && state_.end(i, reason, change_.now) && i < before_) outcome_.changed.push_back(i);
  }
}

bool Decision::may_enrol(const Sequence& sequence) const {
  const std::string key = enrolment_key(sequence.id, change_.cause_key);
  std::optional<Day> last;
  for (const Enrolment& one : state_.all()) {
    if (one.sequence != sequence.id) continue;
    if (one.key == key || is_active(one, change_.now) || !sequence.re_enrol_after_days) return false;
    last = std::max(last.value_or(Day{INT32_MIN}), base::day_of(one.decided_at));
  }
  return !last || base::day_of(change_.now) - *last >= *sequence.re_enrol_after_days;
}

void Decision::enrol(std::uint32_t index, std::uint32_t occasion, Instant dated) {
  const Sequence& sequence = book_.sequences[index];
  if (!holds(sequence.when, input_.facts) || !may_enrol(sequence)) return;
  if (!change_.suppressed.empty()) {
    outcome_.suppressed.push_back({index, occasion, change_.suppressed});
    return;
  }
  Enrolment enrolment;
  enrolment.sequence = sequence.id;
  enrolment.cause_key = change_.cause_key;
  enrolment.key = enrolment_key(sequence.id, change_.cause_key);
  enrolment.enrolled_at = change_.log_time;
  enrolment.dated = dated;
  enrolment.decided_at = change_.now;
  enrolment.caused_by = change_.cause;
  enrolment.zone = zone_for(input_.timezone, sequence);
  enrolment.rulebook = change_.rulebook;
  enrolment.depth = change_.depth;
  for (const Step& step : sequence.steps) {
    enrolment.steps.push_back({step.id, due_at(change_.log_time, step, sequence.window, enrolment.zone), {}});
  }
  outcome_.enrolled.push_back(state_.add(std::move(enrolment)));
}

void Decision::enrolments(const OccasionView& occasion) {
  const Instant dated = occasion.signal == nullptr ? std::min(change_.log_time, change_.activity->at) : change_.now;
  for (std::uint32_t i = 0; i < book_.sequences.size(); ++i) {
    const auto& on = book_.sequences[i].enrol_on;
    if (on && meets(*on, occasion, input_.matches, book_)) enrol(i, occasion.place, dated);
  }
}

void Decision::request(const FiringRecord& firing) {
  if (firing.kind != FiringRecord::Kind::fired || !firing.suppressed.empty()) return;
  for (const std::string& wanted : firing.enrol) {
    const auto sequence = std::find_if(book_.sequences.begin(), book_.sequences.end(),
                                       [&](const Sequence& one) { return one.id == wanted; });
    if (sequence == book_.sequences.end()) continue;
    enrol(static_cast<std::uint32_t>(sequence - book_.sequences.begin()), firing.occasion, change_.now);
  }
}

SequenceRules::Outcome Decision::take_outcome() {
  std::sort(outcome_.changed.begin(), outcome_.changed.end());
  return std::move(outcome_);
}

}  // namespace

bool may_always_exit(std::string_view activity_name) {
  return activity_name == "email.unsubscribed" || activity_name == "email.complained" || activity_name == kBounced ||
         activity_name == kReplied;
}

SequenceRules::Outcome SequenceRules::decide(SequenceState& state, const Input& input) const {
  Decision decision(*book_, state, input);
  for (const OccasionView& occasion : occasions(input.change)) {
    decision.exits(occasion);
    decision.enrolments(occasion);
  }
  for (const FiringRecord& firing : input.requests) decision.request(firing);
  return decision.take_outcome();
}

}  // namespace scoreline::core
