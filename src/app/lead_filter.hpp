#pragma once
/// Which leads `scoreline leads` lists beyond their tier: by where a deal stands, an intent's level, being a customer.
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/lead_parts.hpp"
#include "app/lead_ranking.hpp"
#include "app/store.hpp"
#include "core/rulebook.hpp"

namespace scoreline::app {

struct LeadWish {
  std::optional<std::pair<std::string, std::string>> stage;   // pipeline, stage of the newest deal there
  std::optional<std::pair<std::string, std::string>> intent;  // intent, its level
  bool customer = false;                                      // has an ERP document
  bool empty() const { return !stage && !intent && !customer; }
};

/// "sales/won", "purchase/high"; "": no wish. Throws base::UsageError that names what the rule book has.
LeadWish parse_wish(const std::string& stage, const std::string& intent, bool customer, const core::RuleBook& book);
/// As conditions see it (semantics 2.2). Rows that this program cannot read meet nothing.
bool meets(const LeadWish& wish, const LeadRows& rows);

/// Asks the other consumers' rows for many leads at once: three questions for each 2,000 leads at most.
class LeadFilter {
 public:
  LeadFilter(Store& store, LeadWish wish, LeadRanking& ranking)
      : store_(store), wish_(std::move(wish)), ranking_(ranking) {}
  /// Goes to the ranking now or at flush(), if it meets the wish.
  void add(RankedLead lead);
  void flush();

 private:
  Store& store_;
  LeadWish wish_;
  LeadRanking& ranking_;
  std::vector<RankedLead> pending_;
};

}  // namespace scoreline::app
