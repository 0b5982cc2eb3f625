#include "wire/rulebook_toml_tree.hpp"

#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#define TOML_ENABLE_FORMATTERS 0
#include <fmt/core.h>
#include <toml++/toml.h>

namespace scoreline::wire {
namespace {

std::string date_text(const toml::date& d) { return fmt::format("{:04}-{:02}-{:02}", d.year, d.month, d.day); }
std::string time_text(const toml::time& t) {
  std::string out = fmt::format("{:02}:{:02}:{:02}", t.hour, t.minute, t.second);
  if (t.nanosecond != 0) out += fmt::format(".{:09}", t.nanosecond);
  return out;
}
std::string date_time_text(const toml::date_time& at) {
  std::string out = date_text(at.date) + "T" + time_text(at.time);
  if (!at.offset) return out;
  const int minutes = at.offset->minutes;
  if (minutes == 0) return out + "Z";
  return out + fmt::format("{}{:02}:{:02}", minutes < 0 ? '-' : '+', std::abs(minutes) / 60, std::abs(minutes) % 60);
}

TomlNode convert(const toml::node& node);

void convert_table(const toml::table& table, TomlNode& out) {
  out.kind = TomlNode::Kind::table;
  for (const auto& [key, value] : table) {
    TomlNode child = convert(value);
    child.key = key.str();
    child.key_line = static_cast<int>(key.source().begin.line);
    child.key_column = static_cast<int>(key.source().begin.column);
    // Tables that only came to be by a longer key have no place of their own.
    if (child.line == 0) child.line = child.key_line, child.column = child.key_column;
    out.children.push_back(std::move(child));
  }
}

TomlNode convert(const toml::node& node) {
  TomlNode out;
  out.line = static_cast<int>(node.source().begin.line);
  out.column = static_cast<int>(node.source().begin.column);
  switch (node.type()) {
    case toml::node_type::table:
      convert_table(*node.as_table(), out);
      break;
    case toml::node_type::array:
      out.kind = TomlNode::Kind::array;
      for (const toml::node& item : *node.as_array()) out.children.push_back(convert(item));
      break;
    case toml::node_type::string:
      out.kind = TomlNode::Kind::string, out.text = node.as_string()->get();
      break;
    case toml::node_type::integer:
      out.kind = TomlNode::Kind::integer, out.integer = node.as_integer()->get();
      break;
    case toml::node_type::floating_point:
      out.kind = TomlNode::Kind::real, out.real = node.as_floating_point()->get();
      break;
    case toml::node_type::boolean:
      out.kind = TomlNode::Kind::boolean, out.boolean = node.as_boolean()->get();
      break;
    case toml::node_type::date:
      out.kind = TomlNode::Kind::date, out.text = date_text(node.as_date()->get());
      break;
    case toml::node_type::time:
      out.kind = TomlNode::Kind::date, out.text = time_text(node.as_time()->get());
      break;
    case toml::node_type::date_time:
      out.kind = TomlNode::Kind::date, out.text = date_time_text(node.as_date_time()->get());
      break;
    case toml::node_type::none:
      break;
  }
  return out;
}

}  // namespace

std::string_view kind_name(TomlNode::Kind kind) {
  switch (kind) {
    case TomlNode::Kind::table:
      return "a table";
    case TomlNode::Kind::array:
      return "a list";
    case TomlNode::Kind::string:
      return "a string";
    case TomlNode::Kind::integer:
      return "an integer";
    case TomlNode::Kind::real:
      return "a number with a fraction";
    case TomlNode::Kind::boolean:
      return "true or false";
    case TomlNode::Kind::date:
      return "a date or time";
  }
  return "nothing";
}

TomlDocument parse_toml(std::string_view text) {
  const toml::parse_result result = toml::parse(text);
  TomlDocument document;
  if (result) {
    document.root = convert(result.table());
    document.readable = true;
  } else {
    document.message = result.error().description();
    document.line = static_cast<int>(result.error().source().begin.line);
    document.column = static_cast<int>(result.error().source().begin.column);
  }
  return document;
}

}  // namespace scoreline::wire
