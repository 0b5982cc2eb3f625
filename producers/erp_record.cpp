#include "producers/erp_record.hpp"

#include "flow/input_consumer.hpp"
#include "wire/input_event.hpp"
#include "wire/json.hpp"

namespace scoreline::producers {

base::Result<core::InputEvent> read_erp_value(std::string_view value, base::Instant now,
                                              std::string_view base_currency) {
  static const std::size_t kBytesMax = flow::InputConsumerOptions{}.record_bytes_max;
  if (value.size() > kBytesMax)
    return base::Error{"too_large", "the document is larger than 256 KiB, more than can be passed on", ""};
  auto event = wire::decode_erp(value, now);
  if (!event) return event;
  std::string currency;
  wire::json_members(event->properties, [&](std::string_view key, std::string_view raw) {
    if (key == "currency") wire::json_string(raw, currency);
  });
  if (!currency.empty() && currency != base_currency)
    return base::Error{"currency",
                       "amounts are in " + std::string(base_currency) +
                           "; convert them once, half away from zero, before they are published",
                       "/data/currency"};
  return event;
}

ErpRecord erp_record(std::string value, const core::InputEvent& event, const base::HashKey& key) {
  ErpRecord record;
  record.key = base::to_hex(base::keyed_hash(key, event.record_key));
  record.headers = {{"ce_specversion", "1.0"},
                    {"ce_id", base::to_hex(base::keyed_hash(key, event.message_id))},
                    {"ce_source", "/scoreline/erp/" + event.source},
                    {"ce_type", "scoreline.erp.change.v1"},
                    {"ce_trusted", "true"},
                    {"content-type", "application/json"}};
  record.value = std::move(value);
  return record;
}

}  // namespace scoreline::producers
