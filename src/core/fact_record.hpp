#pragma once
/// One record of `lead.scores`, `lead.intents` or `lead.customers`, as a value: a fact about a lead that was found from
/// `lead.activities` alone (design 3; semantics 4.4, 5, 8).
#include <cstdint>
#include <string>

#include "base/time.hpp"
#include "core/ids.hpp"
#include "core/place.hpp"

namespace scoreline::core {

struct FactRecord {
  enum class Kind : std::uint8_t {
    tier_changed,      // lead.scores: from, to, value = the score
    score,             // lead.scores: the score changed, its tier did not
    intent_changed,    // lead.intents: intent, from, to, value
    customer_changed,  // lead.customers: the figures, and whether a churn alarm is given
    part,              // `lead` is merged into `other`: what was kept for it, part of parts
    mark               // everything up to `cause` has been written; about no lead
  } kind = Kind::tier_changed;
  LeadId lead, other;
  std::string intent;        // intent_changed: its id
  std::string from, to;      // tier or level ids; "": none
  std::string value;         // as shown: "40.00"
  std::string customer;      // customer_changed: the fields of semantics 8 as a JSON object; "": no customer any more
  bool churn_alarm = false;  // customer_changed: the signal customer.churn_risk
  Place cause;               // a mark: Place::end_of_record or end_of_rulebook
  base::Instant now = base::kNever;  // log time of the decision; kNever: none was ever made
  std::uint32_t part = 0, parts = 1;
  std::string payload;  // part: bytes, opaque to all but who wrote them; sealable
};

}  // namespace scoreline::core
