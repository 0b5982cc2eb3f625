#include "app/lead_view.hpp"

#include <doctest/doctest.h>

#include "app/lead_ranking.hpp"

using namespace scoreline;
using namespace scoreline::app;
using Kind = core::IdentifierKind;

TEST_CASE("a lead goes by its name, else by its best identifier") {
  core::LeadIdentity identity;
  CHECK(display_name({17}, identity) == "lead 17");
  identity.identifiers = {{Kind::anon, "device"}};
  CHECK(display_name({17}, identity) == "device");
  identity.identifiers.push_back({Kind::user, "u1"});
  identity.identifiers.push_back({Kind::email, "ada@example.com"});
  CHECK(display_name({17}, identity) == "ada@example.com");
  identity.traits = {{"firstName", "\"Ada\"", {}, ""}, {"lastName", "\"Love\\u006cace\"", {}, ""}};
  CHECK(display_name({17}, identity) == "Ada Lovelace");
  identity.traits.push_back({"name", "\"Countess\"", {}, ""});
  CHECK(display_name({17}, identity) == "Countess");
  identity.traits.back().json = "{\"no\":\"name\"}";
  CHECK(display_name({17}, identity) == "Ada Lovelace");
}

TEST_CASE("what people type names a lead") {
  CHECK(parse_lead_query("17")->lead == core::LeadId{17});
  CHECK(parse_lead_query("17")->identifiers.front() == core::Identifier{Kind::user, "17"});
  CHECK(parse_lead_query("user:u:1")->identifiers == std::vector<core::Identifier>{{Kind::user, "u:1"}});
  CHECK(parse_lead_query("email: Ada@Example.com ")->identifiers == std::vector<core::Identifier>{{Kind::email, "ada@example.com"}});
  CHECK(parse_lead_query("ADA@example.com")->identifiers.front() == core::Identifier{Kind::email, "ada@example.com"});
  CHECK(parse_lead_query("erp:jtl:10023")->identifiers == std::vector<core::Identifier>{{Kind::erp, "jtl:10023"}});
  CHECK(!parse_lead_query("user:17")->lead);
  for (const char* bad : {"", "user:", "email:nobody", "erp:jtl"}) CHECK(!parse_lead_query(bad).ok());
}

TEST_CASE("signs stand before what changes") {
  CHECK(signed_number(12 * 100 * core::kHundredth) == "+12.00");
  CHECK(signed_number(-350 * core::kHundredth) == "-3.50");
  CHECK(signed_number(0) == "0.00");
  CHECK(signed_number(1) == "0.00");
}

TEST_CASE("the ranking keeps the best, equal ones by id") {
  const auto lead = [](std::uint64_t id, int score, int change) {
    RankedLead one;
    one.row.lead = {id};
    one.score = score;
    one.change = change;
    return one;
  };
  const auto ids = [&](LeadRanking::By by, std::size_t limit) {
    LeadRanking ranking(by, limit);
    for (const auto& [id, score, change] : {std::tuple{1, 10, 3}, {2, 30, -5}, {3, 20, 9}, {4, 30, 0}, {5, 5, 9}})
      ranking.add(lead(static_cast<std::uint64_t>(id), score, change));
    std::vector<std::uint64_t> result;
    for (const RankedLead& one : ranking.take()) result.push_back(one.row.lead.value);
    return result;
  };
  using By = LeadRanking::By;
  CHECK(ids(By::score, 3) == std::vector<std::uint64_t>{2, 4, 3});
  CHECK(ids(By::score, 0) == std::vector<std::uint64_t>{2, 4, 3, 1, 5});
  CHECK(ids(By::change, 2) == std::vector<std::uint64_t>{3, 5});
  CHECK(ids(By::score, 1) == std::vector<std::uint64_t>{2});
}
