#pragma once
/// Rows of effects on their way into one statement: sorted by key, each key once.
#include <algorithm>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.hpp"
#include "base/hash.hpp"
#include "pg/binary.hpp"

namespace scoreline::pg {

/// Pointers to `rows`, which must outlive it, and to rows of its own where several have one key.
template <typename Row>
class SortedRows {
 public:
  /// `key`: member of Row. `merge(kept, later)`: what saving `later` does to a row that is there.
  template <typename Merge>
  SortedRows(std::span<const Row> rows, std::string Row::*key, Merge merge) {
    sorted_.reserve(rows.size());
    for (const Row& row : rows) sorted_.push_back(&row);
    std::stable_sort(sorted_.begin(), sorted_.end(), [&](const Row* a, const Row* b) { return a->*key < b->*key; });
    std::size_t kept = 0;
    for (const Row* row : sorted_) {
      if (kept == 0 || sorted_[kept - 1]->*key != row->*key) {
        sorted_[kept++] = row;
        continue;
      }
      Row& merged = merged_.emplace_back(*sorted_[kept - 1]);
      merge(merged, *row);
      sorted_[kept - 1] = &merged;
    }
    sorted_.resize(kept);
  }
  SortedRows(const SortedRows&) = delete;
  SortedRows& operator=(const SortedRows&) = delete;
  const std::vector<const Row*>& get() const { return sorted_; }

 private:
  std::vector<const Row*> sorted_;
  std::deque<Row> merged_;
};

inline Hash128 key_of(std::string_view hex) {
  const auto key = base::hash128_from_hex(hex);
  SCORELINE_CHECK(key.has_value(), "keys of effects are 32 hexadecimal digits");
  return *key;
}

/// Columns of rows behind pointers, as parameters.
template <typename Row>
class Columns {
 public:
  explicit Columns(const std::vector<const Row*>& rows) : rows_(rows) {}
  template <typename T>
  Columns& add(T Row::*member) {
    params_.array(rows_, [&](const Row* row) { return row->*member; });
    return *this;
  }
  Columns& key(std::string Row::*member) {
    params_.array(rows_, [&](const Row* row) { return key_of(row->*member); });
    return *this;
  }
  Columns& text(std::string Row::*member) {
    std::deque<std::string> clean;
    for (const Row* row : rows_) clean.push_back(clean_text(row->*member));
    params_.array(clean, [](const std::string& value) { return Text{value}; });
    return *this;
  }
  /// Counts from 0 and small: an integer column.
  Columns& small(std::uint32_t Row::*member) {
    params_.array(rows_, [&](const Row* row) { return static_cast<std::int32_t>(row->*member); });
    return *this;
  }
  template <typename Get>
  Columns& each(Get get) {
    params_.array(rows_, [&](const Row* row) { return get(*row); });
    return *this;
  }
  const Params& params() const { return params_; }

 private:
  const std::vector<const Row*>& rows_;
  Params params_;
};

}  // namespace scoreline::pg
