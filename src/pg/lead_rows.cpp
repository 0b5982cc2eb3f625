#include "pg/lead_rows.hpp"

#include <fmt/format.h>

#include "pg/connection.hpp"

namespace scoreline::pg {
namespace {

using flow::HeldRecord;
using flow::LeadRow;

constexpr const char* kColumns = "lead_id, forward_to, lane, wake_on, erased, holding, state, personal, flow";
constexpr const char* kLoadColumns = "lead_id, forward_to, lane, wake_on, erased, holding, state, personal, flow, ctid";

// What ordinary batches do to rows that they have loaded before: found by their place, without the index, a fifth less
// work than the upsert. Within one transaction a place is as good as a key: whoever had changed the row meanwhile would
// leave another version there, and the row would be missing from the count.
constexpr const char* kUpdate =
    "UPDATE {0}_leads l SET state = u.state, personal = u.personal,"
    "   wake_on = CASE WHEN u.rewrite THEN u.wake_on ELSE LEAST(l.wake_on, u.wake_on) END"
    " FROM unnest($1::tid[], $2::bigint[], $3::date[], $4::bool[], $5::bytea[], $6::bytea[])"
    "   AS u(place, lead_id, wake_on, rewrite, state, personal)"
    " WHERE l.ctid = u.place AND l.lead_id = u.lead_id";

// One upsert for the others, in key order. Ordinary batches let wake_on become earlier only (LEAST passes over NULL),
// so that it mostly stays and the update is HOT; ON CONFLICT sees no column but the table's, hence two statements.
constexpr const char* kSave =
    "INSERT INTO {0}_leads AS l ({1})"
    " SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::int[], $4::date[], $5::bool[], $6::bool[], $7::bytea[],"
    "   $8::bytea[], $9::bytea[])"
    " ON CONFLICT (lead_id) DO UPDATE SET forward_to = EXCLUDED.forward_to, lane = EXCLUDED.lane,"
    "   erased = EXCLUDED.erased, holding = EXCLUDED.holding, state = EXCLUDED.state, personal = EXCLUDED.personal,"
    "   flow = EXCLUDED.flow, wake_on = {2}";

// The due ones of a lane are found by their index and sorted. `+ 0` hides the primary key from the planner: with
// statistics it would rather walk through all leads until `limit` are due.
constexpr const char* kDue =
    "SELECT {3} FROM {0}_leads WHERE lead_id = ANY (ARRAY("
    "   SELECT lead_id FROM {0}_leads WHERE lane = $1::int AND wake_on <= $2::date AND lead_id + 0 > $3::bigint"
    "    ORDER BY lead_id + 0 LIMIT $4::bigint)) ORDER BY lead_id";

// Walks the primary key: every lane's leads are passed, which only rule-book sweeps do.
constexpr const char* kAll =
    "SELECT {3} FROM {0}_leads WHERE lane = $1::int AND forward_to IS NULL AND NOT erased AND lead_id > $2::bigint"
    " ORDER BY lead_id LIMIT $3::bigint";

Statement make(const std::string& consumer, const char* name, const char* sql, const char* extra = "") {
  return {fmt::format("{}_leads_{}", consumer, name),
          fmt::format(fmt::runtime(sql), consumer, kColumns, extra, kLoadColumns)};
}

bool is_plain(const LeadRow& row) { return !row.forward_to && !row.erased && !row.holding && row.flow.empty(); }

}  // namespace

PgLeads::PgLeads(PgSession& session, const std::string& consumer)
    : session_(session),
      load_(make(consumer, "load", "SELECT {3} FROM {0}_leads WHERE lead_id = ANY ($1::bigint[]) ORDER BY lead_id")),
      update_(make(consumer, "update", kUpdate)),
      save_(make(consumer, "save", kSave, "LEAST(l.wake_on, EXCLUDED.wake_on)")),
      save_wake_(make(consumer, "save_wake", kSave, "EXCLUDED.wake_on")),
      due_(make(consumer, "due", kDue)),
      all_(make(consumer, "all", kAll)),
      next_wake_(make(consumer, "next_wake",
                      "SELECT wake_on FROM {0}_leads WHERE lane = $1::int AND wake_on IS NOT NULL"
                      " ORDER BY wake_on LIMIT 1")) {
  session_.use({load_, update_, save_, save_wake_, due_, all_, next_wake_});
}

std::vector<LeadRow> PgLeads::load(std::span<const LeadId> leads) {
  if (leads.empty()) return {};
  return rows_of(session_.run(load_, Params().array(leads)));
}

std::vector<LeadRow> PgLeads::rows_of(const Rows& found) {
  if (places_of_ != session_.transaction()) places_.clear();
  places_of_ = session_.transaction();
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
    if (places_of_ == 0) continue;
    const std::string_view tid = found.bytes(i, 9);
    places_[row.lead] = {{binary::read32(tid), binary::read16(tid.substr(4))}, row.lane, is_plain(row)};
  }
  return rows;
}

bool PgLeads::is_quick(const LeadRow& row) const {
  if (places_of_ == 0 || places_of_ != session_.transaction() || !is_plain(row)) return false;
  const auto found = places_.find(row.lead);
  return found != places_.end() && found->second.plain && found->second.lane == row.lane;
}

void PgLeads::save(std::span<const LeadRow> rows) {
  RowPointers quick, ordinary, rewritten;
  const auto keep = [&](const LeadRow* row) { (row->rewrite_wake ? rewritten : ordinary).push_back(row); };
  for (const LeadRow& row : rows) is_quick(row) ? quick.push_back(&row) : keep(&row);
  if (!quick.empty() && !update_quickly(quick))
    for (const LeadRow* row : quick) keep(row);
  places_.clear();  // saved rows have moved
  if (!ordinary.empty()) upsert(save_, ordinary);
  if (!rewritten.empty()) upsert(save_wake_, rewritten);
}

// False: somebody else has changed one of the rows meanwhile.
bool PgLeads::update_quickly(const RowPointers& rows) {
  Params params;
  params.array(rows, [&](const LeadRow* row) { return places_.at(row->lead).tid; })
      .array(rows, [](const LeadRow* row) { return row->lead; })
      .array(rows, [](const LeadRow* row) { return row->wake_on; })
      .array(rows, [](const LeadRow* row) { return row->rewrite_wake; })
      .array(rows, [](const LeadRow* row) { return Bytes{row->state}; })
      .array(rows, [](const LeadRow* row) { return Bytes{row->personal}; });
  return session_.run(update_, params).affected() == rows.size();
}

void PgLeads::upsert(const Statement& statement, const RowPointers& rows) {
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
      append_{
          consumer + "_held_append",
          fmt::format("INSERT INTO {}_held (lead_id, \"offset\", n, log_time, value)"
                      " SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::int[], $4::timestamptz[], $5::bytea[])",
                      consumer)},
      load_{consumer + "_held_load",
            fmt::format("SELECT lead_id, \"offset\", n, log_time, value FROM {}_held WHERE lead_id = ANY ($1::bigint[])"
                        " ORDER BY lead_id, \"offset\", n",
                        consumer)},
      remove_{consumer + "_held_remove",
              fmt::format("DELETE FROM {}_held WHERE lead_id = ANY ($1::bigint[])", consumer)} {
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
