#pragma once
/// What people type to name a lead, or an instant, with the same answers in every command.
#include <optional>
#include <string>
#include <vector>

#include "app/store.hpp"

namespace scoreline::app {

/// Help text of the argument.
inline constexpr const char* kWho =
    "number, user:<id>, email:<address>, anon:<id> or erp:<source>:<number>; a bare address or id is understood";

/// Nothing: a line on stderr has said that nobody is known by that. Erased leads are found (by number). Throws
/// base::UsageError when it names nobody.
std::optional<Store::Found> named_lead(Store& store, const std::string& text);
/// Decoded. Throws base::UsageError for a lead of a newer program.
core::LeadIdentity identity_of(const flow::IdentityLead& lead);
/// The lead and all that were merged into it, ascending.
std::vector<core::LeadId> family_of(core::LeadId lead, const core::LeadIdentity& identity);

/// RFC 3339, or a date: its midnight. Throws base::UsageError that names `option`.
base::Instant instant_of(const std::string& option, const std::string& text);

}  // namespace scoreline::app
