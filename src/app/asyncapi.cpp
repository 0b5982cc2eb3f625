#include "app/asyncapi.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <span>

#include "base/check.hpp"
#include "base/embedded.hpp"
#include "flow/topics.hpp"
#include "wire/json.hpp"
#include "wire/json_writer.hpp"

namespace scoreline::app {
namespace {

using flow::TopicDeclaration;
using wire::JsonWriter;

constexpr std::string_view kBindingVersion = "0.5.0";
constexpr std::string_view kDescription =
    "From a website event or an ERP document to the right action, every decision explained. Values are JSON with "
    "CloudEvents "
    "1.0 headers (binary mode). Readers ignore members that they do not know.";

std::string_view embedded_schema(std::string_view file) {
  const auto schemas = base::embedded_schemas();
  const auto found = std::find_if(schemas.begin(), schemas.end(), [&](const auto& one) { return one.name == file; });
  SCORELINE_CHECK(found != schemas.end(), "a topic names a schema that is not there");
  return found->text;
}

/// Copies a schema without white space. Its references are to itself: within the document they lie below `home`.
class SchemaCopy {
 public:
  SchemaCopy(JsonWriter& writer, std::string home) : writer_(writer), home_(std::move(home)) {}

  // $schema and $id would say that references start from the schema's own root.
  void whole(std::string_view schema) {
    writer_.begin_object();
    wire::json_members(schema, [this](std::string_view key, std::string_view value) {
      if (key != "$schema" && key != "$id") member(key, value);
    });
    writer_.end_object();
  }

 private:
  void member(std::string_view key, std::string_view json) {
    writer_.key(key);
    std::string target;
    if (key == "$ref" && wire::json_string(json, target) && target.starts_with("#/"))
      writer_.string(home_ + target.substr(1));
    else
      value(json);
  }
  void value(std::string_view json) {
    if (json.starts_with('{')) {
      writer_.begin_object();
      wire::json_members(json, [this](std::string_view key, std::string_view part) { member(key, part); });
      writer_.end_object();
    } else if (json.starts_with('[')) {
      writer_.begin_array();
      wire::json_elements(json, [this](std::string_view part) { value(part); });
      writer_.end_array();
    } else {
      writer_.raw(json);
    }
  }

