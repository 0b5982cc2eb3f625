#include "core/condition.hpp"

#include <doctest/doctest.h>
#include <re2/re2.h>

using namespace scoreline::core;

namespace {

FieldValue text(std::string_view value) { return {FieldType::string, false, {}, value}; }
FieldValue number(std::int64_t value) { return {FieldType::number, false, {true, value, 0}, {}}; }
FieldValue real(double value) { return {FieldType::number, false, {false, 0, value}, {}}; }
FieldValue boolean(bool value) { return {FieldType::boolean, value, {}, {}}; }
FieldValue of(FieldType type) { return {type, false, {}, {}}; }

Operand operand(const char* value) { return {FieldType::string, false, {}, value}; }
Operand operand(bool value) { return {FieldType::boolean, value, {}, {}}; }
Operand operand(int value) { return {FieldType::number, false, {true, value, 0}, {}}; }

template <typename... Values>
Condition field(PathId path, Operator op, Values... values) {
  Condition out;
  out.kind = ConditionKind::field;
  out.path = path;
  out.op = op;
  out.operands = {operand(values)...};
  if (op == Operator::matches) out.pattern = std::make_shared<const re2::RE2>(out.operands.front().text);
  return out;
}
template <typename... Values>
bool check(const FieldValue& value, Operator op, Values... values) {
  return holds(value, field(0, op, values...));
}
Condition group(ConditionKind kind, std::vector<Condition> children) {
  Condition out;
  out.kind = kind;
  out.children = std::move(children);
  return out;
}

const FieldValue kMissing = of(FieldType::missing), kNull = of(FieldType::null), kList = of(FieldType::array),
                 kObject = of(FieldType::object);

}  // namespace

TEST_CASE("condition: equality is by type and value") {
  CHECK(check(text("DE"), Operator::is, "DE"));
  CHECK_FALSE(check(text("de"), Operator::is, "DE"));
  CHECK(check(real(1.0), Operator::is, 1));
  CHECK_FALSE(check(text("1"), Operator::is, 1));
  CHECK_FALSE(check(boolean(true), Operator::is, 1));
  CHECK(check(boolean(true), Operator::is, true));
  CHECK(check(text("1"), Operator::is_not, 1));
  CHECK_FALSE(check(number(1), Operator::is_not, 1));
  CHECK(check(number(2), Operator::in, "2", 1, 2));
  CHECK_FALSE(check(text("c"), Operator::in, "a", "b"));
  CHECK_FALSE(check(text("c"), Operator::in));
}

TEST_CASE("condition: missing and null hold for is_not and exists = false only") {
  for (const FieldValue& value : {kMissing, kNull}) {
    CHECK(check(value, Operator::is_not, "x"));
    CHECK(check(value, Operator::exists, false));
    CHECK_FALSE(check(value, Operator::exists, true));
    for (const Operator op : {Operator::is, Operator::in, Operator::contains, Operator::prefix, Operator::suffix, Operator::matches}) {
      CHECK_FALSE(check(value, op, ""));
    }
    for (const Operator op : {Operator::gt, Operator::gte, Operator::lt, Operator::lte}) CHECK_FALSE(check(value, op, 0));
  }
}

TEST_CASE("condition: lists and objects only exist, and equal nothing") {
  for (const FieldValue& value : {kList, kObject}) {
    CHECK(check(value, Operator::exists, true));
    CHECK_FALSE(check(value, Operator::exists, false));
    CHECK_FALSE(check(value, Operator::is, ""));
    CHECK(check(value, Operator::is_not, ""));
    CHECK_FALSE(check(value, Operator::contains, ""));
    CHECK_FALSE(check(value, Operator::gte, 0));
  }
}

TEST_CASE("condition: texts by bytes, expressions anywhere in the text") {
  CHECK(check(text("/pricing/de"), Operator::prefix, "/pricing"));
  CHECK_FALSE(check(text("/Pricing"), Operator::prefix, "/pricing"));
  CHECK(check(text("a@gmail.com"), Operator::suffix, "@gmail.com"));
  CHECK(check(text("grün"), Operator::contains, "\xC3\xBC"));
  CHECK(check(text("Head of HR"), Operator::matches, R"((?i)\bhr\b)"));
  CHECK_FALSE(check(text("three"), Operator::matches, R"(\bhr\b)"));
  CHECK_FALSE(check(number(5), Operator::prefix, "5"));
  CHECK_FALSE(check(boolean(true), Operator::matches, "t"));
}

TEST_CASE("condition: comparisons of numbers only") {
  CHECK(check(real(200.5), Operator::gt, 200));
  CHECK_FALSE(check(number(200), Operator::gt, 200));
  CHECK(check(number(200), Operator::gte, 200));
  CHECK(check(number(-1), Operator::lt, 0));
  CHECK(check(real(0.0), Operator::lte, 0));
  CHECK_FALSE(check(text("201"), Operator::gt, 200));
  CHECK_FALSE(check(boolean(true), Operator::gt, 0));
}

TEST_CASE("condition: groups, empty ones too") {
  Fields event;
  event.reset(4);
  event.at(3) = text("x");
  const Condition yes = field(3, Operator::is, "x"), no = field(3, Operator::is, "y");
  CHECK(holds(group(ConditionKind::all, {}), event));
  CHECK_FALSE(holds(group(ConditionKind::any, {}), event));
  CHECK(holds(group(ConditionKind::none, {}), event));
  CHECK(holds(group(ConditionKind::all, {yes, group(ConditionKind::any, {no, yes}), group(ConditionKind::none, {no})}), event));
  CHECK_FALSE(holds(group(ConditionKind::all, {yes, no}), event));
  CHECK_FALSE(holds(group(ConditionKind::none, {no, yes}), event));
}

TEST_CASE("condition: a when asks traits by path and everything else of the lead") {
  struct Lead final : LeadFacts {
    Fields fields;
    const Fields& traits() const override { return fields; }
    bool fact_holds(const Condition& condition) const override { return condition.kind == ConditionKind::tier && condition.text == "hot"; }
  } lead;
  lead.fields.reset(4);
  lead.fields.at(3) = text("DE");
  Condition hot, booked;
  hot.kind = ConditionKind::tier;
  hot.text = "hot";
  booked.kind = ConditionKind::did;
  CHECK(holds(group(ConditionKind::all, {field(3, Operator::is, "DE"), hot}), lead));
  CHECK_FALSE(holds(group(ConditionKind::all, {hot, booked}), lead));
  CHECK(holds(group(ConditionKind::none, {booked}), lead));
}
