#include "pg/lead_queries.hpp"

#include "pg/activities.hpp"
#include "pg/connection.hpp"
#include "pg/identity.hpp"
#include "pg/lead_rows.hpp"

namespace scoreline::pg {
namespace {

const Statement kSurvivor{"lead_survivor", "SELECT lead_survivor($1::bigint)"};
const Statement kFamily{"lead_family", "SELECT * FROM lead_family($1::bigint)"};

constexpr std::size_t kPage = 5'000;

template <typename Row>
std::optional<Row> only(std::vector<Row> rows) {
  if (rows.empty()) return std::nullopt;
  return std::move(rows.front());
}

}  // namespace

struct LeadQueries::Tables {
  explicit Tables(const std::string& dsn)
      : session({dsn, "scoreline leads", "", true}), leads(session), identifiers(session), activities(session), scoring(session, "scoring") {
    session.use({kSurvivor, kFamily});
  }
  PgSession session;
  PgIdentityLeads leads;
  PgIdentifiers identifiers;
  PgActivities activities;
  PgLeads scoring;
};

LeadQueries::LeadQueries(const std::string& dsn) : tables_(std::make_unique<Tables>(dsn)) {}
LeadQueries::~LeadQueries() = default;

std::optional<LeadId> LeadQueries::survivor(LeadId lead) {
  const Rows rows = tables_->session.run(kSurvivor, Params().add(lead));
  const LeadId found = rows.lead(0, 0);
  return found ? std::optional(found) : std::nullopt;
}

std::optional<LeadId> LeadQueries::by_identifier(const Hash128& hash) {
  const auto row = only(tables_->identifiers.find({&hash, 1}));
  return row ? survivor(row->lead) : std::nullopt;
}

std::optional<flow::IdentityLead> LeadQueries::identity(LeadId lead) { return only(tables_->leads.load({&lead, 1})); }

std::optional<flow::LeadRow> LeadQueries::scoring(LeadId lead) { return only(tables_->scoring.load({&lead, 1})); }

std::vector<flow::ActivityRow> LeadQueries::activities(LeadId lead, std::size_t limit) {
  const Rows rows = tables_->session.run(kFamily, Params().add(lead));
  std::vector<LeadId> family;
  for (std::size_t i = 0; i < rows.size(); ++i) family.push_back(rows.lead(i, 0));
  return tables_->activities.of_leads(family, limit);
}

void LeadQueries::each_scoring(const std::function<bool(const flow::LeadRow&)>& visit) {
  LeadId after;
  while (true) {
    const std::vector<flow::LeadRow> page = tables_->scoring.page(after, kPage);
    for (const flow::LeadRow& row : page)
      if (!visit(row)) return;
    if (page.size() < kPage) return;
    after = page.back().lead;
  }
}

}  // namespace scoreline::pg
