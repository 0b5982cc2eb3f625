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
