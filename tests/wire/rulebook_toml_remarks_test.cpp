/// What `rulebook check` says of books that could be run: dangling ids, what can never happen, near misses.
#include <doctest/doctest.h>

#include <algorithm>

#include "wire/rulebook_toml.hpp"

using namespace scoreline;
using Severity = wire::RuleBookProblem::Severity;

namespace {

wire::LoadedRuleBook load(const std::string& text) {
  return wire::load_rulebook({{"b.toml", text}, {"templates/welcome.html", "<p>"}});
}

std::string all_of(const std::vector<wire::RuleBookProblem>& problems) {
  std::string out;
  for (const auto& problem : problems) out += to_text(problem) + "\n";
  return out;
}

/// One thing that is said: where (the line holds these words) and what.
struct Said {
  std::string text, line, words;
};

int line_of(const std::string& text, const std::string& words) {
  const std::size_t at = text.find(words);
  REQUIRE_MESSAGE(at != std::string::npos, words);
  return 1 + static_cast<int>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
}

void check_one(const std::vector<wire::RuleBookProblem>& problems, const Said& said) {
  INFO(said.text, all_of(problems));
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].line == line_of(said.text, said.line));
  CHECK(problems[0].column > 0);
  CHECK_FALSE(problems[0].suggestion.empty());
  CHECK(to_text(problems[0]).find(said.words) != std::string::npos);
}

/// The book is refused.
void refuses(const std::vector<Said>& all) {
  for (const Said& said : all) {
    const auto loaded = load(said.text);
    CHECK(loaded.book == nullptr);
    check_one(loaded.problems, said);
  }
}
/// The book runs, but something is said about it.
void remarks(Severity severity, const std::vector<Said>& all) {
  for (const Said& said : all) {
    const auto loaded = load(said.text);
    REQUIRE_MESSAGE(loaded.book, all_of(loaded.problems));
    check_one(loaded.remarks, said);
    CHECK(loaded.remarks[0].severity == severity);
    CHECK(loaded.has_errors() == (severity == Severity::error));
  }
}
void says_nothing(const std::string& text) {
  const auto loaded = load(text);
  INFO(text, all_of(loaded.problems));
  CHECK_MESSAGE(loaded.remarks.empty(), all_of(loaded.remarks));
  CHECK_FALSE(loaded.has_errors());
}

const std::string kTiers = "[[tier]]\nid = 'cold'\nmin = 0\n[[tier]]\nid = 'hot'\nmin = 50\n";
const std::string kIntent =
    "[[intent]]\nid = 'buy'\n[[intent.signal]]\nid = 's'\npoints = 60\nlimit = 60\non = 'page'\n"
    "[[intent.level]]\nid = 'low'\nmin = 10\n";
const std::string kSales =
    "[[pipeline]]\nid = 'sales'\n[[pipeline.stage]]\nid = 'new'\n[[pipeline.stage]]\nid = 'meeting'\n"
    "[[pipeline.stage]]\nid = 'won'\noutcome = 'won'\n[[pipeline.stage]]\nid = 'lost'\noutcome = 'lost'\n";
const std::string kGround = kTiers + kIntent + kSales;

std::string advance(const std::string& to, const std::string& when) {
  return "[[pipeline.advance]]\nid = 'to_" + to + "'\nto = '" + to + "'\nwhen = " + when + "\n";
}
const std::string kAdvances = advance("meeting", "{ did = 'booking.created' }") + advance("won", "{ did = 'x' }");

std::string rule(const std::string& on, const std::string& more = "") {
  return "[[rule]]\nid = 'r'\npoints = 1\non = " + on + "\n" + more + "\n";
}
std::string trigger(const std::string& on, const std::string& more = "", const std::string& action = "") {
  return "[[trigger]]\nid = 't'\non = " + on + "\n" + more + "\n[[trigger.action]]\n" +
         (action.empty() ? "kind = 'task.create'\n" : action);
}
std::string sequence(const std::string& more) {
  return "[[sequence]]\nid = 'nurture'\n" + more +
         "\n[[sequence.step]]\nid = '1'\nafter = '0d'\nsubject = 'x'\ntemplate = 'welcome'\n";
}

}  // namespace

