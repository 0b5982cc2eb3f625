#pragma once
/// Leads for the CLI: who is it, what is kept of him, what happened. One connection; not thread-safe. Errors as in
/// connection.hpp.
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "flow/ports.hpp"

namespace scoreline::pg {

class LeadQueries {
 public:
  explicit LeadQueries(const std::string& dsn);
  ~LeadQueries();

  /// The lead that `lead` is today, all merges followed; nullopt: there is none.
  std::optional<core::LeadId> survivor(core::LeadId lead);
  /// The lead that holds an identifier (keyed hash of "email:...").
  std::optional<core::LeadId> by_identifier(const base::Hash128& hash);
  /// As identity and scoring know exactly this lead.
  std::optional<flow::IdentityLead> identity(core::LeadId lead);
  std::optional<flow::LeadRow> scoring(core::LeadId lead);
  /// The youngest `limit` activities of the lead and of all that were merged into it, oldest first.
  std::vector<flow::ActivityRow> activities(core::LeadId lead, std::size_t limit);
  /// Every row of scoring in order of lead id, in pages (bounded memory, no long transaction), until `visit` says false.
  void each_scoring(const std::function<bool(const flow::LeadRow&)>& visit);

 private:
  struct Tables;
  std::unique_ptr<Tables> tables_;
};

}  // namespace scoreline::pg
