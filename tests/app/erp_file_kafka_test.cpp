/// `scoreline erp file` as a process, against a real broker: what lies in the topic after it ran, ran again, was
/// killed.
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "tests/producers/erp_folder.hpp"
#include "wire/json.hpp"

namespace scoreline::app {
namespace {

using producers::Folder;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  REQUIRE_MESSAGE(value != nullptr, name << " must be set, as ctest does");
  return value;
}

std::string bootstrap() {
  std::ifstream lines(variable("SCORELINE_TEST_ENV"));
  const std::string name = "export KAFKA_BOOTSTRAP=\"";
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with(name)) return line.substr(name.size(), line.size() - name.size() - 1);
  FAIL("no KAFKA_BOOTSTRAP in the services' addresses");
  return {};
}

// Topics of its own, a folder of exports, and the program.
struct Installation {
  Folder exports, state;
  std::vector<std::string> settings;

  Installation() {
    static int count = 0;
    const std::string prefix = "erp" + std::to_string(getpid()) + "." + std::to_string(++count) + ".";
    settings = {"--set", "kafka.bootstrap_servers=" + bootstrap(),
                "--set", "kafka.topic_prefix=" + prefix,
                "--set", "kafka.partitions=3",
                "--set", "erp.state_dir=" + state.path()};
    REQUIRE(run({"topics", "apply"}) == 0);
  }

  // Exit status; what it printed is in `output`.
  int run(const std::vector<std::string>& words, const std::string& piped_into = "") {
    std::string command = "'" + variable("SCORELINE_BINARY") + "'";
    for (const std::string& word : settings) command += " '" + word + "'";
    for (const std::string& word : words) command += " '" + word + "'";
    if (!piped_into.empty()) command += " | '" + variable("SCORELINE_BINARY") + "' " + piped_into;
    FILE* pipe = popen((command + " 2>'" + state.path("stderr") + "'").c_str(), "r");
    REQUIRE(pipe != nullptr);
    output.clear();
    std::array<char, 65536> chunk;
    for (std::size_t got = 0; (got = fread(chunk.data(), 1, chunk.size(), pipe)) > 0;) output.append(chunk.data(), got);
    return WEXITSTATUS(pclose(pipe));
  }

  // Begins in a process of its own.
  pid_t begin(const std::vector<std::string>& words) {
    std::vector<std::string> all{variable("SCORELINE_BINARY")};
    all.insert(all.end(), settings.begin(), settings.end());
    all.insert(all.end(), words.begin(), words.end());
    std::vector<char*> arguments;
    for (std::string& word : all) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    const pid_t child = fork();
    if (child == 0) {
      execv(arguments[0], arguments.data());
      _exit(127);
    }
    REQUIRE(child > 0);
    return child;
  }

  // Message id -> values; keys and partitions by customer.
  struct Log {
    std::size_t records = 0;
    std::map<std::string, std::set<std::string>> values;
    std::map<std::string, std::set<std::string>> places;
  };
  Log log() {
    REQUIRE(run({"tail", "erp.changes", "--json"}) == 0);
    Log out;
    std::size_t at = 0;
    for (std::size_t end = 0; (end = output.find('\n', at)) != std::string::npos; at = end + 1) {
      std::string key, payload, partition, customer, kind, id, version;
      wire::json_members(std::string_view(output).substr(at, end - at),
                         [&](std::string_view name, std::string_view raw) {
                           if (name == "key") wire::json_string(raw, key);
                           if (name == "payload") wire::json_string(raw, payload);
                           if (name == "partition") partition = raw;
                         });
      wire::json_members(payload, [&](std::string_view name, std::string_view raw) {
        if (name == "customer") customer = raw;
        if (name == "kind") kind = raw;
        if (name == "id") id = raw;
        if (name == "version") version = raw;
      });
      ++out.records;
      out.values[customer + kind + id + version].insert(payload);
      out.places[customer].insert(key + "/" + partition);
    }
    return out;
  }

  std::string output;
};

const std::string kMapping =
    "source = 'jtl'\ndates = 'DD.MM.YYYY'\ndecimals = 'comma'\n"
    "[[file]]\npattern = 'rechnungen*.csv'\nkind = 'invoice'\nid = 'Nr'\ncustomer = 'Kunde'\n"
    "[file.data]\nissuedOn = 'Datum'\nnetCents = 'Netto'\ngrossCents = 'Brutto'\n"
    "[[file]]\npattern = 'kunden*.csv'\nkind = 'customer'\ncustomer = 'Kunde'\n[file.data]\nemail = 'E-Mail'\n";

