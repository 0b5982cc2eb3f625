#pragma once
/// What was counted for one lead (semantics 4.2): per Match and day of `at` the number of activities, where the match has
/// a once_per path per distinct value of it, too. Pure data; not thread-safe.
///
/// Counts are signed sums: an activity adds 1, a retraction adds -1, and it may come first. Adding, merging and
/// subtracting commute, so order, lateness and cutting into batches cannot change a tally; what counts is max(0, n).
/// Duplicates must have been dropped before. Zeros vanish.
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/time.hpp"
#include "core/rulebook.hpp"

namespace scoreline::core {

using base::Day;

/// How often, on one day, with one value.
struct DayCount {
  std::uint64_t value = 0;  // hash of the once_per path's value; 0 where the match has no such path
  Day day;
  std::int32_t n = 0;       // never 0; negative: retracted before it came

  bool operator==(const DayCount&) const = default;
};

/// The tally of one match, ascending by (value, day).
using Tally = std::span<const DayCount>;

/// Does something counted exist with 0 <= today - day < within_days (0: no window)? For `did` (semantics 2.2).
bool any_within(Tally tally, Day today, std::int32_t within_days);

/// All tallies of one lead, by Match::hash. Flat and sorted: most leads have few.
class Tallies {
 public:
  struct Entry {
    std::uint64_t match = 0;
    Tally tally;
  };

  /// Adds `n` (+1 an activity, -1 its retraction). `value`: of the match's once_per path, else 0.
  void add(std::uint64_t match, std::uint64_t value, Day day, std::int32_t n);
  /// As if all that was counted there had been counted here.
  void merge(const Tallies& other) { combine(other, 1); }
  /// As if it had never been counted here.
  void subtract(const Tallies& other) { combine(other, -1); }
  /// Drops all that was counted for a match.
  void remove(std::uint64_t match);
  void clear();

  bool empty() const { return groups_.empty(); }
  /// Number of matches for which something is counted; entry(i) ascends by match. Valid until the next change.
  std::size_t size() const { return groups_.size(); }
  Entry entry(std::size_t i) const {
    const std::size_t begin = i == 0 ? 0 : groups_[i - 1].end;
    return {groups_[i].match, Tally(counts_).subspan(begin, groups_[i].end - begin)};
  }
  /// Empty: nothing is counted for it.
  Tally of(std::uint64_t match) const;

  void encode(base::ByteWriter& out) const;
  /// Replaces all; safe on any bytes. False: these are not ours, and nothing is left in here.
  bool decode(base::ByteReader& in);

  bool operator==(const Tallies&) const = default;

 private:
  struct Group {
    std::uint64_t match = 0;
    std::uint32_t end = 0;  // of its counts
    bool operator==(const Group&) const = default;
  };
  void combine(const Tallies& other, std::int32_t sign);
  void append(std::uint64_t match, const DayCount& count);
  bool decode_group(base::ByteReader& in);

  std::vector<Group> groups_;     // ascending by match, none empty
  std::vector<DayCount> counts_;  // of all groups, one after the other
};

/// What a lead's consumers count: for the active rule book, and ahead of time for one that is being prepared.
class CountedTallies {
 public:
  /// By Match::hash, whether or not the present rule book knows it.
  Tallies tallies;
  /// What is counted for a rule book that is being prepared and the active one does not count. Apart, because an earlier
  /// rule book may have left an incomplete tally of the same match.
  Tallies staged;
  std::uint64_t staged_version = 0;  // of that rule book

  void add(std::uint64_t match, std::uint64_t value, Day day, std::int32_t n) { tallies.add(match, value, day, n); }
  /// Counts for rule book `version`; what was staged for another one is dropped.
  void stage(std::uint64_t version, std::uint64_t match, std::uint64_t value, Day day, std::int32_t n);

 protected:
  /// Sums; where different versions are staged the newer one's stays.
  void merge_tallies(const CountedTallies& other);
  /// Rule book `book` becomes the active one: what was staged for it replaces what stands under those matches, and what
  /// `book` does not count is dropped (it would be incomplete if the match came back), but `keep`.
  void promote_tallies(const RuleBook& book, std::uint64_t keep);
  void clear_tallies();
  void encode_tallies(base::ByteWriter& out) const;
  bool decode_tallies(base::ByteReader& in);
};

}  // namespace scoreline::core
