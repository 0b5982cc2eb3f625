#include "core/rulebook_reach.hpp"

#include <doctest/doctest.h>

using namespace scoreline::core;

namespace {

const Ladders kLadders{{"cold", "warm", "hot"}, {{"buy", {"low", "high"}}}, {{"sales", {"new", "meeting", "won"}}}};

Operand operand(const char* value) { return {FieldType::string, false, {}, value}; }
Operand operand(bool value) { return {FieldType::boolean, value, {}, {}}; }
Operand operand(int value) { return {FieldType::number, false, {true, value, 0}, {}}; }

template <typename... Values>
Condition trait(Operator op, Values... values) {
  Condition out;
  out.kind = ConditionKind::field;
  out.path = 7;
  out.op = op;
  out.operands = {operand(values)...};
  return out;
}
Condition position(ConditionKind kind, const char* subject, Operator op, const char* text) {
  Condition out;
  out.kind = kind;
  out.subject = subject;
  out.op = op;
  out.text = text;
  return out;
}
Condition tier(Operator op, const char* text) { return position(ConditionKind::tier, "", op, text); }
Condition stage(Operator op, const char* text) { return position(ConditionKind::stage, "sales", op, text); }
Condition group(ConditionKind kind, std::vector<Condition> children) {
  Condition out;
  out.kind = kind;
  out.children = std::move(children);
  return out;
}
Condition all(std::vector<Condition> children) { return group(ConditionKind::all, std::move(children)); }
Condition any(std::vector<Condition> children) { return group(ConditionKind::any, std::move(children)); }
Condition none(std::vector<Condition> children) { return group(ConditionKind::none, std::move(children)); }

bool possible(const Condition& condition) { return can_hold(condition, kLadders); }

constexpr auto kIs = Operator::is, kAtLeast = Operator::gte;

}  // namespace

TEST_CASE("rulebook_reach: groups") {
  CHECK(possible(all({})));
  CHECK_FALSE(possible(any({})));
  CHECK(possible(none({})));
  CHECK_FALSE(possible(none({all({})})));
  CHECK(possible(none({any({})})));
  CHECK_FALSE(possible(all({trait(kIs, "x"), any({any({})})})));
  CHECK(possible(any({any({}), trait(kIs, "x")})));
}

TEST_CASE("rulebook_reach: positions that exclude each other") {
  CHECK_FALSE(possible(all({tier(kIs, "cold"), tier(kIs, "hot")})));
  CHECK_FALSE(possible(all({tier(kIs, "cold"), tier(kAtLeast, "warm")})));
  CHECK(possible(all({tier(kIs, "warm"), tier(kAtLeast, "warm")})));
  CHECK(possible(any({tier(kIs, "cold"), tier(kIs, "hot")})));
  CHECK_FALSE(possible(all({tier(kIs, "cold"), any({tier(kIs, "warm"), tier(kAtLeast, "hot")})})));
  CHECK_FALSE(possible(all(
      {position(ConditionKind::intent, "buy", kIs, "low"), position(ConditionKind::intent, "buy", kAtLeast, "high")})));
  CHECK(possible(all({position(ConditionKind::intent, "buy", kIs, "low"), stage(kIs, "new")})));
}

TEST_CASE("rulebook_reach: values that no field has at once") {
  const auto both = [](Condition a, Condition b) { return possible(all({std::move(a), std::move(b)})); };
  CHECK_FALSE(both(trait(kIs, "a"), trait(kIs, "b")));
  CHECK(both(trait(kIs, "a"), trait(Operator::in, "a", "b")));
  CHECK_FALSE(both(trait(kIs, "a"), trait(Operator::is_not, "a")));
  CHECK_FALSE(both(trait(kIs, "abc"), trait(Operator::prefix, "b")));
  CHECK_FALSE(possible(trait(Operator::in)));
  CHECK_FALSE(both(trait(Operator::gt, 5), trait(Operator::lt, 5)));
  CHECK_FALSE(both(trait(Operator::gt, 5), trait(Operator::lte, 5)));
  CHECK(both(trait(Operator::gte, 5), trait(Operator::lte, 5)));
  CHECK(both(trait(Operator::gt, 5), trait(Operator::lt, 6)));
  CHECK(both(trait(Operator::gt, 5), trait(Operator::is_not, 6)));
  CHECK_FALSE(both(trait(Operator::gt, 5), trait(Operator::contains, "x")));
  CHECK_FALSE(both(trait(Operator::exists, false), trait(kIs, "a")));
  CHECK(both(trait(Operator::exists, false), trait(Operator::is_not, "a")));
  CHECK(both(trait(Operator::prefix, "a"), trait(Operator::prefix, "b")));  // not looked into: in doubt yes
}

TEST_CASE("rulebook_reach: a stage before the target") {
  const auto reachable = [](const Condition& when, std::size_t target) {
    return can_hold(when, kLadders, StageBefore{"sales", target});
  };
  CHECK(reachable(stage(kAtLeast, "new"), 1));
  CHECK_FALSE(reachable(stage(kAtLeast, "meeting"), 1));
  CHECK(reachable(stage(kAtLeast, "meeting"), 2));
  CHECK_FALSE(reachable(all({trait(kIs, "x"), any({stage(kIs, "won"), stage(kIs, "meeting")})}), 1));
  CHECK(reachable(any({stage(kIs, "won"), trait(kIs, "x")}), 1));
  CHECK(reachable(none({stage(kAtLeast, "meeting")}), 1));
  CHECK(can_hold(stage(kAtLeast, "won"), kLadders, StageBefore{"other", 0}));
}

TEST_CASE("rulebook_reach: what branches beyond measure is not called impossible") {
  std::vector<Condition> many;
  for (int i = 0; i < 16; ++i) many.push_back(any({trait(kIs, i), trait(kIs, i + 1)}));
  CHECK(possible(all(std::move(many))));
}
