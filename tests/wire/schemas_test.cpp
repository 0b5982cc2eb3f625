/// schemas/ against their examples and our own decoders: what a schema promises is what we take.
#include <doctest/doctest.h>

#include <cstdlib>
#include <set>
#include <string>

#include "tests/wire/schema_files.hpp"
#include "wire/json.hpp"

namespace scoreline::wire {
namespace {

TEST_CASE("schemas: good examples are valid and decode, bad ones neither") {
  for (const auto& [topic, codec] : all_codecs()) {
    const TopicSchema schema(topic);
    int good = 0, bad = 0;
    for (const fs::path& path : files_in(kRoot / "schemas/examples" / topic)) {
      CAPTURE(path.string());
      REQUIRE((is_good(path) || path.filename().string().starts_with("bad-")));
      ++(is_good(path) ? good : bad);
      CHECK(schema.takes(parse_file(path)) == is_good(path));
      CHECK(codec(read_file(path)).has_value() == is_good(path));
      CHECK(check_json(read_file(path)).ok());
    }
    CHECK(good >= 3);
    CHECK(bad >= 3);
  }
}

TEST_CASE("schemas: each kind of record has a good example") {
  for (const auto& [topic, codec] : kLeadCodecs) {
    std::set<std::string> missing;
    const TopicSchema schema(topic);
    for (const auto& kind : schema.text()["properties"]["kind"]["enum"].GetArray()) missing.insert(kind.GetString());
    for (const fs::path& path : files_in(kRoot / "schemas/examples" / topic))
      if (is_good(path)) missing.erase(parse_file(path)["kind"].GetString());
    for (const std::string& kind : missing) FAIL_CHECK(topic, " has no good example of kind ", kind);
  }
}

TEST_CASE("schemas: what was ever written stays valid and decodes") {
  for (const auto& [topic, codec] : all_codecs()) {
    const TopicSchema schema(topic);
    const auto files = files_in(kRoot / "schemas/history" / topic);
    CHECK(files.size() >= 3);
    for (const fs::path& path : files) {
      CAPTURE(path.string());
      CHECK(schema.takes(parse_file(path)));
      CHECK(codec(read_file(path)).has_value());
    }
  }
}

TEST_CASE("schemas: docs/events.md is what scripts/docs-events makes of them") {
  const std::string command = "python3 '" + (kRoot / "scripts/docs-events").string() + "' --check";
  CHECK_MESSAGE(std::system(command.c_str()) == 0, "run scripts/docs-events");
}

}  // namespace
}  // namespace scoreline::wire
