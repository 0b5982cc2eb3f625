#pragma once
/// JSON at the border: a strict check of foreign text, raw slices of checked text, and the canonical form. No document
/// trees. All functions are pure and thread-safe; none reads beyond its text, whatever that holds.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "core/value.hpp"
#include "wire/json_cursor.hpp"

namespace scoreline::wire {

struct JsonLimits {
  std::uint32_t depth = 32;             // objects and arrays within each other
  std::uint32_t members = 256;          // of one object
  std::size_t string_bytes = 8 * 1024;  // of one string or key, unescaped
};

struct JsonStats {
  char kind = 0;            // first byte of the value: '{', '[', '"', 't', 'f', 'n', '-' or a digit
  std::uint32_t depth = 0;  // deepest nesting
  std::size_t values = 0;   // all values, objects and arrays included
};

/// The whole text is one JSON value (white space around it allowed). Strings are strict UTF-8 after unescaping, without
/// U+0000 and lone surrogates; keys of an object differ; numbers are finite, integers fit into int64. Error codes:
/// invalid_json, invalid_string, invalid_number, too_deep, too_large (string or number of members), duplicate_key;
/// `where` is the JSON pointer of the value.
base::Result<JsonStats> check_json(std::string_view text, const JsonLimits& limits = {});

/// Calls `visit(key, raw_value)` for the members of an object in their order. Keys are unescaped and live until the
/// next call; values are slices of the text without white space around. False: not an object, or broken where it was
/// looked at (members before that have been visited).
template <typename Visit>
bool json_members(std::string_view object_text, Visit&& visit) {
  JsonCursor cursor(object_text);
  if (!cursor.enter('{')) return false;
  std::string_view key;
  while (cursor.next_member(key)) {
    const std::string_view value = cursor.raw_value();
    if (cursor.ok()) visit(key, value);
  }
  return cursor.ok() && cursor.at_end();
}

/// The same for the elements of an array: `visit(raw_value)`.
template <typename Visit>
bool json_elements(std::string_view array_text, Visit&& visit) {
  JsonCursor cursor(array_text);
  if (!cursor.enter('[')) return false;
  while (cursor.next_element()) {
    const std::string_view value = cursor.raw_value();
    if (cursor.ok()) visit(value);
  }
  return cursor.ok() && cursor.at_end();
}

/// The number a JSON text stands for; false: it is none, or not finite as a double. Integers within int64 stay integers
/// when written as such; everything else is the nearest double.
bool json_number(std::string_view text, core::Number& out);

/// The content of a JSON string text (with its quotes). False: it is none, or has escapes that mean nothing.
bool json_string(std::string_view text, std::string& out);

/// One text for equal values: members sorted by the bytes of their keys, no white space, numbers by value (1.0 and 1e0
/// are 1; doubles by their shortest text), strings with the fewest escapes. `text` must have passed check_json with at
/// most kCanonicalDepth levels; otherwise "" is returned.
std::string canonical_json(std::string_view text);
inline constexpr std::uint32_t kCanonicalDepth = 64;

}  // namespace scoreline::wire
