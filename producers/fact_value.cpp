#include "producers/fact_value.hpp"

#include "producers/json_slices.hpp"
#include "wire/input_event.hpp"

namespace scoreline::producers {

base::Result<core::InputEvent> append_fact_value(std::string& out, std::string_view fact, base::Instant received_at) {
  const std::size_t begin = out.size();
  out.push_back('{');
  JsonSlices members(fact);
  std::string_view key, value;
  while (members.next(key, value)) {
    if (key == "receivedAt" || key == "writeKey" || key.find('\\') != std::string_view::npos) continue;
    out.append("\"").append(key).append("\":").append(value).push_back(',');
  }
  out += "\"receivedAt\":\"";
  base::append_rfc3339(out, received_at);
  out += "\"}";
  auto event = wire::decode_crm(std::string_view(out).substr(begin), received_at);
  if (event && event->kind == core::InputEvent::Kind::tick)
    return base::Error{"unknown_event", "ticks are written by the clock alone", "/event"};
  return event;
}

}  // namespace scoreline::producers
