#include "wire/fields_reader.hpp"

#include <string>

#include "wire/json.hpp"

namespace scoreline::wire {
namespace {

using core::FieldType;
using Node = core::PathTable::Node;

void fill_text(core::FieldValue& slot, std::string_view raw, core::Fields& out) {
  JsonCursor cursor(raw);
  const JsonText text = cursor.text();
  slot.type = FieldType::string;
  slot.text = text.raw;
  if (!text.escaped) return;
  std::string content;
  if (unescape(text.raw, content))
    slot.text = out.keep(std::move(content));
  else
    slot = {};
}

void fill(core::FieldValue& slot, const Node& node, std::string_view raw, core::Fields& out) {
  slot = {};
  switch (raw.front()) {
    case '"':
      fill_text(slot, raw, out);
      break;
    case '{':
    case '[':
      slot.type = raw.front() == '{' ? FieldType::object : FieldType::array;
      if (node.canonical) slot.text = out.keep(canonical_json(raw));
      break;
    case 't':
    case 'f':
      if (raw != "true" && raw != "false") break;
      slot.type = FieldType::boolean;
      slot.boolean = raw == "true";
      break;
    case 'n':
      if (raw == "null") slot.type = FieldType::null;
      break;
    default:
      if (json_number(raw, slot.number))
        slot.type = FieldType::number;
      else
        slot = {};
  }
}

/// Fills what `node` and the paths below it name from `raw`, a value without white space around. As deep as the longest
/// path of the rule book.
void walk(const core::PathTable& paths, const Node& node, std::string_view raw, core::Fields& out) {
  if (raw.empty()) return;
  if (node.path >= 0) fill(out.at(static_cast<core::PathId>(node.path)), node, raw, out);
  if (node.children.empty() || raw.front() != '{') return;
  JsonCursor cursor(raw);
  cursor.enter('{');
  std::size_t wanted = node.children.size();
  std::string_view key;
  while (wanted > 0 && cursor.next_member(key)) {
    const auto child = node.children.find(key);
    const std::string_view value = cursor.raw_value();
    if (child == node.children.end()) continue;
    walk(paths, paths.node(child->second), value, out);
    --wanted;
  }
}

std::string_view trimmed(std::string_view json) {
  JsonCursor cursor(json);
  return cursor.peek() == '\0' ? std::string_view() : cursor.raw_value();
}

void set_text(core::Fields& out, core::PathId path, std::string_view text) {
  core::FieldValue& slot = out.at(path);
  slot.type = FieldType::string;
  slot.text = text;
}

}  // namespace

FieldsReader::FieldsReader(const core::PathTable& paths) : paths_(paths) {}

void FieldsReader::read(const core::Activity& activity, core::Fields& out) const {
  out.reset(paths_.size());
  set_text(out, core::PathTable::kName, activity.name);
  set_text(out, core::PathTable::kType, activity.type);
  set_text(out, core::PathTable::kSource, activity.source);
  const std::pair<std::string_view, std::string_view> parts[] = {
      {"properties", activity.properties}, {"context", activity.context}, {"traits", activity.traits}};
  for (const auto& [name, json] : parts) {
    const auto child = paths_.root().children.find(name);
    if (child != paths_.root().children.end() && !json.empty())
      walk(paths_, paths_.node(child->second), trimmed(json), out);
  }
}

void FieldsReader::read_traits(std::span<const core::Trait> lead_traits, core::Fields& out) const {
  out.reset(paths_.size());
  const auto traits = paths_.root().children.find("traits");
  if (traits == paths_.root().children.end()) return;
  const Node& node = paths_.node(traits->second);
  for (const core::Trait& trait : lead_traits) {
    const auto child = node.children.find(trait.key);
    if (child == node.children.end() || trait.json == "null") continue;
    walk(paths_, paths_.node(child->second), trimmed(trait.json), out);
  }
}

}  // namespace scoreline::wire