std::string invoices(int count) {
  std::string out = "Nr;Kunde;Datum;Netto;Brutto\n";
  for (int n = 0; n < count; ++n)
    out += "R" + std::to_string(n) + ";" + std::to_string(1000 + n % 50) + ";01.05.2026;" + std::to_string(n) + ",00;" +
           std::to_string(n) + ",19\n";
  return out;
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("erp file: a folder that is published twice lies in the topic once, each customer in one place") {
  Installation house;
  const std::string mapping = house.state.write("erp.toml", kMapping);
  house.exports.write("kunden.csv", "Kunde;E-Mail\n1000;a@b.example\n1001;\n");
  house.exports.write("rechnungen.csv", invoices(200));
  house.exports.write("notes.txt", "not for us");
  REQUIRE(house.run({"erp", "file", house.exports.path(), "--mapping", mapping, "--json"}) == 0);
  CHECK(has(house.output, R"("files":2,"untouched":0,"published":202,)"));
  REQUIRE(house.run({"erp", "file", house.exports.path(), "--mapping", mapping, "--json"}) == 0);
  CHECK(has(house.output, R"("published":0,)"));
  const auto log = house.log();
  CHECK(log.records == 202);
  CHECK(log.values.size() == 202);
  CHECK(log.places.size() == 50);
  for (const auto& [customer, places] : log.places) CHECK(places.size() == 1);
  SUBCASE("a change is a further version, and all else is left alone") {
    std::string changed = invoices(200);
    changed.replace(changed.find("7,00;7,19"), 9, "7,50;7,19");
    house.exports.write("rechnungen.csv", changed);
    REQUIRE(house.run({"erp", "file", house.exports.path(), "--mapping", mapping, "--json"}) == 0);
    CHECK(has(house.output, R"("published":1,"unchanged":199,)"));
    CHECK(house.log().values.contains(R"("1007""invoice""R7"2)"));
  }
  SUBCASE("bad rows do not stop the others, and show in the exit status") {
    house.exports.append("rechnungen.csv", "R900;1000;31.02.2026;1,00;1,19\nR901;1000;01.02.2026;1,00;1,19\n");
    CHECK(house.run({"erp", "file", house.exports.path(), "--mapping", mapping, "--json", "--errors",
                     house.state.path("errors")}) == 2);
    CHECK(has(house.output, R"("published":1,"unchanged":0,"refused":1,)"));
    CHECK(has(house.state.read("stderr"), "rechnungen.csv:202: Datum: there is no such day"));
    CHECK(has(house.state.read("errors"), R"("line":202,"where":"Datum","code":"invalid_time")"));
  }
}

TEST_CASE("erp file: killed in the middle, it goes on; nothing is missing, and no version has two contents") {
  Installation house;
  const std::string mapping = house.state.write("erp.toml", kMapping);
  const int count = 60'000;
  house.exports.write("rechnungen.csv", invoices(count));
  const std::vector<std::string> command{"erp", "file", house.exports.path(), "--mapping", mapping, "--json"};
  const std::string positions = house.state.path();
  const auto published = [&] {
    std::error_code ignored;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(positions, ignored))
      if (entry.path().extension() == ".json") return true;
    return false;
  };
  const pid_t child = house.begin(command);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!published() && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  kill(child, SIGKILL);
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(WIFSIGNALED(status));
  CHECK(house.log().values.size() < static_cast<std::size_t>(count));

  REQUIRE(house.run(command) == 0);
  CHECK(has(house.output, R"("complete":true)"));
  const auto log = house.log();
  CHECK(log.values.size() == static_cast<std::size_t>(count));
  CHECK(log.records >= static_cast<std::size_t>(count));
  for (const auto& [message, values] : log.values) {
    REQUIRE(values.size() == 1);
    REQUIRE(message.ends_with("1"));
  }
  CHECK(house.run({"tail", "erp.changes", "--values"}, "erp check --json") == 0);
  CHECK(has(house.output, R"("documents":60000,"customers":50,"errors":0,)"));
  REQUIRE(house.run(command) == 0);
  CHECK(has(house.output, R"("published":0,"unchanged":0,)"));
}

TEST_CASE("erp file: it follows a folder until it is told to stop") {
  Installation house;
  house.exports.write("a.ndjson", "");
  const pid_t child = house.begin({"erp", "file", house.exports.path(), "--follow"});
  const std::string line = R"({"source":"jtl","customer":1,"kind":"order","id":"A","version":1,"data":{}})";
  house.exports.append("a.ndjson", line + "\n" + line.substr(0, 20));
  std::size_t records = 0;
  for (int tries = 0; tries < 100 && records == 0; ++tries) {
    records = house.log().records;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  CHECK(records == 1);
  kill(child, SIGTERM);
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}

}  // namespace scoreline::app
