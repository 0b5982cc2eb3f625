#include "consumers/sequences.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "core/effect_key.hpp"

namespace scoreline::consumers {
namespace {

/// A mail that could not leave for so long stays: far too late is worse than never.
constexpr std::int64_t kMailLifeUs = 3 * base::kDayUs;

struct Decoded final : flow::LeadData::Decoded {
  core::SequenceState state;
};

core::SequenceState& open(flow::LeadData& lead) {
  if (lead.decoded == nullptr) {
    auto fresh = std::make_unique<Decoded>();
    SCORELINE_CHECK(fresh->state.decode(lead.state), "a sequences row that cannot be read");
    lead.decoded = std::move(fresh);
  }
  return static_cast<Decoded&>(*lead.decoded).state;
}

template <typename Item>
const Item* find_id(const std::vector<Item>& items, const std::string& id) {
  const auto found = std::find_if(items.begin(), items.end(), [&](const Item& item) { return item.id == id; });
  return found == items.end() ? nullptr : &*found;
}

}  // namespace

SequencesHandler::SequencesHandler(std::shared_ptr<const core::RuleBook> book, flow::MailRows& rows)
    : rules_(book), view_(book), rows_(rows) {}

void SequencesHandler::decide(const flow::ChangeContext& context, const core::LeadChange& change,
                              flow::LeadData& lead) {
  core::SequenceState& state = open(lead);
  if (change.kind == core::LeadChange::Kind::retracted) return;
  if (change.kind == core::LeadChange::Kind::erased) {
    for (const std::size_t index : state.end_all("erased", context.now)) put(context, state.at(index), false);
    return;
  }
  core::LeadChange again;
  const bool replay = context.replay && change.suppressed.empty() && !rows_.enrolled_before(keys_of(change));
  if (replay) {
    again = change;
    again.suppressed = "replay";
  }
  const core::LeadChange& decided = replay ? again : change;
  view_.look_at(decided);
  const std::string timezone = view_.timezone();
  core::SequenceRules::Input input{decided, view_.matches(), view_.facts(), context.firings, timezone};
  if (decided.activity) {
    input.hard_bounce = flow::is_true(*decided.activity, "hard");
    input.automatic_reply = flow::is_true(*decided.activity, "auto");
  }
  const auto outcome = rules_.decide(state, input);
  for (const std::size_t index : outcome.changed) put(context, state.at(index), false);
  for (const std::size_t index : outcome.enrolled) put(context, state.at(index), false);
  for (const auto& suppressed : outcome.suppressed) put_suppressed(context, decided, suppressed);
}

std::vector<std::string> SequencesHandler::keys_of(const core::LeadChange& change) const {
  std::vector<std::string> keys;
  for (const core::Sequence& sequence : rules_.book().sequences)
    keys.push_back(core::enrolment_key(sequence.id, change.cause_key));
  return keys;
}

void SequencesHandler::put(const flow::ChangeContext& context, const core::Enrolment& enrolment, bool moving) {
  flow::EnrolmentRow row;
  row.key = enrolment.key;
  row.lead = context.lead;
  row.lane = context.lane;
  row.sequence = enrolment.sequence;
  row.cause_key = enrolment.cause_key;
  row.enrolled_at = enrolment.enrolled_at;
  row.zone = enrolment.zone;
  row.ended = enrolment.ended;
  row.rulebook = enrolment.rulebook;
  row.depth = enrolment.depth;
  rows_.put(std::move(row));
  const core::Sequence* sequence = find_id(rules_.book().sequences, enrolment.sequence);
  for (const core::EnrolledStep& step : enrolment.steps) {
    const core::Step* words = sequence == nullptr ? nullptr : find_id(sequence->steps, step.id);
    flow::MailRow mail;
    using Status = flow::MailRow::Status;
    const bool on_its_way = moving && core::is_unsent(step, context.now);
    mail.status = !step.cancelled.empty() ? Status::cancelled : on_its_way ? Status::moving : Status::queued;
    mail.key = core::mail_key(enrolment.sequence, enrolment.cause_key, step.id);
    mail.enrolment = enrolment.key;
    mail.lead = context.lead;
    mail.lane = context.lane;
    mail.sequence = enrolment.sequence;
    mail.step = step.id;
    mail.due_at = step.due_at;
    mail.not_after = {step.due_at.us + kMailLifeUs};
    mail.reason = step.cancelled;
    if (words != nullptr) mail.subject = words->subject, mail.template_name = words->template_name;
    mail.rulebook = enrolment.rulebook;
    mail.depth = enrolment.depth;
    rows_.put(std::move(mail));
  }
}

void SequencesHandler::put_suppressed(const flow::ChangeContext& context, const core::LeadChange& change,
                                      const core::SequenceRules::Suppressed& suppressed) {
  flow::EnrolmentRow row;
  row.sequence = rules_.book().sequences[suppressed.sequence].id;
  row.key = core::enrolment_key(row.sequence, change.cause_key);
  row.lead = context.lead;
  row.lane = context.lane;
  row.cause_key = change.cause_key;
  row.enrolled_at = change.log_time;
  row.suppressed = suppressed.reason;
  row.rulebook = change.rulebook;
  row.depth = change.depth;
  rows_.put(std::move(row));
}

void SequencesHandler::hand_over(const flow::ChangeContext& context, flow::LeadData& lead) {
  for (const core::Enrolment& enrolment : open(lead).all())
    if (core::is_active(enrolment, context.now)) put(context, enrolment, true);
}

void SequencesHandler::merge(const flow::ChangeContext& context, flow::LeadData& other, flow::LeadData& lead) {
  core::SequenceState& state = open(lead);
  state.merge(open(other), context.now);
  for (const core::Enrolment& enrolment : state.all()) put(context, enrolment, false);
}

void SequencesHandler::encode(flow::LeadData& lead) {
  if (lead.decoded == nullptr) return;
  const core::SequenceState& state = open(lead);
  lead.state.clear();
  if (!state.all().empty()) state.encode(lead.state);
}

}  // namespace scoreline::consumers