TEST_CASE("rulebook_toml: ids that lead nowhere are refused, wherever they stand") {
  const auto exits = [](const std::string& on) {
    return kGround + sequence("enrol_on = { activity = 'a' }\nexit_on = [ " + on + " ]");
  };
  const auto when = [](const std::string& text) { return kGround + trigger("{ activity = 'a' }", "when = " + text); };
  refuses({
      {kGround + trigger("{ tier = 'hto' }"), "on = { tier", "there is no tier `hto`; did you mean `hot`?"},
      {kGround + trigger("{ intent = 'buy/lwo' }"), "on = { intent",
       "intent `buy` has no level `lwo`; did you mean `low`?"},
      {kGround + trigger("{ intent = 'by/low' }"), "on = { intent", "there is no intent `by`; did you mean `buy`?"},
      {kGround + trigger("{ stage = 'sales/wno' }"), "on = { stage",
       "pipeline `sales` has no stage `wno`; did you mean `won`?"},
      {kGround + trigger("{ stage = 'sale/won' }"), "on = { stage",
       "there is no pipeline `sale`; did you mean `sales`?"},
      {exits("{ stage = 'sales/wn' }"), "exit_on", "pipeline `sales` has no stage `wn`"},
      {exits("{ tier = 'hott' }"), "exit_on", "there is no tier `hott`"},
      {exits("{ intent = 'buy/hi' }"), "exit_on", "intent `buy` has no level `hi`"},
      {kGround + sequence("enrol_on = { tier = 'hoot' }"), "enrol_on", "there is no tier `hoot`"},
      {kGround + sequence("enrol_on = { stage = 'sales/meting' }"), "enrol_on", "did you mean `meeting`?"},
      {when("{ 'stage.sels' = 'won' }"), "when =", "there is no pipeline `sels`; known: `sales`"},
      {when("{ any = [ { 'stage.sales' = { at_least = 'wonn' } } ] }"), "when =", "did you mean `won`?"},
      {when("{ tier = { at_least = 'warmish' } }"), "when =", "there is no tier `warmish`"},
      {when("{ 'intent.buy' = 'mid' }"), "when =", "known: `low`"},
      {kGround + trigger("{ activity = 'a' }", "", "kind = 'sequence.enrol'\nwith = { sequence = 'nurtur' }\n") +
           sequence("enrol_on = { activity = 'a' }"),
       "with =", "there is no sequence `nurtur`; did you mean `nurture`?"},
      {kGround + advance("meetin", "{ did = 'a' }"), "to = 'meetin'",
       "pipeline `sales` has no stage `meetin`; did you mean `meeting`?"},
      {kGround + advance("new", "{ did = 'a' }"), "to = 'new'", "is the first stage"},
      {sequence("enrol_on = { activity = 'a' }\n[[sequence.step]]\nid = '0'\nafter = '0d'\nsubject = 'x'\ntemplate = "
                "'welcom'"),
       "'welcom'", "there is no template `welcom`; did you mean `welcome`?"},
  });
}

TEST_CASE("rulebook_toml: orders, ranges and decimals are refused with their place") {
  const auto days = [](const std::string& key, const std::string& value) {
    return sequence("enrol_on = { activity = 'a' }\n" + key + " = " + value);
  };
  refuses({
      {kIntent + "[[intent.level]]\nid = 'high'\nmin = 10 # again\n", "min = 10 # again", "not above that of `low`"},
      {kIntent + "[[intent.level]]\nid = 'high'\nmin = 50\nleave = 50.01\n", "leave", "greater than its `min`"},
      {"[[tier]]\nid = 'a'\nmin = 0\n[[tier]]\nid = 'b'\nmin = 30.5\nleave = 30.505\n", "leave", "two decimals"},
      {rule("'page'", "limit = 10.005"), "limit", "more than two decimals"},
      {days("re_enrol_after_days", "-1"), "re_enrol", "from 0"},
      {days("re_enrol_after_days", "1.5"), "re_enrol", "must be an integer"},
      {days("re_enrol_after_days", "100001"), "re_enrol", "to 100000"},
      {trigger("{ activity = 'a' }", "cooldown_days = -1"), "cooldown", "from 0"},
      {"[[pipeline]]\nid = 'p'\nreopen_after_days = 0\n[[pipeline.stage]]\nid = 's'\n", "reopen", "from 1"},
      {days("window", "{ days = ['mon'], from = '09:00', to = '09:00' }"), "window", "not before"},
      {days("window", "{ from = '09:00', to = '17:00' }"), "window", "has no `days`"},
  });
  for (const char* good : {"0", "100000"}) says_nothing(days("re_enrol_after_days", good));
}

