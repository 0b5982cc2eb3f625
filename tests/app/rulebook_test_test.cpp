#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "app/rulebook_test.hpp"
#include "base/errors.hpp"

using namespace scoreline;

namespace {

namespace fs = std::filesystem;

/// A rule book with cases in a folder of its own.
struct Book {
  fs::path path =
      fs::temp_directory_path() / ("scoreline_test_" + std::to_string(reinterpret_cast<std::uintptr_t>(this)));
  Book() {
    fs::create_directories(path / "tests");
    write("book.toml",
          "[[rule]]\nid = 'pricing'\npoints = 20\non = 'page'\nlimit = 40\n"
          "[[tier]]\nid = 'cold'\nmin = 0\n[[tier]]\nid = 'warm'\nmin = 40\n");
  }
  ~Book() { fs::remove_all(path); }
  void write(const std::string& name, const std::string& text) const { std::ofstream(path / name) << text; }
  std::vector<app::CaseResult> run(const std::vector<std::string>& names = {}) const {
    return app::run_cases(path.string(), names);
  }
};

const std::string kTwoPages =
    "title = 'Two pages'\n[[event]]\nat = 2026-05-04T09:00:00Z\nwho = 'user:k'\npage = '/'\n"
    "[[event]]\nat = 2026-05-04T10:00:00Z\nwho = 'user:k'\npage = '/'\n";

}  // namespace

TEST_CASE("rulebook_test: what is expected is what simulate reports at that instant") {
  const Book book;
  book.write("tests/good.toml", kTwoPages +
                                    "[[expect]]\nwho = 'user:k'\nscore = 40\ntier = 'warm'\n"
                                    "[[expect]]\nat = 2026-05-04T09:59:59Z\nwho = 'user:k'\nscore = 20\ntier = 'cold'\n"
                                    "[[expect]]\nat = 2026-05-04T08:59:59Z\nwho = 'user:k'\ngone = true\n");
  const auto results = book.run();
  REQUIRE(results.size() == 1);
  CHECK(results[0].passed());
  CHECK(app::results_text(results, false) == "ok   good: Two pages\n1 passed, 0 failed\n");
  CHECK(
      app::results_json(results) ==
      R"({"cases":[{"name":"good","file":"tests/good.toml","title":"Two pages","passed":true,"problems":[],"differences":[]}],)"
      R"("passed":1,"failed":0})");
}

TEST_CASE("rulebook_test: differences stand below their case, with the line that expected otherwise") {
  const Book book;
  book.write("tests/bad.toml", kTwoPages + "[[expect]]\nat = 2026-05-04T09:30:00Z\nwho = 'user:k'\ntier = 'warm'\n");
  book.write("tests/unreadable.toml", kTwoPages + "[[expect]]\nwho = 'user:k'\ntier = 'wam'\n");
  const std::string text = app::results_text(book.run(), false);
  CHECK(text ==
        "FAIL bad: Two pages\n"
        "     tests/bad.toml:10: lead user:k, 2026-05-04T09:30:00Z: tier expected warm, got cold (score 20.00; "
        "contributions pricing 20.00)\n"
        "FAIL unreadable: Two pages\n"
        "     tests/unreadable.toml:12:8: the rule book has no tier `wam`; did you mean `warm`?\n"
        "0 passed, 2 failed\n");
}

TEST_CASE("rulebook_test: events that are refused are told, unless that is expected") {
  const Book book;
  const auto event = [](const std::string& more) {
    return "[[event]]\nat = 2026-05-04T08:00:00Z\nwho = 'user:k'\ntrack = 'order.placed'\n" + more;
  };
  const std::string expect = "[[expect]]\nwho = 'user:k'\nscore = 40\n";
  book.write("tests/a.toml", event("") + kTwoPages.substr(kTwoPages.find('[')) + expect);
  book.write("tests/b.toml", event("refused = true\n") + kTwoPages.substr(kTwoPages.find('[')) + expect);
  book.write("tests/c.toml", "[[event]]\nat = 2026-05-04T08:00:00Z\nwho = 'user:k'\ntrack = 'fine'\nrefused = true\n" +
                                 kTwoPages.substr(kTwoPages.find('[')) + expect);
  const auto results = book.run();
  REQUIRE(results.size() == 3);
  REQUIRE(results[0].differences.size() == 1);
  CHECK(results[0].differences[0].toml_line == 1);
  CHECK(results[0].differences[0].text.starts_with("the event is refused: "));
  CHECK(results[1].passed());
  REQUIRE(results[2].differences.size() == 1);
  CHECK(results[2].differences[0].text == "the event was expected to be refused, but was taken");
}

TEST_CASE("rulebook_test: cases by name; none, an unknown one and a bad book are refused") {
  const Book book;
  CHECK_THROWS_AS(book.run(), base::UsageError);
  book.write("tests/a.toml", kTwoPages + "[[expect]]\nwho = 'user:k'\nscore = 40\n");
  book.write("tests/b.toml", kTwoPages + "[[expect]]\nwho = 'user:k'\nscore = 41\n");
  CHECK(book.run({"b"}).size() == 1);
  CHECK(book.run({"b", "a"}).size() == 2);
  CHECK_THROWS_AS(book.run({"c"}), base::UsageError);
  book.write("book.toml", "[[rule]]\n");
  CHECK_THROWS_AS(book.run(), base::UsageError);
}

TEST_CASE("rulebook_test: the case of the reference passes with the demo's rule book") {
  const fs::path root = SCORELINE_SOURCE_DIR;
  std::ifstream in(root / "docs/rulebook.md");
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  const std::string fence = "```toml case\n";
  const std::size_t begin = text.find(fence);
  REQUIRE(begin != std::string::npos);
  const Book book;
  fs::remove(book.path / "book.toml");
  fs::copy(root / "rulebooks/demo", book.path, fs::copy_options::recursive);
  book.write("tests/docs.toml",
             text.substr(begin + fence.size(), text.find("```", begin + fence.size()) - begin - fence.size()));
  CHECK(app::results_text(book.run(), false) ==
        "ok   docs: Two visits to the prices on different days make a lead warm\n1 passed, 0 failed\n");
}

TEST_CASE("rulebook_test: the repository's books do what their cases say") {
  for (const char* name : {"event-agency", "b2b-supplier"}) {
    const auto results = app::run_cases(std::string(SCORELINE_SOURCE_DIR) + "/rulebooks/" + name, {});
    CHECK_MESSAGE(app::results_text(results, false).ends_with(" passed, 0 failed\n"),
                  app::results_text(results, false));
  }
}
