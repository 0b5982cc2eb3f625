#include "support/house_book.hpp"

#include <doctest/doctest.h>

#include "wire/rulebook_toml.hpp"

namespace scoreline::test::house {

std::string plain_book() {
  return R"(
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
}

std::shared_ptr<const core::RuleBook> book_of(const std::string& toml) {
  const wire::LoadedRuleBook loaded = wire::load_rulebook({{"book.toml", toml}});
  for (const wire::RuleBookProblem& problem : loaded.problems) FAIL(wire::to_text(problem));
  return loaded.book;
}

}  // namespace scoreline::test::house
