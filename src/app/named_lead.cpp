#include "app/named_lead.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/errors.hpp"

namespace scoreline::app {

std::optional<Store::Found> named_lead(Store& store, const std::string& text) {
  const auto query = parse_lead_query(text);
  if (!query.ok()) {
    const base::Error& why = query.error();
    throw base::UsageError(why.where.empty() ? why.message : why.where + " " + why.message);
  }
  auto found = store.find(*query);
  if (!found)
    fmt::print(
        stderr,
        "nobody is known by that; try the number from `scoreline leads`, or user:<id>, email:<address>, anon:<id>, "
        "erp:<source>:<number>\n");
  return found;
}

core::LeadIdentity identity_of(const flow::IdentityLead& lead) {
  auto identity = core::decode_identity(lead.personal);
  if (!identity)
    throw base::UsageError(fmt::format("lead {} was written by a newer program: update this one", lead.lead.value));
  return std::move(*identity);
}

std::vector<core::LeadId> family_of(core::LeadId lead, const core::LeadIdentity& identity) {
  std::vector<core::LeadId> family(identity.absorbed.begin(), identity.absorbed.end());
  family.push_back(lead);
  std::sort(family.begin(), family.end());
  family.erase(std::unique(family.begin(), family.end()), family.end());
  return family;
}

base::Instant instant_of(const std::string& option, const std::string& text) {
  if (const auto at = base::parse_rfc3339(text)) return *at;
  if (const auto day = base::parse_date(text)) return base::midnight(*day);
  throw base::UsageError(fmt::format("{}: not an instant such as 2026-06-01T00:00:00Z, or a date", option));
}

}  // namespace scoreline::app
