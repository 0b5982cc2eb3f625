#pragma once
/// Walks JSON text from left to right without copying it: structure (brackets, commas, quotes) is checked, strings and
/// numbers are only delimited; their lawfulness is check_json's business. Any text is safe: the first fault ends the
/// walk (ok() == false), and nothing is read beyond the end.
///
///   JsonCursor cursor(text);
///   if (cursor.enter('{'))
///     while (cursor.next_member(key)) { ... exactly one of enter, raw_value, text ... }
#include <cstdint>
#include <string>
#include <string_view>

namespace scoreline::wire {

/// A JSON string as it stands between its quotes.
struct JsonText {
  std::string_view raw;
  bool escaped = false;  // has backslashes: unescape() it
};
/// Appends the unescaped content to `out`. False: an escape that means nothing, or half a surrogate pair.
bool unescape(std::string_view raw, std::string& out);

class JsonCursor {
 public:
  explicit JsonCursor(std::string_view text) : at_(text.data()), end_(text.data() + text.size()) {}

  bool ok() const { return ok_; }
  /// Nothing but white space is left.
  bool at_end() {
    skip_space();
    return at_ == end_;
  }
  /// First byte of the next value; 0 at the end.
  char peek() {
    skip_space();
    return at_ < end_ ? *at_ : '\0';
  }
  /// Goes into an object '{' or array '['; false when the next value is something else (which stays).
  bool enter(char bracket);
  /// To the next member's value; false behind the last one (the object is left), or when broken. `key` is unescaped and
  /// lives until the next call.
  bool next_member(std::string_view& key);
  /// To the next element; false behind the last one (the array is left), or when broken.
  bool next_element();
  /// Slice of the next value, which is passed over. "" when broken.
  std::string_view raw_value();
  /// The next value, which must be a string (else broken).
  JsonText text();

 private:
  bool fail();
  void skip_space() {
    while (at_ < end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
  }
  bool skip_string(bool& escaped);
  bool skip_nested();
  bool separator(char close);

  const char* at_;
  const char* end_;
  bool ok_ = true;
  bool first_ = false;  // right behind an opening bracket
  std::string key_;     // of an escaped key
};

}  // namespace scoreline::wire
