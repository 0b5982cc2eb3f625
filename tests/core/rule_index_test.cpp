#include "core/rule_index.hpp"

#include <doctest/doctest.h>
#include <re2/re2.h>

#include <algorithm>
#include <memory>
#include <random>
#include <string>

using namespace scoreline::core;

namespace {

using Random = std::mt19937;
int below(Random& random, int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); }

const std::vector<std::string> kTexts{"/", "/a", "/a/b", "/a/bc", "/blog/1", "/blog/2", "/blog", "", "x", "y"};
constexpr PathId kPaths = 8;

Operand any_operand(Random& random) {
  switch (below(random, 4)) {
    case 0:
      return {FieldType::boolean, below(random, 2) == 0, {}, {}};
    case 1:
      return {FieldType::number, false, {true, below(random, 4), 0}, {}};
    case 2:
      return {FieldType::number, false, {false, 0, below(random, 8) / 2.0}, {}};
    default:
      return {FieldType::string, false, {}, kTexts[random() % kTexts.size()]};
  }
}

Condition any_field(Random& random) {
  Condition out;
  out.kind = ConditionKind::field;
  out.path = 3 + static_cast<PathId>(below(random, kPaths - 3));
  out.op = static_cast<Operator>(below(random, 12));
  switch (out.op) {
    case Operator::in:
      for (int n = below(random, 4); n > 0; --n) out.operands.push_back(any_operand(random));
      break;
    case Operator::is:
    case Operator::is_not:
      out.operands = {any_operand(random)};
      break;
    case Operator::exists:
      out.operands = {{FieldType::boolean, below(random, 2) == 0, {}, {}}};
      break;
    case Operator::gt:
    case Operator::gte:
    case Operator::lt:
    case Operator::lte:
      out.operands = {{FieldType::number, false, {true, below(random, 4), 0}, {}}};
      break;
    default:
      out.operands = {{FieldType::string, false, {}, kTexts[random() % kTexts.size()]}};
  }
  static const auto pattern = std::make_shared<const re2::RE2>("b.*[12]");
  if (out.op == Operator::matches) out.pattern = pattern;
  return out;
}

Condition any_tree(Random& random, int depth) {
  if (depth == 0 || below(random, 3) == 0) return any_field(random);
  Condition out;
  out.kind = static_cast<ConditionKind>(below(random, 3));
  for (int n = below(random, 4); n > 0; --n) out.children.push_back(any_tree(random, depth - 1));
  return out;
}

RuleBook any_book(Random& random, int matches) {
  RuleBook book;
  for (int i = 0; i < matches; ++i) {
    Match match;
    for (int n = 1 + below(random, 3); n > 0; --n) match.on.push_back("event " + std::to_string(below(random, 20)));
    for (int n = below(random, 3); n > 0; --n) match.where.children.push_back(any_tree(random, 2));
    book.matches.push_back(std::move(match));
  }
  return book;
}

void fill(Random& random, Fields& event, std::string& name) {
  event.reset(kPaths);
  name = "event " + std::to_string(below(random, 22));
  event.at(PathTable::kName) = {FieldType::string, false, {}, name};
  for (PathId path = 3; path < kPaths; ++path) {
    const Operand value = any_operand(random);
    event.at(path) = {value.type, value.boolean, value.number, event.keep(value.text)};
    if (below(random, 6) == 0) event.at(path) = {static_cast<FieldType>(below(random, 2) == 0 ? 0 : 5), false, {}, {}};
  }
}

std::vector<std::uint32_t> scan(const RuleBook& book, const Fields& event, const std::string& name) {
  std::vector<std::uint32_t> out;
  for (std::uint32_t i = 0; i < book.matches.size(); ++i) {
    const Match& match = book.matches[i];
    if (std::find(match.on.begin(), match.on.end(), name) != match.on.end() && holds(match.where, event)) out.push_back(i);
  }
  return out;
}

Condition text_condition(Operator op, const std::string& text) {
  Condition out;
  out.kind = ConditionKind::field;
  out.path = 3;
  out.op = op;
  out.operands = {{FieldType::string, false, {}, text}};
  return out;
}

}  // namespace

TEST_CASE("rule_index: finds exactly what a scan of 2,000 matches finds") {
  std::size_t found_in_all = 0;
  for (unsigned seed = 1; seed <= 5; ++seed) {
    Random random(seed);
    const RuleBook book = any_book(random, 2000);
    const MatchIndex index(book);
    Fields event;
    std::string name;
    std::vector<std::uint32_t> found;
    for (int i = 0; i < 400; ++i) {
      fill(random, event, name);
      index.find(event, found);
      INFO("seed ", seed, " event ", i, " ", name);
      REQUIRE(found == scan(book, event, name));
      CHECK(index.knows(name) == (name != "event 20" && name != "event 21"));
      found_in_all += found.size();
    }
  }
  CHECK(found_in_all > 10'000);  // the test tests something
}

TEST_CASE("rule_index: only the wanted matches are found") {
  Random random(7);
  const RuleBook book = any_book(random, 50);
  const MatchIndex index(book, {40, 3, 3, 12});
  Fields event;
  std::string name;
  std::vector<std::uint32_t> found;
  for (int i = 0; i < 500; ++i) {
    fill(random, event, name);
    index.find(event, found);
    std::vector<std::uint32_t> expected;
    for (const std::uint32_t match : scan(book, event, name)) {
      if (match == 3 || match == 12 || match == 40) expected.push_back(match);
    }
    REQUIRE(found == expected);
  }
}

TEST_CASE("rule_index: an empty name and an event without fields meet nothing") {
  RuleBook book;
  book.matches.push_back({1, {"page"}, text_condition(Operator::is, "x"), {}});
  const MatchIndex index(book);
  Fields event;
  event.reset(4);
  std::vector<std::uint32_t> found{9};
  index.find(event, found);
  CHECK(found.empty());
  CHECK(index.knows("page"));
  CHECK_FALSE(index.knows(""));
}

TEST_CASE("rule_index: an any of prefixes is found once") {
  RuleBook book;
  Condition either;
  either.kind = ConditionKind::any;
  either.children = {text_condition(Operator::prefix, "/a"), text_condition(Operator::prefix, "/a/b"),
                     text_condition(Operator::is, "/a/b")};
  book.matches.push_back({1, {"page", "page"}, either, {}});
  const MatchIndex index(book);
  Fields event;
  event.reset(4);
  event.at(PathTable::kName) = {FieldType::string, false, {}, "page"};
  event.at(3) = {FieldType::string, false, {}, "/a/b"};
  std::vector<std::uint32_t> found;
  index.find(event, found);
  CHECK(found == std::vector<std::uint32_t>{0});
}
