#include "pg/effects.hpp"

#include "pg/connection.hpp"
#include "pg/effect_rows.hpp"

namespace scoreline::pg {
namespace {

using flow::ActionRow;
using flow::DealRow;
using flow::FiringRow;

const Statement kSaveDeals{
    "deals_save",
    "INSERT INTO deals (id, lead_id, lane, pipeline, stage, open, merged, created_at, moved_at)"
    " SELECT * FROM unnest($1::text[], $2::bigint[], $3::int[], $4::text[], $5::text[], $6::bool[], $7::bool[],"
    "   $8::timestamptz[], $9::timestamptz[])"
    " ON CONFLICT (id) DO UPDATE SET lead_id = EXCLUDED.lead_id, lane = EXCLUDED.lane, pipeline = EXCLUDED.pipeline,"
    "   stage = EXCLUDED.stage, open = EXCLUDED.open, merged = EXCLUDED.merged, created_at = EXCLUDED.created_at,"
    "   moved_at = EXCLUDED.moved_at"};

const Statement kRemoveDeals{"deals_remove",
                             "WITH gone AS MATERIALIZED (SELECT id FROM deals WHERE lead_id = ANY ($1::bigint[])"
                             "   ORDER BY id FOR UPDATE)"
                             " DELETE FROM deals d USING gone WHERE d.id = gone.id"};

#define SCORELINE_FIRING_COLUMNS                                                                           \
  "key, lead_id, lane, trigger, cause_key, occasion, occasion_text, at, suppressed, retracted, rulebook, " \
  "change_offset, n"

// A firing that goes to another lead takes its actions along; they are found where they were, by lead. Rows that say
// what is there already (replays) are not written again.
const Statement kSaveFirings{
    "firings_save",
    "WITH given AS MATERIALIZED (SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::int[], $4::text[], $5::uuid[],"
    "    $6::int[], $7::text[], $8::timestamptz[], $9::text[], $10::bool[], $11::bigint[], $12::bigint[], $13::int[])"
    "    AS g(" SCORELINE_FIRING_COLUMNS
    ")),"
    "  moved AS MATERIALIZED (SELECT f.key, f.lead_id AS from_lead, g.lead_id, g.lane"
    "    FROM given g JOIN firings f ON f.key = g.key WHERE (f.lead_id, f.lane) IS DISTINCT FROM (g.lead_id, g.lane)),"
    "  saved AS (INSERT INTO firings AS f (" SCORELINE_FIRING_COLUMNS
    ") SELECT * FROM given"
    "    ON CONFLICT (key) DO UPDATE SET lead_id = EXCLUDED.lead_id, lane = EXCLUDED.lane,"
    "      retracted = f.retracted OR EXCLUDED.retracted"
    "    WHERE (f.lead_id, f.lane) IS DISTINCT FROM (EXCLUDED.lead_id, EXCLUDED.lane)"
    "       OR (EXCLUDED.retracted AND NOT f.retracted)),"
    "  followers AS MATERIALIZED (SELECT a.key, m.lead_id, m.lane FROM moved m"
    "    JOIN actions a ON a.lead_id = m.from_lead AND a.firing = m.key ORDER BY a.key FOR NO KEY UPDATE OF a)"
    " UPDATE actions a SET lead_id = o.lead_id, lane = o.lane FROM followers o WHERE a.key = o.key"};

const Statement kFindFirings{
    "firings_find", "SELECT " SCORELINE_FIRING_COLUMNS " FROM firings WHERE key = ANY ($1::uuid[]) ORDER BY key"};

const Statement kFiringsOfLeads{"firings_of_leads", "SELECT " SCORELINE_FIRING_COLUMNS
                                                    " FROM firings WHERE lead_id = ANY ($1::bigint[])"
                                                    " ORDER BY at, change_offset, n, key"};

const Statement kRetractFirings{
    "firings_retract",
    "WITH mine AS MATERIALIZED (SELECT f.key FROM unnest($1::bigint[], $2::uuid[]) AS c(lead_id, cause_key)"
    "    JOIN firings f ON f.lead_id = c.lead_id AND f.cause_key = c.cause_key"
    "    WHERE NOT f.retracted ORDER BY f.key FOR NO KEY UPDATE OF f)"
    " UPDATE firings f SET retracted = true FROM mine WHERE f.key = mine.key"};

// An enrolment is part of the decision that asks for it: nobody else has anything to do.
const Statement kSaveActions{
    "actions_save",
    "INSERT INTO actions (key, firing, lead_id, lane, trigger, number, kind, with_json, due_at, not_after, reason,"
    "   rulebook, depth, state)"
    " SELECT *, CASE WHEN reason <> '' THEN 'suppressed' WHEN kind = 'sequence.enrol' THEN 'done' ELSE 'never_tried' "
    "END"
    "   FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::int[], $5::text[], $6::int[], $7::text[], $8::text[],"
    "     $9::timestamptz[], $10::timestamptz[], $11::text[], $12::bigint[], $13::int[])"
    "     AS g(key, firing, lead_id, lane, trigger, number, kind, with_json, due_at, not_after, reason, rulebook, "
    "depth)"
    " ON CONFLICT (key) DO NOTHING"};

// Whoever is just taking one wins: its state is looked at again under the lock.
const Statement kCancelActions{
    "actions_cancel",
    "WITH mine AS MATERIALIZED (SELECT key FROM actions"
    "    WHERE lead_id = ANY ($1::bigint[]) AND state = 'never_tried' ORDER BY key FOR NO KEY UPDATE)"
    " UPDATE actions a SET state = 'cancelled', reason = $2::text FROM mine WHERE a.key = mine.key"};

std::vector<FiringRow> firings_of(const Rows& found) {
  std::vector<FiringRow> rows;
  rows.reserve(found.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    FiringRow& row = rows.emplace_back();
    row.key = base::to_hex(found.hash(i, 0));
    row.lead = found.lead(i, 1);
    row.lane = found.int4(i, 2);
    row.trigger = found.text(i, 3);
    row.cause_key = base::to_hex(found.hash(i, 4));
    row.occasion = static_cast<std::uint32_t>(found.int4(i, 5));
    row.occasion_text = found.text(i, 6);
    row.at = found.instant(i, 7);
    row.suppressed = found.text(i, 8);
    row.retracted = found.boolean(i, 9);
    row.rulebook = found.natural(i, 10);
    row.change_offset = found.int8(i, 11);
    row.n = static_cast<std::uint32_t>(found.int4(i, 12));
  }
  return rows;
}

}  // namespace

PgDeals::PgDeals(PgSession& session) : session_(session) { session_.use({kSaveDeals, kRemoveDeals}); }

void PgDeals::save(std::span<const DealRow> rows) {
  if (rows.empty()) return;
  const SortedRows sorted(rows, &DealRow::id, [](DealRow& kept, const DealRow& later) { kept = later; });
  Columns<DealRow> columns(sorted.get());
  columns.text(&DealRow::id)
      .add(&DealRow::lead)
      .add(&DealRow::lane)
      .text(&DealRow::pipeline)
      .text(&DealRow::stage)
      .add(&DealRow::open)
      .add(&DealRow::merged)
      .add(&DealRow::created_at)
      .add(&DealRow::moved_at);
  session_.run(kSaveDeals, columns.params());
}

void PgDeals::remove(std::span<const LeadId> leads) {
  if (!leads.empty()) session_.run(kRemoveDeals, Params().array(leads));
}

PgFirings::PgFirings(PgSession& session) : session_(session) {
  session_.use({kSaveFirings, kFindFirings, kFiringsOfLeads, kRetractFirings});
}

void PgFirings::save(std::span<const FiringRow> rows) {
  if (rows.empty()) return;
  const SortedRows sorted(rows, &FiringRow::key, [](FiringRow& kept, const FiringRow& later) {
    kept.lead = later.lead;
    kept.lane = later.lane;
    kept.retracted = kept.retracted || later.retracted;
  });
  Columns<FiringRow> columns(sorted.get());
  columns.key(&FiringRow::key)
      .add(&FiringRow::lead)
      .add(&FiringRow::lane)
      .text(&FiringRow::trigger)
      .key(&FiringRow::cause_key)
      .small(&FiringRow::occasion)
      .text(&FiringRow::occasion_text)
      .add(&FiringRow::at)
      .text(&FiringRow::suppressed)
      .add(&FiringRow::retracted)
      .add(&FiringRow::rulebook)
      .add(&FiringRow::change_offset)
      .small(&FiringRow::n);
  session_.run(kSaveFirings, columns.params());
}

std::vector<FiringRow> PgFirings::find(std::span<const std::string> keys) {
  if (keys.empty()) return {};
  return firings_of(
      session_.run(kFindFirings, Params().array(keys, [](const std::string& key) { return key_of(key); })));
}

std::vector<FiringRow> PgFirings::of_leads(std::span<const LeadId> leads) {
  if (leads.empty()) return {};
  return firings_of(session_.run(kFiringsOfLeads, Params().array(leads)));
}

void PgFirings::retract(std::span<const std::pair<LeadId, std::string>> causes) {
  if (causes.empty()) return;
  Params params;
  params.array(causes, [](const auto& cause) { return cause.first; }).array(causes, [](const auto& cause) {
    return key_of(cause.second);
  });
  session_.run(kRetractFirings, params);
}

PgActions::PgActions(PgSession& session) : session_(session) { session_.use({kSaveActions, kCancelActions}); }

void PgActions::save(std::span<const ActionRow> rows) {
  if (rows.empty()) return;
  const SortedRows sorted(rows, &ActionRow::key, [](ActionRow&, const ActionRow&) {});
  Columns<ActionRow> columns(sorted.get());
  columns.key(&ActionRow::key)
      .key(&ActionRow::firing)
      .add(&ActionRow::lead)
      .add(&ActionRow::lane)
      .text(&ActionRow::trigger)
      .small(&ActionRow::number)
      .text(&ActionRow::kind)
      .text(&ActionRow::with_json)
      .add(&ActionRow::due_at)
      .add(&ActionRow::not_after)
      .text(&ActionRow::suppressed)
      .add(&ActionRow::rulebook)
      .add(&ActionRow::depth);
  session_.run(kSaveActions, columns.params());
}

void PgActions::cancel(std::span<const LeadId> leads, const std::string& reason) {
  if (leads.empty()) return;
  const std::string text = clean_text(reason);
  session_.run(kCancelActions, Params().array(leads).add(Text{text}));
}

}  // namespace scoreline::pg
