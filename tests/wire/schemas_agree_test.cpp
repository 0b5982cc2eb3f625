/// The triangle of the records that we write ourselves: schema, decoder and encoder say the same of each.
#include <doctest/doctest.h>
#include <rapidjson/pointer.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <string>

#include "core/customer_fields.hpp"
#include "tests/wire/derived_values.hpp"
#include "tests/wire/schema_files.hpp"
#include "wire/json.hpp"

namespace scoreline::wire {
namespace {

std::string text_of(const rapidjson::Value& value) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  value.Accept(writer);
  return {buffer.GetString(), buffer.GetSize()};
}

// Figures pass through the decoder as they are.
bool passed_through(const std::string& pointer) {
  return pointer.starts_with("/figures/") || pointer.starts_with("/facts/customer/");
}

// JSON pointers of all values below `value`.
void collect(const rapidjson::Value& value, const std::string& pointer, std::vector<std::string>& out) {
  if (!pointer.empty() && !passed_through(pointer)) out.push_back(pointer);
  if (value.IsObject())
    for (const auto& member : value.GetObject()) collect(member.value, pointer + "/" + member.name.GetString(), out);
  if (value.IsArray())
    for (rapidjson::SizeType i = 0; i < value.Size(); ++i) collect(value[i], pointer + "/" + std::to_string(i), out);
}

// What may stand in the place of a value: something of each type, and the words that it may be.
std::vector<std::string> replacements(const std::string& pointer, const rapidjson::Document& schema) {
  std::vector<std::string> all{"null", "true", "-1", "1.5", "\"x\"", "[]", "{}"};
  const char* words = pointer == "/kind"                ? "/properties/kind/enum"
                      : pointer.starts_with("/signals") ? "/definitions/signal/properties/kind/enum"
                                                        : nullptr;
  if (words != nullptr && pointer.ends_with("/kind"))
    for (const auto& word : rapidjson::Pointer(words).Get(schema)->GetArray()) all.push_back(text_of(word));
  return all;
}

TEST_CASE("schemas: good examples are written as they were read") {
  for (const auto& [topic, codec] : kLeadCodecs)
    for (const fs::path& path : files_in(kRoot / "schemas/examples" / topic)) {
      if (!is_good(path)) continue;
      CAPTURE(path.string());
      const auto text = codec(read_file(path));
      REQUIRE(text);
      CHECK(canonical_json(*text) == canonical_json(read_file(path)));
    }
}

TEST_CASE("schemas: of a good example with a member dropped or replaced, schema and decoder think the same") {
  for (const auto& [topic, codec] : kLeadCodecs) {
    const TopicSchema schema(topic);
    int taken = 0, refused = 0;
    const auto compare = [&, &decode = codec](const rapidjson::Document& changed, const std::string& what) {
      CAPTURE(what);
      const bool valid = schema.takes(changed);
      CHECK(decode(text_of(changed)).has_value() == valid);
      ++(valid ? taken : refused);
    };
    for (const fs::path& path : files_in(kRoot / "schemas/examples" / topic)) {
      if (!is_good(path)) continue;
      const rapidjson::Document example = parse_file(path);
      std::vector<std::string> pointers;
      collect(example, "", pointers);
      for (const std::string& text : pointers) {
        const rapidjson::Pointer pointer(text.c_str());
        rapidjson::Document changed;
        changed.CopyFrom(example, changed.GetAllocator());
        pointer.Erase(changed);
        compare(changed, path.filename().string() + " without " + text);
        for (const std::string& other : replacements(text, schema.text())) {
          changed.CopyFrom(example, changed.GetAllocator());
          rapidjson::Document value(&changed.GetAllocator());
          value.Parse(other.c_str());
          pointer.Set(changed, value);
          compare(changed, path.filename().string() + " with " + text + " = " + other);
        }
      }
    }
    CHECK(taken >= 30);
    CHECK(refused >= 200);
  }
}

// What an encoder writes is valid, and it writes nothing that the schema does not name.
template <typename Record>
void check_written(const TopicSchema& schema, const Record& record) {
  std::string text;
  encode(record, text);
  rapidjson::Document document;
  document.Parse(text.c_str());
  RC_ASSERT(!document.HasParseError());
  RC_ASSERT(schema.takes(document));
  for (const auto& member : document.GetObject()) RC_ASSERT(schema.text()["properties"].HasMember(member.name));
}

TEST_CASE("schemas: whatever is written is valid, and named there") {
  const TopicSchema scores("lead.scores"), intents("lead.intents"), customers("lead.customers");
  const TopicSchema changes("lead.changes"), firings("lead.firings"), activities("lead.activities");
  CHECK(rc::check([&] {
    check_written(changes, any_change());
    check_written(firings, any_firing());
    core::LeadRecord record;
    record.lead = any_lead();
    record.activity = any_activity();
    record.payload = *rc::gen::arbitrary<std::string>();
    check_written(activities, record);
  }));
  CHECK(rc::check([&] {
    core::FactRecord fact = any_fact();
    using Kind = core::FactRecord::Kind;
    const bool score = fact.kind == Kind::tier_changed || fact.kind == Kind::score;
    const TopicSchema& schema = fact.kind == Kind::intent_changed ? intents : score ? scores : customers;
    // Each topic has members of its own.
    if (&schema != &intents) fact.intent.clear();
    if (&schema == &customers) fact.from.clear(), fact.to.clear(), fact.value.clear();
    if (&schema != &customers) fact.customer.clear(), fact.churn_alarm = false;
    check_written(schema, fact);
  }));
}

TEST_CASE("schemas: an activity is the same in lead.changes as in lead.activities") {
  const rapidjson::Document activities = parse_file(kRoot / "schemas/lead.activities.json");
  const rapidjson::Document changes = parse_file(kRoot / "schemas/lead.changes.json");
  const auto members = [](const rapidjson::Document& schema, const char* pointer) -> const rapidjson::Value& {
    return *rapidjson::Pointer(pointer).Get(schema);
  };
  for (const auto& member : members(changes, "/definitions/activity/properties").GetObject()) {
    CAPTURE(member.name.GetString());
    const auto& original = members(activities, "/properties")[member.name.GetString()];
    for (const auto& part : original.GetObject()) CHECK(member.value[part.name] == part.value);
  }
  const auto& personal = members(activities, "/properties/personal/properties");
  const auto& personal_there = members(changes, "/properties/personal/properties/activity/properties");
  CHECK(personal_there.MemberCount() + 1 == personal.MemberCount());  // all but the payload
  for (const auto& member : personal_there.GetObject()) CHECK(personal[member.name] == member.value);
}

TEST_CASE("schemas: the figures of a customer are those of reports, in their order") {
  for (const char* file : {"schemas/lead.customers.json", "schemas/lead.changes.json"}) {
    const rapidjson::Document schema = parse_file(kRoot / file);
    std::vector<std::string> names;
    for (const auto& member : rapidjson::Pointer("/definitions/figures/properties").Get(schema)->GetObject())
      names.emplace_back(member.name.GetString());
    CHECK(names == std::vector<std::string>(core::kCustomerFields.begin(), core::kCustomerFields.end()));
  }
}

}  // namespace
}  // namespace scoreline::wire
