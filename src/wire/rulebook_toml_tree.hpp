#pragma once
/// A TOML document as a plain tree with places, so that one file alone deals with the TOML library.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace scoreline::wire {

struct TomlNode {
  enum class Kind : std::uint8_t { table, array, string, integer, real, boolean, date } kind = Kind::table;
  int line = 0, column = 0;  // of the value, from 1
  std::string key;           // in a table
  int key_line = 0, key_column = 0;
  std::string text;  // string; date and time as written
  std::int64_t integer = 0;
  double real = 0;
  bool boolean = false;
  std::vector<TomlNode> children;  // of a table (by key, bytewise) or an array
};

/// "a string", "an integer", "a list", ...
std::string_view kind_name(TomlNode::Kind kind);

/// A document, or why it cannot be read.
struct TomlDocument {
  TomlNode root;
  bool readable = false;
  std::string message;
  int line = 0, column = 0;
};
TomlDocument parse_toml(std::string_view text);

}  // namespace scoreline::wire
