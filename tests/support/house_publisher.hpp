#pragma once
/// Rule books that are published into a world of tests, one after the other.
#include <set>
#include <string>

#include "support/house_world.hpp"

namespace scoreline::test::house {

/// Matches that the plain book does not count. Of its rules `page` is shared, `login` and `form` are gone; of its
/// signals `asked` is shared, `looked` and `met` are gone; other things that somebody did matter for its deals.
inline const std::string kSecond = R"(
[score]
max = 1000000
[[rule]]
id = "page"
points = 2
on = "page"
[[rule]]
id = "customer"
points = 300
on = ["customer.changed", "identify"]
[[rule]]
id = "form_day"
points = 5000
on = "Form Submitted"
once_per = "day"
[[tier]]
id = "small"
min = 0
[[tier]]
id = "big"
min = 5000
[[intent]]
id = "purchase"
[[intent.signal]]
id = "asked"
points = 20
on = "Form Submitted"
once_per = "day"
[[intent.signal]]
id = "known"
points = 5
on = ["customer.changed", "identify"]
[[intent.level]]
id = "low"
min = 15
[[intent.level]]
id = "sure"
min = 30
[[pipeline]]
id = "sales"
route = { any = [ { tier = "big" }, { "intent.purchase" = "sure" } ] }
[[pipeline.stage]]
id = "new"
[[pipeline.stage]]
id = "known"
[[pipeline.stage]]
id = "won"
outcome = "won"
[[pipeline.advance]]
id = "name"
to = "known"
when = { did = "identify" }
[[pipeline.advance]]
id = "login"
to = "won"
when = { did = { on = "Login", within_days = 2 } }
[[trigger]]
id = "big_one"
on = { tier = "big" }
[[trigger.action]]
kind = "slack.message"
with = { channel = "#sales", text = "big" }
[[trigger]]
id = "sure"
on = { intent = "purchase/sure" }
[[trigger]]
id = "won"
on = { stage = "sales/won" }
[[sequence]]
id = "known"
enrol_on = { stage = "sales/known" }
exit_on = [ { stage = "sales/won" }, { activity = "Login" } ]
[[sequence.step]]
id = "hello"
after = "1d"
subject = "Hello"
template = "mail"
)";

/// Brings back what the second book had dropped.
inline std::string third_book() {
  std::string text = plain_book();
  text.replace(text.find("points = 1\n"), 10, "points = 3");
  return text;
}

/// The publisher of the CLI: one step after the other, each when the house is ready for it.
struct Publisher {
  World& world;
  std::uint64_t version;
  std::string toml;
  int state = 0;

  void prepare(base::Instant now, const std::set<std::int32_t>& partitions = {}) {
    world.store_book(version, toml);
    world.announce(core::RecordKind::rulebook_prepared, version, now, partitions);
    state = 1;
  }
  bool activate_when_ready(base::Instant now) {
    if (state != 1 || !world.ready(version)) return false;
    world.announce(core::RecordKind::rulebook_activated, version, now);
    state = 2;
    return true;
  }
};

}  // namespace scoreline::test::house
