#include "flow/memory_identity.hpp"

#include <algorithm>

#include "base/errors.hpp"
#include "wire/lead_record.hpp"

namespace scoreline::flow {

std::vector<LeadId> MemoryIdentityLeads::next_ids(std::size_t count) {
  std::vector<LeadId> ids;
  for (std::size_t i = 0; i < count; ++i) ids.push_back({++session_.database().last_lead});
  return ids;
}

std::vector<IdentityLead> MemoryIdentityLeads::load(std::span<const LeadId> leads) {
  std::vector<IdentityLead> rows;
  const auto& all = session_.database().identities;
  for (const LeadId lead : leads)
    if (const auto found = all.find(lead); found != all.end()) rows.push_back(found->second);
  return rows;
}

void MemoryIdentityLeads::insert(std::span<const IdentityLead> leads) {
  for (const IdentityLead& lead : leads)
    session_.stage([this, lead = IdentityLead(lead)]() mutable {
      lead.version = 1;
      session_.database().identities[lead.lead] = std::move(lead);
    });
}

void MemoryIdentityLeads::update(std::span<const IdentityLead> leads) {
  for (const IdentityLead& lead : leads) {
    const auto found = session_.database().identities.find(lead.lead);
    if (found == session_.database().identities.end() || found->second.version != lead.version) throw base::Conflict("a lead was changed by another lane");
    session_.stage([this, lead = IdentityLead(lead)]() mutable {
      ++lead.version;
      session_.database().identities[lead.lead] = std::move(lead);
    });
  }
}

std::vector<IdentifierRow> MemoryIdentifiers::find(std::span<const Hash128> hashes) {
  std::vector<IdentifierRow> rows;
  const auto& all = session_.database().identifiers;
  for (const Hash128& hash : hashes)
    if (const auto found = all.find(hash); found != all.end()) rows.push_back({hash, found->second});
  return rows;
}

void MemoryIdentifiers::insert(std::span<const IdentifierRow> rows) {
  for (const IdentifierRow& row : rows) {
    if (session_.database().identifiers.contains(row.hash)) throw base::Conflict("an identifier was taken by another lane");
    session_.stage([this, row] { session_.database().identifiers[row.hash] = row.lead; });
  }
}

void MemoryIdentifiers::move(std::span<const Move> moves) {
  for (const Move& move : moves) {
    const auto found = session_.database().identifiers.find(move.hash);
    if (found == session_.database().identifiers.end() || found->second != move.from) throw base::Conflict("an identifier was moved by another lane");
    session_.stage([this, move] {
      if (move.to)
        session_.database().identifiers[move.hash] = move.to;
      else
        session_.database().identifiers.erase(move.hash);
    });
  }
}

void MemoryActivities::append(std::span<const ActivityRow> rows) {
  for (const ActivityRow& row : rows)
    session_.stage([this, row] {
      MemoryDatabase& database = session_.database();
      database.activities_by_message.emplace(row.message, database.activities.size());
      database.activities_by_lead.emplace(row.lead, database.activities.size());
      database.activities.push_back(row);
    });
}

std::vector<ActivityRow> MemoryActivities::find_by_message(std::span<const Hash128> messages) {
  std::vector<std::size_t> places;
  const MemoryDatabase& database = session_.database();
  for (const Hash128& message : messages) {
    const auto [begin, end] = database.activities_by_message.equal_range(message);
    for (auto it = begin; it != end; ++it) places.push_back(it->second);
  }
  std::sort(places.begin(), places.end());
  std::vector<ActivityRow> rows;
  for (const std::size_t place : places) rows.push_back(database.activities[place]);
  return rows;
}

std::vector<ActivityRow> MemoryActivities::of_leads(std::span<const LeadId> leads, std::size_t limit) {
  std::vector<ActivityRow> rows;
  const MemoryDatabase& database = session_.database();
  for (const LeadId lead : leads) {
    const auto [begin, end] = database.activities_by_lead.equal_range(lead);
    for (auto it = begin; it != end; ++it) rows.push_back(database.activities[it->second]);
  }
  std::stable_sort(rows.begin(), rows.end(), [](const ActivityRow& a, const ActivityRow& b) { return std::tie(a.at, a.log_time) < std::tie(b.at, b.log_time); });
  if (rows.size() > limit) rows.erase(rows.begin(), rows.end() - static_cast<std::ptrdiff_t>(limit));
  return rows;
}

void MemoryActivities::erase_personal(std::span<const LeadId> leads) {
  session_.stage([this, ids = std::vector<LeadId>(leads.begin(), leads.end())] {
    MemoryDatabase& database = session_.database();
    for (const LeadId lead : ids) {
      const auto [begin, end] = database.activities_by_lead.equal_range(lead);
      for (auto it = begin; it != end; ++it) {
        std::string& text = database.activities[it->second].record;
        auto record = wire::decode_lead_record(text);
        if (!record) continue;
        core::Activity& activity = record->activity;
        activity.properties.clear();
        activity.context.clear();
        activity.traits.clear();
        activity.identifiers.clear();
        activity.trait_changes.clear();
        activity.record_key.clear();
        text.clear();
        wire::encode(*record, text);
      }
    }
  });
}

void MemoryRetractions::remember(std::span<const Hash128> messages) {
  for (const Hash128& message : messages) session_.stage([this, message] { session_.database().retractions.insert(message); });
}

std::vector<Hash128> MemoryRetractions::find(std::span<const Hash128> messages) {
  std::vector<Hash128> found;
  for (const Hash128& message : messages)
    if (session_.database().retractions.contains(message)) found.push_back(message);
  return found;
}

std::vector<DocumentRow> MemoryDocuments::load(std::span<const Hash128> documents) {
  std::vector<DocumentRow> rows;
  const auto& all = session_.database().documents;
  for (const Hash128& document : documents)
    if (const auto found = all.find(document); found != all.end()) rows.push_back(found->second);
  return rows;
}

void MemoryDocuments::save(std::span<const DocumentRow> rows) {
  for (const DocumentRow& row : rows) session_.stage([this, row] { session_.database().documents[row.document] = row; });
}

void MemoryMessageIds::append(std::int32_t lane, std::uint64_t batch_no, std::string_view packed) {
  session_.stage([this, lane, batch_no, text = std::string(packed)] { session_.database().message_ids[lane].open[batch_no] = text; });
}

std::pair<std::string, std::vector<IdSegment>> MemoryMessageIds::open(std::int32_t lane) {
  std::pair<std::string, std::vector<IdSegment>> result;
  const auto& ids = session_.database().message_ids[lane];
  for (const auto& [batch_no, packed] : ids.open) result.first += packed;
  for (const auto& [number, closed] : ids.closed) result.second.push_back(closed.first);
  return result;
}

void MemoryMessageIds::close(std::int32_t lane, const IdSegment& segment, std::string_view sorted, Instant keep_from) {
  session_.stage([this, lane, segment, keep_from, text = std::string(sorted)] {
    auto& ids = session_.database().message_ids[lane];
    ids.open.clear();
    std::erase_if(ids.closed, [&](const auto& closed) { return closed.second.first.last_at < keep_from; });
    ids.closed[segment.number] = {segment, text};
  });
}

std::vector<std::string> MemoryMessageIds::read(std::int32_t lane, std::span<const Slice> slices) {
  std::vector<std::string> result;
  const auto& closed = session_.database().message_ids[lane].closed;
  for (const Slice& slice : slices) {
    const auto found = closed.find(slice.segment);
    const bool there = found != closed.end() && slice.from < found->second.second.size();
    result.push_back(there ? found->second.second.substr(slice.from, slice.length) : std::string());
  }
  return result;
}

std::optional<StoredRuleBook> MemoryRuleBooks::load(std::uint64_t version) {
  const auto found = session_.database().rulebooks.find(version);
  if (found == session_.database().rulebooks.end()) return std::nullopt;
  return found->second;
}

void MemoryRuleBooks::note_progress(std::uint64_t version, const CountBackProgress& progress) {
  auto& known = session_.database().progress[{version, progress.consumer, progress.lane}];
  const bool ready = known.ready || progress.ready;
  known = progress;
  known.ready = ready;
}

}  // namespace scoreline::flow
