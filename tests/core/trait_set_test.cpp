#include "core/trait_set.hpp"

#include <doctest/doctest.h>

using namespace scoreline;
using core::Trait;
using core::TraitSet;

namespace {

Trait trait(std::string key, std::string json, std::int64_t at, std::string id) {
  return {std::move(key), std::move(json), {at}, std::move(id)};
}

std::string value(const TraitSet& set, std::string_view key) {
  for (const Trait& one : set.all()) {
    if (one.key == key) return one.json;
  }
  return "";
}

}  // namespace

TEST_CASE("the latest value wins, ties by larger message id, in any order") {
  const Trait a = trait("title", "\"CEO\"", 5, "m1"), b = trait("title", "\"CTO\"", 5, "m2"), c = trait("title", "\"CFO\"", 4, "m9");
  TraitSet one, other;
  for (const Trait& each : {a, b, c}) one.put(each);
  for (const Trait& each : {c, b, a}) other.put(each);
  CHECK(value(one, "title") == "\"CTO\"");
  CHECK(value(other, "title") == "\"CTO\"");
}

TEST_CASE("only another value is a change") {
  TraitSet set;
  CHECK(set.put(trait("a", "1", 1, "m")));
  CHECK_FALSE(set.put(trait("a", "1", 2, "m")));
  CHECK_FALSE(set.put(trait("a", "2", 1, "m")));
  CHECK(set.put(trait("a", "2", 3, "m")));
}

TEST_CASE("what was deleted is not revived by something older") {
  TraitSet set;
  set.put(trait("a", "null", 5, "m"));
  CHECK_FALSE(set.put(trait("a", "1", 4, "m")));
  CHECK(value(set, "a") == "null");
}

TEST_CASE("traits survive their encoding; other bytes are refused") {
  TraitSet set, back;
  set.put(trait("b", "{\"x\":1}", -7, "m1"));
  set.put(trait("a", "true", 1'000'000'000'000, "m2"));
  std::string bytes;
  set.encode(bytes);
  REQUIRE(back.decode(bytes));
  REQUIRE(back.all().size() == 2);
  CHECK(back.all()[0].key == "a");
  CHECK(back.all()[1].json == "{\"x\":1}");
  CHECK(back.all()[1].at.us == -7);
  CHECK(back.all()[1].message_id == "m1");
  for (std::size_t cut = 1; cut < bytes.size(); ++cut) CHECK_FALSE(back.decode(std::string_view(bytes).substr(0, cut)));
  CHECK(back.empty());
  CHECK_FALSE(back.decode(bytes + "x"));
  CHECK_FALSE(back.decode("\x02"));
  CHECK(back.decode(""));
  std::string none;
  TraitSet().encode(none);
  CHECK(none.empty());
}
