#pragma once
/// PostgreSQL as the commands see it: one connection, read through the consumers' own tables and pg/admin_views.
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "app/lead_history.hpp"
#include "app/lead_parts.hpp"
#include "app/lead_view.hpp"
#include "app/plain_words.hpp"
#include "app/settings.hpp"
#include "core/rulebook.hpp"
#include "pg/activities.hpp"
#include "pg/admin_views.hpp"
#include "pg/effect_views.hpp"
#include "pg/effects.hpp"
#include "pg/identity.hpp"
#include "pg/lead_rows.hpp"
#include "pg/rulebooks.hpp"

namespace scoreline::app {

class Store {
 public:
  /// Connects. Throws base::Unavailable, and base::UsageError when the schema is not this program's.
  explicit Store(const Settings& settings);

  pg::AdminViews& views() { return views_; }
  pg::EffectViews& effects() { return effects_; }

  /// The newest activated rule book; none published: an empty one, version 0. Throws base::UsageError when this program
  /// cannot read it.
  std::shared_ptr<const core::RuleBook> active_rulebook();
  std::optional<flow::StoredRuleBook> load_rulebook(std::uint64_t version) { return rulebooks_.load(version); }

  struct Found {
    core::LeadId asked;       // the lead that was named
    flow::IdentityLead lead;  // its survivor
  };
  /// nullopt: nobody is known by that. An erased lead is found, `lead.erased` is set.
  std::optional<Found> find(const LeadQuery& query);

  std::unordered_map<core::LeadId, core::LeadIdentity> identities(std::span<const core::LeadId> leads);
  /// As identity keeps them; those that are not there are missing.
  std::vector<flow::IdentityLead> leads(std::span<const core::LeadId> leads);
  std::optional<flow::LeadRow> scoring_row(core::LeadId lead);
  /// Rows of a consumer that keeps one per lead; leads without one are missing.
  std::vector<flow::LeadRow> rows_in(std::string_view consumer, std::span<const core::LeadId> leads);
  /// What the other consumers keep of a lead, and the firings of all that were merged into it.
  LeadRows rows_of(core::LeadId lead, const core::LeadIdentity& identity);
  /// The newest activities of a lead and of those merged into it, with what was retracted.
  LeadHistory history(core::LeadId lead, const core::LeadIdentity& identity, std::shared_ptr<const core::RuleBook> book);
  /// What decisions about these leads (and those merged into them) were caused by, as far as their newest activities tell.
  Causes causes(std::span<const core::LeadId> leads);
  /// Largest log time that a consumer has handled, by lane; kNever where it has not begun.
  std::unordered_map<std::int32_t, base::Instant> now_of(std::string_view consumer);
  std::unordered_map<std::int32_t, base::Instant> scoring_now() { return now_of("scoring"); }

 private:
  std::optional<flow::IdentityLead> load_one(core::LeadId lead);

  base::HashKey hash_key_;
  pg::PgSession session_;
  pg::PgIdentityLeads leads_;
  pg::PgIdentifiers identifiers_;
  pg::PgRetractions retractions_;
  pg::PgActivities activities_;
  pg::PgLeads scoring_, customers_, intent_, stages_, triggers_, sequences_;
  pg::PgFirings firings_;
  pg::PgRuleBooks rulebooks_;
  pg::AdminViews views_;
  pg::EffectViews effects_;
};

}  // namespace scoreline::app
