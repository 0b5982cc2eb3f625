/// The exports and the mapping that are shipped as an example are what docs/connectors.md says of them.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include "producers/erp_check.hpp"
#include "producers/erp_import.hpp"
#include "tests/producers/erp_folder.hpp"

namespace scoreline::producers {
namespace {

namespace fs = std::filesystem;
const fs::path kDocs = fs::path(SCORELINE_SOURCE_DIR) / "docs";

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

class Topic final : public ErpOutlet {
 public:
  void publish(std::span<const ErpRecord> records) override {
    for (const ErpRecord& record : records) values.push_back(record.value);
  }
  std::vector<std::string> values;
};
class Watch final : public ErpWatch {
 public:
  void refused(const std::string& file, const ErpFault& fault) override {
    faults += file + ": " + fault.message + "\n";
  }
  void noticed(const std::string&, const std::string&) override {}
  void moved(const std::string&, const ErpProgress&) override {}
  bool stopped() override { return false; }
  std::string faults;
};

// Every example of the documentation between ```ndjson fences: values as a connector publishes them.
std::vector<std::string> documented_values() {
  std::vector<std::string> values;
  std::ifstream in(kDocs / "connectors.md");
  bool inside = false;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("```"))
      inside = line == "```ndjson";
    else if (inside)
      values.push_back(line);
  }
  return values;
}

}  // namespace

TEST_CASE("examples: the mapping reads all exports beside it, and what comes out keeps the contract") {
  const fs::path folder = kDocs / "examples/erp";
  const auto loaded = load_erp_mapping("mapping.toml", read(folder / "mapping.toml"));
  REQUIRE_MESSAGE(loaded.mapping, wire::to_text(loaded.problems.front()));
  Topic topic;
  Watch watch;
  ErpImportOptions options;
  options.mapping = &*loaded.mapping;
  const Folder state;
  ErpVersions versions(state.path("versions"), {}, ErpVersions::Mode::try_out);
  ErpImport import(options, topic, watch, versions, nullptr);
  std::set<std::string> used;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() != ".csv") continue;
    const ErpFileMapping* mapping = loaded.mapping->find(entry.path().filename().string());
    REQUIRE(mapping != nullptr);
    used.insert(mapping->pattern);
    import.file(entry.path().string(), ErpReader::Ending::whole);
  }
  CHECK(used.size() == loaded.mapping->files.size());
  CHECK(watch.faults.empty());
  CHECK(topic.values.size() == 12);
  ErpCheck check(*base::parse_rfc3339("2026-07-01T00:00:00Z"), "EUR");
  for (const std::string& value : topic.values) check.line(value);
  check.finish();
  CHECK(check.findings().empty());
  CHECK(check.customers() == 3);
}

TEST_CASE("examples: the values in docs/connectors.md keep the contract") {
  ErpCheck check(*base::parse_rfc3339("2026-07-01T00:00:00Z"), "EUR");
  for (const std::string& value : documented_values()) check.line(value);
  check.finish();
  CHECK(check.values() >= 5);
  for (const ErpFinding& finding : check.findings())
    CHECK_MESSAGE(false, finding.line << " " << finding.pointer << " " << finding.message);
}

}  // namespace scoreline::producers
