#include "producers/erp_pieces.hpp"

#include <algorithm>
#include <cstring>

namespace scoreline::producers {

void ErpPieces::feed(std::string_view bytes) {
  buffer_.erase(0, begin_);
  scan_ -= begin_;
  begin_ = 0;
  buffer_.append(bytes);
}

// Looks for the end of the piece; true: scan_ stands behind its line feed.
bool ErpPieces::scan() {
  if (format_ == Format::lines || dropping_) {
    const auto* found = static_cast<const char*>(std::memchr(buffer_.data() + scan_, '\n', buffer_.size() - scan_));
    scan_ = found == nullptr ? buffer_.size() : static_cast<std::size_t>(found - buffer_.data()) + 1;
    return found != nullptr;
  }
  while (scan_ < buffer_.size()) {
    const char c = buffer_[scan_++];
    switch (state_) {
      case State::quoted:
        if (c == '"') state_ = State::quote_in_quoted;
        continue;
      case State::field_start:
        if (c == '"') {
          state_ = State::quoted;
          continue;
        }
        break;
      case State::quote_in_quoted:
        if (c == '"') {
          state_ = State::quoted;
          continue;
        }
        break;
      case State::plain:
        break;
    }
    if (c == '\n') return true;
    if (state_ == State::quote_in_quoted && c != delimiter_) {
      if (c == '\r') continue;
      malformed_ = true;
    }
    state_ = c == delimiter_ ? State::field_start : State::plain;
  }
  return false;
}

void ErpPieces::take(ErpPiece& piece, std::size_t size, bool terminated) {
  const std::string_view whole = std::string_view(buffer_).substr(begin_, size);
  piece.begin = offset_;
  piece.end = offset_ + size;
  piece.line = line_;
  piece.terminated = terminated;
  piece.fault = {};
  piece.text = whole;
  if (terminated) piece.text.remove_suffix(1);
  if (!piece.text.empty() && piece.text.back() == '\r') piece.text.remove_suffix(1);
  line_ += static_cast<std::uint64_t>(std::count(whole.begin(), whole.end(), '\n'));
  offset_ = piece.end;
  begin_ += size;
  scan_ = begin_;
  state_ = State::field_start;
  malformed_ = false;
}

// Nothing of a line that is too long is kept, but the piece that says so is the whole line: a reader that goes on
// behind it is never within a line.
bool ErpPieces::drop(ErpPiece& piece, bool ended) {
  if (!dropping_) {
    dropping_ = true;
    dropped_begin_ = offset_;
    dropped_line_ = line_;
  }
  take(piece, scan_ - begin_, ended);
  if (!ended && !finished_) return false;
  dropping_ = false;
  piece.begin = dropped_begin_;
  piece.line = dropped_line_;
  piece.text = {};
  piece.fault = "too_long";
  return true;
}

bool ErpPieces::next(ErpPiece& piece) {
  const bool ended = scan();
  const std::size_t size = scan_ - begin_;
  if (dropping_) return (size > 0 || finished_) && drop(piece, ended);
  const bool in_quotes = format_ == Format::csv && state_ == State::quoted;
  const std::size_t feed = in_quotes || malformed_ ? buffer_.find('\n', begin_) : std::string::npos;
  const bool over_lines = feed != std::string::npos && feed + 1 < scan_;
  if ((in_quotes && (finished_ || size > kPieceBytesMax)) || (malformed_ && over_lines && (ended || finished_))) {
    // The quote may be the fault of one line: the others are cut again.
    if (feed == std::string::npos && size > kPieceBytesMax) return drop(piece, false);
    const bool terminated = feed != std::string::npos;
    take(piece, terminated ? feed + 1 - begin_ : size, terminated);
    piece.fault = piece.end - piece.begin > kPieceBytesMax ? "too_long" : "open_quote";
    return true;
  }
  if (size > kPieceBytesMax) return drop(piece, ended);
  if (!ended && (!finished_ || size == 0)) return false;
  take(piece, size, ended);
  return true;
}

char csv_delimiter(std::string_view head) {
  static constexpr std::string_view kDelimiters = ";,\t";
  std::size_t counts[kDelimiters.size()] = {};
  bool quoted = false;
  for (const char c : head) {
    if (c == '\n') break;
    if (c == '"') quoted = !quoted;
    if (quoted) continue;
    if (const std::size_t which = kDelimiters.find(c); which != std::string_view::npos) ++counts[which];
  }
  const auto* most = std::max_element(std::begin(counts), std::end(counts));
  return *most == 0 ? ',' : kDelimiters[static_cast<std::size_t>(most - std::begin(counts))];
}

base::Result<bool> csv_fields(std::string_view record, char delimiter, std::vector<std::string>& fields) {
  std::size_t count = 0;
  const auto fault = [&](const char* message) { return base::Error{"csv", message, std::to_string(count)}; };
  for (;;) {
    if (fields.size() == count) fields.emplace_back();
    std::string& field = fields[count++];
    field.clear();
    if (record.starts_with('"')) {
      record.remove_prefix(1);
      for (;;) {
        const std::size_t quote = record.find('"');
        if (quote == std::string_view::npos) return fault("a quote is opened and never closed");
        field.append(record.substr(0, quote));
        record.remove_prefix(quote + 1);
        if (!record.starts_with('"')) break;
        field.push_back('"');
        record.remove_prefix(1);
      }
      if (!record.empty() && record.front() != delimiter)
        return fault("there is text behind a closing quote; quotes within a field are doubled");
    } else {
      const std::size_t end = std::min(record.find(delimiter), record.size());
      field.assign(record.substr(0, end));
      record.remove_prefix(end);
    }
    if (record.empty()) break;
    record.remove_prefix(1);
  }
  fields.resize(count);
  return true;
}

}  // namespace scoreline::producers