TEST_CASE("rulebook_toml: every kind has its own name space, and within it an id stands once") {
  const std::string step = "[[sequence.step]]\nid = '1' # again\nafter = '1d'\nsubject = 'x'\ntemplate = 'welcome'\n";
  const std::string twice = "[[trigger]]\nid = 't' # again\non = { activity = 'b' }\n";
  refuses({
      {sequence("enrol_on = { activity = 'a' }") + step, "again", "duplicate id `1`: already used at b.toml:5"},
      {trigger("{ activity = 'a' }") + twice, "again", "duplicate id `t`: already used at b.toml:2"},
      {kSales + "[[pipeline.stage]]\nid = 'won' # again\n", "again", "duplicate id `won`"},
      {kSales + advance("won", "{ did = 'a' }") +
           "[[pipeline.advance]]\nid = 'to_won' # again\nto = 'won'\nwhen = {}\n",
       "again", "duplicate id"},
      {kIntent + "[[intent.level]]\nid = 'low' # again\nmin = 20\n", "again", "duplicate id `low`"},
      {kSales + "[[pipeline]]\nid = 'sales' # again\n[[pipeline.stage]]\nid = 'a'\n", "again", "duplicate id `sales`"},
      {rule("'page'") + "[[inactivity]]\nid = 'r' # again\npoints = -1\ndays = 7\n", "again", "duplicate id `r`"},
  });
  // The same word for a rule, a signal, a tier, a level, a stage, a trigger and a step.
  says_nothing(
      "[[rule]]\nid = 'x'\npoints = 1\non = 'page'\n[[tier]]\nid = 'x'\nmin = 0\n"
      "[[intent]]\nid = 'x'\n[[intent.signal]]\nid = 'x'\npoints = 1\non = 'page'\n[[intent.level]]\nid = 'x'\nmin = "
      "1\n"
      "[[pipeline]]\nid = 'x'\n[[pipeline.stage]]\nid = 'x'\n[[trigger]]\nid = 'x'\non = { stage = 'x/x' }\n"
      "[[trigger.action]]\nkind = 'task.create'\n[[sequence]]\nid = 'x'\nenrol_on = { intent = 'x/x' }\n"
      "[[sequence.step]]\nid = 'x'\nafter = '0d'\nsubject = 'x'\ntemplate = 'welcome'\n");
}

TEST_CASE("rulebook_toml: moves and routes that can never happen stop a check, but not a book that is published") {
  const auto routed = [](const std::string& route) {
    return kTiers + "[[pipeline]]\nid = 'p'\nroute = " + route + "\n[[pipeline.stage]]\nid = 's'\n";
  };
  const std::string empty =
      kSales + kAdvances + "[[pipeline.advance]]\nid = 'a'\nto = 'won'\nwhen = { any = [] } # here\n";
  const auto moved = [](const std::string& when) {
    return kSales + kAdvances + "[[pipeline.advance]]\nid = 'a'\nto = 'meeting'\nwhen = " + when + " # here\n";
  };
  remarks(Severity::error,
          {{empty, "# here", "advance `a` never moves a deal: its `when` can never hold"},
           {moved("{ 'stage.sales' = { at_least = 'meeting' } }"), "# here", "not before `meeting`"},
           {moved("{ did = 'a', any = [ { 'stage.sales' = 'won' }, { 'stage.sales' = 'lost' } ] }"), "# here",
            "not before `meeting`"},
           {routed("{ any = [] }"), "route", "`route` of pipeline `p` can never hold"},
           {routed("{ tier = 'cold', any = [ { tier = { at_least = 'hot' } } ] }"), "route", "can never hold"},
           {trigger("{ activity = 'a' }", "", "kind = 'email.send'\nwith = { template = 'welcom' }\n"),
            "with =", "there is no template `welcom`; did you mean `welcome`?"}});
  says_nothing(moved("{ 'stage.sales' = { at_least = 'new' } }"));
  says_nothing(moved("{ any = [ { 'stage.sales' = 'won' }, { did = 'a' } ] }"));
  says_nothing(routed("{ none = [ { tier = 'cold' } ] }"));
  says_nothing(trigger("{ activity = 'a' }", "", "kind = 'email.send'\nwith = { template = 'welcome' }\n"));
  says_nothing(
      trigger("{ activity = 'a' }", "", "kind = 'whatsapp.template'\nwith = { template = 'approved_by_meta' }\n"));
}

