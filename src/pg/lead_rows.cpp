#include "pg/lead_rows.hpp"

#include <fmt/format.h>

#include "pg/connection.hpp"

namespace scoreline::pg {
namespace {

using flow::HeldRecord;
using flow::LeadRow;

constexpr const char* kColumns = "lead_id, forward_to, lane, wake_on, erased, holding, state, personal, flow";

// One upsert for the batch, in key order. Ordinary batches let wake_on become earlier only (LEAST passes over NULL), so
// that it mostly stays and the update is HOT; ON CONFLICT sees no column but the table's, hence two statements.
constexpr const char* kSave =
    "INSERT INTO {0}_leads AS l ({1})"
    " SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::int[], $4::date[], $5::bool[], $6::bool[], $7::bytea[],"
    "   $8::bytea[], $9::bytea[])"
    " ON CONFLICT (lead_id) DO UPDATE SET forward_to = EXCLUDED.forward_to, lane = EXCLUDED.lane,"
    "   erased = EXCLUDED.erased, holding = EXCLUDED.holding, state = EXCLUDED.state, personal = EXCLUDED.personal,"
    "   flow = EXCLUDED.flow, wake_on = {2}";

// The due ones of a lane are found by their index and sorted. `+ 0` hides from the planner that the primary key has that
// order already: with statistics it would rather walk through all leads until `limit` are due.
constexpr const char* kDue =
    "SELECT {1} FROM {0}_leads WHERE lead_id = ANY (ARRAY("
    "   SELECT lead_id FROM {0}_leads WHERE lane = $1::int AND wake_on <= $2::date AND lead_id > $3::bigint"
    "    ORDER BY lead_id + 0 LIMIT $4::bigint)) ORDER BY lead_id";

// Walks the primary key: every lane's leads are passed, which only rule-book sweeps do.
constexpr const char* kAll =
    "SELECT {1} FROM {0}_leads WHERE lane = $1::int AND forward_to IS NULL AND NOT erased AND lead_id > $2::bigint"
    " ORDER BY lead_id LIMIT $3::bigint";

Statement make(const std::string& consumer, const char* name, const char* sql, const char* extra = "") {
  return {fmt::format("{}_leads_{}", consumer, name), fmt::format(fmt::runtime(sql), consumer, kColumns, extra)};
}

std::vector<LeadRow> rows_of(const Rows& found) {
  std::vector<LeadRow> rows;
  rows.reserve(found.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    LeadRow& row = rows.emplace_back();
    row.lead = found.lead(i, 0);
    row.forward_to = found.lead(i, 1);
    row.lane = found.int4(i, 2);
    row.wake_on = found.day(i, 3);
    row.erased = found.boolean(i, 4);
    row.holding = found.boolean(i, 5);
    row.state = found.bytes(i, 6);
    row.personal = found.bytes(i, 7);
    row.flow = found.bytes(i, 8);
  }
  return rows;
}

}  // namespace

PgLeads::PgLeads(PgSession& session, const std::string& consumer)
    : session_(session),
      load_(make(consumer, "load", "SELECT {1} FROM {0}_leads WHERE lead_id = ANY ($1::bigint[]) ORDER BY lead_id")),
      save_(make(consumer, "save", kSave, "LEAST(l.wake_on, EXCLUDED.wake_on)")),
      save_wake_(make(consumer, "save_wake", kSave, "EXCLUDED.wake_on")),
      due_(make(consumer, "due", kDue)),
      all_(make(consumer, "all", kAll)),
      next_wake_(make(consumer, "next_wake",
                      "SELECT wake_on FROM {0}_leads WHERE lane = $1::int AND wake_on IS NOT NULL"
                      " ORDER BY wake_on LIMIT 1")) {
  session_.use({load_, save_, save_wake_, due_, all_, next_wake_});
}

std::vector<LeadRow> PgLeads::load(std::span<const LeadId> leads) {
  if (leads.empty()) return {};
  return rows_of(session_.run(load_, Params().array(leads)));
}

void PgLeads::save(std::span<const LeadRow> rows) {
  std::vector<const LeadRow*> ordinary, rewritten;
  for (const LeadRow& row : rows) (row.rewrite_wake ? rewritten : ordinary).push_back(&row);
  if (!ordinary.empty()) save_with(save_, ordinary);
  if (!rewritten.empty()) save_with(save_wake_, rewritten);
}

void PgLeads::save_with(const Statement& statement, const std::vector<const LeadRow*>& rows) {
  Params params;
  params.array(rows, [](const LeadRow* row) { return row->lead; })
      .array(rows, [](const LeadRow* row) { return row->forward_to ? std::optional(row->forward_to) : std::nullopt; })
      .array(rows, [](const LeadRow* row) { return row->lane; })
      .array(rows, [](const LeadRow* row) { return row->wake_on; })
      .array(rows, [](const LeadRow* row) { return row->erased; })
      .array(rows, [](const LeadRow* row) { return row->holding; })
      .array(rows, [](const LeadRow* row) { return Bytes{row->state}; })
      .array(rows, [](const LeadRow* row) { return Bytes{row->personal}; })
      .array(rows, [](const LeadRow* row) { return Bytes{row->flow}; });
  session_.run(statement, params);
}

std::vector<LeadRow> PgLeads::due(std::int32_t lane, std::optional<Day> day, LeadId after, std::size_t limit) {
  Params params;
  params.add(lane);
  if (day) params.add(*day);
  params.add(after).add(static_cast<std::int64_t>(limit));
  return rows_of(session_.run(day ? due_ : all_, params));
}

std::optional<Day> PgLeads::next_wake(std::int32_t lane) {
  const Rows rows = session_.run(next_wake_, Params().add(lane));
  return rows.size() == 0 ? std::nullopt : rows.day(0, 0);
}

PgHeld::PgHeld(PgSession& session, const std::string& consumer)
    : session_(session),
      append_{consumer + "_held_append",
              fmt::format("INSERT INTO {}_held (lead_id, \"offset\", n, log_time, value)"
                          " SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::int[], $4::timestamptz[], $5::bytea[])",
                          consumer)},
      load_{consumer + "_held_load",
            fmt::format("SELECT lead_id, \"offset\", n, log_time, value FROM {}_held WHERE lead_id = ANY ($1::bigint[])"
                        " ORDER BY lead_id, \"offset\", n",
                        consumer)},
      remove_{consumer + "_held_remove", fmt::format("DELETE FROM {}_held WHERE lead_id = ANY ($1::bigint[])", consumer)} {
  session_.use({append_, load_, remove_});
}

void PgHeld::append(std::span<const HeldRecord> records) {
  if (records.empty()) return;
  Params params;
  params.array(records, [](const HeldRecord& record) { return record.lead; })
      .array(records, [](const HeldRecord& record) { return record.offset; })
      .array(records, [](const HeldRecord& record) { return static_cast<std::int32_t>(record.n); })
      .array(records, [](const HeldRecord& record) { return record.log_time; })
      .array(records, [](const HeldRecord& record) { return Bytes{record.value}; });
  session_.run(append_, params);
}

std::vector<HeldRecord> PgHeld::load(std::span<const LeadId> leads) {
  if (leads.empty()) return {};
  const Rows found = session_.run(load_, Params().array(leads));
  std::vector<HeldRecord> records;
  for (std::size_t i = 0; i < found.size(); ++i)
    records.push_back({found.lead(i, 0), found.int8(i, 1), static_cast<std::uint32_t>(found.int4(i, 2)),
                       found.instant(i, 3), found.text(i, 4)});
  return records;
}

void PgHeld::remove(std::span<const LeadId> leads) {
  if (!leads.empty()) session_.run(remove_, Params().array(leads));
}

}  // namespace scoreline::pg
