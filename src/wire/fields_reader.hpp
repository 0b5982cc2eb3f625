#pragma once
/// Fills the slots that conditions look at from an activity's raw JSON, in one walk along the paths that the rule book
/// names (semantics 2.1). Subtrees nobody names are skipped; nothing is allocated unless a string has escapes or
/// canonical JSON is wanted.
#include <span>

#include "core/activity.hpp"
#include "core/value.hpp"

namespace scoreline::wire {

/// Immutable, thread-safe; the table must outlive it. Broken JSON gives missing fields, never a read out of bounds.
class FieldsReader {
 public:
  explicit FieldsReader(const core::PathTable& paths);

  /// Replaces all slots: name, type, source, `properties.*`, `context.*`, `traits.*` (the activity's own). Views in
  /// `out` live as long as the activity stays as it is.
  void read(const core::Activity& activity, core::Fields& out) const;
  /// Replaces all slots by a lead's traits ("traits.<key>..."); a value "null" is a missing trait.
  void read_traits(std::span<const core::Trait> lead_traits, core::Fields& out) const;

 private:
  const core::PathTable& paths_;
};

}  // namespace scoreline::wire
