#include "base/bytes.hpp"

#include <cstring>

namespace scoreline::base {

void ByteWriter::u64_long(std::uint64_t value) {
  char raw[10];
  std::size_t size = 0;
  while (value >= 0x80) {
    raw[size++] = static_cast<char>(value | 0x80);
    value >>= 7;
  }
  raw[size++] = static_cast<char>(value);
  out_.append(raw, size);
}

void ByteWriter::fixed64(std::uint64_t value) {
  char raw[8];
  std::memcpy(raw, &value, sizeof raw);
  out_.append(raw, sizeof raw);
}

void ByteWriter::text(std::string_view value) {
  u64(value.size());
  out_.append(value);
}

std::uint64_t ByteReader::u64_long() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    if (in_.empty()) break;
    const auto byte = static_cast<unsigned char>(in_.front());
    in_.remove_prefix(1);
    value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  fail();
  return 0;
}

std::uint64_t ByteReader::fixed64() {
  std::uint64_t value = 0;
  if (in_.size() < sizeof value) {
    fail();
    return 0;
  }
  std::memcpy(&value, in_.data(), sizeof value);
  in_.remove_prefix(sizeof value);
  return value;
}

std::string_view ByteReader::text() {
  const std::uint64_t size = u64();
  if (size > in_.size()) {
    fail();
    return {};
  }
  const std::string_view value = in_.substr(0, size);
  in_.remove_prefix(size);
  return value;
}

bool ByteReader::boolean() {
  const std::uint64_t value = u64();
  if (value > 1) fail();
  return value == 1;
}

std::size_t ByteReader::count() {
  const std::uint64_t value = u64();
  if (value > in_.size()) {
    fail();
    return 0;
  }
  return value;
}

}  // namespace scoreline::base
