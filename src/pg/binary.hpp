#pragma once
/// PostgreSQL's binary formats, written and read without libpq: parameters, one-dimensional arrays, COPY rows and
/// result fields. Which C++ type stands for which column type:
///
///   bool boolean    int32_t integer    int64_t, uint64_t, LeadId bigint    Instant timestamptz    Day date
///   Hash128 uuid    Text text          Bytes bytea                         std::optional<T> T or NULL
///
/// base::kNever is -infinity. Numbers beyond int64 cannot come: ids count from 1.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.hpp"
#include "base/time.hpp"
#include "core/ids.hpp"

namespace scoreline::pg {

using base::Day;
using base::Hash128;
using base::Instant;
using core::LeadId;

/// Must be valid UTF-8 without U+0000, or the statement is refused; see clean_text().
struct Text {
  std::string_view value;
};
struct Bytes {
  std::string_view value;
};
/// A block and a place in it, as pg sends a ctid.
struct Tid {
  std::uint32_t block = 0;
  std::uint16_t place = 0;
};

/// `text` as PostgreSQL can store it: what is no UTF-8, and U+0000, becomes U+FFFD.
std::string clean_text(std::string_view text);

namespace binary {

void append16(std::string& out, std::uint16_t value);
void append32(std::string& out, std::uint32_t value);
void append64(std::string& out, std::uint64_t value);

// Length and value, as in arrays and COPY rows.
void put(std::string& out, bool value);
void put(std::string& out, std::int32_t value);
void put(std::string& out, std::int64_t value);
void put(std::string& out, std::uint64_t value);
void put(std::string& out, LeadId value);
void put(std::string& out, Instant value);
void put(std::string& out, Day value);
void put(std::string& out, const Hash128& value);
void put(std::string& out, Text value);
void put(std::string& out, Bytes value);
void put(std::string& out, Tid value);
template <typename T>
void put(std::string& out, const std::optional<T>& value) {
  if (value)
    put(out, *value);
  else
    append32(out, 0xFFFFFFFFU);
}

// The type's OID (pg_type.dat; fixed for ever).
constexpr std::uint32_t oid(const bool*) { return 16; }
constexpr std::uint32_t oid(const std::int32_t*) { return 23; }
constexpr std::uint32_t oid(const std::int64_t*) { return 20; }
constexpr std::uint32_t oid(const std::uint64_t*) { return 20; }
constexpr std::uint32_t oid(const LeadId*) { return 20; }
constexpr std::uint32_t oid(const Instant*) { return 1184; }
constexpr std::uint32_t oid(const Day*) { return 1082; }
constexpr std::uint32_t oid(const Hash128*) { return 2950; }
constexpr std::uint32_t oid(const Text*) { return 25; }
constexpr std::uint32_t oid(const Bytes*) { return 17; }
constexpr std::uint32_t oid(const Tid*) { return 27; }
template <typename T>
constexpr std::uint32_t oid(const std::optional<T>*) {
  return oid(static_cast<const T*>(nullptr));
}

void array_header(std::string& out, std::size_t count, std::uint32_t element_oid);

std::uint16_t read16(std::string_view field);
std::uint32_t read32(std::string_view field);
std::uint64_t read64(std::string_view field);
Instant read_instant(std::string_view field);
Day read_day(std::string_view field);
Hash128 read_hash(std::string_view field);

}  // namespace binary

/// Parameters of one execution, in order.
class Params {
 public:
  template <typename T>
  Params& add(const T& value) {
    std::string field;
    binary::put(field, value);
    fields_.push_back(std::move(field));
    return *this;
  }
  /// A one-dimensional array of get(row) for every row.
  template <typename Rows, typename Get>
  Params& array(const Rows& rows, Get get) {
    using T = std::decay_t<decltype(get(*rows.begin()))>;
    std::string field;
    binary::append32(field, 0);  // the length, below
    binary::array_header(field, rows.size(), binary::oid(static_cast<const T*>(nullptr)));
    for (const auto& row : rows) binary::put(field, get(row));
    std::string length;
    binary::append32(length, static_cast<std::uint32_t>(field.size() - 4));
    field.replace(0, 4, length);
    fields_.push_back(std::move(field));
    return *this;
  }
  template <typename Rows>
  Params& array(const Rows& rows) {
    return array(rows, [](const auto& row) { return row; });
  }
  /// Length (4 bytes) and value of each.
  const std::vector<std::string>& fields() const { return fields_; }

 private:
  std::vector<std::string> fields_;
};

/// Rows of a binary COPY.
class CopyRows {
 public:
  CopyRows();
  template <typename... Fields>
  void add(const Fields&... fields) {
    binary::append16(bytes_, static_cast<std::uint16_t>(sizeof...(Fields)));
    (binary::put(bytes_, fields), ...);
  }
  /// Ends the stream.
  const std::string& finish();

 private:
  std::string bytes_;
};

}  // namespace scoreline::pg
