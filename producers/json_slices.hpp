#pragma once
/// One level of a JSON text as raw slices of it, so that events are taken apart and put together without a document
/// tree. Looks at structure only (quotes, brackets, commas): whether strings and numbers are lawful is
/// wire::check_json's business. Never reads beyond its text, whatever that is.
#include <string_view>

namespace scoreline::producers {

/// The members of an object or the elements of an array, in order.
class JsonSlices {
 public:
  /// `text`: an object or array, white space around it allowed.
  explicit JsonSlices(std::string_view text);
  /// The next member's key (raw, without quotes; "" for elements) and value (without white space around). False: at
  /// the end, or not ok().
  bool next(std::string_view& key, std::string_view& value);
  /// False: the text is not an object or array, or its structure is broken where it has been looked at.
  bool ok() const { return ok_; }
  bool array() const { return array_; }

 private:
  bool fail();
  void skip_space();
  bool skip_string();
  bool skip_value();

  std::string_view rest_;
  bool ok_ = true, array_ = false, first_ = true, done_ = false;
};

/// Whether a member counts as not given: null or "" (facts: tracking API 3).
inline bool blank(std::string_view value) { return value.empty() || value == "null" || value == "\"\""; }
/// The content of a string without escapes; "" for anything else.
std::string_view plain_text(std::string_view value);

}  // namespace scoreline::producers
