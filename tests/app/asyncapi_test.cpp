#include "app/asyncapi.hpp"

#include <doctest/doctest.h>
#include <rapidjson/document.h>
#include <rapidjson/pointer.h>

#include <set>
#include <string>

#include "flow/topics.hpp"

using namespace scoreline;

namespace {

rapidjson::Document document_of(std::string_view prefix, std::int64_t partitions) {
  const std::string text = app::asyncapi_document(prefix, partitions);
  rapidjson::Document document;
  document.Parse(text.c_str());
  REQUIRE_FALSE(document.HasParseError());
  return document;
}

// RapidJSON's own comparison with texts and numbers never ends in C++20.
std::string text(const rapidjson::Value& value) { return value.GetString(); }

// What the references of `value`, and of all below it, name.
void collect_references(const rapidjson::Value& value, std::set<std::string>& out) {
  if (value.IsArray())
    for (const auto& element : value.GetArray()) collect_references(element, out);
  if (!value.IsObject()) return;
  for (const auto& member : value.GetObject()) {
    if (std::string_view(member.name.GetString()) == "$ref")
      out.insert(member.value.GetString());
    else
      collect_references(member.value, out);
  }
}

TEST_CASE("asyncapi: every topic is there, with its settings") {
  const rapidjson::Document document = document_of("acme.", 12);
  CHECK(text(document["asyncapi"]) == "3.0.0");
  CHECK(document["channels"].MemberCount() == flow::kTopics.size());
  for (const flow::TopicDeclaration& topic : flow::kTopics) {
    const std::string name(topic.name);
    CAPTURE(name);
    REQUIRE(document["channels"].HasMember(name.c_str()));
    const auto& channel = document["channels"][name.c_str()];
    CHECK(text(channel["address"]) == "acme." + name);
    const auto& kafka = channel["bindings"]["kafka"];
    CHECK(text(kafka["topic"]) == "acme." + name);
    CHECK(kafka["partitions"].GetInt() == (topic.compacted ? 1 : 12));
    CHECK(kafka["topicConfiguration"]["retention.ms"].GetInt64() == topic.retention_ms);
    CHECK(text(kafka["topicConfiguration"]["cleanup.policy"][0]) == (topic.compacted ? "compact" : "delete"));
    const auto& message = document["components"]["messages"][name.c_str()];
    CHECK(text(message["bindings"]["kafka"]["key"]["description"]) == topic.key);
    CHECK(message.HasMember("payload") == !topic.schema.empty());
    if (!topic.schema.empty()) CHECK(text(document["components"]["schemas"][name.c_str()]["title"]) == name);
  }
}

TEST_CASE("asyncapi: every reference leads to a place in the document") {
  const rapidjson::Document document = document_of("", 24);
  std::set<std::string> references;
  collect_references(document, references);
  CHECK(references.contains("#/components/schemas/lead.changes"));
  CHECK(references.contains("#/components/schemas/lead.changes/definitions/cause"));
  for (const std::string& reference : references) {
    CAPTURE(reference);
    REQUIRE(reference.starts_with("#/"));
    CHECK(rapidjson::Pointer(reference.c_str()).Get(document) != nullptr);
  }
}

TEST_CASE("asyncapi: writers and readers are operations") {
  const rapidjson::Document document = document_of("", 24);
  const auto& operations = document["operations"];
  const auto& sends = operations["rulebook-publish.send.lead.activities"];
  CHECK(text(sends["action"]) == "send");
  CHECK(text(sends["channel"]["$ref"]) == "#/channels/lead.activities");
  CHECK(text(sends["tags"][0]["name"]) == "rulebook publish");
  CHECK(text(operations["sequences.receive.lead.firings"]["action"]) == "receive");
  for (const char* reader : {"customers", "scoring", "intent", "stages"})
    CHECK(operations.HasMember((std::string(reader) + ".receive.lead.activities").c_str()));
  for (const auto& operation : operations.GetObject())
    CHECK_FALSE(std::string(operation.name.GetString()).starts_with("."));
}

TEST_CASE("asyncapi: schemas are copied whole, but for what names them") {
  const rapidjson::Document document = document_of("", 24);
  const auto& schema = document["components"]["schemas"]["lead.scores"];
  CHECK_FALSE(schema.HasMember("$id"));
  CHECK_FALSE(schema.HasMember("$schema"));
  CHECK(text(schema["properties"]["kind"]["enum"][0]) == "tier_changed");
  CHECK(text(schema["allOf"][0]["else"]["required"][0]) == "lead");
  CHECK(schema["definitions"]["cause"]["not"]["properties"]["rulebook"]["const"].GetBool());
}

}  // namespace
