#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "wire/input_event.hpp"
#include "wire/input_event_values.hpp"
#include "wire/json.hpp"

namespace scoreline::wire {
namespace {

using core::IdentifierKind;
using core::InputEvent;
using input::Values;

/// Mail and sales names of semantics 1.
constexpr std::array<std::string_view, 11> kNames{
    "email.sent",    "email.opened",    "email.clicked", "email.bounced", "email.complained", "email.unsubscribed",
    "email.replied", "booking.created", "deal.moved",    "note.added",    "task.completed"};

struct Fact {
  std::string_view event, message_id, lead_id, user_id, email, timestamp, received_at, properties, machine, history,
      depth;
};

Fact split(std::string_view json) {
  Fact fact;
  json_members(json, [&](std::string_view key, std::string_view value) {
    if (key == "event")
      fact.event = value;
    else if (key == "messageId")
      fact.message_id = value;
    else if (key == "leadId")
      fact.lead_id = value;
    else if (key == "userId")
      fact.user_id = value;
    else if (key == "email")
      fact.email = value;
    else if (key == "timestamp")
      fact.timestamp = value;
    else if (key == "receivedAt")
      fact.received_at = value;
    else if (key == "properties")
      fact.properties = value;
    else if (key == "machine")
      fact.machine = value;
    else if (key == "history")
      fact.history = value;
    else if (key == "depth")
      fact.depth = value;
  });
  return fact;
}

InputEvent::Kind kind_of(Values& values, std::string_view name) {
  if (name == "activity.retracted") return InputEvent::Kind::retraction;
  if (name == "lead.erased") return InputEvent::Kind::erasure;
  if (name == "time.tick") return InputEvent::Kind::tick;
  if (std::find(kNames.begin(), kNames.end(), name) == kNames.end())
    values.refuse("unknown_event", "event must be one of the mail and sales names, activity.retracted or lead.erased",
                  "/event");
  return InputEvent::Kind::activity;
}

void read_who(Values& values, const Fact& fact, InputEvent& event) {
  const std::string lead = values.person(fact.lead_id, "/leadId");
  if (!lead.empty()) {
    const char* end = lead.data() + lead.size();
    const auto read = std::from_chars(lead.data(), end, event.lead.value);
    if (read.ec != std::errc() || read.ptr != end || !event.lead) {
      event.lead = {};
      values.refuse("unknown_lead", "leadId names no lead; check the id, or name the person by userId or email",
                    "/leadId");
    }
  }
  input::add(event, IdentifierKind::user, values.person(fact.user_id, "/userId"));
  std::string address = core::normal_address(values.person(fact.email, "/email"));
  input::add(event, IdentifierKind::email, std::move(address));
  if (!event.lead && event.identifiers.empty())
    values.refuse("missing_id", "nothing says who this is: give leadId, userId or email", "/leadId");
  event.record_key = event.lead ? "lead:" + std::to_string(event.lead.value) : input::key_of(event);
}

void read_retraction(Values& values, InputEvent& event) {
  event.retracts = values.id(input::member(event.properties, "messageId"), "/properties/messageId");
  if (event.retracts.empty())
    values.refuse("missing_value", "a retraction must name the message id it takes back", "/properties/messageId");
  event.record_key = "message:" + event.retracts;
}

std::int32_t depth_of(Values& values, std::string_view raw) {
  const std::int64_t depth = values.integer(raw, "/depth").value_or(0);
  if (depth < 0) values.refuse("invalid_value", "depth must not be negative", "/depth");
  return static_cast<std::int32_t>(
      std::min<std::int64_t>(std::max<std::int64_t>(depth, 0), std::numeric_limits<std::int32_t>::max()));
}

}  // namespace

base::Result<InputEvent> decode_crm(std::string_view json, base::Instant log_time) {
  const auto checked = check_json(json);
  if (!checked) return checked.error();
  if (checked->kind != '{') return base::Error{"invalid_json", "an event must be a JSON object", ""};
  const Fact fact = split(json);
  Values values;
  InputEvent event;
  event.topic = core::InputTopic::crm;
  event.trusted = true;
  event.type = event.source = "crm";
  event.name = values.text(fact.event, "/event");
  event.kind = kind_of(values, event.name);
  const bool tick = event.kind == InputEvent::Kind::tick;
  event.message_id = tick ? values.id(fact.message_id, "/messageId") : values.message_id(fact.message_id);
  event.received_at = values.instant(fact.received_at, "/receivedAt").value_or(log_time);
  event.at = input::settled(values.instant(fact.timestamp, "/timestamp"), event.received_at);
  event.properties = values.object(fact.properties, "/properties");
  event.machine = values.flag(fact.machine, "/machine");
  event.history = values.flag(fact.history, "/history");
  event.depth = depth_of(values, fact.depth);
  if (event.kind == InputEvent::Kind::retraction)
    read_retraction(values, event);
  else if (!tick)
    read_who(values, fact, event);
  if (!values.ok()) return values.error();
  return event;
}

}  // namespace scoreline::wire
