#include "app/store.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "app/named_lead.hpp"
#include "base/check.hpp"
#include "base/errors.hpp"
#include "core/identity.hpp"
#include "core/stage_state.hpp"
#include "pg/migrations.hpp"
#include "wire/lead_record.hpp"
#include "wire/rulebook_toml.hpp"

namespace scoreline::app {
namespace {

constexpr std::size_t kActivitiesMax = 20'000;

}  // namespace

Store::Store(const Settings& settings)
    : hash_key_(settings.hash_key),
      session_({settings.postgres_dsn, "scoreline command", ""}),
      leads_(session_),
      identifiers_(session_),
      retractions_(session_),
      activities_(session_),
      scoring_(session_, "scoring"),
      customers_(session_, "customers"),
      intent_(session_, "intent"),
      stages_(session_, "stages"),
      triggers_(session_, "triggers"),
      sequences_(session_, "sequences"),
      firings_(session_),
      rulebooks_(session_),
      views_(session_),
      effects_(session_) {
  pg::require_current(settings.postgres_dsn);
  session_.connect();
}

std::shared_ptr<const core::RuleBook> Store::active_rulebook() {
  std::uint64_t version = 0;
  for (const pg::RuleBookView& book : views_.rulebooks())
    if (book.state == flow::StoredRuleBook::State::activated) version = std::max(version, book.version);
  if (version == 0) return std::make_shared<core::RuleBook>();
  const auto stored = rulebooks_.load(version);
  wire::RuleBookFiles files;
  if (stored)
    for (const auto& [name, text] : stored->files) files[name] = text;
  const wire::LoadedRuleBook loaded = wire::load_rulebook(files);
  if (!stored || loaded.book == nullptr)
    throw base::UsageError(fmt::format("rule book version {} cannot be read by this program: update it", version));
  auto book = std::make_shared<core::RuleBook>(*loaded.book);
  book->version = version;
  return book;
}

std::optional<flow::IdentityLead> Store::load_one(core::LeadId lead) {
  auto rows = leads_.load({&lead, 1});
  if (rows.empty()) return std::nullopt;
  return std::move(rows.front());
}

std::optional<Store::Found> Store::find(const LeadQuery& query) {
  Found found;
  auto lead = query.lead ? load_one(*query.lead) : std::nullopt;
  for (const core::Identifier& identifier : query.identifiers) {
    if (lead) break;
    const base::Hash128 hash = core::identifier_hash(hash_key_, identifier);
    const auto rows = identifiers_.find({&hash, 1});
    if (!rows.empty()) lead = load_one(rows.front().lead);
  }
  if (!lead) return std::nullopt;
  found.asked = lead->lead;
  while (lead->merged_into) {
    const core::LeadId next = lead->merged_into;
    lead = load_one(next);
    if (!lead)
      throw base::UsageError(fmt::format("lead {} is said to be merged into lead {}, which is not there", found.asked.value, next.value));
  }
  found.lead = std::move(*lead);
  return found;
}

std::unordered_map<core::LeadId, core::LeadIdentity> Store::identities(std::span<const core::LeadId> leads) {
  constexpr std::size_t kChunk = 2'000;
  std::vector<core::LeadId> sorted(leads.begin(), leads.end());
  std::sort(sorted.begin(), sorted.end());
  std::unordered_map<core::LeadId, core::LeadIdentity> result;
  for (std::size_t begin = 0; begin < sorted.size(); begin += kChunk) {
    const std::span<const core::LeadId> chunk(sorted.data() + begin, std::min(kChunk, sorted.size() - begin));
    for (const flow::IdentityLead& lead : leads_.load(chunk)) result[lead.lead] = identity_of(lead);
  }
  return result;
}

std::optional<flow::LeadRow> Store::scoring_row(core::LeadId lead) {
  auto rows = scoring_.load({&lead, 1});
  if (rows.empty()) return std::nullopt;
  return std::move(rows.front());
}

LeadRows Store::rows_of(core::LeadId lead, const core::LeadIdentity& identity) {
  const auto row_in = [&](pg::PgLeads& table) {
    auto rows = table.load({&lead, 1});
    return rows.empty() ? flow::LeadRow{} : std::move(rows.front());
  };
  LeadRows rows{row_in(customers_).personal, row_in(intent_).state, row_in(stages_).state, row_in(sequences_).state, {}};
  rows.firings = firings_.of_leads(family_of(lead, identity));
  return rows;
}

LeadHistory Store::history(core::LeadId lead, const core::LeadIdentity& identity, std::shared_ptr<const core::RuleBook> book) {
  const std::vector<core::LeadId> leads = family_of(lead, identity);
  const auto rows = activities_.of_leads(leads, kActivitiesMax);
  std::vector<base::Hash128> messages;
  for (const flow::ActivityRow& row : rows) messages.push_back(row.message);
  std::sort(messages.begin(), messages.end());
  messages.erase(std::unique(messages.begin(), messages.end()), messages.end());
  LeadHistory history = make_history(rows, messages.empty() ? messages : retractions_.find(messages), std::move(book));
  history.truncated = rows.size() >= kActivitiesMax;
  return history;
}

std::vector<flow::IdentityLead> Store::leads(std::span<const core::LeadId> leads) { return leads_.load(leads); }

std::vector<flow::LeadRow> Store::rows_in(std::string_view consumer, std::span<const core::LeadId> leads) {
  const std::pair<std::string_view, pg::PgLeads*> tables[] = {{"customers", &customers_}, {"scoring", &scoring_},   {"intent", &intent_},
                                                              {"stages", &stages_},       {"triggers", &triggers_}, {"sequences", &sequences_}};
  for (const auto& [name, table] : tables)
    if (name == consumer) return table->load(leads);
  SCORELINE_CHECK(false, "a consumer without rows per lead");
}

Causes Store::causes(std::span<const core::LeadId> leads) {
  Causes causes(hash_key_);
  std::vector<core::LeadId> all;
  for (const auto& [lead, identity] : identities(leads)) {
    const auto family = family_of(lead, identity);
    all.insert(all.end(), family.begin(), family.end());
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  if (all.empty()) return causes;
  for (const flow::LeadRow& row : stages_.load(all))
    if (core::StageState state; state.decode(row.state) && !state.founding.empty()) causes.add_founding(state.founding);
  for (const flow::ActivityRow& row : activities_.of_leads(all, kActivitiesMax)) {
    const auto record = wire::decode_lead_record(row.record);
    if (record.ok() && record->kind == core::RecordKind::activity) causes.add(record->activity);
  }
  return causes;
}

std::unordered_map<std::int32_t, base::Instant> Store::now_of(std::string_view consumer) {
  std::unordered_map<std::int32_t, base::Instant> now;
  for (const pg::LaneView& lane : views_.lanes())
    if (lane.consumer == consumer) now[lane.lane] = lane.now;
  return now;
}

}  // namespace scoreline::app
