#include "wire/rulebook_case.hpp"

#include <doctest/doctest.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

using namespace scoreline;

namespace {

namespace fs = std::filesystem;

std::shared_ptr<const core::RuleBook> book() {
  const auto loaded = wire::load_rulebook(
      {{"b.toml",
        "[[category]]\nid = 'web'\n[[rule]]\nid = 'pricing'\npoints = 20\non = 'page'\n[[tier]]\nid = 'cold'\nmin = 0\n"
        "[[tier]]\nid = 'hot'\nmin = 50\n[[intent]]\nid = 'buy'\n[[intent.signal]]\nid = 's'\npoints = 1\non = 'page'\n"
        "[[intent.level]]\nid = 'high'\nmin = 50\n[[pipeline]]\nid = 'sales'\n[[pipeline.stage]]\nid = 'new'\n"
        "[[trigger]]\nid = 'alert'\non = { tier = 'hot' }\n[[trigger.action]]\nkind = 'task.create'\n"
        "[[sequence]]\nid = 'mails'\nenrol_on = { activity = 'A' }\n[[sequence.step]]\nid = 'one'\nafter = '0d'\n"
        "subject = 'x'\ntemplate = 't'\n"},
       {"templates/t.html", ""}});
  REQUIRE(loaded.book);
  return loaded.book;
}

std::string all_of(const std::vector<wire::RuleBookProblem>& problems) {
  std::string out;
  for (const auto& problem : problems) out += to_text(problem) + "\n";
  return out;
}

wire::RuleBookCase good(const std::string& text) {
  const auto loaded = wire::load_rulebook_case("tests/one.toml", text, *book());
  REQUIRE_MESSAGE(loaded.problems.empty(), all_of(loaded.problems));
  return loaded.value;
}

const std::string kExpect = "[[expect]]\nwho = 'user:k'\nscore = 0\n";
/// The one line of simulate's input that an event becomes.
std::string line_of(const std::string& event) {
  const auto one = good("[[event]]\nat = 2026-05-04T09:00:00Z\n" + event + "\n" + kExpect);
  REQUIRE(one.events.size() == 1);
  return one.events[0].line;
}

void refuses(const std::string& text, int line, const std::string& words) {
  const auto loaded = wire::load_rulebook_case("tests/one.toml", text, *book());
  INFO(text, all_of(loaded.problems));
  REQUIRE_FALSE(loaded.problems.empty());
  CHECK(loaded.problems[0].line == line);
  CHECK(to_text(loaded.problems[0]).find(words) != std::string::npos);
  CHECK_FALSE(loaded.problems[0].suggestion.empty());
}

std::string at_of(const std::string& head, const std::string& at) {
  const auto one = good(head + "\n[[event]]\nat = " + at + "\nwho = 'user:k'\npage = '/'\n" + kExpect);
  return base::format_rfc3339(one.events.at(0).at);
}

}  // namespace

TEST_CASE("rulebook_case: tracking calls are written as websites send them") {
  CHECK(
      line_of("who = ['anon:a', 'user:k']\npage = '/pricing'\nproperties = { x = 1 }") ==
      R"({"topic":"tracking.events","time":"2026-05-04T09:00:00Z","value":{"type":"page","anonymousId":"a","userId":"k",)"
      R"("context":{"page":{"path":"/pricing"}},"properties":{"x":1},"messageId":"event-1"}})");
  CHECK(
      line_of("who = 'user:k'\ntrack = 'Form Submitted'\nid = 'm7'\nhappened = 2026-05-01T08:00:00Z\nhistory = true\n"
              "trusted = false\nsource = 'shop'") ==
      R"({"topic":"tracking.events","time":"2026-05-04T09:00:00Z","trusted":false,"source":"shop","value":{)"
      R"("timestamp":"2026-05-01T08:00:00Z","history":true,"type":"track","userId":"k","event":"Form Submitted","messageId":"m7"}})");
  CHECK(line_of("who = 'k'\nidentify = { title = 'CEO' }\n[people]\nk = { user = 'k', email = 'K@x.org' }")
            .find(R"("traits":{"title":"CEO","email":"K@x.org"})") != std::string::npos);
  // An address alone: where a call can carry one.
  CHECK(line_of("who = 'email:k@x.org'\ntrack = 'A'").find(R"("event":"A","properties":{"email":"k@x.org"})") !=
        std::string::npos);
}

