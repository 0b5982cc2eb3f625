#include "core/identity_book.hpp"

#include <algorithm>

#include "base/check.hpp"

namespace scoreline::core {

void IdentityBook::clear(std::size_t identifiers) {
  leads_.clear();
  slots_.clear();
  slots_.reserve(identifiers);
  changed_.clear();
  assigned_.clear();
}

void IdentityBook::add(BookLead lead) {
  const LeadId id = lead.id;
  leads_.try_emplace(id, std::move(lead));
}

void IdentityBook::add_owner(const base::Hash128& identifier, LeadId lead) {
  BookLead* now = settled(lead);
  slots_[identifier] = {now ? now->id : LeadId{}, now};
}

BookLead* IdentityBook::find(LeadId lead) {
  const auto found = leads_.find(lead);
  return found == leads_.end() ? nullptr : &found->second;
}

BookLead* IdentityBook::settled(LeadId lead) {
  BookLead* found = find(lead);
  while (found && found->merged_into) found = find(found->merged_into);
  return found && !found->erased ? found : nullptr;
}

BookLead* IdentityBook::owner(const Identifier& id) {
  if (slots_.empty()) return nullptr;
  const auto slot = slots_.find(identifier_hash(key_, id));
  if (slot == slots_.end() || !slot->second.now) return nullptr;
  BookLead* now = slot->second.now;
  return now->merged_into || now->erased ? settled(now->id) : now;
}

LeadIdentity& IdentityBook::open(BookLead& lead) {
  if (!lead.opened) {
    lead.opened = decode_identity(lead.personal);
    SCORELINE_CHECK(lead.opened.has_value(), "the identity of a lead cannot be read: written by a newer version, or damaged");
  }
  return *lead.opened;
}

const LeadIdentity& IdentityBook::identity(BookLead& lead) { return open(lead); }

LeadIdentity& IdentityBook::change(BookLead& lead) {
  if (!lead.changed) changed_.push_back(&lead);
  lead.changed = true;
  return open(lead);
}

BookLead& IdentityBook::found(LeadId id) {
  BookLead fresh;
  fresh.id = id;
  const auto [place, inserted] = leads_.try_emplace(id, std::move(fresh));
  SCORELINE_CHECK(inserted, "the id of a new lead was given before");
  change(place->second);
  return place->second;
}

// An identifier that a lead holds and that has no slot yet belongs to that lead in the table, too.
void IdentityBook::assign(const Identifier& id, BookLead* from, BookLead* to) {
  const base::Hash128 hash = identifier_hash(key_, id);
  const auto [slot, fresh] = slots_.try_emplace(hash, Slot{from ? from->id : LeadId{}, from});
  slot->second.now = to;
  assigned_.push_back(hash);
}

void IdentityBook::give(const Identifier& id, BookLead& to) {
  BookLead* from = owner(id);
  SCORELINE_CHECK(from != &to, "a lead gets what it has");
  if (from) std::erase(change(*from).identifiers, id);
  change(to).identifiers.push_back(id);
  assign(id, from, &to);
}

void IdentityBook::take_traits(BookLead& lead, std::span<const Trait> values, std::vector<Trait>& taken) {
  const std::size_t before = taken.size();
  core::take_traits(open(lead).traits, values, taken);
  if (taken.size() > before) change(lead);
}

void IdentityBook::merge(BookLead& survivor, BookLead& loser) {
  SCORELINE_CHECK(&survivor != &loser && !loser.merged_into && !survivor.merged_into, "a merge of one lead, or of one that is gone");
  LeadIdentity& kept = change(survivor);
  LeadIdentity& gone = change(loser);
  for (const Identifier& id : gone.identifiers) {
    assign(id, &loser, &survivor);
    kept.identifiers.push_back(id);
  }
  kept.traits = unite_traits(std::move(kept.traits), std::move(gone.traits));
  kept.absorbed.insert(kept.absorbed.end(), gone.absorbed.begin(), gone.absorbed.end());
  kept.absorbed.push_back(loser.id);
  gone = LeadIdentity{};
  loser.merged_into = survivor.id;
}

void IdentityBook::erase(BookLead& lead) {
  LeadIdentity& gone = change(lead);
  for (const Identifier& id : gone.identifiers) assign(id, &lead, nullptr);
  gone = LeadIdentity{};
  lead.erased = true;
}

std::vector<IdentityBook::Change> IdentityBook::changed_identifiers() const {
  std::vector<base::Hash128> hashes = assigned_;
  std::sort(hashes.begin(), hashes.end());
  hashes.erase(std::unique(hashes.begin(), hashes.end()), hashes.end());
  std::vector<Change> changes;
  changes.reserve(hashes.size());
  for (const base::Hash128& hash : hashes) {
    const Slot& slot = slots_.at(hash);
    const LeadId now = slot.now ? slot.now->id : LeadId{};
    if (now != slot.in_table) changes.push_back({hash, slot.in_table, now});
  }
  return changes;
}

std::vector<BookLead*> IdentityBook::changed_leads() {
  std::sort(changed_.begin(), changed_.end(), [](const BookLead* a, const BookLead* b) { return a->id < b->id; });
  for (BookLead* lead : changed_) lead->personal = encode(*lead->opened);
  return changed_;
}

}  // namespace scoreline::core
