#pragma once
/// How leads look to people: a name, the reasons in short, the table of `leads`, the page of `lead`; and which lead people
/// mean by what they type. Pure.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/lead_history.hpp"
#include "app/lead_report.hpp"
#include "base/result.hpp"

namespace scoreline::app {

/// First of: trait `name`, `firstName` and `lastName`, an e-mail address, a user id, an ERP number, a device; else
/// "lead 17".
std::string display_name(core::LeadId lead, const core::LeadIdentity& identity);

/// Either a lead's number or identifiers that it may be known by (a bare number may be both; the lead comes first).
struct LeadQuery {
  std::optional<core::LeadId> lead;
  std::vector<core::Identifier> identifiers;
};
/// "17", "user:u1", "email:Ada@Example.com", "anon:...", "erp:jtl:10023", or a bare e-mail address. Errors: code "lead".
base::Result<LeadQuery> parse_lead_query(std::string_view text);

struct LeadLine {
  core::LeadId lead;
  std::string name, tier;
  core::Points score = 0, change = 0;  // change: against seven days ago
  std::string reasons;
};
/// The `count` largest contributions, by size: "pricing_page_visited +40, no_activity -10".
std::string top_reasons(const core::Scorer& scorer, const core::Score& score, std::size_t count);
std::string leads_table(const std::vector<LeadLine>& lines, bool colours);
/// "+12.00", "-3.50", "0.00".
std::string signed_number(core::Points points);

struct LeadPage {
  core::LeadId lead, asked;  // asked: another id when it was merged into `lead`
  core::LeadIdentity identity;
  ScoredLead scored;
  core::Points change = 0;
  base::Day today;
  std::optional<base::Day> next_change_on;
  LeadHistory history;
  LeadParts parts;
};
std::string lead_page(const LeadPage& page, const core::Scorer& scorer, bool colours);

}  // namespace scoreline::app