  JsonWriter& writer_;
  std::string home_;
};

void write_reference(JsonWriter& json, std::string_view section, std::string_view name) {
  json.begin_object().key("$ref").string(fmt::format("#/{}/{}", section, name)).end_object();
}

template <typename Visit>
void for_each_name(std::string_view names, Visit&& visit) {
  constexpr std::string_view kBetween = ", ";
  while (!names.empty()) {
    const std::size_t end = std::min(names.find(kBetween), names.size());
    visit(names.substr(0, end));
    names.remove_prefix(std::min(end + kBetween.size(), names.size()));
  }
}

void write_channel(JsonWriter& json, const TopicDeclaration& topic, std::string_view prefix, std::int64_t partitions) {
  const std::string address = std::string(prefix) + std::string(topic.name);
  json.key(topic.name).begin_object();
  json.key("address").string(address);
  json.key("title").string(topic.name);
  json.key("description").string(topic.purpose);
  json.key("messages").begin_object().key("record");
  write_reference(json, "components/messages", topic.name);
  json.end_object();
  json.key("bindings").begin_object().key("kafka").begin_object();
  json.key("topic").string(address);
  json.key("partitions").integer(topic.compacted ? 1 : partitions);
  json.key("topicConfiguration").begin_object();
  json.key("cleanup.policy").begin_array().string(topic.compacted ? "compact" : "delete").end_array();
  json.key("retention.ms").integer(topic.retention_ms).end_object();
  json.key("bindingVersion").string(kBindingVersion).end_object().end_object();
  json.key("x-message-timestamp-type").string(topic.log_append_time ? "LogAppendTime" : "CreateTime");
  json.end_object();
}

// Operations of several applications in one document: the tag says whose each is.
void write_operation(JsonWriter& json, const TopicDeclaration& topic, std::string_view who, bool sends) {
  std::string id = fmt::format("{}.{}.{}", who, sends ? "send" : "receive", topic.name);
  std::replace(id.begin(), id.end(), ' ', '-');
  json.key(id).begin_object();
  json.key("action").string(sends ? "send" : "receive");
  json.key("summary").string(fmt::format("{} {} {}", who, sends ? "writes" : "reads", topic.name));
  json.key("tags").begin_array().begin_object().key("name").string(who).end_object().end_array();
  json.key("channel");
  write_reference(json, "channels", topic.name);
  json.key("messages").begin_array();
  write_reference(json, fmt::format("channels/{}/messages", topic.name), "record");
  json.end_array().end_object();
}

struct Header {
  std::string_view name, description;
};
constexpr Header kHeaders[] = {
    {"ce_specversion", "version of CloudEvents: 1.0"},
    {"ce_id", "names the record; together with ce_source it is unique"},
    {"ce_source", "who wrote it, e.g. /scoreline/scoring/3"},
    {"ce_type", "what it is, e.g. scoreline.lead.activity.v1"},
};
constexpr Header kTrackingHeaders[] = {
    {"ce_writekey", "name of the write key that it came with"},
    {"ce_trusted", "false: the write key is a browser's"},
};
constexpr Header kLeadHeaders[] = {
    {"ce_sequence",
     "dense number of the records of one source in one partition: a repetition is lower, a gap is one that "
     "will come again"},
};

void write_headers(JsonWriter& json, std::span<const Header> headers) {
  json.key("type").string("object").key("properties").begin_object();
  for (const Header& header : headers)
    json.key(header.name)
        .begin_object()
        .key("type")
        .string("string")
        .key("description")
        .string(header.description)
        .end_object();
  json.end_object();
}

std::span<const Header> own_headers(const TopicDeclaration& topic) {
  if (topic.topic == flow::Topic::tracking_events) return kTrackingHeaders;
  if (topic.name.starts_with("lead.")) return kLeadHeaders;
  return {};
}

void write_message(JsonWriter& json, const TopicDeclaration& topic) {
  json.key(topic.name).begin_object();
  json.key("name").string(topic.name);
  json.key("title").string(fmt::format("a record of {}", topic.name));
  json.key("description").string(topic.purpose);
  json.key("contentType").string("application/json");
  json.key("headers").begin_object().key("allOf").begin_array();
  write_reference(json, "components/schemas", "headers");
  if (const auto headers = own_headers(topic); !headers.empty()) {
    json.begin_object();
    write_headers(json, headers);
    json.end_object();
  }
  json.end_array().end_object();
  if (!topic.schema.empty()) {
    json.key("payload");
    write_reference(json, "components/schemas", topic.name);
  }
  json.key("bindings").begin_object().key("kafka").begin_object().key("key").begin_object();
  json.key("type").string("string").key("description").string(topic.key).end_object();
  json.key("bindingVersion").string(kBindingVersion).end_object().end_object().end_object();
}

void write_schemas(JsonWriter& json) {
  json.key("headers").begin_object().key("description").string("CloudEvents 1.0, binary mode");
  write_headers(json, kHeaders);
  json.key("required").begin_array();
  for (const Header& header : kHeaders) json.string(header.name);
  json.end_array().end_object();
  for (const TopicDeclaration& topic : flow::kTopics) {
    if (topic.schema.empty()) continue;
    json.key(topic.name);
    SchemaCopy(json, fmt::format("#/components/schemas/{}", topic.name)).whole(embedded_schema(topic.schema));
  }
}

}  // namespace

std::string asyncapi_document(std::string_view prefix, std::int64_t partitions) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().key("asyncapi").string("3.0.0");
  json.key("info").begin_object().key("title").string("scoreline").key("version").string(base::version());
  json.key("description").string(kDescription).end_object();
  json.key("defaultContentType").string("application/json");
  json.key("channels").begin_object();
  for (const TopicDeclaration& topic : flow::kTopics) write_channel(json, topic, prefix, partitions);
  json.end_object().key("operations").begin_object();
  for (const TopicDeclaration& topic : flow::kTopics) {
    for_each_name(topic.writers, [&](std::string_view who) { write_operation(json, topic, who, true); });
    for_each_name(topic.readers, [&](std::string_view who) { write_operation(json, topic, who, false); });
  }
  json.end_object().key("components").begin_object().key("messages").begin_object();
  for (const TopicDeclaration& topic : flow::kTopics) write_message(json, topic);
  json.end_object().key("schemas").begin_object();
  write_schemas(json);
  json.end_object().end_object().end_object();
  return out;
}

}  // namespace scoreline::app