TEST_CASE("rulebook_case: facts of mail and sales, moves and retractions") {
  CHECK(
      line_of("who = ['user:k', 'email:k@x.org']\ncrm = 'email.clicked'\nmachine = true") ==
      R"({"topic":"crm.events","time":"2026-05-04T09:00:00Z","value":{"machine":true,"event":"email.clicked","userId":"k","messageId":"event-1"}})");
  CHECK(
      line_of("who = 'email:k@x.org'\nmove = 'sales/new'\nby = 'paul'")
          .find(R"("event":"deal.moved","properties":{"by":"paul","pipeline":"sales","to":"new"},"email":"k@x.org")") !=
      std::string::npos);
  CHECK(line_of("retract = 'm7'") ==
        R"({"topic":"crm.events","time":"2026-05-04T09:00:00Z","value":{"event":"activity.retracted",)"
        R"("properties":{"messageId":"m7"},"messageId":"event-1"}})");
}

TEST_CASE("rulebook_case: ERP documents get versions, and gross where only net is given") {
  CHECK(
      line_of("who = 'erp:jtl:4711'\ncustomer = { company = 'X' }") ==
      R"({"topic":"erp.changes","time":"2026-05-04T09:00:00Z","value":{"source":"jtl","customer":"4711","kind":"customer","id":"4711",)"
      R"("version":1,"data":{"company":"X"}}})");
  const auto one = good(
      "[[event]]\nat = 2026-05-04T09:00:00Z\nwho = 'erp:jtl:1'\ninvoice = { id = 7, issuedOn = 2026-05-01, netCents = "
      "100 }\n"
      "[[event]]\nat = 2026-05-05T09:00:00Z\nwho = 'erp:jtl:1'\ninvoice = { id = 7, netCents = 100, grossCents = 119 "
      "}\n"
      "[[event]]\nat = 2026-05-06T09:00:00Z\nwho = 'erp:jtl:2'\ninvoice = { id = 7 }\n"
      "[[event]]\nat = 2026-05-07T09:00:00Z\nwho = 'erp:jtl:1'\ninvoice = { id = 7, version = 1 }\n" +
      kExpect);
  CHECK(one.events[0].line.find(
            R"("id":7,"version":1,"data":{"issuedOn":"2026-05-01","netCents":100,"grossCents":100})") !=
        std::string::npos);
  CHECK(one.events[1].line.find(R"("version":2,"data":{"grossCents":119,"netCents":100})") != std::string::npos);
  CHECK(one.events[2].line.find(R"("version":1,"data":{})") != std::string::npos);
  CHECK(one.events[3].line.find(R"("version":1,"data":{})") != std::string::npos);
}

