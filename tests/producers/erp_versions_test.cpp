#include "producers/erp_versions.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "base/errors.hpp"
#include "tests/producers/erp_folder.hpp"

namespace scoreline::producers {
namespace {

using Mode = ErpVersions::Mode;

base::Hash128 document(int n) { return base::keyed_hash({}, std::to_string(n)); }

}  // namespace

TEST_CASE("versions: count up when the content changes, and only then") {
  const Folder folder;
  ErpVersions versions(folder.path("versions"), {}, Mode::keep);
  CHECK(versions.claim(document(1), 10).version == 1);
  CHECK(versions.claim(document(1), 10).version == 1);
  CHECK(versions.claim(document(2), 10).version == 1);
  CHECK(versions.claim(document(1), 11).version == 2);
  CHECK(versions.claim(document(1), 10).version == 3);
  CHECK(versions.documents() == 2);
}

TEST_CASE("versions: known is what was acknowledged with that content") {
  const Folder folder;
  ErpVersions versions(folder.path("versions"), {}, Mode::keep);
  CHECK_FALSE(versions.claim(document(1), 10).known);
  CHECK_FALSE(versions.claim(document(1), 10).known);
  versions.acknowledge({document(1)});
  CHECK(versions.claim(document(1), 10).known);
  CHECK_FALSE(versions.claim(document(1), 11).known);
}

TEST_CASE("versions: a claim survives a crash before it is acknowledged, and never stands for other content") {
  const Folder folder;
  {
    ErpVersions versions(folder.path("versions"), {}, Mode::keep);
    versions.claim(document(1), 10);
    versions.acknowledge({document(1)});
    CHECK(versions.claim(document(1), 11).version == 2);
    versions.sync();
  }
  ErpVersions versions(folder.path("versions"), {}, Mode::keep);
  SUBCASE("the same content is published again under the same version") {
    const auto again = versions.claim(document(1), 11);
    CHECK(again.version == 2);
    CHECK_FALSE(again.known);
  }
  SUBCASE("other content gets the next") { CHECK(versions.claim(document(1), 12).version == 3); }
}

TEST_CASE("versions: trying out leaves no trace") {
  const Folder folder;
  {
    ErpVersions nothing(folder.path("versions"), {}, Mode::try_out);
    CHECK(nothing.claim(document(1), 10).version == 1);
    for (int n = 0; n < 10'000; ++n) nothing.claim(document(n), 1);
  }
  CHECK_FALSE(std::filesystem::exists(folder.path("versions")));
  ErpVersions(folder.path("versions"), {}, Mode::keep).claim(document(1), 10);
  {
    ErpVersions trial(folder.path("versions"), {}, Mode::try_out);
    CHECK(trial.claim(document(1), 11).version == 2);
    trial.acknowledge({document(1)});
    for (int n = 0; n < 10'000; ++n) trial.claim(document(n), 1);
    trial.sync();
  }
  CHECK(ErpVersions(folder.path("versions"), {}, Mode::keep).claim(document(1), 10).version == 1);
}

TEST_CASE("versions: a floor for tables that were lost") {
  const Folder folder;
  {
    ErpVersions versions(folder.path("versions"), {}, Mode::keep, 1'000);
    CHECK(versions.claim(document(1), 10).version == 1'001);
  }
  ErpVersions versions(folder.path("versions"), {}, Mode::keep);
  CHECK(versions.claim(document(1), 11).version == 1'002);
  CHECK(versions.claim(document(2), 11).version == 1);
}

TEST_CASE("versions: files that are none, and keys that are others") {
  const Folder folder;
  folder.write("short", "x");
  folder.write("other", std::string(100'000, 'x'));
  CHECK_THROWS_AS(ErpVersions(folder.path("short"), {}, Mode::keep), base::UsageError);
  CHECK_THROWS_AS(ErpVersions(folder.path("other"), {}, Mode::try_out), base::UsageError);
  CHECK_THROWS_AS(ErpVersions(folder.path("no/such/folder"), {}, Mode::keep), base::UsageError);
  { const ErpVersions made(folder.path("versions"), {1}, Mode::keep); }
  CHECK_THROWS_WITH_AS(ErpVersions(folder.path("versions"), {2}, Mode::keep), doctest::Contains("hash_key"),
                       base::UsageError);
}

TEST_CASE("versions: any history is what a map would say, across growth and restarts") {
  const Folder folder;
  const std::string path = folder.path("versions");
  auto versions = std::make_unique<ErpVersions>(path, base::HashKey{}, Mode::keep);
  struct Known {
    std::int64_t version = 0;
    std::uint64_t content = 0;
  };
  std::map<int, Known> expected;
  std::uint64_t random = 1;
  for (int step = 0; step < 60'000; ++step) {
    random = random * 6364136223846793005ULL + 1442695040888963407ULL;
    const int n = static_cast<int>((random >> 33) % 20'000);
    const std::uint64_t content = (random >> 20) % 3;
    Known& known = expected[n];
    if (known.version == 0 || known.content != content) known = {known.version + 1, content};
    REQUIRE(versions->claim(document(n), content).version == known.version);
    if (step % 20'000 == 19'999) {
      versions.reset();
      versions = std::make_unique<ErpVersions>(path, base::HashKey{}, Mode::keep);
      REQUIRE(versions->documents() == expected.size());
    }
  }
}

}  // namespace scoreline::producers
