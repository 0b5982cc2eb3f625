#include "app/simulate.hpp"

#include <doctest/doctest.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

using namespace scoreline;

namespace {

/// A rule book in a folder that goes with it.
struct BookFolder {
  std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("scoreline-simulate-test-" + std::to_string(getpid()));
  explicit BookFolder(const char* toml) {
    std::filesystem::create_directories(path);
    std::ofstream(path / "book.toml") << toml;
  }
  ~BookFolder() { std::filesystem::remove_all(path); }
};

// As `scoreline tail lead.activities --json` prints it; ts in milliseconds.
std::string line(int ts, const std::string& payload) {
  std::string quoted;
  for (const char c : payload) quoted += (c == '"' ? "\\" : "") + std::string(1, c);
  return "{\"topic\":\"lead.activities\",\"ts\":" + std::to_string(ts) + ",\"payload\":\"" + quoted + "\"}\n";
}

}  // namespace

TEST_CASE("simulate --activities: a rule book that is ignored is time passing all the same") {
  const BookFolder book(
      "[[trigger]]\nid = \"seen\"\non = { activity = \"page\" }\n[[trigger.action]]\nkind = \"task.create\"\n");
  app::SimulateOptions options;
  options.rulebook = book.path.string();
  options.activities = true;
  std::istringstream in(line(1'000, R"({"kind":"tick"})") +
                        line(3'000, R"({"kind":"rulebook_activated","version":1})") +
                        line(2'000, R"({"kind":"activity","lead":"1","name":"page","type":"page",)"
                                    R"("at":"1970-01-01T00:00:02Z","received_at":"1970-01-01T00:00:02Z",)"
                                    R"("message_id":"m1","personal":{"identifiers":["anon:a"]}})"));
  std::ostringstream out, errors;
  CHECK(app::simulate(options, in, out, errors) == 0);
  CHECK(errors.str().empty());
  CHECK(out.str().find(R"("trigger":"seen","at":"1970-01-01T00:00:03Z")") != std::string::npos);
}
