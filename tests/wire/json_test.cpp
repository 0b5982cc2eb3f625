#include "wire/json.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "wire/json_writer.hpp"

namespace scoreline::wire {
namespace {

std::string code_of(std::string_view text, const JsonLimits& limits = {}) {
  const auto checked = check_json(text, limits);
  return checked ? "ok" : checked.error().code;
}
std::string where_of(std::string_view text) {
  const auto checked = check_json(text);
  return checked ? "ok" : checked.error().where;
}
std::string nested(std::size_t levels) { return std::string(levels, '[') + std::string(levels, ']'); }
std::string with_members(std::size_t count) {
  std::string text = "{";
  for (std::size_t i = 0; i < count; ++i) text += (i ? ",\"k" : "\"k") + std::to_string(i) + "\":0";
  return text + "}";
}

TEST_CASE("json: lawful texts") {
  for (const char* text : {"{}", "[]", " {\"a\" : [1, -0, 1.5e3, true, false, null, \"x\"] }\r\n", "\"a\"", "7",
                           "-9223372036854775808", "9223372036854775807", "1e300", "1e-400", "0.1",
                           "\"\\ud83d\\ude00 \xF0\x9F\x98\x80 \\/\\b\\f\\n\\r\\t\\\\\\\"\"", "null"}) {
    CAPTURE(text);
    CHECK(code_of(text) == "ok");
  }
  const auto stats = check_json(R"({"a":[1,{"b":2}]})");
  REQUIRE(stats);
  CHECK(stats->kind == '{');
  CHECK(stats->depth == 3);
  CHECK(stats->values == 5);
}

TEST_CASE("json: texts that are none") {
  for (const std::string& text : std::vector<std::string>{"",
                                                          " ",
                                                          "{",
                                                          "}",
                                                          "{\"a\"}",
                                                          "{\"a\":}",
                                                          "{a:1}",
                                                          "{'a':1}",
                                                          "[1,]",
                                                          "{\"a\":1,}",
                                                          "[1 2]",
                                                          "01",
                                                          "1.",
                                                          ".5",
                                                          "+1",
                                                          "--1",
                                                          "NaN",
                                                          "Infinity",
                                                          "-Infinity",
                                                          "nul",
                                                          "True",
                                                          "\"a",
                                                          "\"\\x\"",
                                                          "\"\\u12G4\"",
                                                          "\"a\nb\"",
                                                          "{} {}",
                                                          "{}x",
                                                          "[1]]",
                                                          "// c\n1",
                                                          "/* c */1",
                                                          "\xEF\xBB\xBF{}",
                                                          std::string("{}\0", 3),
                                                          std::string("\0{}", 3),
                                                          std::string("[1\0]", 4),
                                                          std::string("\"a\0b\"", 5)}) {
    CAPTURE(text);
    CHECK(code_of(text) == "invalid_json");
  }
}

TEST_CASE("json: strings that no database takes") {
  for (const char* text : {"\"\\u0000\"",        "{\"\\u0000\":1}",  "\"\\udc00\"",          "\"\\ud800\"",
                           "\"\\ud800\\u0041\"", "\"\\ud800x\"",     "\"\xC0\x80\"",         "\"\xC1\xBF\"",
                           "\"\xE0\x80\x80\"",   "\"\xE0\x9F\xBF\"", "\"\xF0\x80\x80\x80\"", "\"\xF0\x8F\xBF\xBF\"",
                           "\"\xED\xA0\x80\"",   "\"\xED\xBF\xBF\"", "\"\xF4\x90\x80\x80\"", "\"\xF5\x80\x80\x80\"",
                           "\"\x80\"",           "\"\xFF\"",         "\"\xE2\x82\"",         "\"\xC3\"",
                           "\"abcdefgh\xC3\"",   "{\"\xFF\":1}"}) {
    CAPTURE(text);
    CHECK(code_of(text) == "invalid_string");
  }
  for (const char* text : {"\"\xC2\x80\"", "\"\xDF\xBF\"", "\"\xE0\xA0\x80\"", "\"\xED\x9F\xBF\"", "\"\xEE\x80\x80\"",
                           "\"\xF0\x90\x80\x80\"", "\"\xF4\x8F\xBF\xBF\""}) {
    CAPTURE(text);
    CHECK(code_of(text) == "ok");
  }
}

TEST_CASE("json: numbers that do not fit") {
  for (const std::string& text :
       std::vector<std::string>{"1e400", "-1e400", "9223372036854775808", "-9223372036854775809",
                                "18446744073709551616", std::string(45, '9'), "[" + std::string(400, '1') + "]"}) {
    CAPTURE(text);
    CHECK(code_of(text) == "invalid_number");
  }
  CHECK(code_of("0." + std::string(45, '3')) == "ok");
  CHECK(code_of("1e-2147483648") == "ok");
  CHECK(code_of("0.00000000001e-2147483639") == "ok");
  CHECK(code_of("0.1e99999999999") != "");  // whatever it says, it comes back
}

TEST_CASE("json: limits") {
  CHECK(code_of(nested(32)) == "ok");
  CHECK(code_of(nested(33)) == "too_deep");
  CHECK(code_of(std::string(1 << 20, '[')) == "too_deep");
  CHECK(code_of(with_members(256)) == "ok");
  CHECK(code_of(with_members(257)) == "too_large");
  CHECK(code_of(with_members(10'000)) == "too_large");
  CHECK(code_of("\"" + std::string(8192, 'a') + "\"") == "ok");
  CHECK(code_of("\"" + std::string(8193, 'a') + "\"") == "too_large");
  CHECK(code_of("{\"" + std::string(8193, 'a') + "\":1}") == "too_large");
  CHECK(code_of("[[1]]", {.depth = 1}) == "too_deep");
  CHECK(code_of("{\"a\":1,\"b\":2}", {.members = 1}) == "too_large");
  CHECK(code_of("\"abc\"", {.string_bytes = 2}) == "too_large");
}

TEST_CASE("json: a key twice") {
  CHECK(code_of(R"({"a":1,"a":2})") == "duplicate_key");
  CHECK(code_of(R"({"a":1,"\u0061":2})") == "duplicate_key");
  CHECK(code_of(R"({"":1,"":2})") == "duplicate_key");
  CHECK(code_of(R"({"a":{"a":1},"b":{"a":1}})") == "ok");
  CHECK(code_of(R"([{"a":1},{"a":1}])") == "ok");
  CHECK(code_of(R"({"long_key_number_1x":1,"long_key_numb_r_1x":1,"long_key_number_1x":3})") == "duplicate_key");
}

TEST_CASE("json: the error names the place") {
  CHECK(where_of(R"({"a":[1,{"b":"\udc00"}]})") == "/a/1/b");
  CHECK(where_of(R"({"a/b~c":1e999})") == "/a~1b~0c");
  CHECK(where_of(R"({"a":{"b":1,"b":2}})") == "/a/b");
  CHECK(where_of(R"([0,0,x])") == "/1");
  CHECK(where_of("") == "");
}

TEST_CASE("json: the check leaves nothing behind for the next one") {
  CHECK(code_of(R"({"a":{"b":[)") == "invalid_json");
  CHECK(code_of(R"({"a":1,"b":2})") == "ok");
  CHECK(code_of(std::string(3 << 20, ' ') + "1") == "ok");
  CHECK(code_of("1") == "ok");
}

TEST_CASE("json: members and elements as slices") {
  std::vector<std::string> seen;
  CHECK(json_members(R"( { "a" : {"x":[1,"}"]} , "b\n" : "q\"]" ,"c":-1.5e3 , "d":true } )",
                     [&](std::string_view key, std::string_view value) {
                       seen.push_back(std::string(key) + "=" + std::string(value));
                     }));
  CHECK(seen == std::vector<std::string>{R"(a={"x":[1,"}"]})", "b\n=\"q\\\"]\"", "c=-1.5e3", "d=true"});
  seen.clear();
  CHECK(json_elements(R"([1, [2,3] ,"a,b"])", [&](std::string_view value) { seen.emplace_back(value); }));
  CHECK(seen == std::vector<std::string>{"1", "[2,3]", "\"a,b\""});
  CHECK(json_members("{}", [](std::string_view, std::string_view) { FAIL("nothing is there"); }));
}

TEST_CASE("json: broken texts end the walk") {
  const auto nothing = [](std::string_view, std::string_view) {};
  for (const char* text : {"", "[]", "1", "{", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "{\"a\":[}",
                           "{\"a\":\"", "{\"a\":\"\\", "{,}", "{\"\\u12\":1}", "{} x"}) {
    CAPTURE(text);
    CHECK_FALSE(json_members(text, nothing));
  }
}

TEST_CASE("json: numbers by value") {
  core::Number number;
  REQUIRE(json_number("9007199254740993", number));
  CHECK(number.is_integer);
  CHECK(number.integer == 9007199254740993);
  REQUIRE(json_number("1.5", number));
  CHECK_FALSE(number.is_integer);
  CHECK(number.real == 1.5);
  for (const char* text :
       {"", "-", "01", "1.", "1e", "1e+", "0x1", "inf", "nan", "1 ", " 1", "1e400", "--1", "1.5.2"}) {
    CAPTURE(text);
    CHECK_FALSE(json_number(text, number));
  }
}

TEST_CASE("json: the canonical form") {
  CHECK(canonical_json(R"( {"b":[1.0, 1e2 ,"x"], "a" : {"z":null,"y":true}} )") ==
        R"({"a":{"y":true,"z":null},"b":[1,100,"x"]})");
  CHECK(canonical_json("[0.5,-0.0,-0,1e20,1E-7]") == "[0.5,0,0,1e+20,1e-07]");
  CHECK(canonical_json(R"("\u0041\/\u000a\u00e9")") == "\"A/\\n\xC3\xA9\"");
  CHECK(canonical_json(R"({"\u0062":1,"a":2})") == R"({"a":2,"b":1})");
  CHECK(canonical_json("{\"\xC3\xA9\":1,\"z\":2}") == "{\"z\":2,\"\xC3\xA9\":1}");
  for (const char* text : {"", "{", "[1,]", "tru", "[01]", "1 2", "{\"a\":\"\\q\"}"}) {
    CAPTURE(text);
    CHECK(canonical_json(text).empty());
  }
  CHECK(canonical_json(nested(1000)).empty());
}

TEST_CASE("json: the canonical form is its own canonical form") {
  for (const char* text :
       {R"({"c":[3,{"b":1.25,"a":"\u20ac"}],"":{}})", "[1e300,123456789012345678,0.1]", "\"\\u007f\\u0001\""}) {
    const std::string once = canonical_json(text);
    CHECK(canonical_json(once) == once);
    CHECK(code_of(once) == "ok");
  }
}

TEST_CASE("json: the writer puts commas and escapes") {
  std::string out = "=";
  JsonWriter writer(out);
  writer.begin_object()
      .key("a\"")
      .string("x\\\n\x01\x1f")
      .key("b")
      .begin_array()
      .integer(-5)
      .integer(5U)
      .boolean(true)
      .null()
      .begin_object()
      .end_object();
  writer.end_array().key("c").raw("{\"d\":1}").end_object();
  CHECK(out == "={\"a\\\"\":\"x\\\\\\n\\u0001\\u001f\",\"b\":[-5,5,true,null,{}],\"c\":{\"d\":1}}");
}

}  // namespace
}  // namespace scoreline::wire
