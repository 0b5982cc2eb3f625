#include "producers/erp_import.hpp"

#include <doctest/doctest.h>

#include <cstring>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/errors.hpp"
#include "tests/producers/erp_folder.hpp"
#include "wire/input_event.hpp"

namespace scoreline::producers {
namespace {

using Ending = ErpReader::Ending;
using Left = ErpImport::Left;

// A topic in memory that goes away when it is told to.
class Topic final : public ErpOutlet {
 public:
  void publish(std::span<const ErpRecord> records) override {
    for (const ErpRecord& record : records) {
      if (left-- == 0) throw base::Unavailable("the broker is away");
      values.push_back(record.value);
      keys.insert(record.key);
    }
  }
  std::vector<std::string> values;
  std::set<std::string> keys;
  std::int64_t left = -1;
};

class Watch final : public ErpWatch {
 public:
  void refused(const std::string&, const ErpFault& fault) override {
    faults.push_back(std::to_string(fault.line) + " " + fault.where + " " + fault.code);
  }
  void noticed(const std::string&, const std::string& text) override { notices.push_back(text); }
  void moved(const std::string&, const ErpProgress& progress) override { last = progress; }
  bool stopped() override { return stop; }
  std::vector<std::string> faults, notices;
  ErpProgress last;
  bool stop = false;
};

// An installation: its topic, and processes that come and go.
struct World {
  Folder folder, state;
  Topic topic;
  Watch watch;
  ErpImportOptions options;
  std::optional<ErpMapping> mapping;

  World() {
    options.clock = [] { return *base::parse_rfc3339("2026-06-01T12:00:00Z"); };
  }
  void map(const std::string& text) {
    auto loaded = load_erp_mapping("m.toml", "source = 'jtl'\ndates = 'DD.MM.YYYY'\ndecimals = 'comma'\n" + text);
    if (!loaded.mapping) FAIL(wire::to_text(loaded.problems.front()));
    mapping = std::move(loaded.mapping);
    options.mapping = &*mapping;
  }
  // A process of its own; false: the broker went away under it.
  bool run(const std::string& name, Ending ending = Ending::whole) {
    ErpPositions positions(state.path());
    ErpVersions versions(state.path("versions"), options.hash_key, ErpVersions::Mode::keep);
    ErpImport import(options, topic, watch, versions, &positions);
    try {
      left = import.file(folder.path(name), ending);
      totals = import.totals();
      return true;
    } catch (const base::Unavailable&) {
      return false;
    }
  }
  Left left = Left::nothing;
  ErpTotals totals;
};

std::string value(int n, const std::string& more = "") {
  return R"({"source":"jtl","customer":")" + std::to_string(n % 7 + 1) + R"(","kind":"invoice","id":"R)" +
         std::to_string(n) + R"(","version":1,"data":{"netCents":)" + std::to_string(n) + more + "}}\n";
}
std::string values(int first, int count) {
  std::string out;
  for (int n = first; n < first + count; ++n) out += value(n);
  return out;
}
bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

const char* kInvoices =
    "[[file]]\npattern = '*.csv'\nkind = 'invoice'\nid = 'Nr'\ncustomer = 'Kunde'\n[file.data]\nnetCents = 'Netto'\n";
const std::string kHead = "Nr;Kunde;Netto\n";

}  // namespace

TEST_CASE("import: a file run twice publishes once") {
  World w;
  w.folder.write("a.ndjson", values(0, 100));
  REQUIRE(w.run("a.ndjson"));
  CHECK(w.topic.values.size() == 100);
  CHECK(w.topic.keys.size() == 7);
  REQUIRE(w.run("a.ndjson"));
  CHECK(w.topic.values.size() == 100);
  CHECK(w.totals.untouched == 1);
}

TEST_CASE("import: a file that grew goes on, one that was replaced begins anew") {
  World w;
  w.folder.write("a.ndjson", values(0, 10));
  w.run("a.ndjson");
  w.folder.append("a.ndjson", values(10, 5));
  w.run("a.ndjson");
  CHECK(w.topic.values.size() == 15);
  CHECK(w.totals.documents == 5);
  w.folder.write("a.ndjson", values(100, 20));
  w.run("a.ndjson");
  CHECK(w.totals.documents == 20);
  w.folder.write("a.ndjson", values(100, 3));
  w.run("a.ndjson");
  CHECK(w.totals.documents == 3);
}

