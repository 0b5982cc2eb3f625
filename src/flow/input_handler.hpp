#pragma once
/// The handler side of a consumer of input topics (identity): who is it, once. The flow decodes, drops repeated message
/// ids, hands events over one by one in log order, and publishes what is emitted; the handler loads, decides, saves.
#include <functional>
#include <span>
#include <string_view>

#include "base/result.hpp"
#include "core/activity.hpp"

namespace scoreline::flow {

/// What surrounds one event.
struct InputContext {
  core::Instant now;            // largest log time of the lane so far, this event included: the `at` of what is decided
  core::Instant log_time;       // of this event
  base::Hash128 scope;          // keyed hash of topic, writer, record key and message id: names the cause for ever
  /// Writes a record into `lead.activities`, into the partition of record.lead, in call order. Records of kind tick go to
  /// every partition. Returns the record as it is written; valid until the next call.
  std::function<std::string_view(const core::LeadRecord&)> emit;
};

class InputHandler {
 public:
  virtual ~InputHandler() = default;
  /// Starts a batch: forgets everything of the last one and loads in bulk what these events may touch.
  virtual void load(std::span<const core::InputEvent> events) = 0;
  /// Decides one event. An error: the event is a dead letter and must have changed nothing (its message id is not
  /// remembered).
  virtual base::Result<bool> handle(const core::InputEvent& event, const InputContext& context) = 0;
  /// Writes the batch in bulk, keys sorted. Throws base::Conflict when another lane was faster.
  virtual void save() = 0;
};

}  // namespace scoreline::flow
