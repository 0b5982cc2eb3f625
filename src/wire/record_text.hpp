#pragma once
/// What the codecs of derived records share (private to wire/*_record*.cpp): members of one JSON object, read in one
/// pass, the first fault remembered.
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"
#include "core/ids.hpp"
#include "wire/json_cursor.hpp"
#include "wire/json_writer.hpp"

namespace scoreline::wire::record {

/// Reads the cursor's next value as what the function says. `where` is the JSON pointer named in the error.
class Reader {
 public:
  explicit Reader(std::string_view json) : cursor_(json) {}
  JsonCursor& cursor() { return cursor_; }
  bool ok() const { return error_.code.empty() && cursor_.ok(); }
  /// The first fault; a broken text where nothing else was wrong.
  base::Error error() const;
  void refuse(std::string_view code, std::string_view message, std::string_view where);

  void text(std::string& out, std::string_view where);
  /// "" stands for null.
  void text_or_null(std::string& out, std::string_view where);
  void raw_object(std::string& out, std::string_view where);
  void flag(bool& out, std::string_view where);
  void integer(std::int64_t& out, std::string_view where);
  void natural(std::uint64_t& out, std::string_view where);
  void natural32(std::uint32_t& out, std::string_view where);
  void lead(core::LeadId& out, std::string_view where);
  void instant(base::Instant& out, std::string_view where);
  void day(base::Day& out, std::string_view where);
  void skip() { cursor_.raw_value(); }

 private:
  std::string_view content(std::string_view where);
  JsonCursor cursor_;
  std::string scratch_;
  base::Error error_;
};

void write_lead(JsonWriter& writer, std::string_view key, core::LeadId lead);
/// Within the years that RFC 3339 can write.
void write_instant(std::string& out, JsonWriter& writer, std::string_view key, base::Instant at);

std::string to_base64(std::string_view bytes);
/// False: not base64.
bool from_base64(std::string_view text, std::string& bytes);

}  // namespace scoreline::wire::record
