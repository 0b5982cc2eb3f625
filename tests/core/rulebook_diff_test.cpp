#include "core/rulebook_diff.hpp"

#include <doctest/doctest.h>

#include "core/rulebook_words.hpp"

using namespace scoreline::core;
using Kind = RuleBookChange::Kind;

namespace {

Operand text(const char* value) { return {FieldType::string, false, {}, value}; }
Operand number(std::int64_t value) { return {FieldType::number, false, {true, value, 0}, {}}; }

Condition field(PathId path, Operator op, std::vector<Operand> operands) {
  Condition out;
  out.kind = ConditionKind::field;
  out.path = path;
  out.op = op;
  out.operands = std::move(operands);
  return out;
}
Condition group(ConditionKind kind, std::vector<Condition> children) {
  Condition out;
  out.kind = kind;
  out.children = std::move(children);
  return out;
}

/// One rule that counts pages, `hash` names what it counts.
RuleBook book_with(std::int64_t points_x100, std::uint64_t hash = 1) {
  RuleBook book;
  Match match;
  match.hash = hash;
  match.on = {"page"};
  book.matches.push_back(match);
  Rule rule;
  rule.id = "pricing";
  rule.points_x100 = points_x100;
  book.rules.push_back(rule);
  return book;
}

Pipeline pipeline(std::vector<std::string> stages) {
  Pipeline out;
  out.id = "sales";
  for (std::string& id : stages) {
    Stage stage;
    stage.id = stage.name = std::move(id);
    out.stages.push_back(std::move(stage));
  }
  return out;
}

std::vector<std::string> said(const RuleBook& before, const RuleBook& after) {
  std::vector<std::string> out;
  for (const RuleBookChange& change : compare(before, after).changes) out.push_back(to_text(change));
  return out;
}
using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("rulebook_words: conditions read as sentences") {
  RuleBook book;
  const PathId title = book.paths.add("traits.title");
  book.matches.push_back(
      {1, {"Form Submitted"}, group(ConditionKind::all, {field(title, Operator::is, {text("CEO")})}), {}});
  CHECK(in_words(field(title, Operator::in, {text("CEO"), number(3)}), book) == "traits.title is \"CEO\" or 3");
  CHECK(in_words(group(ConditionKind::all, {}), book) == "always");
  CHECK(in_words(group(ConditionKind::any, {}), book) == "never");
  const Condition both =
      group(ConditionKind::all, {field(title, Operator::gte, {number(3)}), field(title, Operator::lt, {number(5)})});
  CHECK(in_words(group(ConditionKind::any, {both, field(title, Operator::prefix, {text("x")})}), book) ==
        "(traits.title is at least 3 and traits.title is below 5) or traits.title begins with \"x\"");
  CHECK(in_words(group(ConditionKind::none, {field(title, Operator::exists, {{FieldType::boolean, true, {}, {}}})}),
                 book) == "not (traits.title is there)");
  Condition did;
  did.kind = ConditionKind::did;
  CHECK(in_words(did, book) == "did `Form Submitted` where traits.title is \"CEO\"");
  did.within_days = 30;
  CHECK(in_words(did, book) == "did `Form Submitted` where traits.title is \"CEO\" within 30 days");
  CHECK(hundredths_in_words(-5) == "-0.05");
  CHECK(hundredths_in_words(1250) == "12.5");
}

TEST_CASE("rulebook_diff: equal books differ in nothing") {
  CHECK(compare(book_with(500), book_with(500)).equal());
  CHECK(compare(RuleBook{}, RuleBook{}).equal());
}

TEST_CASE("rulebook_diff: a rule's new points need no count-back, what it counts does") {
  const RuleBookDiff points = compare(book_with(1500), book_with(2000));
  REQUIRE(points.changes.size() == 1);
  CHECK(points.changes[0].kind == Kind::changed);
  CHECK(to_text(points.changes[0]) == "rule `pricing`: 20 points instead of 15");
  CHECK(points.counted_back.empty());

  RuleBook other = book_with(1500, 2);
  other.matches[0].on = {"screen"};
  const RuleBookDiff counted = compare(book_with(1500), other);
  CHECK(to_text(counted.changes.at(0)) == "rule `pricing`: for `screen` instead of `page`");
  CHECK(counted.counted_back == Lines{"rule `pricing`"});
}

TEST_CASE("rulebook_diff: what is new, gone and different within a rule") {
  RuleBook after = book_with(1500);
  after.rules[0].limit_x100 = 4000;
  CHECK(said(book_with(1500), after) == Lines{"rule `pricing`: limit 40 is new"});
  CHECK(said(after, book_with(1500)) == Lines{"rule `pricing`: limit 40 is gone"});
  RuleBook lower = after;
  lower.rules[0].limit_x100 = 1250;
  CHECK(said(after, lower) == Lines{"rule `pricing`: limit 12.5 instead of 40"});
  CHECK(said(RuleBook{}, after) == Lines{"rule `pricing` is new: 15 points; for `page`; limit 40"});
  CHECK(said(after, RuleBook{}) == Lines{"rule `pricing` is gone; it was: 15 points; for `page`; limit 40"});
}

TEST_CASE("rulebook_diff: entries of a condition come, go and change one by one") {
  const auto fit = [](std::vector<Condition> entries) {
    RuleBook book;
    book.paths.add("traits.title");
    book.paths.add("traits.country");
    Fit one;
    one.id = "who";
    one.points_x100 = 100;
    one.when.children = std::move(entries);
    book.fits.push_back(one);
    return book;
  };
  const Condition ceo = field(3, Operator::is, {text("CEO")}), cto = field(3, Operator::is, {text("CTO")});
  const Condition germany = field(4, Operator::is, {text("DE")});
  CHECK(said(fit({ceo}), fit({cto})) ==
        Lines{"fit `who`: needs: traits.title is \"CTO\" instead of: traits.title is \"CEO\""});
  CHECK(said(fit({ceo}), fit({ceo, germany})) == Lines{"fit `who`: now also needs: traits.country is \"DE\""});
  CHECK(said(fit({ceo, germany}), fit({ceo})) == Lines{"fit `who`: no longer needs: traits.country is \"DE\""});
  CHECK(said(fit({ceo}), fit({field(3, Operator::in, {text("CEO")})})).empty());
}

TEST_CASE("rulebook_diff: stages have a place, and their order is told") {
  RuleBook before, after;
  before.pipelines.push_back(pipeline({"new", "qualified", "won"}));
  after.pipelines.push_back(pipeline({"new", "qualified", "meeting", "won"}));
  CHECK(said(before, after) == Lines{"pipeline `sales`: stage `meeting` is new, after `qualified`"});
  CHECK(said(after, before) == Lines{"pipeline `sales`: stage `meeting` is gone"});
  RuleBook turned;
  turned.pipelines.push_back(pipeline({"qualified", "new", "won"}));
  CHECK(said(before, turned) ==
        Lines{"pipeline `sales`: order of the stages: `qualified`, `new`, `won` instead of `new`, `qualified`, `won`"});
  RuleBook named = before;
  named.pipelines[0].stages[1].name = "Qualified";
  CHECK(said(before, named) == Lines{"pipeline `sales`: stage `qualified`: name `Qualified` is new"});
}

TEST_CASE("rulebook_diff: steps are called by their number") {
  RuleBook before;
  Sequence sequence;
  sequence.id = "checklist";
  for (const char* id : {"a", "b", "c"}) {
    Step step;
    step.id = id;
    step.after_amount = 5;
    sequence.steps.push_back(step);
  }
  before.sequences.push_back(sequence);
  RuleBook after = before;
  after.sequences[0].steps[2].after_amount = 7;
  CHECK(said(before, after) == Lines{"sequence `checklist`: step 3 (`c`) is sent after 7d instead of 5d"});
}

TEST_CASE("rulebook_diff: the order of rules means nothing, that of triggers does") {
  RuleBook before = book_with(100);
  before.rules.push_back(before.rules[0]);
  before.rules[1].id = "other";
  before.triggers.resize(2);
  before.triggers[0].id = "a";
  before.triggers[1].id = "b";
  RuleBook after = before;
  std::swap(after.rules[0], after.rules[1]);
  CHECK(compare(before, after).equal());
  std::swap(after.triggers[0], after.triggers[1]);
  CHECK(said(before, after) == Lines{"order of the triggers: `b`, `a` instead of `a`, `b`"});
}
