#include "core/activity.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace scoreline::core {
namespace {

TEST_CASE("activity: identifiers as text") {
  CHECK(to_text({IdentifierKind::anon, "a"}) == "anon:a");
  CHECK(to_text({IdentifierKind::user, "u:1"}) == "user:u:1");
  CHECK(to_text({IdentifierKind::email, "a@example.com"}) == "email:a@example.com");
  CHECK(to_text({IdentifierKind::erp, "jtl:7"}) == "erp:jtl:7");
}

TEST_CASE("activity: the later trait wins, then the larger message id") {
  const Trait early{"k", "1", Instant{1}, "z"}, late{"k", "2", Instant{2}, "a"}, tie{"k", "3", Instant{2}, "b"};
  CHECK(wins(late, early));
  CHECK_FALSE(wins(early, late));
  CHECK(wins(tie, late));
  CHECK_FALSE(wins(late, late));
}

TEST_CASE("activity: ids that no person has") {
  for (std::string word : {"null", "undefined", "nan", "none", "nil", "0", "-1", "true", "false", "guest", "anonymous",
                           "unknown", "n/a", "[object object]", ""}) {
    CAPTURE(word);
    CHECK(is_nobody(word));
    CHECK(is_nobody(" \t" + word + "\r\n"));
    std::transform(word.begin(), word.end(), word.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    CHECK(is_nobody(word));
  }
  for (const char* somebody : {"nobody", "00", "1", "guest1", "nul", "object", "-1.0", "[object]"}) {
    CAPTURE(somebody);
    CHECK_FALSE(is_nobody(somebody));
  }
}

TEST_CASE("activity: addresses are trimmed and lower-cased in ASCII only") {
  CHECK(normal_address(" \tAda.Lovelace@Example.COM\r\n") == "ada.lovelace@example.com");
  CHECK(normal_address("\xC3\x84@x") == "\xC3\x84@x");
  CHECK(normal_address("a@b") == "a@b");
}

TEST_CASE("activity: what is no address") {
  for (const char* text : {"", "@", "a@", "@b", "a", "a@b@c", "a b@c", "a@b c", "a\x01@b", "a\x7F@b", "a\xC2\xA0@b",
                           "a\xC2\x85@b", "a\xE2\x80\x89@b", "a\xE3\x80\x80@b", "n/a", "null"}) {
    CAPTURE(text);
    CHECK(normal_address(text).empty());
  }
}

}  // namespace
}  // namespace scoreline::core
