#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "wire/rulebook_toml.hpp"

using namespace scoreline;

namespace {

namespace fs = std::filesystem;

struct Folder {
  fs::path path = fs::temp_directory_path() / ("scoreline_rulebook_" + std::to_string(reinterpret_cast<std::uintptr_t>(this)));
  Folder() { fs::create_directories(path / "book" / "templates"); }
  ~Folder() { fs::remove_all(path); }
  void write(const std::string& name, const std::string& text) const { std::ofstream(path / name, std::ios::binary) << text; }
};

}  // namespace

TEST_CASE("rulebook_toml: a folder is read, but nothing outside of it") {
  const Folder folder;
  const std::string book = (folder.path / "book").string();
  CHECK_FALSE(wire::read_rulebook_folder(book));
  CHECK_FALSE(wire::read_rulebook_folder(book + "/nowhere"));
  folder.write("book/a.toml", "[score]\n");
  folder.write("book/notes.txt", "x");
  folder.write("book/.hidden.toml", "x");
  folder.write("book/templates/t.html", "<p>ü</p>");
  const auto files = wire::read_rulebook_folder(book);
  REQUIRE(files);
  CHECK(*files == wire::RuleBookFiles{{"a.toml", "[score]\n"}, {"templates/t.html", "<p>ü</p>"}});

  fs::create_symlink("a.toml", folder.path / "book/inside.toml");
  CHECK(wire::read_rulebook_folder(book));
  folder.write("secret.toml", "[score]\n");
  fs::create_symlink("../secret.toml", folder.path / "book/outside.toml");
  const auto refused = wire::read_rulebook_folder(book);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().where.ends_with("outside.toml"));
  fs::remove(folder.path / "book/outside.toml");
  for (const char* bytes : {"\xff", "\xc0\x80", "\xed\xa0\x80", "\xf5\x80\x80\x80", "\xe2\x82"}) {
    folder.write("book/templates/t.html", bytes);
    CHECK_FALSE(wire::read_rulebook_folder(book));
  }
  folder.write("book/templates/t.html", "€ 𝄞");
  CHECK(wire::read_rulebook_folder(book));
}

TEST_CASE("rulebook_toml: the checksum tells names and texts apart") {
  const std::string one = wire::rulebook_sha256({{"a", "bc"}});
  CHECK(one.size() == 64);
  CHECK(one == wire::rulebook_sha256({{"a", "bc"}}));
  CHECK(one != wire::rulebook_sha256({{"ab", "c"}}));
  CHECK(one != wire::rulebook_sha256({{"a", "b"}, {"c", ""}}));
}
