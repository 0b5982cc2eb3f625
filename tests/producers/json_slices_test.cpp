#include "producers/json_slices.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace scoreline::producers {
namespace {

// "key=value" of every member, and whether the text was whole.
std::vector<std::string> members(std::string_view text, bool& ok) {
  std::vector<std::string> out;
  JsonSlices slices(text);
  std::string_view key, value;
  while (slices.next(key, value)) out.push_back(std::string(key) + "=" + std::string(value));
  ok = slices.ok();
  return out;
}

}  // namespace

TEST_CASE("json slices: members and elements as they are written") {
  bool ok = false;
  CHECK(members(R"( {"a" : 1 ,"b":"x\"}\\","c":{"d":[1,"]"]} , "e":null} )", ok) ==
        std::vector<std::string>{"a=1", R"(b="x\"}\\")", R"(c={"d":[1,"]"]})", "e=null"});
  CHECK(ok);
  CHECK(members(R"([1, "two", {"x":[]}, []])", ok) == std::vector<std::string>{"=1", "=\"two\"", R"(={"x":[]})", "=[]"});
  CHECK(ok);
  CHECK(members("{}", ok).empty());
  CHECK(ok);
}

TEST_CASE("json slices: every cut of a text is noticed, and nothing is read beyond it") {
  const std::string text = R"({"a":"x\\\"y","b":[{"c":[true,null]},-1.5e3],"d":{}})";
  bool ok = false;
  members(text, ok);
  CHECK(ok);
  for (std::size_t size = 0; size < text.size(); ++size) {
    // A copy of its own: the address sanitizer sees a read behind it.
    const std::vector<char> cut(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(size));
    members({cut.data(), cut.size()}, ok);
    CHECK_FALSE(ok);
  }
}

TEST_CASE("json slices: broken structure") {
  bool ok = true;
  for (const char* text : {"", " ", "1", "\"x\"", "{a:1}", "{\"a\" 1}", "{\"a\":1 \"b\":2}", "{\"a\":}", "{} x", "[1 2]", "[,]", "{,}",
                           "[}"}) {
    CAPTURE(text);
    members(text, ok);
    CHECK_FALSE(ok);
  }
  members(std::string(1'000'000, '['), ok);
  CHECK_FALSE(ok);
}

TEST_CASE("json slices: blank and plain texts") {
  CHECK(blank("null"));
  CHECK(blank("\"\""));
  CHECK(blank(""));
  CHECK_FALSE(blank("0"));
  CHECK(plain_text("\"abc\"") == "abc");
  CHECK(plain_text("\"a\\u0062c\"").empty());
  CHECK(plain_text("12").empty());
}

}  // namespace scoreline::producers
