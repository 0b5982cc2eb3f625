#include "pg/binary.hpp"

#include <cstring>

#include "base/check.hpp"

namespace scoreline::pg {
namespace {

// PostgreSQL counts from 2000-01-01.
constexpr std::int32_t kEpochDay = 10'957;
constexpr std::int64_t kEpochUs = kEpochDay * base::kDayUs;

// Bytes of the well-formed UTF-8 sequence at the front of `text` (Unicode, table 3-7), 0: there is none.
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const auto follows = [&](std::size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
  const unsigned first = byte(0);
  if (first < 0x80) return first == 0 ? 0 : 1;
  if (first >= 0xC2 && first <= 0xDF) return follows(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const unsigned least = first == 0xE0 ? 0xA0 : 0x80;
    const unsigned most = first == 0xED ? 0x9F : 0xBF;
    return byte(1) >= least && byte(1) <= most && follows(2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const unsigned least = first == 0xF0 ? 0x90 : 0x80;
    const unsigned most = first == 0xF4 ? 0x8F : 0xBF;
    return byte(1) >= least && byte(1) <= most && follows(2) && follows(3) ? 4 : 0;
  }
  return 0;
}

template <typename T>
void append_big_endian(std::string& out, T value) {
  char raw[sizeof(T)];
  for (std::size_t i = 0; i < sizeof(T); ++i) raw[i] = static_cast<char>(value >> (8 * (sizeof(T) - 1 - i)));
  out.append(raw, sizeof(T));
}

template <typename T>
T read_big_endian(std::string_view field) {
  SCORELINE_CHECK(field.size() >= sizeof(T), "a column has another type than its reader believes");
  T value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i)
    value = static_cast<T>((value << 8) | static_cast<unsigned char>(field[i]));
  return value;
}

}  // namespace

std::string clean_text(std::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    clean += length == 0 ? std::string_view("\xEF\xBF\xBD") : text.substr(0, length);
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return clean;
}

namespace binary {

void append16(std::string& out, std::uint16_t value) { append_big_endian(out, value); }
void append32(std::string& out, std::uint32_t value) { append_big_endian(out, value); }
void append64(std::string& out, std::uint64_t value) { append_big_endian(out, value); }

void put(std::string& out, bool value) {
  append32(out, 1);
  out.push_back(value ? '\1' : '\0');
}

void put(std::string& out, std::int32_t value) {
  append32(out, 4);
  append32(out, static_cast<std::uint32_t>(value));
}

void put(std::string& out, std::int64_t value) {
  append32(out, 8);
  append64(out, static_cast<std::uint64_t>(value));
}

void put(std::string& out, std::uint64_t value) {
  append32(out, 8);
  append64(out, value);
}

void put(std::string& out, LeadId value) { put(out, value.value); }

void put(std::string& out, Instant value) {
  put(out, value == base::kNever ? value.us : value.us - kEpochUs);  // INT64_MIN is -infinity there, too
}

void put(std::string& out, Day value) { put(out, value.n - kEpochDay); }

void put(std::string& out, const Hash128& value) {
  append32(out, 16);
  append64(out, value.high);
  append64(out, value.low);
}

void put(std::string& out, Text value) { put(out, Bytes{value.value}); }

void put(std::string& out, Bytes value) {
  append32(out, static_cast<std::uint32_t>(value.value.size()));
  out += value.value;
}

void put(std::string& out, Tid value) {
  append32(out, 6);
  append32(out, value.block);
  append16(out, value.place);
}

void array_header(std::string& out, std::size_t count, std::uint32_t element_oid) {
  append32(out, count == 0 ? 0 : 1);  // dimensions
  append32(out, 1);                   // may hold NULLs
  append32(out, element_oid);
  if (count == 0) return;
  append32(out, static_cast<std::uint32_t>(count));
  append32(out, 1);  // lower bound
}

std::uint16_t read16(std::string_view field) { return read_big_endian<std::uint16_t>(field); }
std::uint32_t read32(std::string_view field) { return read_big_endian<std::uint32_t>(field); }
std::uint64_t read64(std::string_view field) { return read_big_endian<std::uint64_t>(field); }

Instant read_instant(std::string_view field) {
  const auto us = static_cast<std::int64_t>(read64(field));
  return us == INT64_MIN ? base::kNever : Instant{us + kEpochUs};
}

Day read_day(std::string_view field) { return Day{static_cast<std::int32_t>(read32(field)) + kEpochDay}; }

Hash128 read_hash(std::string_view field) {
  SCORELINE_CHECK(field.size() == 16, "a uuid has 16 bytes");
  return {read64(field.substr(0, 8)), read64(field.substr(8))};
}

}  // namespace binary

CopyRows::CopyRows() : bytes_("PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19) {}

const std::string& CopyRows::finish() {
  binary::append16(bytes_, 0xFFFF);
  return bytes_;
}

}  // namespace scoreline::pg
