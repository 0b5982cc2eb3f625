#pragma once
/// One record of `lead.firings`, as a value: what triggers made of a record of `lead.changes` (semantics 7).
#include <cstdint>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "core/ids.hpp"
#include "core/place.hpp"

namespace scoreline::core {

struct FiringRecord {
  enum class Kind : std::uint8_t {
    fired,      // a trigger fired for `lead`, or was suppressed
    retracted,  // the firings that `cause_key` caused are marked retracted
    part,       // `lead` is merged into `other`: what triggers kept for it
    mark        // everything up to `cause` (a record of lead.changes) has been written
  } kind = Kind::fired;
  LeadId lead, other;
  std::string trigger;
  std::string key;                 // names the firing for ever (hex): trigger, cause, place of the occasion
  std::string cause_key;           // of the change
  std::uint32_t occasion = 0;      // its place in the order of semantics 1.1: 0 the activity, 1, 2, ... the signals
  std::string suppressed;          // "", cooldown, history, loop, rulebook, replay
  std::vector<std::string> enrol;  // sequences that its actions ask for, in order; empty where suppressed
  Place cause;                     // in lead.changes: record places only
  base::Instant now = base::kNever;
  std::uint64_t rulebook = 0;
  std::uint32_t part = 0, parts = 1;
  std::string payload;  // part; sealable
};

}  // namespace scoreline::core
