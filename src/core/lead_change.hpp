#pragma once
/// One record of `lead.changes`, as a value: per lead and cause all that changed, and the facts as they stood after it
/// (design 3). Triggers and sequences decide from such a record alone.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/activity.hpp"
#include "core/place.hpp"

namespace scoreline::core {

/// An occasion beside the activity itself, in the order of semantics 1.1: churn risk, tier, intents, stages.
struct Signal {
  enum class Kind : std::uint8_t { churn_risk, tier, intent, stage } kind = Kind::tier;
  std::string subject;   // intent or pipeline id
  std::string from, to;  // tier, level or stage ids; "": none (a new deal comes from nowhere)
  std::string value;     // tier: the score, intent: its value, as shown
  std::string deal;      // stage: the deal's id
  std::string by;        // stage: "route", the advance's id, or the person of a manual move
  bool manual = false;   // stage
};

/// What conditions of triggers and sequences may ask for (semantics 2.2), after everything of the cause.
struct ChangeFacts {
  std::string tier;                                         // "": none
  std::vector<std::pair<std::string, std::string>> levels;  // intent id, level id: those with a level
  std::vector<std::pair<std::string, std::string>> stages;  // pipeline id, stage of its newest deal
  std::string customer;  // JSON object of the fields of semantics 8; "": no ERP document
  std::vector<std::pair<std::uint64_t, std::int32_t>> did;  // (Match::hash, within_days) of those that hold
  std::vector<Trait> traits;                                // those that conditions name, and `timezone`; personal
};

struct LeadChange {
  enum class Kind : std::uint8_t {
    changed,    // signals, or an activity that a rule names
    retracted,  // the cause named by `cause_key` is taken back
    merged,     // `lead` is merged into `other`: the payload is what customers, scoring, intent and stages kept for it
    taken,      // `lead` took in `other`: the payload is all that was kept for that
    erased,     // `lead` is gone, for good
    mark        // everything up to `cause` has been written; about no lead
  } kind = Kind::changed;
  LeadId lead, other;
  Place cause;                 // in lead.activities; a mark: end_of_record or end_of_rulebook
  std::string cause_key;       // names the cause for ever, whatever offsets and lead ids (hex): the key of effects
  Instant now = base::kNever;  // `at` of what is decided
  Instant log_time;            // of the record that caused it, which may lie before `now`; of a sweep: the midnight
  std::uint64_t rulebook = 0;  // the version that decides
  std::string suppressed;      // "", or why nothing may fire: history, loop, rulebook, replay
  bool retracted = false;      // its cause was taken back before it came: what fires on it is marked so
  std::int32_t depth = 0;      // of the cause
  std::optional<Activity> activity;  // an occasion: human, not retracted, and named by a trigger or sequence
  std::vector<Signal> signals;
  ChangeFacts facts;                  // kind changed
  std::string refused;                // a manual move that named no pipeline or stage: the reason
  std::string merge_id;               // merged
  std::uint32_t part = 0, parts = 1;  // merged, taken: the payload comes in numbered parts where large
  std::string payload;                // merged, taken: an encoded flow::Handover; sealable
};

}  // namespace scoreline::core
