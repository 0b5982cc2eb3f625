#include "consumers/triggers.hpp"

#include "base/bytes.hpp"
#include "base/check.hpp"
#include "core/effect_key.hpp"
#include "flow/encode.hpp"

namespace scoreline::consumers {
namespace {

/// An alert that is a day late says nothing true any more.
constexpr std::int64_t kActionLifeUs = base::kDayUs;

struct Decoded final : flow::LeadData::Decoded {
  core::TriggerState state;
  std::vector<flow::FiringRow> firings;  // on their way to another lead
};

bool read(std::string_view bytes, Decoded& decoded) {
  if (bytes.empty()) return true;
  base::ByteReader in(bytes);
  const bool state = decoded.state.decode(in.text());
  auto firings = flow::decode_firings(in.text());
  if (!state || !firings || !in.ok() || !in.at_end()) return false;
  decoded.firings = std::move(*firings);
  return true;
}

Decoded& open(flow::LeadData& lead) {
  if (lead.decoded == nullptr) {
    auto fresh = std::make_unique<Decoded>();
    SCORELINE_CHECK(read(lead.state, *fresh), "a triggers row that cannot be read");
    lead.decoded = std::move(fresh);
  }
  return static_cast<Decoded&>(*lead.decoded);
}

}  // namespace

TriggersHandler::TriggersHandler(std::shared_ptr<const core::RuleBook> book, flow::FiringRows& rows)
    : rules_(book), view_(book), rows_(rows) {}

void TriggersHandler::decide(const flow::ChangeContext& context, const core::LeadChange& change, flow::LeadData& lead) {
  if (change.kind == core::LeadChange::Kind::erased) return rows_.cancel_all(context.lead);
  if (change.kind == core::LeadChange::Kind::retracted) {
    rows_.retract(context.lead, change.cause_key);
    core::FiringRecord record;
    record.kind = core::FiringRecord::Kind::retracted;
    record.lead = context.lead;
    record.cause_key = change.cause_key;
    record.cause = core::Place::of_record(context.offset);
    record.now = context.now;
    return flow::emit_firing(context.emit, record);
  }
  core::TriggerState& state = open(lead).state;
  view_.look_at(change);
  std::uint32_t n = 0;
  if (!context.replay || !change.suppressed.empty()) {
    for (const core::FiringDecision& decision : rules_.decide(state, change, view_.matches(), view_.facts()))
      fire(context, change, decision, n++, state);
    return;
  }
  core::LeadChange again = change;
  again.suppressed = "replay";
  for (const core::FiringDecision& decision : rules_.decide(state, again, view_.matches(), view_.facts()))
    fire(context, again, decision, n++, state);
}

void TriggersHandler::fire(const flow::ChangeContext& context, const core::LeadChange& change,
                           const core::FiringDecision& decision, std::uint32_t n, core::TriggerState& state) {
  const core::Trigger& trigger = rules_.book().triggers[decision.trigger];
  flow::FiringRow row;
  row.key = core::firing_key(trigger.id, change.cause_key, decision.occasion);
  row.lead = context.lead;
  row.lane = context.lane;
  row.trigger = trigger.id;
  row.cause_key = change.cause_key;
  row.occasion = decision.occasion;
  row.occasion_text = flow::occasion_text(change, decision.occasion);
  row.at = context.now;
  row.suppressed = decision.suppressed;
  row.retracted = change.retracted;
  row.rulebook = change.rulebook;
  row.change_offset = context.offset;
  row.n = n;
  // Deciding again meets what was decided, and goes on as it went on then.
  if (row.suppressed == "replay")
    if (const auto before = rows_.decided_before(row.key); before && before->suppressed.empty()) {
      row.suppressed.clear();
      state.set_fired(trigger.id, before->at);
    }
  core::FiringRecord record;
  record.lead = context.lead;
  record.trigger = trigger.id;
  record.key = row.key;
  record.cause_key = row.cause_key;
  record.occasion = row.occasion;
  record.suppressed = row.suppressed;
  if (row.suppressed.empty()) record.enrol = rules_.enrolments_of(decision);
  record.cause = core::Place::of_record(context.offset);
  record.now = context.now;
  record.rulebook = change.rulebook;
  flow::emit_firing(context.emit, record);
  auto actions = actions_of(row, change, trigger);
  rows_.put(std::move(row), std::move(actions));
}

std::vector<flow::ActionRow> TriggersHandler::actions_of(const flow::FiringRow& firing, const core::LeadChange& change,
                                                         const core::Trigger& trigger) const {
  std::vector<flow::ActionRow> rows;
  for (std::uint32_t number = 0; number < trigger.actions.size(); ++number) {
    const core::Action& action = trigger.actions[number];
    flow::ActionRow& row = rows.emplace_back();
    row.key = core::action_key(firing.key, number);
    row.firing = firing.key;
    row.lead = firing.lead;
    row.lane = firing.lane;
    row.trigger = trigger.id;
    row.number = number;
    row.kind = action.kind;
    row.with_json = action.with_json;
    row.due_at = {firing.at.us + action.delay_us};
    row.not_after = {row.due_at.us + kActionLifeUs};
    row.suppressed = firing.suppressed;
    row.rulebook = firing.rulebook;
    row.depth = change.depth;
  }
  return rows;
}

void TriggersHandler::hand_over(const flow::ChangeContext& context, flow::LeadData& lead) {
  open(lead).firings = rows_.of_lead(context.lead);
}

void TriggersHandler::merge(const flow::ChangeContext& context, flow::LeadData& other, flow::LeadData& lead) {
  Decoded& theirs = open(other);
  open(lead).state.merge(theirs.state);
  for (flow::FiringRow& firing : theirs.firings) {
    firing.lead = context.lead;
    firing.lane = context.lane;
    rows_.adopt(std::move(firing));
  }
}

void TriggersHandler::encode(flow::LeadData& lead) {
  if (lead.decoded == nullptr) return;
  const Decoded& decoded = static_cast<Decoded&>(*lead.decoded);
  lead.state.clear();
  if (decoded.state.empty() && decoded.firings.empty()) return;
  std::string state;
  decoded.state.encode(state);
  base::ByteWriter out(lead.state);
  out.text(state);
  out.text(flow::encode(decoded.firings));
}

}  // namespace scoreline::consumers
