#pragma once
/// Cuts a stream of bytes into the pieces that stand for one row each: lines of NDJSON, records of CSV (RFC 4180: a
/// line end within quotes belongs to the field). Memory is bounded by the largest piece, whatever the stream.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace scoreline::producers {

/// A row's text without its line end, and where it stands.
struct ErpPiece {
  std::string_view text;    // lives until the next call of feed() or next()
  std::uint64_t begin = 0;  // byte offsets in the stream: of its first byte
  std::uint64_t end = 0;    // and behind its line end
  std::uint64_t line = 0;   // of its first byte, from 1
  bool terminated = true;   // has a line end; false: the last one of the stream
  std::string_view fault;   // "": none; too_long, open_quote (its text is the first line alone)
};

/// One thread. Pieces larger than kPieceBytesMax are faults and passed over; so is the first line of a CSV record whose
/// quote never closes: what follows is cut anew.
class ErpPieces {
 public:
  static constexpr std::size_t kPieceBytesMax = 1024 * 1024;

  /// Of a stream whose first byte has that offset and line.
  enum class Format : std::uint8_t { lines, csv };
  explicit ErpPieces(Format format, std::uint64_t offset = 0, std::uint64_t line = 1)
      : format_(format), offset_(offset), line_(line) {}
  /// CSV: what stands between fields; may be set until the first piece is taken.
  void set_delimiter(char delimiter) { delimiter_ = delimiter; }

  void feed(std::string_view bytes);
  /// No more bytes will come: what is left is a piece.
  void finish() { finished_ = true; }
  /// The next piece; false: more bytes are needed, or (finished) there is none.
  bool next(ErpPiece& piece);
  /// Bytes that are not in a piece yet; all that is left of the stream so far.
  std::string_view rest() const { return std::string_view(buffer_).substr(begin_); }
  std::uint64_t rest_offset() const { return offset_; }
  std::uint64_t rest_line() const { return line_; }

 private:
  enum class State : std::uint8_t { field_start, plain, quoted, quote_in_quoted };
  bool scan();
  void take(ErpPiece& piece, std::size_t size, bool terminated);
  bool drop(ErpPiece& piece, bool ended);

  Format format_;
  char delimiter_ = ',';
  std::string buffer_;
  std::size_t begin_ = 0, scan_ = 0;  // within buffer_: of the next piece, and how far it was looked at
  State state_ = State::field_start;
  bool malformed_ = false;       // text stands behind a closing quote
  std::uint64_t offset_, line_;  // of begin_
  bool finished_ = false;
  bool dropping_ = false;  // within a line that is too long, which began here:
  std::uint64_t dropped_begin_ = 0, dropped_line_ = 0;
};

/// The delimiter of a CSV text whose beginning this is: the one of `;`, `,` and tab that stands most often in its first
/// line (whatever is quoted there), outside of quotes; `;` before `,` before tab; ',' where there is none.
char csv_delimiter(std::string_view head);

/// The fields of one record, unquoted, into strings that keep their room. Error code csv: a quote that does not close,
/// or text behind a closing one; `where` is the field's number from 1.
base::Result<bool> csv_fields(std::string_view record, char delimiter, std::vector<std::string>& fields);

}  // namespace scoreline::producers
