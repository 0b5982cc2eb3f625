#include "flow/activity_fields.hpp"

#include <algorithm>

#include "wire/json.hpp"

namespace scoreline::flow {
namespace {

std::string_view member(std::string_view object, std::string_view name) {
  std::string_view found;
  wire::json_members(object, [&](std::string_view key, std::string_view raw) {
    if (key == name) found = raw;
  });
  return found;
}

std::string text_of(std::string_view raw) {
  std::string text;
  if (raw.empty() || raw == "null" || !wire::json_string(raw, text)) return {};
  return text;
}

}  // namespace

std::optional<core::ManualMove> manual_move(const core::Activity& activity) {
  if (activity.name != "deal.moved" || activity.topic != core::InputTopic::crm) return std::nullopt;
  core::ManualMove move;
  move.pipeline = text_of(member(activity.properties, "pipeline"));
  move.to = text_of(member(activity.properties, "to"));
  move.by = text_of(member(activity.properties, "by"));
  return move;
}

bool is_true(const core::Activity& activity, std::string_view property) {
  return member(activity.properties, property) == "true";
}

std::string text_trait(const std::vector<core::Trait>& traits, std::string_view key) {
  const auto found =
      std::find_if(traits.begin(), traits.end(), [&](const core::Trait& trait) { return trait.key == key; });
  return found == traits.end() ? std::string() : text_of(found->json);
}

void CustomerView::read(std::string_view json) {
  fields_.clear();
  known_ = !json.empty();
  wire::json_members(json, [&](std::string_view key, std::string_view raw) {
    Field& field = fields_.emplace_back();
    field.name = key;
    const bool quoted = !raw.empty() && raw.front() == '"';
    if (quoted) field.text = text_of(raw);
    const bool days = key == "days_to_pay" || key == "days_late";
    const std::string_view number = days ? std::string_view(field.text) : raw;
    if (raw == "null") {
      field.value.type = core::FieldType::null;
    } else if (raw == "true" || raw == "false") {
      field.value.type = core::FieldType::boolean;
      field.value.boolean = raw == "true";
    } else if (quoted && !days) {
      field.value.type = core::FieldType::string;
    } else if (wire::json_number(number, field.value.number)) {
      field.value.type = core::FieldType::number;
    }
  });
}

core::FieldValue CustomerView::field(std::string_view name) const {
  const auto found =
      std::find_if(fields_.begin(), fields_.end(), [&](const Field& field) { return field.name == name; });
  if (found == fields_.end()) return {};
  core::FieldValue value = found->value;
  if (value.type == core::FieldType::string) value.text = found->text;
  return value;
}

}  // namespace scoreline::flow
