#pragma once
/// Compact binary encoding for rows and checkpoints: LEB128 varints, zigzag for signed numbers, strings with length.
/// Writing appends to a std::string; reading checks every bound and remembers the first failure (ok() == false), after
/// which all reads give zero values, so that a decoder needs one check at its end.
#include <cstdint>
#include <string>
#include <string_view>

namespace scoreline::base {

class ByteWriter {
 public:
  explicit ByteWriter(std::string& out) : out_(out) {}
  void u64(std::uint64_t value) {
    if (value < 0x80) {  // most numbers are small
      out_.push_back(static_cast<char>(value));
    } else {
      u64_long(value);
    }
  }
  void i64(std::int64_t value) { u64((static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63)); }
  void fixed64(std::uint64_t value);
  void text(std::string_view value);
  void boolean(bool value) { out_.push_back(value ? '\1' : '\0'); }

 private:
  void u64_long(std::uint64_t value);
  std::string& out_;
};

class ByteReader {
 public:
  explicit ByteReader(std::string_view in) : in_(in) {}
  std::uint64_t u64() {
    if (in_.empty() || static_cast<unsigned char>(in_.front()) >= 0x80) return u64_long();
    const auto value = static_cast<unsigned char>(in_.front());
    in_.remove_prefix(1);
    return value;
  }
  std::int64_t i64() {
    const std::uint64_t raw = u64();
    return static_cast<std::int64_t>(raw >> 1) ^ -static_cast<std::int64_t>(raw & 1);
  }
  std::uint64_t fixed64();
  /// A view into the input: valid as long as that is.
  std::string_view text();
  bool boolean();
  bool ok() const { return ok_; }
  bool at_end() const { return in_.empty(); }
  /// A count of items that follow: fails when more than the remaining bytes could hold (each takes at least one).
  std::size_t count();

 private:
  std::uint64_t u64_long();
  std::string_view in_;
  bool ok_ = true;
  void fail() {
    ok_ = false;
    in_ = {};
  }
};

}  // namespace scoreline::base
