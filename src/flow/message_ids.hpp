#pragma once
/// Which message ids a lane has accepted (semantics 3, Duplicates; design 5, Duplicates from outside).
///
/// Flat cost at any history: the open segment is an exact set in memory; closed segments (64 k ids each) are known by a
/// bloom filter, and only a "maybe" reads a slice of the segment's sorted ids from the store. Segments whose youngest id
/// is older than 35 days are dropped. One lane's owner alone uses it, so no lock is needed anywhere.
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

#include "flow/ports.hpp"

namespace scoreline::flow {

class MessageIds {
 public:
  explicit MessageIds(MessageIdTable& table, std::size_t segment_ids = 65'536) : table_(table), segment_ids_(segment_ids) {}

  /// The lane is ours: reads its open segment and its filters. Outside a transaction.
  void adopt(std::int32_t lane);
  void drop(std::int32_t lane) { lanes_.erase(lane); }

  /// Before a batch is decided: which of `ids` were accepted by an earlier batch. Inside the transaction.
  std::vector<bool> known(std::int32_t lane, std::span<const Hash128> ids);
  /// True the first time within this batch; remembers the id as accepted.
  bool accept(std::int32_t lane, const Hash128& id);
  /// True if this batch has accepted it already.
  bool accepted_now(std::int32_t lane, const Hash128& id) const;
  /// Writes what the batch accepted, closing the open segment first where it is full.
  void save(std::int32_t lane, std::uint64_t batch_no, Instant now);
  void finish(bool committed);

 private:
  using Set = std::unordered_set<Hash128, base::Hash128Hasher>;
  struct Lane {
    Set open;
    std::vector<IdSegment> closed;
    Set pending;
    bool closes = false;              // this batch's save() closed the open segment
    IdSegment closing;
    Instant keep_from = base::kNever;
  };

  void ask_store(std::int32_t lane, std::span<const Hash128> ids, std::vector<bool>& known);

  MessageIdTable& table_;
  std::size_t segment_ids_;
  std::map<std::int32_t, Lane> lanes_;
};

/// Bloom filter over uniform hashes, 16 bits and 8 probes an id: about one false positive in 1,700.
std::string make_filter(std::span<const Hash128> ids);
bool maybe_in(const std::string& filter, const Hash128& id);

}  // namespace scoreline::flow
