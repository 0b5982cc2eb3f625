#include "app/erp_console.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>

#include "app/erp_file.hpp"
#include "base/errors.hpp"
#include "tests/producers/erp_folder.hpp"

namespace scoreline::app {
namespace {

using producers::ErpFault;
using producers::Folder;

constexpr std::int64_t kSecond = 1'000'000;

std::size_t lines(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

TEST_CASE("erp console: how far it is, how fast, and how long it will take") {
  CHECK(erp_progress_text({50, 200, 1'200}, 50, 1'000, 10 * kSecond) == "25 %, 1,200 documents, 100/s, 31 s left");
  CHECK(erp_progress_text({200, 200, 1}, 200, 1, 2 * kSecond) == "100 %, 1 document, 0/s");
  CHECK(erp_progress_text({50, 200, 0}, 50, 0, kSecond - 1) == "25 %, 0 documents");
  CHECK(erp_progress_text({5'000'000, 0, 10}, 5'000'000, 10, 2 * kSecond) == "5 MB, 10 documents, 5/s");
  CHECK(erp_progress_text({300, 200, 1}, 300, 1, 2 * kSecond) == "100 %, 1 document, 0/s");
}

TEST_CASE("erp console: a fault on one line, whatever the names hold") {
  CHECK(erp_fault_text("a.csv", {17, "Datum", "invalid_time", "no such day"}) ==
        "a.csv:17: Datum: no such day (invalid_time)");
  CHECK(erp_fault_text("a.csv", {0, "", "columns", "nothing fits"}) == "a.csv: nothing fits (columns)");
  CHECK(erp_fault_text("a.csv", {1, "/data/\x1b[31m\n", "unknown_field", "?"}) ==
        "a.csv:1: /data/ [31m : ? (unknown_field)");
}

TEST_CASE("erp console: all faults go to the file, whatever is shown") {
  const Folder folder;
  {
    ErpConsole console(folder.path("errors"), [] { return false; });
    for (std::uint64_t n = 1; n <= 50; ++n)
      console.refused("a.csv", {n, "Netto", "invalid_amount", "not \"a\" number"});
  }
  const std::string text = folder.read("errors");
  CHECK(lines(text) == 50);
  CHECK(text.starts_with(
      R"({"file":"a.csv","line":1,"where":"Netto","code":"invalid_amount","message":"not \"a\" number"})"));
  CHECK_THROWS_AS(ErpConsole(folder.path("no/such/errors"), nullptr), base::UsageError);
}

TEST_CASE("erp file: of a folder the files that are complete, by name") {
  const Folder folder;
  for (const char* name : {"b.csv", "a.ndjson", ".hidden.csv", "c.csv~", "d.csv.part", "e.csv.tmp", "notes.docx"})
    folder.write(name, "");
  std::filesystem::create_directory(folder.path("sub.csv"));
  CHECK(erp_files_of(folder.path()) ==
        std::vector{folder.path("a.ndjson"), folder.path("b.csv"), folder.path("notes.docx")});
  CHECK_THROWS_AS(erp_files_of(folder.path("nowhere")), base::UsageError);
}

}  // namespace scoreline::app
