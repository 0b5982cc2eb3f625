/// The house rules that a program can check: who may include whom, how large things may get, and that documents name
/// only what is there.
#include <doctest/doctest.h>
#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;
const fs::path kRoot = SCORELINE_SOURCE_DIR;

using Layers = std::set<std::string>;

// base <- core <- wire <- flow <- { kafka | pg | http } <- app; a handler sees core and flow only (and base, the ground).
const std::map<std::string, Layers> kMayInclude{
    {"src/base", {"base"}},
    {"src/core", {"base", "core"}},
    {"src/wire", {"base", "core", "wire"}},
    {"src/flow", {"base", "core", "wire", "flow"}},
    {"src/kafka", {"base", "core", "wire", "flow", "kafka"}},
    {"src/pg", {"base", "core", "wire", "flow", "pg"}},
    {"src/http", {"base", "core", "wire", "flow", "http"}},
    {"consumers", {"base", "core", "flow", "consumers"}},
    {"producers", {"base", "core", "wire", "flow", "http", "producers"}},
    {"src/app", {"base", "core", "wire", "flow", "kafka", "pg", "http", "app", "consumers", "producers"}},
};

// Each library's quirks live in one folder.
const std::map<std::string, std::string> kLibraryHomes{
    {"rapidjson/", "src/wire"}, {"librdkafka/", "src/kafka"}, {"pqxx/", "src/pg"}, {"libpq-fe.h", "src/pg"}, {"boost/", "src/http"}, {"curl/", "src/http"},
};

struct SourceFile {
  std::string path;  // from the root
  std::vector<std::string> lines;
};

