#pragma once
/// What identity holds in memory for one batch: loads in bulk what its events may touch, is asked and changed by the
/// handler, and writes in bulk what has changed. One thread; needs an open transaction.
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "core/identity_book.hpp"
#include "core/identity_document.hpp"
#include "flow/ports.hpp"

namespace scoreline::consumers {

/// The tables of identity; not owned, all of one session.
struct IdentityTables {
  flow::IdentityLeadTable& leads;
  flow::IdentifierTable& identifiers;
  flow::ActivityTable& activities;
  flow::RetractionTable& retractions;
  flow::DocumentTable& documents;
};

class IdentityBatch {
 public:
  using Hash = base::Hash128;

  /// `id_chunk`: how many lead ids are reserved at once. 1 gives ids without holes.
  IdentityBatch(IdentityTables tables, const base::HashKey& key, std::size_t id_chunk)
      : tables_(tables), key_(key), id_chunk_(id_chunk), book_(key) {}

  void load(std::span<const core::InputEvent> events);
  void save();

  core::IdentityBook& book() { return book_; }
  /// An id that was never used before, not even by a batch that was rolled back.
  core::LeadId next_id();

  Hash message(std::string_view message_id) const { return base::keyed_hash(key_, message_id); }
  bool retracted(const Hash& message) const { return retracted_.contains(message); }
  void retract(const Hash& message);
  /// Activities with this message id: those of earlier batches, then those of this one, in the order they came.
  std::vector<const flow::ActivityRow*> originals(const Hash& message) const;
  /// One more row, to be filled completely: it is one of an earlier batch, so that its strings keep their room.
  flow::ActivityRow& append() {
    if (row_count_ == rows_.size()) rows_.emplace_back();
    return rows_[row_count_++];
  }

  Hash document(const core::ErpDocument& document) const;
  std::optional<core::DocumentState> known(const Hash& document) const;
  void accept(const Hash& document, core::DocumentState state);

  /// Empties the personal part of all their activities, also of those of this batch.
  void erase_activities(core::LeadId lead) { erased_.push_back(lead); }

 private:
  struct Wanted;
  void load_retractions(Wanted& wanted);
  void load_identities(Wanted& wanted);
  void load_documents(Wanted& wanted);
  void save_leads();
  void save_identifiers();
  void save_the_rest();
  std::span<const flow::ActivityRow> rows() const { return std::span(rows_).first(row_count_); }

  struct Document {
    core::DocumentState state;
    bool changed = false;
  };

  IdentityTables tables_;
  base::HashKey key_;
  std::size_t id_chunk_;
  std::vector<core::LeadId> spare_ids_;        // descending: the next one is the last
  core::IdentityBook book_;
  std::unordered_set<Hash, base::Hash128Hasher> retracted_;
  std::vector<Hash> new_retractions_;
  std::vector<flow::ActivityRow> originals_;   // of earlier batches
  std::vector<flow::ActivityRow> rows_;        // of this batch: the first row_count_
  std::size_t row_count_ = 0;
  std::unordered_map<Hash, Document, base::Hash128Hasher> documents_;
  std::vector<core::LeadId> erased_;
};

}  // namespace scoreline::consumers