TEST_CASE("rulebook_toml: what nothing leads to is a warning") {
  remarks(
      Severity::warning,
      {{kSales + advance("won", "{ did = 'a' }"), "id = 'meeting'",
        "no advance of pipeline `sales` leads to the stage `meeting`"},
       {sequence(""), "id = 'nurture'", "nobody ever enters the sequence `nurture`"},
       {"[[trigger]]\nid = 't'\non = { activity = 'a' }\n", "id = 't'", "trigger `t` has no action"},
       {kTiers + trigger("{ tier = 'cold' }"), "on = {", "no lead ever rises to `cold`"},
       {kTiers + sequence("enrol_on = { activity = 'a' }\nexit_on = [ { tier = 'cold' } ]"), "exit_on",
        "no lead ever rises to `cold`"},
       {"[score]\nmax = 49\n" + kTiers, "min = 50", "no score reaches the tier `hot`"},
       {kIntent + "[[intent.level]]\nid = 'high'\nmin = 61\n", "min = 61", "give 60 at most"},
       {sequence("enrol_on = { activity = 'a' }\nconsent = 'traits.news'"), "consent", "write `consent = \"news\"`"}});
  says_nothing(kSales);              // by hand only
  says_nothing(kSales + kAdvances);  // lost is where people put deals
  says_nothing(trigger("{ activity = 'a' }", "", "kind = 'sequence.enrol'\nwith = { sequence = 'nurture' }\n") +
               sequence(""));
  says_nothing("[score]\nmax = 50\n" + kTiers);
  says_nothing(kIntent + "[[intent.level]]\nid = 'high'\nmin = 60\n");
}

TEST_CASE("rulebook_toml: conditions that can never hold are a warning elsewhere") {
  remarks(Severity::warning,
          {{rule("'page'", "where = { any = [] }"), "where", "`where` of [[rule]] `r` can never hold"},
           {rule("'page'", "where = { 'properties.x' = { gt = 5, lt = 5 } }"), "where", "can never hold"},
           {"[[fit]]\nid = 'f'\npoints = 1\nwhen = { 'traits.x' = { in = [] } }\n", "when",
            "`when` of fit `f` can never hold"},
           {kTiers + trigger("{ activity = 'a' }", "when = { tier = 'cold', all = [ { tier = 'hot' } ] }"), "when",
            "trigger `t`"},
           {sequence("enrol_on = { activity = 'a' }\nwhen = { none = [ {} ] }"), "when", "sequence `nurture`"}});
  says_nothing(rule("'page'", "where = { 'properties.x' = { gte = 5, lte = 5 } }"));
}

TEST_CASE("rulebook_toml: names that nearly are those of facts, and words that customers never have") {
  const auto customer = [](const std::string& entry) {
    return trigger("{ activity = 'a' }", "when = { 'customer." + entry + " }");
  };
  remarks(
      Severity::warning,
      {{rule("'order.place'"),
        "on =", "no mail, sales or ERP fact is called `order.place`; did you mean `order.placed`?"},
       {rule("['page', 'email.click']"), "on =", "did you mean `email.clicked`?"},
       {rule("'bookings.created'"), "on =", "did you mean `booking.created`?"},
       {trigger("{ activity = 'invoice.paid' }"), "on =", "is called `invoice.paid`"},
       {trigger("{ activity = 'customer.churn_risk' }"), "on =", "write `{ customer = \"churn_risk\" }`"},
       {kSales + advance("meeting", "{ did = 'booking.create' }") + advance("won", "{}"), "when = { did",
        "`booking.create`"},
       {sequence("enrol_on = { activity = 'a' }\nexit_on = [ { activity = 'email.reply' } ]"), "exit_on",
        "did you mean `email.replied`?"},
       {customer("payment_score' = 'PROBLEMATC'"), "when =", "is never \"PROBLEMATC\"; did you mean `PROBLEMATIC`?"},
       {customer("trend' = { in = ['GROWING', 'growing'] }"), "when =", "did you mean `GROWING`?"},
       {customer("orders' = '1'"), "when =", "compare it with a number"},
       {customer("churn_risk' = 'true'"), "when =", "compare it with true or false"}});
  says_nothing(rule("['order.placed', 'checkout.started']"));
  says_nothing(customer("last_order_on' = { prefix = '2026' }"));
  says_nothing(customer("payment_score' = { exists = true }"));
}
