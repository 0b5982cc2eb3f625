#include "core/value.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>

using namespace scoreline::core;

namespace {

Number integer(std::int64_t value) { return {true, value, 0}; }
Number real(double value) { return {false, 0, value}; }

}  // namespace

TEST_CASE("value: numbers are compared by value, whatever they are written as") {
  CHECK(compare(integer(1), real(1.0)) == 0);
  CHECK(compare(real(1.0), integer(1)) == 0);
  CHECK(compare(integer(0), real(-0.0)) == 0);
  CHECK(compare(integer(1), real(1.5)) < 0);
  CHECK(compare(integer(-1), real(-1.5)) > 0);
  CHECK(compare(real(-1.5), integer(-1)) < 0);
  CHECK(compare(integer(3), integer(2)) > 0);
  CHECK(compare(real(0.1), real(0.2)) < 0);
}

TEST_CASE("value: large integers lose nothing against doubles") {
  const std::int64_t two53 = std::int64_t{1} << 53;
  const double as_double = 9007199254740992.0;
  CHECK(compare(integer(two53), real(as_double)) == 0);
  CHECK(compare(integer(two53 + 1), real(as_double)) > 0);
  CHECK(compare(integer(INT64_MAX), real(9223372036854775808.0)) < 0);
  CHECK(compare(integer(INT64_MIN), real(-9223372036854775808.0)) == 0);
  CHECK(compare(integer(INT64_MIN), real(-1e300)) > 0);
  CHECK(compare(real(std::numeric_limits<double>::infinity()), integer(INT64_MAX)) > 0);
}

TEST_CASE("value: a path table knows each path once and keeps what was asked of it") {
  PathTable paths;
  CHECK(paths.add("name") == PathTable::kName);
  CHECK(paths.add("type") == PathTable::kType);
  CHECK(paths.add("source") == PathTable::kSource);
  const PathId page = paths.add("context.page"), path = paths.add("context.page.path", true);
  CHECK(paths.add("context.page.path") == path);
  CHECK(paths.size() == 5);
  CHECK(paths.name(path) == "context.page.path");

  const auto& context = paths.node(paths.root().children.at("context"));
  CHECK(context.path == -1);
  const auto& page_node = paths.node(context.children.at("page"));
  CHECK(page_node.path == static_cast<std::int32_t>(page));
  CHECK_FALSE(page_node.canonical);
  CHECK(paths.node(page_node.children.at("path")).canonical);
}

TEST_CASE("value: kept texts stay where they are until the reset") {
  Fields fields;
  fields.reset(2);
  const std::string_view first = fields.keep("a");
  for (int i = 0; i < 100; ++i) fields.keep(std::to_string(i));
  fields.at(1).type = FieldType::string;
  CHECK(first == "a");
  fields.reset(2);
  CHECK(fields.at(1).type == FieldType::missing);
}
