#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <span>

#include "wire/erp_fields.hpp"
#include "wire/input_event.hpp"
#include "wire/input_event_values.hpp"
#include "wire/json.hpp"
#include "wire/json_writer.hpp"

namespace scoreline::wire {
namespace {

using core::IdentifierKind;
using core::InputEvent;
using input::Values;

/// Sums of a lead's documents stay far from the ends of int64.
constexpr std::int64_t kCentsMax = 1'000'000'000'000'000;

struct Change {
  std::string_view source, customer, kind, id, version, timestamp, received_at, history, data;
};

Change split(std::string_view json) {
  Change change;
  json_members(json, [&](std::string_view key, std::string_view value) {
    if (key == "source")
      change.source = value;
    else if (key == "customer")
      change.customer = value;
    else if (key == "kind")
      change.kind = value;
    else if (key == "id")
      change.id = value;
    else if (key == "version")
      change.version = value;
    else if (key == "timestamp")
      change.timestamp = value;
    else if (key == "receivedAt")
      change.received_at = value;
    else if (key == "history")
      change.history = value;
    else if (key == "data")
      change.data = value;
  });
  return change;
}

/// The shape of ISO 4217 codes; amounts themselves are in the base currency, whatever stands here.
bool is_currency(std::string_view text) {
  const auto letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); };
  return text.size() == 3 && std::all_of(text.begin(), text.end(), letter);
}

void check_fields(Values& values, std::string_view object, std::span<const ErpField> fields);

void check_field(Values& values, const ErpField& field, std::string_view raw) {
  switch (field.type) {
    case ErpType::text: {
      const std::string text = values.text(raw, field.where);
      if (field.key == "currency" && !text.empty() && !is_currency(text))
        values.refuse("invalid_value", "a currency is three letters, such as EUR", field.where);
      break;
    }
    case ErpType::id:
      values.id(raw, field.where);
      break;
    case ErpType::flag:
      values.flag(raw, field.where);
      break;
    case ErpType::integer:
      values.integer(raw, field.where);
      break;
    case ErpType::number:
      values.number(raw, field.where);
      break;
    case ErpType::date:
      values.date(raw, field.where);
      break;
    case ErpType::cents:
    case ErpType::credited: {
      const std::int64_t cents = values.integer(raw, field.where).value_or(0);
      if (cents < -kCentsMax || cents > kCentsMax)
        values.refuse("invalid_value", "an amount is too large", field.where);
      if (cents < 0 && field.type == ErpType::credited)
        values.refuse("invalid_value", "the amounts of a credit are positive", field.where);
      break;
    }
    case ErpType::lines:
      json_elements(values.array(raw, field.where),
                    [&](std::string_view line) { check_fields(values, values.object(line, field.where), kErpLine); });
      break;
  }
}

void check_fields(Values& values, std::string_view object, std::span<const ErpField> fields) {
  json_members(object, [&](std::string_view key, std::string_view value) {
    for (const ErpField& field : fields)
      if (field.key == key) check_field(values, field, value);
  });
}

// Semantics 3: traits of ERP customers, `email` as written; an empty field leaves the trait as it is.
void read_customer(Values& values, std::string_view data, InputEvent& event) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kTraits{
      {{"email", "email"}, {"firstName", "firstName"}, {"lastName", "lastName"}, {"company", "companyName"}}};
  JsonWriter traits(event.traits);
  traits.begin_object();
  for (const auto& [field, trait] : kTraits) {
    const std::string_view raw = input::member(data, field);
    const std::string value = values.text(raw, "/data");
    if (value.find_first_not_of(" \t\r\n") == std::string::npos) continue;
    traits.key(trait).raw(raw);
    event.trait_values.push_back({std::string(trait), std::string(raw), event.at, event.message_id});
  }
  traits.end_object();
  std::string address = core::normal_address(input::string_member(data, "email"));
  if (address.size() > input::kIdBytesMax) values.refuse("too_large", "an e-mail address is too long", "/data/email");
  input::add(event, IdentifierKind::email, std::move(address));
}

core::ErpDocument read_document(Values& values, const Change& change) {
  core::ErpDocument document;
  document.source = values.text(change.source, "/source");
  if (document.source.empty()) values.refuse("missing_value", "source must name the ERP system", "/source");
  // `erp:<source>:<customer>` must say which part is which.
  if (document.source.find(':') != std::string::npos)
    values.refuse("invalid_value", "source must not contain a colon", "/source");
  document.customer = values.person(change.customer, "/customer");
  if (document.customer.empty()) values.refuse("missing_id", "customer must be the customer's number", "/customer");
  document.kind = values.text(change.kind, "/kind");
  document.id = values.id(change.id, "/id");
  if (document.id.empty()) values.refuse("missing_value", "id must name the document", "/id");
  const auto version = values.integer(change.version, "/version");
  if (!version)
    values.refuse("missing_value", "version must be an integer that rises with every change of the document",
                  "/version");
  document.version = version.value_or(0);
  return document;
}

}  // namespace

base::Result<InputEvent> decode_erp(std::string_view json, base::Instant log_time) {
  const auto checked = check_json(json);
  if (!checked) return checked.error();
  if (checked->kind != '{') return base::Error{"invalid_json", "an event must be a JSON object", ""};
  const Change change = split(json);
  Values values;
  core::ErpDocument document = read_document(values, change);
  const ErpKind* kind = erp_kind(document.kind);
  if (!kind) values.refuse("unknown_kind", "kind must be one of customer, order, invoice, payment, credit", "/kind");
  InputEvent event;
  event.topic = core::InputTopic::erp;
  event.trusted = true;
  event.type = "erp";
  event.source = document.source;
  event.message_id =
      fmt::format("{}:{}:{}:{}:{}", document.source, document.customer, document.kind, document.id, document.version);
  event.record_key = fmt::format("erp:{}:{}", document.source, document.customer);
  event.received_at = values.instant(change.received_at, "/receivedAt").value_or(log_time);
  event.at = input::settled(values.instant(change.timestamp, "/timestamp"), event.received_at);
  event.history = values.flag(change.history, "/history");
  event.properties = values.object(change.data, "/data");
  if (!values.ok()) return values.error();
  check_fields(values, event.properties, kind->fields);
  if (kind->name == "customer") read_customer(values, event.properties, event);
  document.cancelled = values.flag(input::member(event.properties, "cancelled"), "/data/cancelled") &&
                       (kind->name == "order" || kind->name == "invoice");
  event.name = kind->name == "order" && document.cancelled ? "order.cancelled" : kind->first;
  if (!kind->dated_by.empty()) {
    const auto own = values.date(input::member(event.properties, kind->dated_by), "/data");
    document.dated = input::settled(base::midnight(own.value_or(base::day_of(event.at))), event.received_at);
  }
  input::add(event, IdentifierKind::erp, document.source + ":" + document.customer);
  if (!values.ok()) return values.error();
  event.document = std::move(document);
  return event;
}

}  // namespace scoreline::wire
