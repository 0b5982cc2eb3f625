#pragma once
/// Values of the input topics, read and settled (semantics 1, 3 and 11; schemas/tracking.events.json, crm.events.json,
/// erp.changes.json): types and ids are checked, times are settled, identifiers normalised, traits merged. Who it is
/// about, and whether an ERP version is accepted, is identity's business.
///
/// All functions are thread-safe and safe on any bytes: the text is checked strictly first (wire/json.hpp). Error codes
/// beside those of check_json: missing_message_id, missing_id, invalid_value, invalid_time, unknown_type,
/// unknown_event, unknown_kind, reserved_name; `where` is a JSON pointer. Errors quote no values.
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"
#include "core/activity.hpp"

namespace scoreline::wire {

/// What a record of tracking.events does not say itself.
struct TrackingContext {
  std::string source;      // name of the write key
  bool trusted = false;    // a server's write key, not a browser's
  base::Instant log_time;  // stands for `receivedAt` where that is missing
};

base::Result<core::InputEvent> decode_tracking(std::string_view json, const TrackingContext& context);
/// The same into an event that was used before: its strings keep their room. After an error `event` is worth nothing.
base::Result<bool> decode_tracking(std::string_view json, const TrackingContext& context, core::InputEvent& event);
base::Result<core::InputEvent> decode_crm(std::string_view json, base::Instant log_time);
base::Result<core::InputEvent> decode_erp(std::string_view json, base::Instant log_time);

/// Takes the claimed address out of an activity's raw JSON: `email` of its traits and of its properties (semantics 3,
/// step 0: as if it carried none).
void forget_email(core::Activity& activity, std::vector<core::Trait>& values);

}  // namespace scoreline::wire
