/// Properties of the JSON parts over random values.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <string>

#include "wire/json.hpp"
#include "wire/json_writer.hpp"

namespace scoreline::wire {
namespace {

/// Lawful UTF-8 without U+0000, escapes of all kinds among it.
std::string random_text() {
  const auto codes =
      *rc::gen::container<std::vector<std::uint32_t>>(rc::gen::weightedElement<std::uint32_t>({{10, 'a'},
                                                                                               {3, '"'},
                                                                                               {3, '\\'},
                                                                                               {2, '\n'},
                                                                                               {2, 0x01},
                                                                                               {2, 0x7F},
                                                                                               {2, '/'},
                                                                                               {3, 0xE9},
                                                                                               {3, 0x20AC},
                                                                                               {3, 0x1F600},
                                                                                               {2, 0xFFFF}}));
  std::string text;
  for (const std::uint32_t code : codes) {
    if (code < 0x80) {
      text.push_back(static_cast<char>(code));
    } else if (code < 0x800) {
      text += {static_cast<char>(0xC0 | code >> 6), static_cast<char>(0x80 | (code & 63))};
    } else if (code < 0x10000) {
      text += {static_cast<char>(0xE0 | code >> 12), static_cast<char>(0x80 | (code >> 6 & 63)),
               static_cast<char>(0x80 | (code & 63))};
    } else {
      text += {static_cast<char>(0xF0 | code >> 18), static_cast<char>(0x80 | (code >> 12 & 63)),
               static_cast<char>(0x80 | (code >> 6 & 63)), static_cast<char>(0x80 | (code & 63))};
    }
  }
  return text;
}

void write_random(JsonWriter& writer, int depth) {
  const int kind = *rc::gen::inRange(0, depth > 4 ? 5 : 7);
  switch (kind) {
    case 0:
      writer.null();
      break;
    case 1:
      writer.boolean(*rc::gen::arbitrary<bool>());
      break;
    case 2:
      writer.integer(*rc::gen::arbitrary<std::int64_t>());
      break;
    case 3:
      writer.raw(*rc::gen::elementOf(std::vector<std::string>{"1.5", "-0.25e3", "1e2", "1.0", "-0"}));
      break;
    case 4:
      writer.string(random_text());
      break;
    case 5:
      writer.begin_array();
      for (int n = *rc::gen::inRange(0, 4); n > 0; --n) write_random(writer, depth + 1);
      writer.end_array();
      break;
    default:
      writer.begin_object();
      for (int n = *rc::gen::inRange(0, 4); n > 0; --n) {
        writer.key(std::to_string(n) + random_text());
        write_random(writer, depth + 1);
      }
      writer.end_object();
  }
}

TEST_CASE("json: what the writer writes is lawful and keeps its strings") {
  CHECK(rc::check([] {
    const std::string text = random_text();
    std::string json, back;
    append_json_string(json, text);
    RC_ASSERT(check_json(json).ok());
    RC_ASSERT(json_string(json, back));
    RC_ASSERT(back == text);
  }));
}

TEST_CASE("json: canonical text of random values is lawful and stable") {
  CHECK(rc::check([] {
    std::string json;
    JsonWriter writer(json);
    write_random(writer, 0);
    RC_ASSERT(check_json(json).ok());
    const std::string once = canonical_json(json);
    RC_ASSERT(!once.empty());
    RC_ASSERT(check_json(once).ok());
    RC_ASSERT(canonical_json(once) == once);
  }));
}

TEST_CASE("json: random bytes are refused or taken, never more") {
  CHECK(rc::check([] {
    const auto text =
        *rc::gen::container<std::string>(rc::gen::elementOf(std::string("{}[]\",:\\u0dc8e1.-+tfn \n\xC3\xED")));
    const bool lawful = check_json(text).ok();
    const bool object = json_members(text, [](std::string_view, std::string_view) {});
    json_elements(text, [](std::string_view) {});
    const std::string canonical = canonical_json(text);
    if (lawful) RC_ASSERT(!canonical.empty());
    if (lawful && check_json(text)->kind == '{') RC_ASSERT(object);
  }));
}

}  // namespace
}  // namespace scoreline::wire
