#pragma once
/// Conditions: `where` on an event and `when` on a lead (semantics 2.1, 2.2). Immutable once built; evaluation is pure,
/// allocates nothing and is thread-safe.
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/value.hpp"

namespace re2 {
class RE2;
}

namespace scoreline::core {

enum class Operator : std::uint8_t { is, is_not, in, contains, prefix, suffix, matches, gt, gte, lt, lte, exists };

/// A value written in a rule book.
struct Operand {
  FieldType type = FieldType::null;  // boolean, number or string
  bool boolean = false;
  Number number;
  std::string text;
};

/// `on` and `where`: which activities are meant. The unit that tallies are kept for.
struct Match;

enum class ConditionKind : std::uint8_t {
  all,        // every child holds (empty: holds); also what a table of entries is
  any,        // one child holds (empty: does not hold)
  none,       // no child holds (empty: holds)
  field,      // path, op, operands: on slots of an event's or of a lead's traits
  tier,       // op is `is` or `gte` (at_least), text = tier id
  intent,     // subject = intent id, text = level id
  stage,      // subject = pipeline id, text = stage id
  did,        // match index into RuleBook::matches, within_days (0: no window)
  customer    // subject = field name of semantics 8, op, operands
};

struct Condition {
  ConditionKind kind = ConditionKind::all;
  std::vector<Condition> children;
  PathId path = 0;
  Operator op = Operator::is;
  std::vector<Operand> operands;             // one, or several for `in`
  std::shared_ptr<const re2::RE2> pattern;   // for `matches`
  std::string subject;                       // intent, pipeline, customer field
  std::string text;                          // tier, level, stage id
  std::uint32_t match = 0;
  std::int32_t within_days = 0;
};

/// Does `op` with `condition`'s operands hold for the value? (The table of semantics 2.1.)
bool holds(const FieldValue& value, const Condition& condition);

/// What a `when` asks beyond traits. Implemented by the consumers that know; the traits-only version answers false.
class LeadFacts {
 public:
  virtual ~LeadFacts() = default;
  /// The lead's traits as slots of the rule book's PathTable ("traits.*").
  virtual const Fields& traits() const = 0;
  /// Holds for kinds tier, intent, stage, did, customer.
  virtual bool fact_holds(const Condition& condition) const = 0;
};

/// A `where`: only all, any, none and field occur.
bool holds(const Condition& condition, const Fields& event);
/// A `when`.
bool holds(const Condition& condition, const LeadFacts& lead);

}  // namespace scoreline::core
