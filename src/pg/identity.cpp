#include "pg/identity.hpp"

#include <algorithm>

#include "base/errors.hpp"
#include "pg/connection.hpp"

namespace scoreline::pg {
namespace {

using flow::DocumentRow;
using flow::IdentifierRow;
using flow::IdentityLead;

const Statement kNextIds{"lead_ids_next", "SELECT nextval('lead_ids') FROM generate_series(1, $1::bigint)"};

const Statement kLoadLeads{"leads_load",
                           "SELECT lead_id, version, merged_into, erased, created_at, founding_id, personal FROM leads"
                           " WHERE lead_id = ANY ($1::bigint[]) ORDER BY lead_id"};

const Statement kUpdateLeads{
    "leads_update",
    "UPDATE leads l SET version = l.version + 1, merged_into = u.merged_into, erased = u.erased, personal = u.personal"
    "  FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bool[], $5::bytea[])"
    "    AS u(lead_id, version, merged_into, erased, personal)"
    " WHERE l.lead_id = u.lead_id AND l.version = u.version"};

const Statement kFindIdentifiers{"identifiers_find",
                                 "SELECT hash, lead_id FROM identifiers WHERE hash = ANY ($1::uuid[]) ORDER BY hash"};

// Waits for another lane that is inserting the same one, then sees it: fewer rows than asked for is a lost race.
const Statement kInsertIdentifiers{"identifiers_insert",
                                   "INSERT INTO identifiers (hash, lead_id)"
                                   " SELECT * FROM unnest($1::uuid[], $2::bigint[]) ON CONFLICT DO NOTHING"};

const Statement kMoveIdentifiers{"identifiers_move",
                                 "UPDATE identifiers i SET lead_id = m.to_lead"
                                 "  FROM unnest($1::uuid[], $2::bigint[], $3::bigint[]) AS m(hash, from_lead, to_lead)"
                                 " WHERE i.hash = m.hash AND i.lead_id = m.from_lead"};

const Statement kRemoveIdentifiers{"identifiers_remove",
                                   "DELETE FROM identifiers i"
                                   " USING unnest($1::uuid[], $2::bigint[]) AS m(hash, from_lead)"
                                   " WHERE i.hash = m.hash AND i.lead_id = m.from_lead"};

const Statement kRemember{"retractions_remember",
                          "INSERT INTO retractions (message) SELECT * FROM unnest($1::uuid[]) ON CONFLICT DO NOTHING"};

const Statement kFindRetractions{"retractions_find",
                                 "SELECT message FROM retractions WHERE message = ANY ($1::uuid[]) ORDER BY message"};

const Statement kLoadDocuments{
    "documents_load",
    "SELECT document, version, cancelled FROM erp_documents WHERE document = ANY ($1::uuid[]) ORDER BY document"};

const Statement kSaveDocuments{"documents_save",
                               "INSERT INTO erp_documents (document, version, cancelled)"
                               " SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::bool[]) ON CONFLICT (document)"
                               " DO UPDATE SET version = EXCLUDED.version, cancelled = EXCLUDED.cancelled"};

std::optional<LeadId> optional(LeadId lead) { return lead ? std::optional(lead) : std::nullopt; }

void expect(std::size_t changed, std::size_t wanted, const char* what) {
  if (changed != wanted) throw base::Conflict(what);
}

}  // namespace

PgIdentityLeads::PgIdentityLeads(PgSession& session) : session_(session) {
  session_.use({kNextIds, kLoadLeads, kUpdateLeads});
}

std::vector<LeadId> PgIdentityLeads::next_ids(std::size_t count) {
  const Rows rows = session_.run(kNextIds, Params().add(static_cast<std::int64_t>(count)));
  std::vector<LeadId> ids;
  for (std::size_t i = 0; i < rows.size(); ++i) ids.push_back(rows.lead(i, 0));
  return ids;
}

std::vector<IdentityLead> PgIdentityLeads::load(std::span<const LeadId> leads) {
  if (leads.empty()) return {};
  const Rows found = session_.run(kLoadLeads, Params().array(leads));
  std::vector<IdentityLead> rows;
  for (std::size_t i = 0; i < found.size(); ++i)
    rows.push_back({found.lead(i, 0), found.natural(i, 1), found.lead(i, 2), found.boolean(i, 3), found.instant(i, 4),
                    found.text(i, 5), found.text(i, 6)});
  return rows;
}

void PgIdentityLeads::insert(std::span<const IdentityLead> leads) {
  if (leads.empty()) return;
  CopyRows rows;
  for (const IdentityLead& lead : leads)
    rows.add(lead.lead, std::int64_t{1}, optional(lead.merged_into), lead.erased, lead.created_at,
             Text{lead.founding_id}, Bytes{lead.personal});
  session_.copy(
      "COPY leads (lead_id, version, merged_into, erased, created_at, founding_id, personal) FROM STDIN (FORMAT "
      "binary)",
      rows.finish());
}

void PgIdentityLeads::update(std::span<const IdentityLead> leads) {
  if (leads.empty()) return;
  Params params;
  params.array(leads, [](const IdentityLead& lead) { return lead.lead; })
      .array(leads, [](const IdentityLead& lead) { return lead.version; })
      .array(leads, [](const IdentityLead& lead) { return optional(lead.merged_into); })
      .array(leads, [](const IdentityLead& lead) { return lead.erased; })
      .array(leads, [](const IdentityLead& lead) { return Bytes{lead.personal}; });
  expect(session_.run(kUpdateLeads, params).affected(), leads.size(), "a lead was changed by another lane");
}

PgIdentifiers::PgIdentifiers(PgSession& session) : session_(session) {
  session_.use({kFindIdentifiers, kInsertIdentifiers, kMoveIdentifiers, kRemoveIdentifiers});
}

std::vector<IdentifierRow> PgIdentifiers::find(std::span<const Hash128> hashes) {
  if (hashes.empty()) return {};
  const Rows found = session_.run(kFindIdentifiers, Params().array(hashes));
  std::vector<IdentifierRow> rows;
  for (std::size_t i = 0; i < found.size(); ++i) rows.push_back({found.hash(i, 0), found.lead(i, 1)});
  return rows;
}

void PgIdentifiers::insert(std::span<const IdentifierRow> rows) {
  if (rows.empty()) return;
  Params params;
  params.array(rows, [](const IdentifierRow& row) { return row.hash; }).array(rows, [](const IdentifierRow& row) {
    return row.lead;
  });
  expect(session_.run(kInsertIdentifiers, params).affected(), rows.size(), "an identifier was taken by another lane");
}

void PgIdentifiers::move(std::span<const Move> moves) {
  std::vector<Move> moved, removed;
  for (const Move& move : moves) (move.to ? moved : removed).push_back(move);
  constexpr const char* kLost = "an identifier was moved by another lane";
  if (!moved.empty()) {
    Params params;
    params.array(moved, [](const Move& move) { return move.hash; })
        .array(moved, [](const Move& move) { return move.from; })
        .array(moved, [](const Move& move) { return move.to; });
    expect(session_.run(kMoveIdentifiers, params).affected(), moved.size(), kLost);
  }
  if (!removed.empty()) {
    Params params;
    params.array(removed, [](const Move& move) { return move.hash; }).array(removed, [](const Move& move) {
      return move.from;
    });
    expect(session_.run(kRemoveIdentifiers, params).affected(), removed.size(), kLost);
  }
}

PgRetractions::PgRetractions(PgSession& session) : session_(session) { session_.use({kRemember, kFindRetractions}); }

void PgRetractions::remember(std::span<const Hash128> messages) {
  if (messages.empty()) return;
  std::vector<Hash128> sorted(messages.begin(), messages.end());
  std::sort(sorted.begin(), sorted.end());
  session_.run(kRemember, Params().array(sorted));
}

std::vector<Hash128> PgRetractions::find(std::span<const Hash128> messages) {
  if (messages.empty()) return {};
  const Rows rows = session_.run(kFindRetractions, Params().array(messages));
  std::vector<Hash128> found;
  for (std::size_t i = 0; i < rows.size(); ++i) found.push_back(rows.hash(i, 0));
  return found;
}

PgDocuments::PgDocuments(PgSession& session) : session_(session) { session_.use({kLoadDocuments, kSaveDocuments}); }

std::vector<DocumentRow> PgDocuments::load(std::span<const Hash128> documents) {
  if (documents.empty()) return {};
  const Rows found = session_.run(kLoadDocuments, Params().array(documents));
  std::vector<DocumentRow> rows;
  for (std::size_t i = 0; i < found.size(); ++i)
    rows.push_back({found.hash(i, 0), found.int8(i, 1), found.boolean(i, 2)});
  return rows;
}

void PgDocuments::save(std::span<const DocumentRow> rows) {
  if (rows.empty()) return;
  Params params;
  params.array(rows, [](const DocumentRow& row) { return row.document; })
      .array(rows, [](const DocumentRow& row) { return row.version; })
      .array(rows, [](const DocumentRow& row) { return row.cancelled; });
  session_.run(kSaveDocuments, params);
}

}  // namespace scoreline::pg
