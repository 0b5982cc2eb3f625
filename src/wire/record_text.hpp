#pragma once
/// What the codecs of derived records share (private to wire/*_record*.cpp): members of one JSON object, read in one
/// pass, the first fault remembered.
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"
#include "core/ids.hpp"
#include "wire/json_cursor.hpp"
#include "wire/json_writer.hpp"

namespace scoreline::wire::record {

/// Reads the cursor's next value as what the function says. `where` is the JSON pointer named in the error, below what
/// Within has gone into.
class Reader {
 public:
  /// While it lives, what is read stands below `name` ("/personal").
  class [[nodiscard]] Within {
   public:
    Within(Reader& reader, std::string_view name) : reader_(reader), outside_(reader.within_.size()) {
      reader.within_.append(name);
    }
    ~Within() { reader_.within_.resize(outside_); }
    Within(const Within&) = delete;
    Within& operator=(const Within&) = delete;

   private:
    Reader& reader_;
    std::size_t outside_;
  };

  explicit Reader(std::string_view json) : cursor_(json) {}
  JsonCursor& cursor() { return cursor_; }
  bool ok() const { return error_.code.empty() && cursor_.ok(); }
  /// The first fault; a broken text where nothing else was wrong.
  base::Error error() const;
  void refuse(std::string_view code, std::string_view message, std::string_view where);

  /// Refuses as missing_value unless `there`.
  void require(bool there, std::string_view message, std::string_view where) {
    if (!there) refuse("missing_value", message, where);
  }

  /// Goes into an object or array; refuses anything else.
  bool enter(char bracket, std::string_view where);
  /// The whole text, which must be one object and nothing else. False: see error(). `take` as in object().
  template <typename Take>
  bool whole(Take&& take) {
    if (!cursor_.enter('{')) return false;
    std::string_view key;
    while (ok() && cursor_.next_member(key))
      if (!take(key)) skip();
    return ok() && cursor_.at_end();
  }
  /// The members of an object: `take(key)` reads the value, or leaves it alone and says false (then it is skipped).
  template <typename Take>
  void object(std::string_view where, Take&& take) {
    if (!enter('{', where)) return;
    std::string_view key;
    while (ok() && cursor_.next_member(key))
      if (!take(key)) skip();
  }
  /// The elements of an array, each read by `take()`.
  template <typename Take>
  void array(std::string_view where, Take&& take) {
    if (!enter('[', where)) return;
    while (ok() && cursor_.next_element()) take();
  }

  /// One of `words`, which stand in the order of the enumeration; any other is refused as `code`.
  template <typename Enum>
  void word(Enum& out, std::span<const std::string_view> words, std::string_view where,
            std::string_view code = "invalid_value", std::string_view message = "this is none of the words it may be") {
    out = static_cast<Enum>(place_of_word(words, where, code, message));
  }
  /// The member `kind` of a record.
  template <typename Enum>
  void kind(Enum& out, std::span<const std::string_view> words) {
    word(out, words, "/kind", "unknown_kind",
         "this kind of record is not known: the reader may be older than the writer");
  }

  void text(std::string& out, std::string_view where);
  /// "" stands for null.
  void text_or_null(std::string& out, std::string_view where);
  void raw_object(std::string& out, std::string_view where);
  /// "" stands for null.
  void raw_object_or_null(std::string& out, std::string_view where);
  void base64(std::string& out, std::string_view where);
  void flag(bool& out, std::string_view where);
  void integer(std::int64_t& out, std::string_view where);
  void natural(std::uint64_t& out, std::string_view where);
  void natural32(std::uint32_t& out, std::string_view where);
  /// 0 to INT32_MAX.
  void natural31(std::int32_t& out, std::string_view where);
  /// Sixteen hexadecimal digits in a string: 64 bits are too many for the numbers of some readers.
  void hex64(std::uint64_t& out, std::string_view where);
  void lead(core::LeadId& out, std::string_view where);
  void instant(base::Instant& out, std::string_view where);
  void day(base::Day& out, std::string_view where);
  void skip() { cursor_.raw_value(); }

 private:
  std::string_view content(std::string_view where);
  std::size_t place_of_word(std::span<const std::string_view> words, std::string_view where, std::string_view code,
                            std::string_view message);
  JsonCursor cursor_;
  std::string scratch_, within_;
  base::Error error_;
};

/// Members that are left out where they are empty.
void write_text(JsonWriter& writer, std::string_view key, std::string_view text);
void write_raw(JsonWriter& writer, std::string_view key, std::string_view json);
void write_flag(JsonWriter& writer, std::string_view key, bool flag);
/// null where they are empty.
void write_text_or_null(JsonWriter& writer, std::string_view key, std::string_view text);
void write_raw_or_null(JsonWriter& writer, std::string_view key, std::string_view json);
void write_lead(JsonWriter& writer, std::string_view key, core::LeadId lead);
void write_hex64(JsonWriter& writer, std::string_view key, std::uint64_t value);
/// Within the years that RFC 3339 can write.
void write_instant(std::string& out, JsonWriter& writer, std::string_view key, base::Instant at);

std::string to_base64(std::string_view bytes);
/// False: not base64.
bool from_base64(std::string_view text, std::string& bytes);

}  // namespace scoreline::wire::record
