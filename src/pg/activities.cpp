#include "pg/activities.hpp"

#include <fmt/format.h>

#include <charconv>

#include "base/check.hpp"
#include "pg/connection.hpp"
#include "wire/lead_record.hpp"

namespace scoreline::pg {
namespace {

using flow::ActivityRow;

const Statement kOpenPart{"activities_open_part_name",
                          "SELECT part, activities_part_name(part) FROM activity_parts ORDER BY part DESC LIMIT 1"};

#define SCORELINE_ACTIVITY_COLUMNS "lead_id, message, log_time, at, counted, name, source, record"

// Closed parts are asked through their indexes, the open one is read.
const Statement kByMessage{"activities_by_message",
                           "SELECT " SCORELINE_ACTIVITY_COLUMNS
                           " FROM activities WHERE message = ANY ($1::uuid[]) ORDER BY log_time, part, lead_id"};

const Statement kOfLeads{"activities_of_leads",
                         "SELECT * FROM (SELECT " SCORELINE_ACTIVITY_COLUMNS
                         " FROM activities WHERE lead_id = ANY ($1::bigint[]) ORDER BY at DESC, log_time DESC"
                         " LIMIT $2::bigint) AS youngest ORDER BY at, log_time"};

// Rows have no key of their own: (part, ctid) names one as long as it is locked.
const Statement kToErase{"activities_to_erase",
                         "SELECT part, ctid, record FROM activities WHERE lead_id = ANY ($1::bigint[]) FOR UPDATE"};

const Statement kErase{"activities_erase",
                       "UPDATE activities a SET record = u.record"
                       "  FROM unnest($1::int[], $2::tid[], $3::bytea[]) AS u(part, place, record)"
                       " WHERE a.part = u.part AND a.ctid = u.place"};

std::vector<ActivityRow> rows_of(const Rows& found) {
  std::vector<ActivityRow> rows;
  rows.reserve(found.size());
  for (std::size_t i = 0; i < found.size(); ++i)
    rows.push_back({found.lead(i, 0), found.hash(i, 1), found.instant(i, 2), found.instant(i, 3), found.boolean(i, 4),
                    found.text(i, 5), found.text(i, 6), found.text(i, 7)});
  return rows;
}

std::string without_personal(std::string_view record) {
  auto decoded = wire::decode_lead_record(record);
  if (!decoded) return {};  // unreadable, so nobody can tell what is personal in it
  core::Activity& activity = decoded->activity;
  activity.properties.clear();
  activity.context.clear();
  activity.traits.clear();
  activity.identifiers.clear();
  activity.trait_changes.clear();
  activity.record_key.clear();
  return wire::encode(*decoded);
}

}  // namespace

PgActivities::PgActivities(PgSession& session) : session_(session) {
  session_.use({kOpenPart, kByMessage, kOfLeads, kToErase, kErase});
}

// Into the part itself: routing through the parent costs as much as a column. The part may be closed meanwhile; that
// does no harm, its indexes take the rows.
void PgActivities::append(std::span<const ActivityRow> rows) {
  if (rows.empty()) return;
  const Rows open = session_.run(kOpenPart, {});
  SCORELINE_CHECK(open.size() == 1, "the migrations open the first part");
  const std::int32_t part = open.int4(0, 0);
  CopyRows copy;
  for (const ActivityRow& row : rows) {
    const std::string name = clean_text(row.name), source = clean_text(row.source);
    copy.add(row.lead, row.message, row.log_time, row.at, row.counted, Text{name}, Text{source}, Bytes{row.record},
             part);
  }
  session_.copy(
      fmt::format("COPY {} (" SCORELINE_ACTIVITY_COLUMNS ", part) FROM STDIN (FORMAT binary)", open.text(0, 1)),
      copy.finish());
}

std::vector<ActivityRow> PgActivities::find_by_message(std::span<const Hash128> messages) {
  if (messages.empty()) return {};
  return rows_of(session_.run(kByMessage, Params().array(messages)));
}

std::vector<ActivityRow> PgActivities::of_leads(std::span<const LeadId> leads, std::size_t limit) {
  if (leads.empty()) return {};
  return rows_of(session_.run(kOfLeads, Params().array(leads).add(static_cast<std::int64_t>(limit))));
}

void PgActivities::erase_personal(std::span<const LeadId> leads) {
  if (leads.empty()) return;
  const Rows found = session_.run(kToErase, Params().array(leads));
  if (found.size() == 0) return;
  std::vector<std::int32_t> parts;
  std::vector<Tid> places;
  std::vector<std::string> records;
  for (std::size_t i = 0; i < found.size(); ++i) {
    const std::string_view place = found.bytes(i, 1);
    parts.push_back(found.int4(i, 0));
    places.push_back({binary::read32(place), binary::read16(place.substr(4))});
    records.push_back(without_personal(found.bytes(i, 2)));
  }
  Params params;
  params.array(parts).array(places).array(records, [](const std::string& record) { return Bytes{record}; });
  const std::size_t changed = session_.run(kErase, params).affected();
  SCORELINE_CHECK(changed == found.size(), "locked rows stay where they are");
}

}  // namespace scoreline::pg
