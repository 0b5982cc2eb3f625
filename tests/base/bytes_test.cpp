#include "base/bytes.hpp"

#include <doctest/doctest.h>

#include <cstdint>

using namespace scoreline::base;

TEST_CASE("bytes: what is written is read back") {
  std::string bytes;
  ByteWriter out(bytes);
  for (const std::int64_t value : {std::int64_t{0}, std::int64_t{-1}, INT64_MAX, INT64_MIN}) out.i64(value);
  out.u64(UINT64_MAX);
  out.fixed64(0x0123456789abcdef);
  out.text(std::string_view("a\0b", 3));
  out.boolean(true);
  ByteReader in(bytes);
  for (const std::int64_t value : {std::int64_t{0}, std::int64_t{-1}, INT64_MAX, INT64_MIN}) CHECK(in.i64() == value);
  CHECK(in.u64() == UINT64_MAX);
  CHECK(in.fixed64() == 0x0123456789abcdef);
  CHECK(in.text() == std::string_view("a\0b", 3));
  CHECK(in.boolean());
  CHECK(in.ok());
  CHECK(in.at_end());
}

TEST_CASE("bytes: every cut of an encoding fails instead of reading on") {
  std::string bytes;
  ByteWriter out(bytes);
  out.u64(1'000'000);
  out.text("some text");
  out.fixed64(7);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    ByteReader in(std::string_view(bytes).substr(0, size));
    in.u64();
    in.text();
    in.fixed64();
    CHECK(!in.ok());
  }
}

TEST_CASE("bytes: a count never promises more items than bytes are left") {
  std::string bytes;
  ByteWriter out(bytes);
  out.u64(UINT64_MAX);
  ByteReader in(bytes);
  CHECK(in.count() == 0);
  CHECK(!in.ok());
}
