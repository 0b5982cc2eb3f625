#include "support/house_book.hpp"

#include <doctest/doctest.h>

#include "wire/rulebook_toml.hpp"

namespace scoreline::test::house {
namespace {

constexpr std::string_view kScores = R"(
[score]
max = 100000
[[rule]]
id = "page"
points = 1
on = "page"
[[rule]]
id = "form"
points = 100
on = "Form Submitted"
once_per = "properties.form"
decay = { factor = 0.5, every_days = 2 }
[[rule]]
id = "login"
points = 1000
on = "Login"
once_per = "day"
expires_after_days = 4
[[rule]]
id = "order"
points = 7
on = ["order.placed", "order.cancelled"]
[[fit]]
id = "chief"
points = 10000
when = { "traits.title" = "CEO" }
[[inactivity]]
id = "gone"
points = -500
days = 3
[[tier]]
id = "cold"
min = 0
[[tier]]
id = "warm"
min = 100
[[tier]]
id = "hot"
min = 1000
)";

constexpr std::string_view kIntentsAndPipelines = R"(
[[intent]]
id = "purchase"
min_signals = 2
decay = { factor = 0.5, every_days = 3 }
expires_after_days = 9
[[intent.signal]]
id = "looked"
points = 3
on = "page"
limit = 30
[[intent.signal]]
id = "asked"
points = 20
on = "Form Submitted"
once_per = "day"
[[intent.signal]]
id = "met"
points = 40
on = "booking.created"
[[intent.level]]
id = "low"
min = 10
[[intent.level]]
id = "high"
min = 40
leave = 25
[[intent]]
id = "leaving"
expires_after_days = 5
[[intent.signal]]
id = "cancelled"
points = 60
on = "order.cancelled"
[[intent.level]]
id = "likely"
min = 50

[[pipeline]]
id = "sales"
priority = 10
route = { any = [ { tier = { at_least = "warm" } }, { did = "booking.created" } ] }
reopen_after_days = 3
[[pipeline.stage]]
id = "new"
[[pipeline.stage]]
id = "asked"
[[pipeline.stage]]
id = "meeting"
[[pipeline.stage]]
id = "won"
outcome = "won"
[[pipeline.stage]]
id = "lost"
outcome = "lost"
[[pipeline.advance]]
id = "form"
to = "asked"
when = { did = { on = "Form Submitted", where = { "properties.form" = { in = ["1", "2", "a"] } }, within_days = 3 } }
[[pipeline.advance]]
id = "booked"
to = "meeting"
when = { did = { on = "booking.created", within_days = 5 } }
[[pipeline.advance]]
id = "bought"
to = "won"
when = { "customer.orders" = { gte = 2 } }
[[pipeline]]
id = "service"
priority = 20
route = { any = [ { "customer.open_amount" = { gt = 0 } }, { "intent.leaving" = "likely" } ] }
reopen_after_days = 2
[[pipeline.stage]]
id = "open"
[[pipeline.stage]]
id = "dunning"
[[pipeline.stage]]
id = "settled"
outcome = "won"
[[pipeline.advance]]
id = "overdue"
to = "dunning"
when = { "customer.overdue_amount" = { gt = 0 } }
[[pipeline.advance]]
id = "paid"
to = "settled"
when = { "customer.open_amount" = 0, "customer.revenue_30" = { gt = 0 } }
)";

constexpr std::string_view kTriggersAndSequences = R"(
[[trigger]]
id = "hot_alert"
on = { tier = "hot" }
cooldown_days = 2
[[trigger.action]]
kind = "slack.message"
with = { channel = "#sales", text = "hot" }
[[trigger.action]]
kind = "sequence.enrol"
with = { sequence = "nurture" }
[[trigger]]
id = "chief_is_warm"
on = { tier = "warm" }
when = { "traits.title" = "CEO" }
[[trigger.action]]
kind = "task.create"
delay = "1h"
with = { title = "Call" }
[[trigger]]
id = "wants_to_buy"
on = { intent = "purchase/high" }
cooldown_days = 1
[[trigger.action]]
kind = "task.create"
with = { title = "Offer" }
[[trigger]]
id = "meeting"
on = { stage = "sales/meeting" }
[[trigger.action]]
kind = "sequence.enrol"
with = { sequence = "prepare" }
[[trigger]]
id = "won"
on = { stage = "sales/won" }
[[trigger]]
id = "dunning"
on = { stage = "service/dunning" }
when = { "customer.payment_score" = { in = ["ACCEPTABLE", "PROBLEMATIC"] } }
[[trigger]]
id = "bought_again"
on = { activity = "order.placed" }
when = { "customer.orders" = { gte = 2 } }
[[trigger]]
id = "came_back"
on = { activity = "Login" }
when = { did = { on = "page", within_days = 3 } }
cooldown_days = 1
[[trigger.action]]
kind = "sequence.enrol"
with = { sequence = "welcome" }
[[trigger]]
id = "at_risk"
on = { customer = "churn_risk" }
[[trigger.action]]
kind = "slack.message"
with = { channel = "#care", text = "at risk" }
[[sequence]]
id = "welcome"
enrol_on = { activity = "Form Submitted" }
re_enrol_after_days = 2
window = { days = ["mon", "tue", "wed", "thu", "fri"], from = "09:00", to = "17:00" }
exit_on = [ { activity = "booking.created" }, { stage = "sales/won" }, { intent = "purchase/high" } ]
[[sequence.step]]
id = "hello"
after = "0d"
subject = "Hello"
template = "mail"
[[sequence.step]]
id = "more"
after = "1d"
subject = "More"
template = "mail"
[[sequence.step]]
id = "last"
after = "3d"
subject = "Last"
template = "mail"
[[sequence]]
id = "nurture"
re_enrol_after_days = 1
exit_on = [ { activity = "order.placed" }, { customer = "churn_risk" } ]
[[sequence.step]]
id = "one"
after = "30m"
subject = "One"
template = "mail"
[[sequence.step]]
id = "two"
after = "5h"
subject = "Two"
template = "mail"
[[sequence]]
id = "first_steps"
enrol_on = { tier = "warm" }
when = { "stage.sales" = { at_least = "new" } }
timezone = "Europe/Berlin"
exit_on = [ { tier = "hot" }, { activity = "Login" } ]
[[sequence.step]]
id = "start"
after = "2d"
subject = "Start"
template = "mail"
[[sequence]]
id = "prepare"
enrol_on = { stage = "service/dunning" }
re_enrol_after_days = 4
exit_on = [ { stage = "service/settled" } ]
[[sequence.step]]
id = "soon"
after = "10m"
subject = "Soon"
template = "mail"
[[sequence.step]]
id = "later"
after = "4d"
subject = "Later"
template = "mail"
[[sequence]]
id = "win_back"
enrol_on = { customer = "churn_risk" }
[[sequence.step]]
id = "come_back"
after = "1d"
subject = "Come back"
template = "mail"
)";

}  // namespace

std::string plain_book() {
  return std::string(kScores) + std::string(kIntentsAndPipelines) + std::string(kTriggersAndSequences);
}

std::vector<std::pair<std::string, std::string>> book_files(const std::string& toml) {
  return {{"book.toml", toml}, {"templates/mail.html", "Hello"}};
}

std::shared_ptr<const core::RuleBook> book_of(const std::string& toml) {
  const auto files = book_files(toml);
  const wire::LoadedRuleBook loaded = wire::load_rulebook({files.begin(), files.end()});
  for (const wire::RuleBookProblem& problem : loaded.problems) FAIL(wire::to_text(problem));
  return loaded.book;
}

}  // namespace scoreline::test::house
