#include "base/log.hpp"

#include <doctest/doctest.h>

#include <limits>

namespace scoreline::base::log {

TEST_CASE("log: a JSON line holds the sentence and the fields as they are typed") {
  CHECK(format_json(Level::warn, "2026-05-01T10:00:00Z", "broker away",
                    {{"broker", "b1"}, {"wait_ms", 500}, {"share", 0.5}, {"fatal", false},
                     {"left", 18446744073709551615ULL}, {"below", -3}}) ==
        "{\"at\":\"2026-05-01T10:00:00Z\",\"level\":\"warn\",\"message\":\"broker away\",\"broker\":\"b1\",\"wait_ms\":500,\"share\":0.5,"
        "\"fatal\":false,\"left\":18446744073709551615,\"below\":-3}\n");
}

TEST_CASE("log: no value forges an entry or moves a terminal's cursor") {
  const std::string hostile = "a\nb\r\"c\"\\\x1b[2J\x7f\xc2\x9b" "31m\tz";
  const std::string json = format_json(Level::info, "t", "sentence", {{"value", hostile}});
  CHECK(json.find("\"value\":\"a\\nb\\u000d\\\"c\\\"\\\\\\u001b[2J\\u007f\\u009b31m\\tz\"") != std::string::npos);
  CHECK(json.find('\n') == json.size() - 1);
  const std::string pretty = format_pretty(Level::info, "t", "sentence", {{"value", hostile}});
  CHECK(pretty.find('\n') == pretty.size() - 1);
  CHECK(pretty.find("\x1b[2J") == std::string::npos);
}

TEST_CASE("log: numbers that JSON does not know are texts") {
  CHECK(format_json(Level::info, "t", "s", {{"x", std::numeric_limits<double>::infinity()}}).find("\"x\":\"inf\"") != std::string::npos);
}

TEST_CASE("log: the least level decides") {
  set_level(Level::error);
  CHECK_FALSE(enabled(Level::warn));
  CHECK(enabled(Level::error));
  set_level(Level::info);
  CHECK_FALSE(enabled(Level::debug));
}

}  // namespace scoreline::base::log