std::vector<std::string> read_lines(const fs::path& path) {
  std::ifstream in(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::vector<SourceFile> sources(const std::vector<std::string>& folders) {
  std::vector<SourceFile> files;
  for (const std::string& folder : folders) {
    if (!fs::exists(kRoot / folder)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(kRoot / folder)) {
      const std::string extension = entry.path().extension().string();
      if (!entry.is_regular_file() || (extension != ".cpp" && extension != ".hpp")) continue;
      files.push_back({fs::relative(entry.path(), kRoot).string(), read_lines(entry.path())});
    }
  }
  return files;
}

std::string folder_of(const std::string& path) {
  for (const auto& [folder, layers] : kMayInclude)
    if (path.starts_with(folder + "/")) return folder;
  return {};
}

// Functions as the formatter writes them: a line that begins at the left margin and ends in "{" opens, a lone "}" at the
// margin closes. Classes and namespaces end in "};" or "}  // namespace".
std::vector<std::string> long_functions(const SourceFile& file, std::size_t lines_max) {
  std::vector<std::string> found;
  std::size_t begin = 0;
  bool open = false;
  for (std::size_t i = 0; i < file.lines.size(); ++i) {
    const std::string& line = file.lines[i];
    const bool at_margin = !line.empty() && line[0] != ' ' && line[0] != '#' && line[0] != '/' && line[0] != '}';
    if (!open && at_margin && line.ends_with("{") && line.find('(') != std::string::npos) {
      open = true;
      begin = i;
    }
    if (open && line == "}") {
      open = false;
      if (i - begin + 1 > lines_max) found.push_back(fmt::format("{}:{}: {} lines", file.path, begin + 1, i - begin + 1));
    }
  }
  return found;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

TEST_CASE("tidy: a layer includes itself and the layers below, nothing else") {
  static const std::regex include(R"rx(^\s*#\s*include\s+"([a-z_]+)/)rx");
  std::vector<std::string> wrong;
  const auto files = sources({"src", "consumers", "producers"});
  REQUIRE(files.size() > 20);
  for (const SourceFile& file : files) {
    const std::string folder = folder_of(file.path);
    if (folder.empty()) {
      wrong.push_back(file.path + ": not in a layer");
      continue;
    }
    for (const std::string& line : file.lines) {
      std::smatch match;
      if (std::regex_search(line, match, include) && !kMayInclude.at(folder).contains(match[1])) wrong.push_back(file.path + ": " + line);
    }
  }
  CHECK_MESSAGE(wrong.empty(), joined(wrong));
}

TEST_CASE("tidy: each library is included in one folder") {
  std::vector<std::string> wrong;
  for (const SourceFile& file : sources({"src", "consumers", "producers"}))
    for (const std::string& line : file.lines)
      for (const auto& [library, home] : kLibraryHomes)
        if (line.starts_with("#include <" + library) && !file.path.starts_with(home + "/")) wrong.push_back(file.path + ": " + line);
  CHECK_MESSAGE(wrong.empty(), joined(wrong));
}

TEST_CASE("tidy: files stay under 400 lines and functions under 70") {
  std::vector<std::string> wrong;
  for (const SourceFile& file : sources({"src", "consumers", "producers", "tests", "bench"})) {
    if (file.lines.size() > 400) wrong.push_back(fmt::format("{}: {} lines", file.path, file.lines.size()));
    for (std::string& function : long_functions(file, 70)) wrong.push_back(std::move(function));
  }
  CHECK_MESSAGE(wrong.empty(), joined(wrong));
}

TEST_CASE("tidy: headers do not bring namespaces in, and ports stay small") {
  std::vector<std::string> wrong;
  for (const SourceFile& file : sources({"src", "consumers", "producers"})) {
    if (!file.path.ends_with(".hpp")) continue;
    std::size_t pure = 0;
    std::string current;
    for (const std::string& line : file.lines) {
      if (line.starts_with("using namespace")) wrong.push_back(file.path + ": " + line);
      if (line.starts_with("class ") || line.starts_with("struct ")) {
        current = line;
        pure = 0;
      }
      if (line.find("virtual ") != std::string::npos && line.ends_with("= 0;") && ++pure == 5) wrong.push_back(file.path + ": more than four methods: " + current);
    }
  }
  CHECK_MESSAGE(wrong.empty(), joined(wrong));
}

TEST_CASE("tidy: the documents name only files and folders that are there") {
  static const std::regex name(R"rx((?:\]\(|`)((?:\./)?(?:src|consumers|producers|schemas|migrations|tests|compose|rulebooks|scripts|bench|docs)/[A-Za-z0-9_./-]+))rx");
  std::vector<fs::path> documents;
  for (const auto& folder : {kRoot, kRoot / "docs", kRoot / "bench", kRoot / "src"}) {
    if (!fs::exists(folder)) continue;
    for (const auto& entry : fs::directory_iterator(folder))
      if (entry.path().extension() == ".md") documents.push_back(entry.path());
  }
  REQUIRE(!documents.empty());
  std::vector<std::string> wrong;
  for (const fs::path& document : documents)
    for (const std::string& line : read_lines(document))
      for (std::sregex_iterator match(line.begin(), line.end(), name), end; match != end; ++match) {
        const std::string path = (*match)[1];
        if (!fs::exists(kRoot / path) && !fs::exists(document.parent_path() / path)) wrong.push_back(fs::relative(document, kRoot).string() + ": " + path);
      }
  CHECK_MESSAGE(wrong.empty(), joined(wrong));
}

TEST_CASE("tidy: the top level is what was agreed") {
  const std::set<std::string> agreed{"CMakeLists.txt", "CMakePresets.json", "src",       "consumers", "producers",     "schemas",     "migrations", "tests", "compose",
                                     "README.md",      "rulebooks",         "scripts",   "bench",     "docs",          ".ci",         ".git",       ".gitignore",
                                     ".clang-format",  ".clang-tidy",       ".build",    ".work",     ".deps",         "console"};
  for (const auto& entry : fs::directory_iterator(kRoot)) CHECK_MESSAGE(agreed.contains(entry.path().filename().string()), entry.path().string());
}

}  // namespace
