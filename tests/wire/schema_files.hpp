#pragma once
/// schemas/, their examples, and the codec of each topic, for the tests that hold them together.
#include <doctest/doctest.h>
#include <rapidjson/document.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <valijson/adapters/rapidjson_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>
#include <vector>

#include "wire/fact_record.hpp"
#include "wire/firing_record.hpp"
#include "wire/input_event.hpp"
#include "wire/lead_change.hpp"
#include "wire/lead_record.hpp"

namespace scoreline::wire {

namespace fs = std::filesystem;
inline const fs::path kRoot = SCORELINE_SOURCE_DIR;

inline std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline rapidjson::Document parse_file(const fs::path& path) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseIterativeFlag>(read_file(path).c_str());
  if (document.HasParseError()) FAIL(path.string(), " is not JSON");
  return document;
}

inline std::vector<fs::path> files_in(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) files.push_back(entry.path());
  return files;
}

inline bool is_good(const fs::path& example) { return example.filename().string().starts_with("good-"); }

/// The schema of a topic.
class TopicSchema {
 public:
  explicit TopicSchema(const std::string& topic) : text_(parse_file(kRoot / "schemas" / (topic + ".json"))) {
    valijson::SchemaParser(valijson::SchemaParser::kDraft7)
        .populateSchema(valijson::adapters::RapidJsonAdapter(text_), schema_);
  }
  bool takes(const rapidjson::Value& value) const {
    return valijson::Validator().validate(schema_, valijson::adapters::RapidJsonAdapter(value), nullptr);
  }
  const rapidjson::Document& text() const { return text_; }

 private:
  rapidjson::Document text_;
  valijson::Schema schema_;
};

/// Decodes a record and encodes it again (an input event: ""); nullopt: refused.
using Codec = std::function<std::optional<std::string>(std::string_view)>;

template <typename Record>
std::optional<std::string> written(const base::Result<Record>& record) {
  if (!record) return std::nullopt;
  std::string text;
  if constexpr (!std::is_same_v<Record, core::InputEvent>) encode(*record, text);
  return text;
}

inline const std::map<std::string, Codec> kInputCodecs{
    {"tracking.events",
     [](std::string_view json) {
       return written(decode_tracking(json, {"web", true, {}}));
     }},
    {"crm.events", [](std::string_view json) { return written(decode_crm(json, {})); }},
    {"erp.changes", [](std::string_view json) { return written(decode_erp(json, {})); }}};

/// Of the topics that we write ourselves.
inline const std::map<std::string, Codec> kLeadCodecs{
    {"lead.activities", [](std::string_view json) { return written(decode_lead_record(json)); }},
    {"lead.scores", [](std::string_view json) { return written(decode_fact_record(json)); }},
    {"lead.intents", [](std::string_view json) { return written(decode_fact_record(json)); }},
    {"lead.customers", [](std::string_view json) { return written(decode_fact_record(json)); }},
    {"lead.changes", [](std::string_view json) { return written(decode_lead_change(json)); }},
    {"lead.firings", [](std::string_view json) { return written(decode_firing_record(json)); }}};

inline std::map<std::string, Codec> all_codecs() {
  std::map<std::string, Codec> all = kInputCodecs;
  all.insert(kLeadCodecs.begin(), kLeadCodecs.end());
  return all;
}

}  // namespace scoreline::wire
