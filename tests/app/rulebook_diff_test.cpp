#include "app/rulebook_diff.hpp"

#include <doctest/doctest.h>

#include "wire/rulebook_toml.hpp"

using namespace scoreline;

namespace {

std::shared_ptr<const core::RuleBook> book(const std::string& text, const std::string& mail = "<p>") {
  const auto loaded = wire::load_rulebook({{"b.toml", text}, {"templates/welcome.html", mail}});
  REQUIRE(loaded.book);
  return loaded.book;
}

const std::string kTiers = "[[tier]]\nid = 'cold'\nmin = 0\n[[tier]]\nid = 'hot'\nmin = 50\n";
const std::string kTrigger =
    "[[trigger]]\nid = 'alert'\non = { tier = 'hot' }\n[[trigger.action]]\nkind = 'slack.message'\n"
    "with = { channel = '#sales', text = 'hot' }\n";

std::string text_of(const std::string& before, const std::string& after) {
  return app::diff_text(core::compare(*book(before), *book(after)), false);
}

}  // namespace

TEST_CASE("rulebook_diff: people read sentences, a summary, and what publishing will do") {
  CHECK(text_of(kTiers + kTrigger,
                kTiers + "[[rule]]\nid = 'r'\npoints = 2.5\non = 'page'\nonce_per = 'properties.form'\n") ==
        "rule `r` is new: 2.5 points; for `page`; once per properties.form\n"
        "trigger `alert` is gone; it was: when the tier rises to `hot`; action `slack.message` (with "
        "{\"channel\":\"#sales\",\"text\":\"hot\"})\n"
        "2 changes: 1 added, 1 removed, 0 changed\n"
        "publishing counts the past back for rule `r`\n");
  CHECK(text_of(kTiers, kTiers + "[score]\nmax = 200\n") ==
        "[score]: max 200 instead of 100\n1 change: 0 added, 0 removed, 1 changed\n"
        "publishing counts nothing back: points, limits and decay work on what is counted already\n");
  const core::RuleBookDiff none = core::compare(*book(kTiers), *book("# a comment\n" + kTiers));
  CHECK(app::diff_text(none, true) == "the same rule book\n");
  CHECK(app::diff_text(none, false).starts_with("the rule books mean the same"));
}

TEST_CASE("rulebook_diff: conditions, windows, exits and actions of triggers and sequences") {
  const auto with_when = [](const std::string& when) {
    std::string text = kTiers + kTrigger;
    return text.insert(text.find("[[trigger.action]]"), "when = " + when + "\n");
  };
  CHECK(text_of(kTiers + kTrigger, with_when("{ did = { on = 'page', within_days = 7 } }"))
            .starts_with("trigger `alert`: now also needs: did `page` within 7 days\n"));
  const auto sequence = [](const std::string& more) {
    return kTiers + "[[sequence]]\nid = 's'\nenrol_on = { activity = 'A' }\n" + more +
           "\n[[sequence.step]]\nid = '1'\nafter = '0d'\nsubject = 'x'\ntemplate = 'welcome'\n";
  };
  CHECK(text_of(sequence("exit_on = [ { tier = 'hot' } ]"),
                sequence("window = { days = ['mon', 'fri'], from = '09:00', to = '17:00' }\nre_enrol_after_days = 90"))
            .starts_with(
                "sequence `s`: again after 90 days instead of once per lead; window mon, fri 09:00 to 17:00 is new; "
                "exit when the tier rises to `hot` is gone\n"));
  CHECK(app::diff_text(core::compare(*book(kTiers, "<p>"), *book(kTiers, "<b>")), false)
            .starts_with("template `welcome.html`: its text changed\n"));
}

TEST_CASE("rulebook_diff: programs read JSON") {
  CHECK(
      app::diff_json(core::compare(*book(kTiers), *book(kTiers + "[score]\nmax = 200\n"))) ==
      R"({"equal":false,"changes":[{"part":"[score]","id":"","change":"changed","sentences":["max 200 instead of 100"]}],)"
      R"("count_back":{"needed":false,"for":[]}})");
  CHECK(app::diff_json(core::compare(*book(kTiers), *book(kTiers))) ==
        R"({"equal":true,"changes":[],"count_back":{"needed":false,"for":[]}})");
}
