#include "consumers/identity_batch.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "base/check.hpp"

namespace scoreline::consumers {

using core::InputEvent;
using core::LeadId;

namespace {

template <typename T>
void sort_unique(std::vector<T>& values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

core::BookLead book_lead(flow::IdentityLead row) {
  core::BookLead lead;
  lead.id = row.lead;
  lead.version = row.version;
  lead.merged_into = row.merged_into;
  lead.erased = row.erased;
  lead.created_at = row.created_at;
  lead.founding_id = std::move(row.founding_id);
  lead.personal = std::move(row.personal);
  return lead;
}

flow::IdentityLead row_of(const core::BookLead& lead) {
  return {lead.id, lead.version, lead.merged_into, lead.erased, lead.created_at, lead.founding_id, lead.personal};
}

}  // namespace

/// What the events of a batch name.
struct IdentityBatch::Wanted {
  std::vector<Hash> messages, retracts, identifiers, documents;
  std::vector<LeadId> leads;

  Wanted(const IdentityBatch& batch, std::span<const InputEvent> events) {
    messages.reserve(events.size());
    identifiers.reserve(2 * events.size());
    for (const InputEvent& event : events) {
      if (event.kind == InputEvent::Kind::tick) continue;
      if (event.kind == InputEvent::Kind::retraction) {
        retracts.push_back(batch.message(event.retracts));
        continue;
      }
      if (event.kind == InputEvent::Kind::activity) messages.push_back(batch.message(event.message_id));
      for (const core::Identifier& id : event.identifiers) identifiers.push_back(core::identifier_hash(batch.key_, id));
      if (event.lead) leads.push_back(event.lead);
      if (event.document) documents.push_back(batch.document(*event.document));
    }
    messages.insert(messages.end(), retracts.begin(), retracts.end());
    sort_unique(messages);
    sort_unique(retracts);
    sort_unique(identifiers);
    sort_unique(documents);
  }
};

void IdentityBatch::load(std::span<const InputEvent> events) {
  Wanted wanted(*this, events);
  book_.clear(wanted.identifiers.size());
  row_count_ = 0;
  erased_.clear();
  load_retractions(wanted);
  load_identities(wanted);
  load_documents(wanted);
}

void IdentityBatch::load_retractions(Wanted& wanted) {
  retracted_.clear();
  new_retractions_.clear();
  originals_.clear();
  if (wanted.messages.empty()) return;
  for (const Hash& message : tables_.retractions.find(wanted.messages)) retracted_.insert(message);
  std::erase_if(wanted.retracts, [this](const Hash& message) { return retracted(message); });
  if (wanted.retracts.empty()) return;
  originals_ = tables_.activities.find_by_message(wanted.retracts);
  for (const flow::ActivityRow& row : originals_) wanted.leads.push_back(row.lead);
}

// Owners first, then their leads, then those that these were merged into. In between another lane may commit: what we
// then decide on old rows is either a plain assignment (the flow forwards it), or fails at save() by version.
void IdentityBatch::load_identities(Wanted& wanted) {
  std::vector<flow::IdentifierRow> owners;
  if (!wanted.identifiers.empty()) owners = tables_.identifiers.find(wanted.identifiers);
  for (const flow::IdentifierRow& owner : owners) wanted.leads.push_back(owner.lead);
  while (!wanted.leads.empty()) {
    sort_unique(wanted.leads);
    std::vector<flow::IdentityLead> leads = tables_.leads.load(wanted.leads);
    wanted.leads.clear();
    for (flow::IdentityLead& lead : leads) {
      const LeadId next = lead.merged_into;
      book_.add(book_lead(std::move(lead)));
      if (next && !book_.find(next)) wanted.leads.push_back(next);
    }
  }
  for (const flow::IdentifierRow& owner : owners) {
    SCORELINE_CHECK(book_.find(owner.lead) != nullptr, "an identifier of a lead that has no row");
    book_.add_owner(owner.hash, owner.lead);
  }
}

void IdentityBatch::load_documents(Wanted& wanted) {
  documents_.clear();
  if (wanted.documents.empty()) return;
  for (const flow::DocumentRow& row : tables_.documents.load(wanted.documents))
    documents_.emplace(row.document, Document{{row.version, row.cancelled}, false});
}

LeadId IdentityBatch::next_id() {
  if (spare_ids_.empty()) {
    spare_ids_ = tables_.leads.next_ids(id_chunk_);
    SCORELINE_CHECK(!spare_ids_.empty(), "asked for lead ids and got none");
    std::reverse(spare_ids_.begin(), spare_ids_.end());
  }
  const LeadId id = spare_ids_.back();
  spare_ids_.pop_back();
  return id;
}

void IdentityBatch::retract(const Hash& message) {
  if (retracted_.insert(message).second) new_retractions_.push_back(message);
}

std::vector<const flow::ActivityRow*> IdentityBatch::originals(const Hash& message) const {
  std::vector<const flow::ActivityRow*> found;
  for (const std::span<const flow::ActivityRow> rows : {std::span<const flow::ActivityRow>(originals_), this->rows()})
    for (const flow::ActivityRow& row : rows)
      if (row.message == message) found.push_back(&row);
  return found;
}

// Each part with its length: ids of ERPs may hold any character.
IdentityBatch::Hash IdentityBatch::document(const core::ErpDocument& document) const {
  std::string text;
  base::ByteWriter out(text);
  for (const std::string* part : {&document.source, &document.customer, &document.kind, &document.id}) out.text(*part);
  return base::keyed_hash(key_, text);
}

std::optional<core::DocumentState> IdentityBatch::known(const Hash& document) const {
  const auto found = documents_.find(document);
  if (found == documents_.end()) return std::nullopt;
  return found->second.state;
}

void IdentityBatch::accept(const Hash& document, core::DocumentState state) { documents_[document] = {state, true}; }

void IdentityBatch::save() {
  save_leads();
  save_identifiers();
  save_the_rest();
}

void IdentityBatch::save_leads() {
  std::vector<flow::IdentityLead> fresh, changed;
  for (const core::BookLead* lead : book_.changed_leads()) (lead->version == 0 ? fresh : changed).push_back(row_of(*lead));
  if (!fresh.empty()) tables_.leads.insert(fresh);
  if (!changed.empty()) tables_.leads.update(changed);
}

void IdentityBatch::save_identifiers() {
  std::vector<flow::IdentifierRow> fresh;
  std::vector<flow::IdentifierTable::Move> moves;
  for (const core::IdentityBook::Change& change : book_.changed_identifiers()) {
    if (change.from)
      moves.push_back({change.hash, change.from, change.to});
    else
      fresh.push_back({change.hash, change.to});
  }
  if (!fresh.empty()) tables_.identifiers.insert(fresh);
  if (!moves.empty()) tables_.identifiers.move(moves);
}

void IdentityBatch::save_the_rest() {
  if (row_count_ > 0) tables_.activities.append(rows());
  sort_unique(erased_);
  if (!erased_.empty()) tables_.activities.erase_personal(erased_);
  std::sort(new_retractions_.begin(), new_retractions_.end());
  if (!new_retractions_.empty()) tables_.retractions.remember(new_retractions_);
  std::vector<flow::DocumentRow> documents;
  for (const auto& [hash, document] : documents_)
    if (document.changed) documents.push_back({hash, document.state.version, document.state.cancelled});
  std::sort(documents.begin(), documents.end(), [](const auto& a, const auto& b) { return a.document < b.document; });
  if (!documents.empty()) tables_.documents.save(documents);
}

}  // namespace scoreline::consumers
