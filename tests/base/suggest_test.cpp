#include "base/suggest.hpp"

#include <doctest/doctest.h>

#include <array>

using scoreline::base::suggest;

TEST_CASE("suggest: the nearest known name, or none where none is meant") {
  constexpr std::array<std::string_view, 4> kKnown{"points", "limit", "once_per", "category"};
  CHECK(suggest("pionts", kKnown) == "points");
  CHECK(suggest("Limit", kKnown) == "limit");
  CHECK(suggest("once-per", kKnown) == "once_per");
  CHECK(suggest("categry", kKnown) == "category");
  CHECK(suggest("webhook", kKnown).empty());
  CHECK(suggest("", kKnown).empty());
  CHECK(suggest(std::string(10'000, 'x'), kKnown).empty());
  CHECK(suggest("x", {}).empty());
}
