#include "base/hash.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace scoreline::base;

TEST_CASE("hash: keyed hashes depend on key and text") {
  HashKey other{};
  other[3] = 1;
  CHECK(keyed_hash({}, "user:u1") == keyed_hash({}, "user:u1"));
  CHECK(keyed_hash({}, "user:u1") != keyed_hash(other, "user:u1"));
  CHECK(keyed_hash({}, "user:u1") != keyed_hash({}, "user:u2"));
  CHECK(to_hex(keyed_hash({}, "")).size() == 32);
}

TEST_CASE("hash: hexadecimal digits lead back to the hash, and nothing else does") {
  const Hash128 hash{0x0123456789abcdefU, 0xfedcba9876543210U};
  CHECK(hash128_from_hex("0123456789abcdeffedcba9876543210") == hash);
  CHECK(hash128_from_hex(to_hex(hash)) == hash);
  CHECK(!hash128_from_hex("0123456789abcdeffedcba987654321"));
  CHECK(!hash128_from_hex("0123456789abcdeffedcba98765432100"));
  CHECK(!hash128_from_hex("0123456789ABCDEFfedcba9876543210"));
  CHECK(!hash128_from_hex("0123456789abcdef-edcba9876543210"));
  CHECK(!hash128_from_hex(""));
}

TEST_CASE("hash: partitions agree with Kafka's default partitioner") {
  // murmur2 values published in Kafka's own tests; positive = value & 0x7fffffff.
  CHECK(partition_of("21", 1000) == static_cast<int>((static_cast<unsigned>(-973932308) & 0x7fffffffU) % 1000));
  CHECK(partition_of("foobar", 1000) == static_cast<int>((static_cast<unsigned>(-790332482) & 0x7fffffffU) % 1000));
  CHECK(partition_of("a-little-bit-long-string", 1000) == static_cast<int>((static_cast<unsigned>(-985981536) & 0x7fffffffU) % 1000));
  CHECK(partition_of("abc", 24) == static_cast<int>((479470107U & 0x7fffffffU) % 24));
}

TEST_CASE("hash: keys spread over all partitions") {
  std::set<int> seen;
  for (int i = 1; i <= 1000; ++i) seen.insert(partition_of(std::to_string(i), 24));
  CHECK(seen.size() == 24);
}
