#pragma once
/// What the collector stores of one call: the caller's own JSON with the members that we decide replaced, copied member
/// by member (no document tree). Facts: tracking API 3 and 4.
#include <optional>
#include <string>
#include <string_view>

#include "base/hash.hpp"
#include "base/time.hpp"

namespace scoreline::producers {

struct CallContext {
  std::string_view type;                 // from the path; "" (batch): the event's own
  std::string_view source;               // name of the write key
  std::string_view ip;                   // put into context.ip where that is missing; "": not known or not wanted
  base::Instant received_at;             // to the millisecond
  std::optional<base::Instant> sent_at;  // of the batch or the request
  bool trusted = false;                  // may say `machine`
  bool history = false;                  // an import
  base::HashKey hash_key{};              // for message ids that are missing
};

/// Appends the record's value to `out`. `event` is an object that check_json has passed.
/// - timestamp = receivedAt - (sentAt - original), original = originalTimestamp else timestamp; with none: receivedAt.
///   A wrong client clock cancels out. An original that cannot be read stays, for the decoder to refuse. Of an import
///   the timestamp stands as it is (else originalTimestamp).
/// - messageId, where missing, from (source, event, client timestamp): a repeated POST has the same again.
/// - writeKey, receivedAt, history and (untrusted) machine of the caller are dropped, and so are member names written
///   with escapes: no known name needs them, and they would pass by what is dropped here.
void append_tracking_value(std::string& out, std::string_view event, const CallContext& call);

}  // namespace scoreline::producers
