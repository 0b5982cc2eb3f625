#include "app/table_print.hpp"

#include <doctest/doctest.h>

using namespace scoreline::app;

TEST_CASE("columns are as wide as their widest cell, numbers to the right") {
  Table table({{"lead", true}, {"name"}, {"why"}});
  table.add({{"7"}, {"Ada"}, {"pricing"}});
  table.add({{"1234"}, {"Zoë Müller"}, {""}});
  CHECK(table.text(false) == "lead  name        why\n   7  Ada         pricing\n1234  Zoë Müller\n");
}

TEST_CASE("colours add no width") {
  Table table({{"a"}, {"b"}});
  table.add({{"x", Colour::red}, {"y"}});
  CHECK(table.text(true) == "\033[2ma\033[0m  \033[2mb\033[0m\n\033[31mx\033[0m  y\n");
  CHECK(painted("x", Colour::none, true) == "x");
}

TEST_CASE("an indent stands before every line") {
  Table table({{"a"}});
  table.add({{"1"}});
  CHECK(table.text(false, 2) == "  a\n  1\n");
}

TEST_CASE("texts are cut by code points, and what would move the cursor becomes blank") {
  CHECK(fitted("Grüße", 5) == "Grüße");
  CHECK(fitted("Grüße aus", 6) == "Grüße…");
  CHECK(fitted("a\tb\033[31m", 20) == "a b [31m");
  CHECK(fitted("abc", 0).empty());
  CHECK(width_of("e\u0301") == 1);
}

TEST_CASE("numbers and durations for people") {
  CHECK(grouped(0) == "0");
  CHECK(grouped(999) == "999");
  CHECK(grouped(1'234'567) == "1,234,567");
  CHECK(grouped(-1'000) == "-1,000");
  CHECK(duration_text(5) == "5 s");
  CHECK(duration_text(600) == "10 min");
  CHECK(duration_text(3 * 86'400) == "3 d");
  CHECK(counted(1, "lane", "lanes") == "1 lane");
  CHECK(counted(2'000, "lane", "lanes") == "2,000 lanes");
}
