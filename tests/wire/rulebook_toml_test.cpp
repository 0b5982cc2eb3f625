#include "wire/rulebook_toml.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

using namespace scoreline;
using wire::load_rulebook;

namespace {

namespace fs = std::filesystem;

wire::LoadedRuleBook load(const std::string& text) { return load_rulebook({{"b.toml", text}, {"templates/t.html", "<p>"}}); }

std::string all_of(const std::vector<wire::RuleBookProblem>& problems) {
  std::string out;
  for (const auto& problem : problems) out += to_text(problem) + "\n";
  return out;
}

std::shared_ptr<const core::RuleBook> good(const std::string& text) {
  const auto loaded = load(text);
  REQUIRE_MESSAGE(loaded.book, all_of(loaded.problems));
  return loaded.book;
}

const std::string kTiers = "[[tier]]\nid = 'cold'\nmin = 0\n[[tier]]\nid = 'hot'\nmin = 50\n";
const std::string kSales = "[[pipeline]]\nid = 'sales'\n[[pipeline.stage]]\nid = 'new'\n[[pipeline.stage]]\nid = 'won'\noutcome = 'won'\n";
const std::string kSequence = "[[sequence]]\nid = 's'\n[[sequence.step]]\nid = '1'\nafter = '0d'\nsubject = 'x'\ntemplate = 't'\n";
std::string rule(const std::string& more) { return "[[rule]]\nid = 'r'\npoints = 1\non = 'page'\n" + more + "\n"; }
std::string fit(const std::string& when) { return "[[fit]]\nid = 'f'\npoints = 1\nwhen = " + when + "\n"; }
std::string intent(const std::string& more) {
  return "[[intent]]\nid = 'i'\n" + more +
         "\n[[intent.signal]]\nid = 's'\npoints = 1\non = 'page'\n[[intent.level]]\nid = 'low'\nmin = 10\n";
}
std::string trigger(const std::string& more) { return "[[trigger]]\nid = 't'\n" + more + "\n"; }

/// One mistake: its line and words of what is said about it.
struct Mistake {
  std::string text;
  int line;
  std::string words;
};

void expect(const std::vector<Mistake>& mistakes) {
  for (const Mistake& mistake : mistakes) {
    const auto loaded = load(mistake.text);
    INFO(mistake.text, all_of(loaded.problems));
    CHECK(loaded.book == nullptr);
    REQUIRE(loaded.problems.size() == 1);
    CHECK(loaded.problems[0].file == "b.toml");
    CHECK(loaded.problems[0].line == mistake.line);
    CHECK(loaded.problems[0].column > 0);
    CHECK(to_text(loaded.problems[0]).find(mistake.words) != std::string::npos);
  }
}

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

}  // namespace