TEST_CASE("import: interrupted anywhere, everything arrives, and what was acknowledged is not sent again") {
  World w;
  const int count = 35'000;
  w.folder.write("a.ndjson", values(0, count));
  std::size_t sent = 0;
  for (const std::int64_t room : {0LL, 1LL, 9'999LL, 10'000LL, 12'345LL}) {
    w.topic.left = room;
    CHECK_FALSE(w.run("a.ndjson"));
    sent += static_cast<std::size_t>(room);
  }
  w.topic.left = -1;
  REQUIRE(w.run("a.ndjson"));
  CHECK(std::set<std::string>(w.topic.values.begin(), w.topic.values.end()).size() == count);
  // At most a batch is repeated each time.
  CHECK(w.topic.values.size() <= count + 5 * 10'000);
  REQUIRE(w.run("a.ndjson"));
  CHECK(w.totals.documents == 0);
}

TEST_CASE("import: stopped by a signal it keeps what it did") {
  World w;
  w.folder.write("a.ndjson", values(0, 10));
  w.watch.stop = true;
  w.run("a.ndjson");
  CHECK(w.left == Left::stopped);
  CHECK(w.topic.values.empty());
  w.watch.stop = false;
  w.run("a.ndjson");
  CHECK(w.topic.values.size() == 10);
}

TEST_CASE("import: bad rows are counted and passed over, and not forgotten") {
  World w;
  w.folder.write("a.ndjson", value(1) + "{}\nx\n" + value(2));
  w.run("a.ndjson");
  CHECK(w.topic.values.size() == 2);
  CHECK(w.watch.faults == std::vector<std::string>{"2 /source missing_value", "3  invalid_json"});
  CHECK(w.totals.refused == 2);
  w.run("a.ndjson");
  CHECK(w.totals.refused == 0);
  REQUIRE(w.watch.notices.size() == 1);
  CHECK(has(w.watch.notices[0], "2 of its rows were refused earlier"));
}

TEST_CASE("import: half a line is left until it is whole") {
  World w;
  const std::string last = value(2);
  w.folder.write("a.ndjson", value(1) + last.substr(0, 40));
  w.run("a.ndjson");
  CHECK(w.topic.values.size() == 1);
  CHECK(w.totals.unfinished == 1);
  CHECK(w.totals.refused == 0);
  w.run("a.ndjson");
  CHECK(w.topic.values.size() == 1);
  w.folder.append("a.ndjson", last.substr(40));
  w.run("a.ndjson");
  CHECK(w.topic.values.size() == 2);
}

TEST_CASE("import: a last line without its end counts when it is whole, and is taken again when it goes on") {
  World w;
  w.map(kInvoices);
  w.folder.write("a.csv", kHead + "R1;7;1,00\nR2;7;12");
  w.run("a.csv");
  REQUIRE(w.topic.values.size() == 2);
  w.run("a.csv");
  CHECK(w.topic.values.size() == 2);
  w.folder.append("a.csv", "5,50\nR3;7;1\n");
  w.run("a.csv");
  REQUIRE(w.topic.values.size() == 4);
  CHECK(has(w.topic.values[2], R"("id":"R2","version":2,"data":{"netCents":12550})"));
  SUBCASE("only the line end was missing") {
    w.folder.write("b.csv", kHead + "R9;7;1,00");
    w.run("b.csv");
    w.folder.append("b.csv", "\n");
    w.run("b.csv");
    CHECK(w.topic.values.size() == 5);
    CHECK(w.totals.unchanged == 1);
  }
}

TEST_CASE("import: versions follow the content") {
  World w;
  w.map(kInvoices);
  w.folder.write("a.csv", kHead + "R1;7;1,00\nR2;7;2,00\n");
  w.run("a.csv");
  w.folder.write("a.csv", kHead + "R2;7;2,50\nR1;7;1,00\n");
  w.run("a.csv");
  REQUIRE(w.topic.values.size() == 3);
  CHECK(has(w.topic.values[2], R"("id":"R2","version":2)"));
  CHECK(w.totals.unchanged == 1);
  w.folder.write("same.csv", kHead + "R1;7;1,0\n");
  w.run("same.csv");
  CHECK(w.topic.values.size() == 3);
}

TEST_CASE("import: a version that may have been published never comes with other content") {
  World w;
  w.map(kInvoices);
  w.folder.write("a.csv", kHead + "R1;7;1,00\n");
  w.topic.left = 0;  // the claim is kept, the record may or may not be there
  CHECK_FALSE(w.run("a.csv"));
  w.topic.left = -1;
  SUBCASE("the same again") {
    w.run("a.csv");
    CHECK(has(w.topic.values.at(0), R"("version":1,"data":{"netCents":100})"));
  }
  SUBCASE("changed meanwhile") {
    w.folder.write("a.csv", kHead + "R1;7;2,00\n");
    w.run("a.csv");
    CHECK(has(w.topic.values.at(0), R"("version":2,"data":{"netCents":200})"));
  }
}

TEST_CASE("import: --again publishes everything with the same versions") {
  World w;
  w.map(kInvoices);
  w.folder.write("a.csv", kHead + "R1;7;1,00\nR2;7;2,00\n");
  w.run("a.csv");
  w.options.again = true;
  w.run("a.csv");
  REQUIRE(w.topic.values.size() == 4);
  CHECK(w.topic.values[2] == w.topic.values[0]);
}

TEST_CASE("import: another setup reads files anew") {
  World w;
  w.folder.write("a.ndjson", value(1));
  w.run("a.ndjson");
  w.options.setup = "other mapping";
  w.run("a.ndjson");
  CHECK(w.totals.documents == 1);
}

TEST_CASE("import: rows of an order that come later make it a further version") {
  World w;
  w.map(
      "[[file]]\npattern = '*.csv'\nkind = 'order'\nid = 'Nr'\ncustomer = 'Kunde'\n[file.data]\nnetCents = { sum = "
      "'lines' }\n[file.lines]\nnetCents = 'Netto'\n");
  w.folder.write("a.csv", kHead + "A1;7;1,00\nA2;7;2,00\n");
  SUBCASE("without --follow the last order counts as it is") {
    w.run("a.csv");
    CHECK(w.topic.values.size() == 2);
    w.folder.append("a.csv", "A2;7;3,00\nA3;7;1,00\n");
    w.run("a.csv");
    REQUIRE(w.topic.values.size() == 4);
    CHECK(has(w.topic.values[2], R"("id":"A2","version":2,"data":{"netCents":500)"));
  }
  SUBCASE("a growing file keeps it back until it has settled") {
    w.run("a.csv", Ending::growing);
    CHECK(w.topic.values.size() == 1);
    CHECK(w.left == Left::document);
    w.folder.append("a.csv", "A2;7;3,00\n");
    w.run("a.csv", Ending::growing);
    CHECK(w.topic.values.size() == 1);
    w.run("a.csv", Ending::settled);
    REQUIRE(w.topic.values.size() == 2);
    CHECK(has(w.topic.values[1], R"("id":"A2","version":1,"data":{"netCents":500)"));
    w.run("a.csv", Ending::growing);
    CHECK(w.topic.values.size() == 2);
  }
}

TEST_CASE("import: one process follows a file that grows, and sees when it is another one") {
  World w;
  ErpPositions positions(w.state.path());
  ErpVersions versions(w.state.path("versions"), {}, ErpVersions::Mode::keep);
  ErpImport import(w.options, w.topic, w.watch, versions, &positions);
  const std::string path = w.folder.write("a.ndjson", value(1) + "{\"sou");
  import.file(path, Ending::growing);
  CHECK(w.topic.values.size() == 1);
  CHECK(import.totals().unfinished == 0);
  w.folder.write("a.ndjson", value(1) + value(2));
  import.file(path, Ending::growing);
  CHECK(w.topic.values.size() == 2);
  w.folder.write("a.ndjson", value(3) + value(4) + value(5));
  import.file(path, Ending::growing);
  CHECK(w.topic.values.size() == 5);
}

TEST_CASE("import: a broken header or an unknown name refuses the file, not the run") {
  World w;
  w.map(kInvoices);
  w.folder.write("a.csv", "Nr;Kunde\n1;2\n");
  w.folder.write("b.xml", "<a/>");
  w.run("a.csv");
  CHECK(w.watch.faults == std::vector<std::string>{"0  columns"});
  w.run("b.xml");
  w.run("missing.csv");
  CHECK(w.watch.faults == std::vector<std::string>{"0  columns", "0  mapping", "0  unreadable"});
  w.folder.write("a.csv", kHead + "R1;2;3\n");
  w.run("a.csv");
  CHECK(w.topic.values.size() == 1);
}

TEST_CASE("import: a stream is read to its end") {
  World w;
  ErpVersions versions(w.state.path("versions"), {}, ErpVersions::Mode::try_out);
  ErpImport import(w.options, w.topic, w.watch, versions, nullptr);
  std::string text = values(0, 3) + "x";
  import.stream("-", [&](std::span<char> room) {
    const std::size_t count = std::min<std::size_t>(room.size(), std::min<std::size_t>(text.size(), 10));
  std::memcpy(room.data(), text.data(), count);
  text.erase(0, count);
  return count;
});
CHECK(w.topic.values.size() == 3);
CHECK(import.totals().unfinished == 1);
}  // namespace scoreline::producers

TEST_CASE("import: what came through a stream does not wait for its end") {
  World w;
  ErpVersions versions(w.state.path("versions"), {}, ErpVersions::Mode::try_out);
  ErpImport import(w.options, w.topic, w.watch, versions, nullptr);
  std::vector<std::string> parts{value(1), value(2) + value(3).substr(0, 5), value(3).substr(5)};
  std::vector<std::size_t> published;
  import.stream("-", [&](std::span<char> room) -> std::size_t {
    published.push_back(w.topic.values.size());
    if (parts.empty()) return 0;
    const std::string part = parts.front();
    parts.erase(parts.begin());
    std::memcpy(room.data(), part.data(), part.size());
    return part.size();
  });
  CHECK(published == std::vector<std::size_t>{0, 1, 2, 3});
}

TEST_CASE("import: a stream that is broken off does not end in half a row") {
  World w;
  ErpVersions versions(w.state.path("versions"), {}, ErpVersions::Mode::try_out);
  ErpImport import(w.options, w.topic, w.watch, versions, nullptr);
  const std::string text = value(1) + "{}";
  bool given = false;
  const auto left = import.stream("-", [&](std::span<char> room) -> std::size_t {
    w.watch.stop = given;
    if (std::exchange(given, true)) return 0;
    std::memcpy(room.data(), text.data(), text.size());
    return text.size();
  });
  CHECK(left == Left::stopped);
  CHECK(w.topic.values.size() == 1);
  CHECK(w.watch.faults.empty());
}

TEST_CASE("positions: one process at a time, and files that cannot be read count as none") {
  const Folder folder;
  ErpPosition position;
  position.offset = 7;
  position.sha256 = "ab";
  {
    ErpPositions positions(folder.path("state"));
    CHECK_THROWS_WITH_AS(ErpPositions(folder.path("state")), doctest::Contains("another"), base::UsageError);
    CHECK_FALSE(positions.find("/a"));
    positions.save("/a", position);
    CHECK(positions.find("/a")->offset == 7);
    CHECK(positions.find("/a")->sha256 == "ab");
    CHECK_FALSE(positions.find("/b"));
  }
  for (const auto& entry : std::filesystem::directory_iterator(folder.path("state/files")))
    std::ofstream(entry.path()) << "{";
  CHECK_FALSE(ErpPositions(folder.path("state")).find("/a"));
  folder.write("file", "");
  CHECK_THROWS_AS(ErpPositions(folder.path("file")), base::UsageError);
}

}  // namespace scoreline::producers
