#pragma once
/// The leads and identifiers that a batch may touch, in memory: filled from the tables, changed by decisions, and asked
/// at the end what has to be written. One thread. Pointers to leads stay valid until clear().
#include <memory_resource>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/identity.hpp"

namespace scoreline::core {

/// One lead as the batch sees it. Its identity is decoded when somebody asks for it: most events change nothing.
struct BookLead {
  LeadId id;
  std::uint64_t version = 0;               // 0: new in this batch
  LeadId merged_into;
  bool erased = false;
  Instant created_at;
  std::string founding_id;
  std::string personal;                    // as loaded; open() and `changed` make it stale
  std::optional<LeadIdentity> opened;
  bool changed = false;                    // to be written
};

class IdentityBook {
 public:
  explicit IdentityBook(const base::HashKey& key) : key_(key) {}

  /// Forgets everything. `identifiers`: how many to make room for.
  void clear(std::size_t identifiers);
  /// A lead as it stands in the table. One that is there already stays.
  void add(BookLead lead);
  /// An identifier as it stands in the table; its lead, and those that was merged into, must be there.
  void add_owner(const base::Hash128& identifier, LeadId lead);

  BookLead* find(LeadId lead);
  /// The lead that `lead` has become by merges; nullptr when it is unknown or erased.
  BookLead* settled(LeadId lead);
  /// Who holds the identifier now; nullptr: nobody.
  BookLead* owner(const Identifier& id);
  const LeadIdentity& identity(BookLead& lead);

  BookLead& found(LeadId id);
  /// The lead gets an identifier that nobody else keeps: from its owner, if it has one.
  void give(const Identifier& id, BookLead& to);
  /// Takes traits that win; appends those to `taken`.
  void take_traits(BookLead& lead, std::span<const Trait> values, std::vector<Trait>& taken);
  /// Merges `loser` into `survivor`: identifiers, traits, and whom it had absorbed.
  void merge(BookLead& survivor, BookLead& loser);
  /// Nothing of the lead is left but its id.
  void erase(BookLead& lead);

  struct Change {
    base::Hash128 hash;
    LeadId from, to;                       // 0: nobody
  };
  /// Identifiers whose owner is another one than in the table, sorted by hash.
  std::vector<Change> changed_identifiers() const;
  /// New and changed leads with `personal` brought up to date, sorted by id.
  std::vector<BookLead*> changed_leads();

 private:
  struct Slot {
    LeadId in_table;                       // 0: the identifier is not there
    BookLead* now = nullptr;
  };
  LeadIdentity& open(BookLead& lead);
  LeadIdentity& change(BookLead& lead);
  void assign(const Identifier& id, BookLead* from, BookLead* to);

  base::HashKey key_;
  std::pmr::unsynchronized_pool_resource pool_;  // nodes of the maps: the same room batch after batch
  std::pmr::unordered_map<LeadId, BookLead> leads_{&pool_};
  std::pmr::unordered_map<base::Hash128, Slot, base::Hash128Hasher> slots_{&pool_};
  std::vector<BookLead*> changed_;
  std::vector<base::Hash128> assigned_;
};

}  // namespace scoreline::core
