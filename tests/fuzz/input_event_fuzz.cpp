/// Any bytes as values of the input topics; what is taken can be written to lead.activities and read again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "wire/input_event.hpp"
#include "wire/lead_record.hpp"

namespace core = scoreline::core;
namespace wire = scoreline::wire;

namespace {

void passed_on(const scoreline::base::Result<core::InputEvent>& event) {
  if (!event || event->kind != core::InputEvent::Kind::activity) return;
  core::LeadRecord record;
  record.lead = {1};
  core::Activity& activity = record.activity;
  activity.name = event->name;
  activity.type = event->type;
  activity.source = event->source;
  activity.topic = event->topic;
  activity.message_id = event->message_id;
  activity.record_key = event->record_key;
  activity.at = event->at;
  activity.received_at = event->received_at;
  activity.properties = event->properties;
  activity.context = event->context;
  activity.traits = event->traits;
  activity.identifiers = event->identifiers;
  activity.trait_changes = event->trait_values;
  activity.document = event->document;
  wire::forget_email(activity, activity.trait_changes);
  const auto back = wire::decode_lead_record(wire::encode(record));
  if (!back || back->activity.properties != activity.properties || back->activity.identifiers != activity.identifiers)
    std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  passed_on(wire::decode_tracking(text, {"web", true, {}}));
  passed_on(wire::decode_tracking(text, {"web", false, {}}));
  passed_on(wire::decode_crm(text, {}));
  passed_on(wire::decode_erp(text, {}));
  return 0;
}