TEST_CASE("rulebook_case: instants are local to the case") {
  CHECK(at_of("", "2026-05-04T09:00:00Z") == "2026-05-04T09:00:00Z");
  CHECK(at_of("", "2026-05-04T09:00:00") == "2026-05-04T09:00:00Z");
  CHECK(at_of("timezone = 'Europe/Berlin'", "2026-05-04T09:00:00") == "2026-05-04T07:00:00Z");
  CHECK(at_of("timezone = 'Europe/Berlin'", "2026-05-04T09:00:00+05:00") == "2026-05-04T04:00:00Z");
  CHECK(at_of("timezone = 'Europe/Berlin'", "2026-05-04") == "2026-05-03T22:00:00Z");
  CHECK(at_of("start = 2026-03-28", "'day 0 02:30'") == "2026-03-28T02:30:00Z");
  CHECK(at_of("start = 2026-03-28\ntimezone = 'Europe/Berlin'", "'day -1'") == "2026-03-26T23:00:00Z");
  // The night of the change to summer time: the first instant that exists.
  CHECK(at_of("start = 2026-03-28\ntimezone = 'Europe/Berlin'", "'day 1 02:30:00'") == "2026-03-29T01:00:00Z");
  refuses("[[event]]\nat = 'day 1'\nwho = 'user:k'\npage = '/'\n" + kExpect, 2, "has no `start`");
  refuses("start = 2026-01-01\n[[event]]\nat = 'day one'\nwho = 'user:k'\npage = '/'\n" + kExpect, 3, "is no instant");
  refuses("start = 2026-01-01\n[[event]]\nat = 'day 1 25:00'\nwho = 'user:k'\npage = '/'\n" + kExpect, 3,
          "is no instant");
}

TEST_CASE("rulebook_case: events are sorted by time, repeated ones are apart") {
  const auto one = good(
      "[[event]]\nat = 2026-05-04T10:00:00Z\nwho = 'user:k'\npage = '/late'\n"
      "[[event]]\nat = 2026-05-04T09:00:00Z\nwho = 'user:k'\npage = '/x'\ntimes = 3\nevery = '2h'\n" +
      kExpect);
  REQUIRE(one.events.size() == 4);
  CHECK(one.events[0].line.find("\"event-2\"") != std::string::npos);
  CHECK(one.events[1].line.find("/late") != std::string::npos);
  CHECK(one.events[2].line.find("\"event-2-2\"") != std::string::npos);
  CHECK(base::format_rfc3339(one.events[3].at) == "2026-05-04T13:00:00Z");
  // The last one is the instant of expectations that name none.
  CHECK(base::format_rfc3339(one.expectations.at(0).at) == "2026-05-04T13:00:00Z");
}

TEST_CASE("rulebook_case: what cannot be meant is told with its place") {
  const std::string at = "[[event]]\nat = 2026-05-04T09:00:00Z\n";
  refuses(at + "who = 'user:k'\n" + kExpect, 1, "not what happened");
  refuses(at + "who = 'user:k'\npage = '/'\ntrack = 'A'\n" + kExpect, 1, "two things");
  refuses(at + "who = 'user:k'\npage = '/'\npropertis = {}\n" + kExpect, 5, "did you mean `properties`?");
  refuses(at + "who = 'ana'\npage = '/'\n[people]\nanna = { user = 'a' }\n" + kExpect, 3,
          "nobody is called `ana`; did you mean `anna`?");
  refuses(at + "who = 'usr:k'\npage = '/'\n" + kExpect, 3, "nobody is called `usr:k`");
  refuses(at + "who = 'email:k@x.org'\npage = '/'\n" + kExpect, 4, "a browser knows nobody by that");
  refuses(at + "who = 'anon:a'\ncrm = 'email.opened'\n" + kExpect, 4, "mail and sales know nobody by that");
  refuses(at + "who = 'user:k'\norder = { id = 1 }\n" + kExpect, 4, "an ERP system knows nobody by that");
  refuses(at + "who = 'erp:jtl:1'\norder = { netCents = 1 }\n" + kExpect, 4, "has no `id`");
  refuses(at + "who = 'user:k'\nmove = 'sales'\n" + kExpect, 4, "names no stage");
  refuses("[people]\nanna = {}\n" + kExpect, 2, "has no identifier");
  refuses("x = \n", 1, "not TOML");
  refuses(at + "who = 'user:k'\npage = '/'\n", 0, "expects nothing");
}

