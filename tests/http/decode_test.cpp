#include "http/decode.hpp"

#include <doctest/doctest.h>

namespace scoreline::http {

TEST_CASE("http decode: query parameters") {
  CHECK(query_parameter("writeKey=abc&x=1", "writeKey") == "abc");
  CHECK(query_parameter("x=1&writeKey=a%2Bb+c", "writeKey") == "a+b c");
  CHECK(query_parameter("writeKey=first&writeKey=second", "writeKey") == "first");
  CHECK(query_parameter("writeKey=", "writeKey") == "");
  CHECK_FALSE(query_parameter("xwriteKey=1&writeKey", "writeKey"));
  CHECK_FALSE(query_parameter("writeKey=%4", "writeKey"));
  CHECK_FALSE(query_parameter("writeKey=%zz", "writeKey"));
  CHECK_FALSE(query_parameter("", "writeKey"));
}

TEST_CASE("http decode: Basic credentials with and without a colon") {
  CHECK(basic_user("Basic a2V5Og==") == "key");
  CHECK(basic_user("basic a2V5") == "key");
  CHECK(basic_user("Basic   a2V5OnNlY3JldA==") == "key");
  CHECK(basic_user("Basic a2V5Og") == "key");
  CHECK_FALSE(basic_user("Bearer a2V5"));
  CHECK_FALSE(basic_user("Basic a2V5!"));
  CHECK_FALSE(basic_user("Basic a"));
  CHECK_FALSE(basic_user(""));
}

}  // namespace scoreline::http
