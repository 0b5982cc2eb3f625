#include <algorithm>
#include <array>

#include "core/activity_names.hpp"
#include "wire/input_event.hpp"
#include "wire/input_event_values.hpp"
#include "wire/json.hpp"

namespace scoreline::wire {
namespace {

using core::IdentifierKind;
using core::InputEvent;
using input::Values;

constexpr std::array<std::string_view, 6> kCalls{"track", "identify", "page", "screen", "group", "alias"};
/// Raw members of one tracking call.
struct Call {
  std::string_view type, message_id, anonymous_id, user_id, previous_id, event, name, properties, traits, context,
      timestamp, received_at, machine, history;
};

Call split(std::string_view json) {
  Call call;
  json_members(json, [&](std::string_view key, std::string_view value) {
    switch (key.size()) {
      case 4:
        if (key == "type") call.type = value;
        if (key == "name") call.name = value;
        break;
      case 5:
        if (key == "event") call.event = value;
        break;
      case 6:
        if (key == "userId") call.user_id = value;
        if (key == "traits") call.traits = value;
        break;
      case 7:
        if (key == "context") call.context = value;
        if (key == "machine") call.machine = value;
        if (key == "history") call.history = value;
        break;
      case 9:
        if (key == "messageId") call.message_id = value;
        if (key == "timestamp") call.timestamp = value;
        break;
      case 10:
        if (key == "properties") call.properties = value;
        if (key == "previousId") call.previous_id = value;
        if (key == "receivedAt") call.received_at = value;
        break;
      case 11:
        if (key == "anonymousId") call.anonymous_id = value;
        break;
      default:
        break;
    }
  });
  return call;
}

void read_name(Values& values, const Call& call, InputEvent& event) {
  values.text(call.type, "/type", event.type);
  if (std::find(kCalls.begin(), kCalls.end(), event.type) == kCalls.end()) {
    values.refuse("unknown_type", "type must be one of track, identify, page, screen, group, alias", "/type");
    return;
  }
  if (event.type != "track") {
    event.name = event.type;
    return;
  }
  values.text(call.event, "/event", event.name);
  if (event.name.empty()) values.refuse("invalid_value", "a track call must name its event", "/event");
  if (std::find(core::kFactNames.begin(), core::kFactNames.end(), event.name) != core::kFactNames.end())
    values.refuse("reserved_name", "this event name belongs to mail, sales or ERP facts: choose another one", "/event");
}

void read_properties(Values& values, const Call& call, InputEvent& event) {
  const std::string_view properties = values.object(call.properties, "/properties");
  const bool named = (event.type == "page" || event.type == "screen") && !call.name.empty() && call.name != "null" &&
                     call.name != "\"\"";
  if (named && call.name.front() != '"') values.refuse("invalid_value", "this must be a string", "/name");
  if (!named)
    event.properties = properties;
  else
    event.properties = input::with(properties.empty() ? "{}" : properties, "name", call.name);
}

void add_traits(InputEvent& event, std::string_view object) {
  json_members(object, [&](std::string_view key, std::string_view value) {
    event.trait_values.push_back({std::string(key), std::string(value), event.at, event.message_id});
  });
}

// Semantics 3, Traits: what this call says about the lead, and what `where` sees of it.
void read_traits(Values& values, const Call& call, InputEvent& event) {
  const std::string_view own = values.object(call.traits, "/traits");
  const std::string_view below = values.object(input::member(event.context, "traits"), "/context/traits");
  event.traits = input::merged(own, below);
  if (!values.ok()) return;
  if (event.type == "identify") {
    add_traits(event, event.traits);
    return;
  }
  add_traits(event, below);
  if (event.type != "group" || own.empty()) return;
  std::erase_if(event.trait_values, [](const core::Trait& trait) { return trait.key == "company"; });
  event.trait_values.push_back({"company", std::string(own), event.at, event.message_id});
}

void read_identifiers(Values& values, const Call& call, InputEvent& event) {
  std::string anonymous = values.person(call.anonymous_id, "/anonymousId");
  const std::string previous = values.person(call.previous_id, "/previousId");
  // A trusted alias is an identify of userId whose anonymous id is previousId.
  if (event.type == "alias" && event.trusted) anonymous = previous;
  input::add(event, IdentifierKind::anon, std::move(anonymous));
  input::add(event, IdentifierKind::user, values.person(call.user_id, "/userId"));
  std::string address;
  if (event.type == "identify" || event.type == "group")
    address = core::normal_address(input::string_member(event.traits, "email"));
  else if (event.type == "track" && event.trusted)
    address = core::normal_address(input::string_member(event.properties, "email"));
  if (address.size() > input::kIdBytesMax)
    values.refuse("too_large", "an e-mail address is too long",
                  event.type == "track" ? "/properties/email" : "/traits/email");
  input::add(event, IdentifierKind::email, std::move(address));
  if (event.identifiers.empty())
    values.refuse("missing_id", "nothing says who this is: give userId or anonymousId",
                  event.type == "alias" ? "/previousId" : "/userId");
}

// Whatever is not named here is as in a new event.
void renew(InputEvent& event) {
  InputEvent fresh;
  for (std::string InputEvent::*text :
       {&InputEvent::type, &InputEvent::name, &InputEvent::source, &InputEvent::message_id, &InputEvent::record_key,
        &InputEvent::properties, &InputEvent::context, &InputEvent::traits}) {
    (fresh.*text).swap(event.*text);
    (fresh.*text).clear();
  }
  fresh.identifiers.swap(event.identifiers);
  fresh.identifiers.clear();
  fresh.trait_values.swap(event.trait_values);
  fresh.trait_values.clear();
  event = std::move(fresh);
}

}  // namespace

base::Result<InputEvent> decode_tracking(std::string_view json, const TrackingContext& context) {
  InputEvent event;
  const auto done = decode_tracking(json, context, event);
  if (!done) return done.error();
  return event;
}

base::Result<bool> decode_tracking(std::string_view json, const TrackingContext& context, InputEvent& event) {
  const auto checked = check_json(json);
  if (!checked) return checked.error();
  if (checked->kind != '{') return base::Error{"invalid_json", "an event must be a JSON object", ""};
  const Call call = split(json);
  Values values;
  renew(event);
  event.topic = core::InputTopic::tracking;
  event.trusted = context.trusted;
  event.source = context.source;
  values.message_id(call.message_id, event.message_id);
  read_name(values, call, event);
  event.received_at = values.instant(call.received_at, "/receivedAt").value_or(context.log_time);
  event.at = input::settled(values.instant(call.timestamp, "/timestamp"), event.received_at);
  event.machine = values.flag(call.machine, "/machine");
  event.history = values.flag(call.history, "/history");
  event.context = values.object(call.context, "/context");
  read_properties(values, call, event);
  read_traits(values, call, event);
  read_identifiers(values, call, event);
  event.record_key = input::key_of(event);
  if (!values.ok()) return values.error();
  return true;
}

void forget_email(core::Activity& activity, std::vector<core::Trait>& values) {
  const auto forget = [](std::string_view object) {
    return input::member(object, "email").empty() ? std::string(object) : input::without(object, "email");
  };
  activity.traits = forget(activity.traits);
  const std::string_view below = input::member(activity.context, "traits");
  if (!input::member(below, "email").empty())
    activity.context = input::with(activity.context, "traits", input::without(below, "email"));
  std::erase_if(values, [](const core::Trait& trait) { return trait.key == "email"; });
  for (core::Trait& trait : values)
    if (trait.key == "company" && activity.type == "group") trait.json = forget(trait.json);
}

}  // namespace scoreline::wire
