#include "wire/rulebook_case_compare.hpp"

#include <doctest/doctest.h>

using namespace scoreline;

namespace {

const std::string kBook =
    "[[category]]\nid = 'web'\n[[rule]]\nid = 'pricing'\npoints = 20\non = 'page'\n[[rule]]\nid = 'other'\npoints = "
    "1\non = 'x'\n"
    "[[tier]]\nid = 'cold'\nmin = 0\n[[tier]]\nid = 'hot'\nmin = 50\n[[intent]]\nid = 'buy'\n[[intent.signal]]\nid = "
    "'s'\n"
    "points = 1\non = 'page'\n[[intent.level]]\nid = 'high'\nmin = 50\n[[pipeline]]\nid = "
    "'sales'\n[[pipeline.stage]]\nid = 'new'\n"
    "[[pipeline.stage]]\nid = 'won'\noutcome = 'won'\n[[trigger]]\nid = 'alert'\non = { tier = 'hot' "
    "}\n[[trigger.action]]\n"
    "kind = 'task.create'\n[[trigger]]\nid = 'call'\non = { tier = 'hot' }\n[[trigger.action]]\nkind = 'task.create'\n"
    "[[sequence]]\nid = 'mails'\nenrol_on = { activity = 'A' }\n[[sequence.step]]\nid = 'one'\nafter = '0d'\nsubject = "
    "'x'\n"
    "template = 't'\n[[sequence.step]]\nid = 'two'\nafter = '1d'\nsubject = 'x'\ntemplate = 't'\n";

const std::string kReport =
    R"({"identifiers":["anon:a","user:k"],"score":"48.00","tier":"cold","categories":{"web":"48.00"},)"
    R"("contributions":[{"rule":"pricing","value":"48.00"}],"next_change_on":"2026-05-11",)"
    R"("intents":{"buy":{"value":"35.50","level":null}},)"
    R"("deals":[{"pipeline":"sales","stage":"won","open":false},{"pipeline":"sales","stage":"new","open":true}],)"
    R"("firings":[{"trigger":"alert","at":"2026-05-04T09:00:00Z","suppressed":null,"retracted":false},)"
    R"({"trigger":"call","at":"2026-05-04T10:00:00Z","suppressed":"cooldown","retracted":true}],)"
    R"("emails":[{"sequence":"mails","step":"one","due_at":"2026-05-04T09:00:00Z","status":"sent","reason":null},)"
    R"({"sequence":"mails","step":"two","due_at":"2026-05-05T09:00:00Z","status":"cancelled","reason":"email.replied"}],)"
    R"("customer":{"orders":2,"trend":"STABLE","days_to_pay":"7.50","days_late":null,"churn_risk":false},)"
    R"("traits":{"title":"CEO","company":{"name":"X","employees":50}}})";
const std::string kOther = R"({"identifiers":["user:other"],"score":"0.00","tier":null,"customer":null,"traits":{}})";

std::vector<std::string> differences(const std::string& expectation, const std::string& who = "user:k") {
  const auto book = wire::load_rulebook({{"b.toml", kBook}, {"templates/t.html", ""}});
  REQUIRE(book.book);
  const auto one = wire::load_rulebook_case(
      "tests/x.toml", "[[expect]]\nat = 2026-05-04\nwho = '" + who + "'\n" + expectation + "\n", *book.book);
  std::string problems;
  for (const auto& problem : one.problems) problems += to_text(problem);
  REQUIRE_MESSAGE(one.problems.empty(), problems);
  std::vector<std::string> out;
  for (const auto& difference : wire::compare_case(one.value.expectations.at(0), {kReport, kOther})) {
    CHECK(difference.toml_line == 1);
    out.push_back(difference.text.substr(difference.text.find("Z: ") + 3));
  }
  return out;
}
bool agrees(const std::string& expectation, const std::string& who = "user:k") {
  return differences(expectation, who).empty();
}
using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("rulebook_case_compare: only what is named is compared") {
  CHECK(agrees("score = 48\ntier = 'cold'\ncategories = { web = 48.0 }"));
  CHECK(agrees("rules = { pricing = 48, other = 0 }\nnext_change_on = 2026-05-11"));
  CHECK(
      agrees("customer = { orders = 2, trend = { in = ['STABLE', 'GROWING'] }, days_to_pay = 7.5, days_late = 'none', "
             "churn_risk = false }"));
  CHECK(agrees("traits = { title = 'CEO', 'company.employees' = { gt = 49 }, phone = { exists = false } }"));
  CHECK(agrees("intents = { buy = { value = { gte = 35.5, lt = 36 }, level = 'none' } }"));
  CHECK(agrees("customer = false\ntier = 'none'", "user:other"));
  CHECK(agrees("leads = 2"));
}

TEST_CASE("rulebook_case_compare: a difference says what was expected, what came, and what the score is made of") {
  CHECK(differences("tier = 'hot'") == Lines{"tier expected hot, got cold (score 48.00; contributions pricing 48.00)"});
  CHECK(differences("score = { gte = 50 }") ==
        Lines{"score expected {\"gte\":50}, got 48.00 (score 48.00; contributions pricing 48.00)"});
  CHECK(differences("score = 48.01").size() == 1);
  CHECK(differences("intents = { buy = 'high' }") == Lines{"intents.buy.level expected high, got none"});
  CHECK(differences("customer = { orders = 3 }\ntraits = { title = 'CTO' }") ==
        Lines{"customer.orders expected 3, got 2", "traits.title expected CTO, got CEO"});
  CHECK(differences("customer = true", "user:other") == Lines{"customer expected true, got none"});
  CHECK(differences("leads = 3") == Lines{"leads expected 3, got 2"});
}

TEST_CASE("rulebook_case_compare: lists are compared exactly, or by what is in them") {
  CHECK(agrees("deals = ['sales/won', 'sales/new open']"));
  CHECK(agrees("deals = [{ deal = 'sales/won', open = false }, 'sales/new']"));
  CHECK(differences("deals = ['sales/new open']") ==
        Lines{"deals expected exactly [sales/new open], got [sales/won closed; sales/new open]"});
  CHECK_FALSE(agrees("deals = ['sales/new', 'sales/won']"));  // the order counts
  CHECK(agrees("deals = { include = ['sales/new', 'sales/won closed'], exclude = ['sales/won open'] }"));
  CHECK(differences("deals = { exclude = ['sales/new open'] }") ==
        Lines{"deals expected none of [sales/new open], got [sales/won closed; sales/new open]"});
  // Each needs an entry of its own, and which one is found out.
  CHECK_FALSE(agrees("deals = { include = ['sales/new', 'sales/new open'] }"));
  CHECK(agrees("mails = { include = [{ mail = 'mails/one' }, { mail = 'mails/two', reason = 'email.replied' }] }"));
  CHECK(agrees("identifiers = ['anon:a', 'user:k']"));
  CHECK(agrees("identifiers = { include = ['user:k'], exclude = ['user:other'] }"));
}

TEST_CASE("rulebook_case_compare: a firing that is only named has fired") {
  CHECK(agrees("firings = ['alert', 'call suppressed cooldown']"));
  CHECK(agrees("firings = ['alert', 'call cooldown']"));
  CHECK(agrees("firings = { include = ['alert'], exclude = ['call'] }"));
  CHECK(
      agrees("firings = [{ trigger = 'alert', at = 2026-05-04T09:00:00Z, suppressed = 'none' }, { trigger = 'call', "
             "retracted = true }]"));
  CHECK(differences("firings = ['alert', 'call']") ==
        Lines{"firings expected exactly [alert; call], got [alert at 2026-05-04T09:00:00Z; "
              "call suppressed cooldown retracted at 2026-05-04T10:00:00Z]"});
}

TEST_CASE("rulebook_case_compare: mails by status, due instant and reason") {
  CHECK(agrees("mails = ['mails/one sent', { mail = 'mails/two cancelled', reason = 'email.replied' }]"));
  CHECK(agrees("mails = [{ mail = 'mails/one', due = 2026-05-04T11:00:00+02:00 }, 'mails/two']"));
  CHECK(differences("mails = ['mails/one', { mail = 'mails/two', due = 2026-05-05T08:00:00Z }]") ==
        Lines{"mails expected exactly [mails/one; mails/two, due 2026-05-05T08:00:00Z], got [mails/one sent due "
              "2026-05-04T09:00:00Z; "
              "mails/two cancelled (email.replied) due 2026-05-05T09:00:00Z]"});
}

TEST_CASE("rulebook_case_compare: the lead is the one that holds any of the identifiers") {
  CHECK(agrees("score = 48", "anon:a"));
  CHECK(differences("score = 48", "user:nobody") == Lines{"no lead holds user:nobody"});
  CHECK(agrees("gone = true", "user:nobody"));
  CHECK(differences("gone = true") == Lines{"expected to be gone, but is there"});
}
