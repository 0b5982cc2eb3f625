#pragma once
/// Writes JSON text at the end of a string. Commas are put by themselves; balancing is the caller's business. One
/// thread; the string must outlive the writer.
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace scoreline::wire {

class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}

  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& end_array() { return close(']'); }
  /// Any key; escaped like string().
  JsonWriter& key(std::string_view key);
  /// UTF-8 text; quotes, backslashes and control characters are escaped.
  JsonWriter& string(std::string_view text);
  /// JSON text that is put in as it is.
  JsonWriter& raw(std::string_view json);
  JsonWriter& integer(std::signed_integral auto value) { return signed_integer(value); }
  JsonWriter& integer(std::unsigned_integral auto value) { return unsigned_integer(value); }
  JsonWriter& boolean(bool value) { return raw(value ? "true" : "false"); }
  JsonWriter& null() { return raw("null"); }

 private:
  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);
  JsonWriter& signed_integer(std::int64_t value);
  JsonWriter& unsigned_integer(std::uint64_t value);
  void separate() {
    if (comma_) out_.push_back(',');
    comma_ = true;
  }

  std::string& out_;
  bool comma_ = false;
};

/// Appends `text` as a JSON string with its quotes.
void append_json_string(std::string& out, std::string_view text);

}  // namespace scoreline::wire
