/// schemas/ against their examples and our own decoders: what a schema promises is what we take.
#include <doctest/doctest.h>
#include <rapidjson/document.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <string>
#include <valijson/adapters/rapidjson_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include "wire/input_event.hpp"
#include "wire/json.hpp"
#include "wire/lead_record.hpp"
#include "wire/score_record.hpp"

namespace scoreline::wire {
namespace {

namespace fs = std::filesystem;
const fs::path kRoot = SCORELINE_SOURCE_DIR;

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

rapidjson::Document parse(const fs::path& path) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseIterativeFlag>(read(path).c_str());
  if (document.HasParseError()) FAIL(path.string(), " is not JSON");
  return document;
}

const std::map<std::string, std::function<bool(std::string_view)>> kDecoders{
    {"tracking.events",
     [](std::string_view json) {
       return decode_tracking(json, {"web", true, {}}).ok();
     }},
    {"crm.events", [](std::string_view json) { return decode_crm(json, {}).ok(); }},
    {"erp.changes", [](std::string_view json) { return decode_erp(json, {}).ok(); }},
    {"lead.activities", [](std::string_view json) { return decode_lead_record(json).ok(); }},
    {"lead.scores", [](std::string_view json) { return decode_score_record(json).ok(); }}};

TEST_CASE("schemas: good examples are valid and decode, bad ones neither") {
  for (const auto& [topic, decodes] : kDecoders) {
    const rapidjson::Document text = parse(kRoot / "schemas" / (topic + ".json"));
    valijson::Schema schema;
    valijson::SchemaParser(valijson::SchemaParser::kDraft7)
        .populateSchema(valijson::adapters::RapidJsonAdapter(text), schema);
    int good = 0, bad = 0;
    for (const auto& entry : fs::directory_iterator(kRoot / "schemas/examples" / topic)) {
      CAPTURE(entry.path().string());
      const std::string name = entry.path().filename().string();
      const bool is_good = name.starts_with("good-");
      REQUIRE((is_good || name.starts_with("bad-")));
      ++(is_good ? good : bad);
      const rapidjson::Document example = parse(entry.path());
      const valijson::adapters::RapidJsonAdapter adapter(example);
      CHECK(valijson::Validator().validate(schema, adapter, nullptr) == is_good);
      CHECK(decodes(read(entry.path())) == is_good);
      CHECK(check_json(read(entry.path())).ok());
    }
    CHECK(good >= 3);
    CHECK(bad >= 3);
  }
}

TEST_CASE("schemas: docs/events.md is what scripts/docs-events makes of them") {
  const std::string command = "python3 '" + (kRoot / "scripts/docs-events").string() + "' --check";
  CHECK_MESSAGE(std::system(command.c_str()) == 0, "run scripts/docs-events");
}

}  // namespace
}  // namespace scoreline::wire
