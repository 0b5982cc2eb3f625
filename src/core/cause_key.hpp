#pragma once
/// Names of causes for ever (design 5, Replay; semantics 7): what effects are keyed by. Neither lead ids nor offsets
/// enter, so whoever replays the log derives the same. 32 hex digits; a hash, because record keys are personal.
#include <cstdint>
#include <string>
#include <string_view>

#include "core/activity.hpp"

namespace scoreline::core {

/// By topic, source, record key and message id: what makes an activity one that was not accepted before (semantics 3).
std::string cause_key(const Activity& activity);
/// The evaluation after an activity was taken back.
std::string retraction_key(const Activity& original);
/// A midnight of the lead that was founded by the cause named `founding`.
std::string midnight_key(std::string_view founding, Day day);
/// The evaluation of a lead by a rule book that became active.
std::string rulebook_key(std::string_view founding, std::uint64_t version);

}  // namespace scoreline::core
