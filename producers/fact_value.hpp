#pragma once
/// What the collector stores of one fact of crm.events (semantics 11): the sender's own JSON, copied member by member
/// (no document tree), with `receivedAt` ours.
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"
#include "core/activity.hpp"

namespace scoreline::producers {

/// Appends the record's value to `out` and reads it as identity will. `fact` is an object that check_json has passed.
/// Thread-safe. Error codes: those of wire::decode_crm; a `time.tick` is nobody's to send.
/// - receivedAt and writeKey of the sender are dropped, and so are member names written with escapes: no known name
///   needs them, and they would pass by what is dropped here.
/// - nothing is made up: a fact without messageId is refused, because only its sender can tell a repetition.
base::Result<core::InputEvent> append_fact_value(std::string& out, std::string_view fact, base::Instant received_at);

}  // namespace scoreline::producers