TEST_CASE("rulebook_toml: no files are an empty book with the default score") {
  const auto loaded = load_rulebook({});
  REQUIRE(loaded.book);
  CHECK(loaded.book->score_max_x100 == 10'000);
  CHECK(loaded.book->tiers.empty());
}

TEST_CASE("rulebook_toml: a rule with everything") {
  const auto book =
      good("[score]\nmin = -10.5\nmax = 200\n[[category]]\nid = 'b'\nmax = 40\n[[category]]\nid = 'e'\n" +
           rule("category = 'e'\nwhere = { 'context.page.path' = { prefix = '/p', suffix = 'x' } }\nlimit = 12.25\nonce_per = 'day'\n"
                "min_per_day = 3\nmax_per_day = 4\ndecay = { factor = 0.1, every_days = 30 }\nexpires_after_days = 90"));
  CHECK(book->score_min_x100 == -1050);
  CHECK(book->categories[0].max_x100 == 4000);
  CHECK_FALSE(book->categories[0].min_x100);
  const core::Rule& one = book->rules.at(0);
  CHECK(one.category == 1);
  CHECK(one.points_x100 == 100);
  CHECK(one.limit_x100 == 1225);
  CHECK(one.once_per == core::OncePer::day);
  CHECK(one.min_per_day == 3);
  CHECK(one.max_per_day == 4);
  CHECK(one.decay.factor_ppm == 100'000);
  CHECK(one.expires_after_days == 90);
  CHECK(book->matches.at(one.match).where.children.size() == 2);
}

TEST_CASE("rulebook_toml: decimals are judged by what was written") {
  CHECK(good("[[rule]]\nid='r'\npoints = -0.07\non='p'")->rules[0].points_x100 == -7);
  CHECK(good("[[rule]]\nid='r'\npoints = 1e2\non='p'")->rules[0].points_x100 == 10'000);
  CHECK(good("[[rule]]\nid='r'\npoints = 0.290\non='p'")->rules[0].points_x100 == 29);
  CHECK(good(rule("decay = { factor = 0.000001, every_days = 1 }"))->rules[0].decay.factor_ppm == 1);
  CHECK(good(rule("decay = { factor = 0.999999, every_days = 1 }"))->rules[0].decay.factor_ppm == 999'999);
  expect({{"[[rule]]\nid='r'\npoints = 0.125\non='p'", 3, "more than two decimals"},
          {"[[rule]]\nid='r'\npoints = 1e-3\non='p'", 3, "more than two decimals"},
          {"[[rule]]\nid='r'\npoints = inf\non='p'", 3, "out of range"},
          {"[[rule]]\nid='r'\npoints = 2000000\non='p'", 3, "out of range"},
          {"[[rule]]\nid='r'\npoints = '5'\non='p'", 3, "must be a number, not a string"},
          {rule("decay = { factor = 0.0000001, every_days = 1 }"), 5, "more than six decimals"},
          {rule("decay = { factor = 1.0, every_days = 1 }"), 5, "between 0 and 1"},
          {rule("decay = { factor = 0, every_days = 1 }"), 5, "between 0 and 1"},
          {rule("decay = { factor = 0.5 }"), 5, "has no `every_days`"},
          {rule("decay = { factor = 0.5, every_days = 3, zero_after_days = 3 }"), 5, "either a step or a line"},
          {rule("decay = { zero_after_days = 0 }"), 5, "from 1"}});
}

TEST_CASE("rulebook_toml: mistakes in rules are named, with their place and what to do") {
  expect(
      {{rule("onec_per = 'day'"), 5, "unknown key `onec_per` in [[rule]] `r`; did you mean `once_per`?"},
       {"[[rules]]\nid='r'\n", 1, "did you mean `rule`?"},
       {"[rule]\nid='r'\npoints=1\non='p'\n", 1, "two brackets"},
       {"[[rule]]\npoints=1\non='p'\n", 1, "has no `id`"},
       {"[[rule]]\nid=''\npoints=1\non='p'\n", 2, "is empty"},
       {"[[rule]]\nid='r'\non='p'\n", 1, "has no `points`"},
       {"[[rule]]\nid='r'\npoints=1\n", 1, "has no `on`"},
       {"[[rule]]\nid='r'\npoints=1\non=[]\n", 4, "names no activity"},
       {"[[rule]]\nid='r'\npoints=1\non=['p', 3]\n", 4, "name of an activity"},
       {"[[category]]\nid='behaviour'\n" + rule("category = 'behavior'"), 7, "there is no category `behavior`; did you mean `behaviour`?"},
       {rule("") + fit("{}").replace(13, 3, "'r'"), 7, "duplicate id `r`: already used at b.toml:2"},
       {"[[category]]\nid='c'\n[[category]]\nid='c'\n", 4, "duplicate id `c`"},
       {"[score]\nmin = 5\nmax = 3\n", 2, "greater than its `max`"},
       {"[[category]]\nid='c'\nmin = 5\nmax = 3\n", 3, "greater than its `max`"},
       {rule("limit = -1"), 5, "negative"},
       {rule("max_per_day = 0"), 5, "from 1"},
       {rule("once_per = 'dya'"), 5, "did you mean `day`?"},
       {rule("once_per = 'propertes.id'"), 5, "did you mean `properties.id`?"},
       {rule("once_per = 'lead'\nmin_per_day = 3"), 6, "does not go with"},
       {rule("once_per = 'properties.x'\nmin_per_day = 3"), 6, "does not go with"},
       {rule("expires_after_days = 0"), 5, "from 1"},
       {"[[inactivity]]\nid='i'\npoints=-1\ndays=0\n", 4, "from 1"},
       {"x = \n", 1, "not TOML"}});
}

TEST_CASE("rulebook_toml: a key that begins with no letter is a mistake like any other") {
  for (const char* text : {"[[\u20acfile]]\n", "W\u00e4hrung = 1\n", "a = W\u00e4hrung\n", "\u20ac = 1\n", "[\u20ac]\n", "a.\u20ac = 1\n"}) {
    CAPTURE(text);
    const auto loaded = load(text);
    CHECK_FALSE(loaded.book);
    CHECK(loaded.problems.size() == 1);
  }
}

TEST_CASE("rulebook_toml: mistakes in conditions") {
  const auto where = [](const std::string& text) { return rule("where = " + text); };
  expect({{where("{ 'propertys.x' = 1 }"), 5, "did you mean `properties.x`?"},
          {where("{ properties.form = 1 }"), 5, "one quoted key: \"properties.form\""},
          {where("{ 'properties' = 1 }"), 5, "name a field"},
          {where("{ 'properties..x' = 1 }"), 5, "two dots"},
          {where("{ tier = 'hot' }"), 5, "unknown entry `tier`"},
          {where("{ 'name' = { prefx = 'a' } }"), 5, "did you mean `prefix`?"},
          {where("{ 'name' = {} }"), 5, "no operator"},
          {where("{ 'name' = ['a'] }"), 5, "in = [...]"},
          {where("{ 'name' = { prefix = 3 } }"), 5, "must be a string, not an integer"},
          {where("{ 'name' = { gt = '3' } }"), 5, "must be a number"},
          {where("{ 'name' = { exists = 1 } }"), 5, "must be true or false"},
          {where("{ 'name' = { in = 'a' } }"), 5, "must be a list"},
          {where("{ 'name' = { is = 1979-05-27 } }"), 5, "not a date or time"},
          {where("{ 'name' = { matches = '(a' } }"), 5, "no RE2 expression"},
          {where("{ 'name' = { matches = '(?=a)' } }"), 5, "no RE2 expression"},
          {where("{ any = { 'name' = 'a' } }"), 5, "list of tables"},
          {fit("{ tier = 'hot' }"), 4, "traits only"},
          {fit("{ any = [ { did = 'page' } ] }"), 4, "traits only"},
          {fit("{ 'properties.x' = 1 }"), 4, "unknown entry"},
          {fit("{ 'trait.x' = 1 }"), 4, "did you mean `traits.x`?"}});
}

TEST_CASE("rulebook_toml: what a when asks of a lead, and what it may not") {
  const std::string ground = kTiers + kSales + intent("");
  const auto when = [&](const std::string& text) { return ground + trigger("on = { tier = 'hot' }\nwhen = " + text); };
  const auto book =
      good(when("{ tier = 'hot', 'intent.i' = { at_least = 'low' }, 'stage.sales' = 'won', did = { on = ['a', 'b'], within_days = 30 }, "
                "'customer.revenue_90' = { gte = 500 }, 'traits.x' = true, any = [ { did = 'page' } ] }"));
  const core::Condition& all = book->triggers.at(0).when;
  REQUIRE(all.children.size() == 7);
  for (const core::Condition& one : all.children) {
    if (one.kind == core::ConditionKind::tier) CHECK((one.op == core::Operator::is && one.text == "hot"));
    if (one.kind == core::ConditionKind::intent) CHECK((one.op == core::Operator::gte && one.subject == "i" && one.text == "low"));
    if (one.kind == core::ConditionKind::stage) CHECK((one.subject == "sales" && one.text == "won"));
    if (one.kind == core::ConditionKind::customer) CHECK((one.subject == "revenue_90" && one.op == core::Operator::gte));
    if (one.kind == core::ConditionKind::did) CHECK((one.within_days == 30 && book->matches[one.match].on.size() == 2));
  }
  const int line = static_cast<int>(std::count(ground.begin(), ground.end(), '\n')) + 4;
  expect({{when("{ tier = 'hott' }"), line, "there is no tier `hott`; did you mean `hot`?"},
          {when("{ tier = { is_not = 'hot' } }"), line, "unknown key `is_not`"},
          {when("{ 'intent.x' = 'low' }"), line, "there is no intent `x`"},
          {when("{ 'intent.i' = 'lo' }"), line, "there is no level of intent `i` `lo`"},
          {when("{ 'stage.sales' = 'win' }"), line, "did you mean `won`?"},
          {when("{ 'customer.revenue' = 1 }"), line, "no field `revenue`"},
          {when("{ did = { on = 'a', within_days = 0 } }"), line, "from 1"},
          {when("{ did = { where = {} } }"), line, "has no `on`"}});
}

TEST_CASE("rulebook_toml: tiers and intents") {
  CHECK(good("[[tier]]\nid='a'\nmin=0\n[[tier]]\nid='b'\nmin=31\nleave=25.5\n")->tiers.at(1).leave_x100 == 2550);
  CHECK(good("[[tier]]\nid='a'\nmin=7\n")->tiers.at(0).leave_x100 == 700);
  expect({{"[[tier]]\nid='a'\nmin=5\n[[tier]]\nid='b'\nmin=5\n", 6, "not above"},
          {"[[tier]]\nid='a'\nmin=5\nleave=6\n", 4, "greater than its `min`"},
          {intent("min_signals = 2"), 3, "more signals than there are"},
          {intent("decay = { factor = 2, every_days = 1 }"), 3, "between 0 and 1"},
          {"[[intent]]\nid='i'\n", 1, "has no signal"},
          {"[[intent]]\nid='i'\n[[intent.signal]]\nid='s'\npoints=-1\non='p'\n", 5, "greater than 0"},
          {"[[intent]]\nid='i'\n[[intent.signal]]\nid='s'\npoints=1\non='p'\nexpires_after_days=3\n", 7, "belongs to the intent"},
          {intent("") + "[[intent.level]]\nid='high'\nmin=101\n", 13, "between 0 and 100"},
          {intent("") + "[[intent.signal]]\nid='s'\npoints=1\non='p'\n", 12, "duplicate id `s`"},
          {"[[intent]]\nid='a/b'\n[[intent.signal]]\nid='s'\npoints=1\non='p'\n", 2, "has a `/`"}});
}

TEST_CASE("rulebook_toml: pipelines, triggers, sequences") {
  expect({{"[[pipeline]]\nid='p'\n", 1, "has no stage"},
          {kSales + "[[pipeline.advance]]\nid='a'\nto='wonn'\nwhen={}\n", 10, "did you mean `won`?"},
          {kSales + "[[pipeline.advance]]\nid='a'\nto='new'\nwhen={}\n", 10, "first stage"},
          {kSales + "[[pipeline.stage]]\nid='x'\noutcome='draw'\n", 10, "not known"},
          {kSales + "[[pipeline.stage]]\nid='new'\n", 9, "duplicate id `new`"},
          {"[[pipeline]]\nid='p'\nreopen_after_days=0\n[[pipeline.stage]]\nid='s'\n", 3, "from 1"},
          {trigger(""), 1, "has no `on`"},
          {trigger("on = { tier = 'hot', customer = 'churn_risk' }"), 3, "exactly one of"},
          {trigger("on = {}"), 3, "exactly one of"},
          {trigger("on = { customer = 'gone' }"), 3, "churn_risk"},
          {kSales + trigger("on = { stage = 'won' }"), 10, "pipeline/stage"},
          {kSales + trigger("on = { stage = 'sale/won' }"), 10, "did you mean `sales`?"},
          {kTiers + trigger("on = { tier = 'warm' }"), 9, "there is no tier `warm`"},
          {trigger("on = { activity = 'p' }\n[[trigger.action]]\nkind = 'slack.mesage'"), 5, "did you mean `slack.message`?"},
          {trigger("on = { activity = 'p' }\n[[trigger.action]]\nkind = 'email.send'\ndelay = 'soon'"), 6, "no span of time"},
          {kSequence +
               trigger("on = { activity = 'p' }\n[[trigger.action]]\nkind = 'sequence.enrol'\ndelay = '1h'\nwith = { sequence = 's' }"),
           13, "no delay"},
          {trigger("on = { activity = 'p' }\n[[trigger.action]]\nkind = 'sequence.enrol'\nwith = { sequence = 's' }"), 6,
           "there is no sequence `s`"},
          {"[[sequence]]\nid='s'\n", 1, "has no step"},
          {kSequence + "[[sequence.step]]\nid='2'\nafter='3'\nsubject='x'\ntemplate='t'\n", 10, "no span of time"},
          {kSequence + "[[sequence.step]]\nid='2'\nafter='3d'\nsubject='x'\ntemplate='u'\n", 12, "there is no template `u`"}});
  const auto with = [](const std::string& more) {
    return "[[sequence]]\nid = 's'\n" + more + "\n" + kSequence.substr(kSequence.find("[[sequence.step"));
  };
  expect({{with("timezone = 'Europe/Berlim'"), 3, "did you mean `Europe/Berlin`?"},
          {with("timezone = '../../etc/passwd'"), 3, "there is no time zone"},
          {with("window = { days = ['mon'], from = '17:00', to = '09:00' }"), 3, "not before"},
          {with("window = { days = [], from = '09:00', to = '17:00' }"), 3, "no day"},
          {with("window = { days = ['monday'], from = '09:00', to = '17:00' }"), 3, "is no day"},
          {with("window = { days = ['mon'], from = '9:00', to = '17:00' }"), 3, "no time of day"},
          {with("exit_on = [ { activty = 'x' } ]"), 3, "did you mean `activity`?"}});
}

TEST_CASE("rulebook_toml: sequences and actions as data") {
  const auto book = good(
      "[[sequence]]\nid='s'\nenrol_on = { activity = 'D' }\nconsent = 'news'\nre_enrol_after_days = 0\ntimezone = 'Europe/Berlin'\n"
      "window = { days = ['mon', 'sun'], from = '09:30', to = '24:00' }\n[[sequence.step]]\nid='1'\nafter='90m'\nsubject='x'\n"
      "template='t.html'\n" +
      trigger("on = { customer = 'churn_risk' }\n[[trigger.action]]\nkind = 'webhook.post'\ndelay = '2h'\n"
              "with = { url = 'https://example.org', list = [1, 2.5, true], b = { c = 'ü\"' } }\n"
              "[[trigger.action]]\nkind = 'sequence.enrol'\nwith = { sequence = 's' }"));
  const core::Sequence& sequence = book->sequences.at(0);
  CHECK(sequence.window->days == 65);
  CHECK(sequence.window->from_minute == 570);
  CHECK(sequence.window->to_minute == 1440);
  CHECK(sequence.re_enrol_after_days == 0);
  CHECK(sequence.consent_trait == "news");
  CHECK(sequence.steps.at(0).template_name == "t.html");
  CHECK(sequence.steps[0].after_amount == 90);
  CHECK(sequence.steps[0].after_unit == 'm');
  CHECK(book->triggers.at(0).on.kind == core::Occasion::Kind::churn_risk);
  CHECK(book->triggers[0].actions.at(0).delay_us == 7'200'000'000);
  CHECK(book->triggers[0].actions[0].with_json == R"({"b":{"c":"ü\""},"list":[1,2.5,true],"url":"https://example.org"})");
  CHECK(book->triggers[0].actions.at(1).enrol_sequence == "s");
}

TEST_CASE("rulebook_toml: equal definitions share a match, whatever their order and points") {
  const auto book = good(
      "[[rule]]\nid='a'\npoints=1\non=['x','y']\nwhere={ 'properties.a'=1, 'properties.b'={ in=['p','q'] } }\n"
      "[[rule]]\nid='b'\npoints=2\nlimit=3\non=['y','x','x']\nwhere={ 'properties.b'={ in=['q','p'] }, 'properties.a'=1.0 }\n"
      "[[rule]]\nid='c'\npoints=1\non=['x','y']\nwhere={ 'properties.a'='1', 'properties.b'={ in=['p','q'] } }\n"
      "[[rule]]\nid='d'\npoints=1\non='x'\nonce_per='properties.a'\n[[rule]]\nid='e'\npoints=1\non='x'\n");
  const auto& rules = book->rules;
  CHECK(rules[0].match == rules[1].match);
  CHECK(rules[0].match != rules[2].match);
  CHECK(rules[3].match != rules[4].match);
  CHECK(book->matches[rules[0].match].hash != book->matches[rules[2].match].hash);
  CHECK(book->matches[rules[3].match].value_path == book->matches[rules[0].match].where.children[0].path);
  // The same definition has the same hash in another book, with other paths before it.
  const auto other =
      good("[[fit]]\nid='f'\npoints=1\nwhen={ 'traits.z'=1 }\n[[rule]]\nid='d'\npoints=9\non='x'\nonce_per='properties.a'\n");
  CHECK(other->matches.at(0).hash == book->matches[rules[3].match].hash);
}

TEST_CASE("rulebook_toml: several files are one book, and all problems come at once") {
  const auto loaded = load_rulebook(
      {{"a.toml", "[score]\n[[rule]]\nid='r'\npoints=1\non='p'\ncategory='late'\n"}, {"z.toml", "[[category]]\nid='late'\n"}});
  REQUIRE_MESSAGE(loaded.book, all_of(loaded.problems));
  CHECK(loaded.book->rules[0].category == 0);

  const auto wrong = load_rulebook(
      {{"a.toml", "[score]\nmax = 'x'\n" + rule("colour = 1\nlimit = 0.001")}, {"b.toml", "[score]\n" + rule("")}, {"n.txt", ""}});
  CHECK(wrong.book == nullptr);
  CHECK_MESSAGE(wrong.problems.size() == 6, all_of(wrong.problems));
  CHECK(all_of(wrong.problems).find("b.toml:1:2: [score] is there twice: also at a.toml:1") != std::string::npos);
  CHECK(all_of(wrong.problems).find("b.toml:3:6: duplicate id `r`: already used at a.toml:4") != std::string::npos);

  // What the unreadable file may hold is not reported as missing.
  const auto broken = load_rulebook({{"a.toml", rule("category = 'c'")}, {"b.toml", "[[category]\nid = 'c'"}});
  CHECK(broken.problems.size() == 1);
}

TEST_CASE("rulebook_toml: the books of the repository load") {
  for (const char* name : {"demo", "event-agency", "b2b-supplier"}) {
    const auto files = wire::read_rulebook_folder(std::string(SCORELINE_SOURCE_DIR) + "/rulebooks/" + name);
    REQUIRE(files);
    const auto loaded = load_rulebook(*files);
    CHECK_MESSAGE(loaded.book, all_of(loaded.problems));
    CHECK_MESSAGE(loaded.remarks.empty(), all_of(loaded.remarks));
  }
}

TEST_CASE("rulebook_toml: the event agency's points are those that were agreed on") {
  const auto files = wire::read_rulebook_folder(std::string(SCORELINE_SOURCE_DIR) + "/rulebooks/event-agency");
  REQUIRE(files);
  const auto book = load_rulebook(*files).book;
  REQUIRE(book);
  std::map<std::string, std::int64_t> points;
  // One event alone gives all its points: no limit and no category cuts it.
  for (const core::Rule& one : book->rules) {
    points[one.id] = one.points_x100 / 100;
    CHECK(one.limit_x100.value_or(10'000) >= one.points_x100);
    if (one.category >= 0) CHECK(book->categories.at(static_cast<std::size_t>(one.category)).max_x100.value_or(10'000) >= one.points_x100);
  }
  for (const core::Fit& one : book->fits) points[one.id] = one.points_x100 / 100;
  for (const core::Inactivity& one : book->inactivities) points[one.id] = one.points_x100 / 100;
  CHECK(points == std::map<std::string, std::int64_t>{{"budget_calculator_used", 25},
                                                      {"pricing_page_visited", 20},
                                                      {"phone_clicked", 30},
                                                      {"whatsapp_clicked", 30},
                                                      {"form_50_percent_filled", 35},
                                                      {"calendar_booking_started", 40},
                                                      {"quiz_completed", 20},
                                                      {"case_study_viewed", 15},
                                                      {"about_us_visited", 15},
                                                      {"testimonials_viewed", 12},
                                                      {"video_watched", 18},
                                                      {"lead_magnet_downloaded", 10},
                                                      {"blog_post_read", 8},
                                                      {"multiple_pages_viewed", 10},
                                                      {"email_opened", 5},
                                                      {"email_clicked", 10},
                                                      {"company_size_large", 15},
                                                      {"decision_maker_role", 20},
                                                      {"linkedin_profile_premium", 10},
                                                      {"no_activity_7_days", -10},
                                                      {"no_activity_30_days", -25},
                                                      {"email_bounced", -50}});
  CHECK(book->tiers.size() == 4);
}

TEST_CASE("rulebook_toml: every example of the reference loads") {
  const std::string text = read(fs::path(SCORELINE_SOURCE_DIR) / "docs/rulebook.md");
  int examples = 0;
  for (std::size_t at = text.find("```toml\n"); at != std::string::npos; at = text.find("```toml\n", at)) {
    at += 8;
    const std::size_t end = text.find("```", at);
    const auto loaded = load_rulebook(
        {{"example.toml", text.substr(at, end - at)}, {"templates/checklist-1.html", ""}, {"templates/checklist-2.html", ""}});
    CHECK_MESSAGE(loaded.book, text.substr(at, end - at), all_of(loaded.problems));
    ++examples;
    at = end + 3;
  }
  CHECK(examples >= 8);
}
