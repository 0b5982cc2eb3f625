/// Worked examples: tests/cases/<name> holds rulebook/, events.ndjson, at.txt (one instant per line), HOW.md (how it
/// was computed by hand) and expected.json: {"<instant>": {"count", "status", "leads": {"<identifier>": {fields}}}}.
/// The report may hold more fields than expected; lists must match element by element.
#include <doctest/doctest.h>

#include <rapidjson/document.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

#include "app/simulate.hpp"

using namespace scoreline;
using rapidjson::Value;

namespace {

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path);
  REQUIRE_MESSAGE(in.good(), path.string());
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Where the two differ first, "" if nowhere.
std::string difference(const Value& want, const Value& got, const std::string& path) {
  if (want.IsObject() && got.IsObject()) {
    for (const auto& member : want.GetObject()) {
      const auto found = got.FindMember(member.name);
      const std::string here = path + "." + member.name.GetString();
      if (found == got.MemberEnd()) return here + " is absent";
      if (const std::string inside = difference(member.value, found->value, here); !inside.empty()) return inside;
    }
    return "";
  }
  if (want.IsArray() && got.IsArray()) {
    if (want.Size() != got.Size()) return path + " has another length";
    for (rapidjson::SizeType i = 0; i < want.Size(); ++i)
      if (const std::string inside = difference(want[i], got[i], path + "[" + std::to_string(i) + "]"); !inside.empty())
        return inside;
    return "";
  }
  return want == got ? "" : path + " is another value";
}

bool has(const Value& lead, const std::string& identifier) {
  const auto& all = lead["identifiers"].GetArray();
  return std::any_of(all.begin(), all.end(), [&](const Value& mine) { return mine.GetString() == identifier; });
}

void check_at(const std::filesystem::path& folder, const std::string& at, const Value& want) {
  app::SimulateOptions options;
  options.rulebook = (folder / "rulebook").string();
  options.at = base::parse_rfc3339(at);
  REQUIRE(options.at.has_value());
  std::istringstream in(read_file(folder / "events.ndjson"));
  std::ostringstream out, errors;
  const int status = app::simulate(options, in, out, errors);
  CHECK_MESSAGE(status == (want.HasMember("status") ? want["status"].GetInt() : 0), errors.str());
  std::vector<rapidjson::Document> leads;
  std::istringstream lines(out.str());
  for (std::string line; std::getline(lines, line);) leads.emplace_back().Parse(line.c_str());
  CHECK_MESSAGE(static_cast<int>(leads.size()) == want["count"].GetInt(), out.str());
  for (const auto& expected : want["leads"].GetObject()) {
    const std::string who = expected.name.GetString();
    const auto lead = std::find_if(leads.begin(), leads.end(), [&](const Value& one) { return has(one, who); });
    REQUIRE_MESSAGE(lead != leads.end(), who);
    const std::string found = difference(expected.value, *lead, who);
    CHECK_MESSAGE(found.empty(), at, ": ", found, "\n", out.str());
  }
}

}  // namespace

TEST_CASE("worked examples give what was computed by hand") {
  std::size_t cases = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(SCORELINE_SOURCE_DIR) / "tests/cases")) {
    CAPTURE(entry.path().filename().string());
    ++cases;
    rapidjson::Document expected;
    expected.Parse(read_file(entry.path() / "expected.json").c_str());
    REQUIRE_FALSE(expected.HasParseError());
    std::istringstream instants(read_file(entry.path() / "at.txt"));
    for (std::string at; instants >> at;) {
      REQUIRE(expected.HasMember(at.c_str()));
      check_at(entry.path(), at, expected[at.c_str()]);
    }
  }
  CHECK(cases >= 9);
}