TEST_CASE("rulebook_case: expectations name what the rule book has") {
  const auto expects = [](const std::string& text) {
    return "[[expect]]\nat = 2026-05-04\nwho = 'user:k'\n" + text + "\n";
  };
  refuses(expects("tier = 'hott'"), 4, "no tier `hott`; did you mean `hot`?");
  refuses(expects("rules = { pricin = 1 }"), 4, "no rule `pricin`; did you mean `pricing`?");
  refuses(expects("categories = { wep = 1 }"), 4, "did you mean `web`?");
  refuses(expects("intents = { buy = 'hi' }"), 4, "no level `hi`");
  refuses(expects("intents = { by = 'high' }"), 4, "no intent `by`; did you mean `buy`?");
  refuses(expects("deals = ['sales/old']"), 4, "no stage `old`");
  refuses(expects("deals = ['sals/new open']"), 4, "no pipeline `sals`; did you mean `sales`?");
  refuses(expects("firings = ['alrt']"), 4, "no trigger `alrt`; did you mean `alert`?");
  refuses(expects("mails = [{ mail = 'mails/on' }]"), 4, "no step `on`; did you mean `one`?");
  refuses(expects("mails = ['mails']"), 4, "must name sequence and step");
  refuses(expects("customer = { revenue_31 = 1 }"), 4, "no customer field `revenue_31`");
  refuses(expects("score = { above = 3 }"), 4, "unknown operator `above`");
  refuses(expects("score = [3]"), 4, "is a list");
  refuses(expects("mails = { includes = [] }"), 4, "did you mean `include`?");
  refuses(expects("mails = 3"), 4, "must be a list");
  refuses(expects(""), 1, "expects nothing");
  refuses("[[expect]]\nat = 2026-05-04\nscore = 3\n", 1, "has no `who`");
  refuses("[[expect]]\nwho = 'user:k'\nscore = 3\n", 1, "has no `at`");
  CHECK(good(expects("tier = 'none'\nintents = { buy = 'none' }\nrules = { pricing = { gte = 1 } }\ntraits = { "
                     "'company.name' = 'X' }"))
            .expectations.at(0)
            .fields.size() == 4);
}

TEST_CASE("rulebook_case: cases are read beside the book, and are no part of it") {
  const fs::path folder = fs::temp_directory_path() / ("scoreline_cases_" + std::to_string(::getpid()));
  fs::create_directories(folder / "tests");
  std::ofstream(folder / "book.toml") << "[score]\n";
  std::ofstream(folder / "tests/one.toml") << "title = 'x'\n";
  std::ofstream(folder / "tests/notes.md") << "x\n";
  const auto cases = wire::read_rulebook_cases(folder.string());
  const auto files = wire::read_rulebook_folder(folder.string());
  REQUIRE(cases);
  REQUIRE(files);
  CHECK(*cases == wire::RuleBookFiles{{"tests/one.toml", "title = 'x'\n"}});
  CHECK(*files == wire::RuleBookFiles{{"book.toml", "[score]\n"}});
  fs::remove_all(folder / "tests");
  CHECK(wire::read_rulebook_cases(folder.string())->empty());
  fs::remove_all(folder);
  CHECK_FALSE(wire::read_rulebook_cases(folder.string()));
}

TEST_CASE("rulebook_case: the cases of the repository's books can be read") {
  for (const char* name : {"event-agency", "b2b-supplier"}) {
    const std::string folder = std::string(SCORELINE_SOURCE_DIR) + "/rulebooks/" + name;
    const auto loaded = wire::load_rulebook(*wire::read_rulebook_folder(folder));
    REQUIRE(loaded.book);
    CHECK_MESSAGE(loaded.remarks.empty(), all_of(loaded.remarks));
    const auto cases = wire::read_rulebook_cases(folder);
    REQUIRE(cases);
    CHECK(cases->size() >= 6);
    for (const auto& [file, text] : *cases) {
      const auto one = wire::load_rulebook_case(file, text, *loaded.book);
      CHECK_MESSAGE(one.problems.empty(), all_of(one.problems));
      CHECK_FALSE(one.value.title.empty());
    }
  }
}
