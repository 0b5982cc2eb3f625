#include "flow/input_consumer.hpp"

#include <algorithm>

#include "base/metrics.hpp"
#include "flow/message_scope.hpp"
#include "wire/input_event.hpp"

namespace scoreline::flow {
namespace {

using Kind = core::InputEvent::Kind;

/// What a record of lead.activities usually has beyond its input: room is made in advance.
constexpr std::size_t kEnvelopeBytes = 256;

base::metrics::Counter& counted(const char* outcome) {
  return base::metrics::counter("input_events_total", "events read from input topics by what became of them", {{"outcome", outcome}});
}

base::Result<bool> take(base::Result<core::InputEvent> decoded, core::InputEvent& event) {
  if (!decoded) return decoded.error();
  event = std::move(*decoded);
  return true;
}

base::Result<bool> decode_record(Topic topic, const InRecord& record, core::InputEvent& event) {
  switch (topic) {
    case Topic::tracking_events: {
      const wire::TrackingContext context{std::string(record.write_key.empty() ? "default" : record.write_key), !record.untrusted, record.log_time};
      return wire::decode_tracking(record.value, context, event);
    }
    case Topic::crm_events: return take(wire::decode_crm(record.value, record.log_time), event);
    case Topic::erp_changes: return take(wire::decode_erp(record.value, record.log_time), event);
    default: return base::Error{"unknown_topic", "this topic holds no input events", ""};
  }
}

}  // namespace

InputConsumer::InputConsumer(ConsumerSpec spec, InputHandler& handler, MessageIdTable& ids, InputConsumerOptions options)
    : spec_(std::move(spec)), handler_(handler), ids_(ids), options_(options), emitter_(spec_.partitions) {
  spec_.lock = LockMode::shared;
}

LockMode InputConsumer::handle(std::span<LaneWork> lanes, LockMode lock) {
  const bool alone = decode_all(lanes);
  if (alone && lock != LockMode::exclusive) return LockMode::exclusive;
  look_up_ids();
  handler_.load(std::span(events_.data(), event_count_));
  for (LaneReads& lane : lanes_) handle_lane(lane);
  return lock;
}

// True when the batch must be alone: a retraction looks for its activity in what all lanes have accepted (design 5).
bool InputConsumer::decode_all(std::span<LaneWork> lanes) {
  event_count_ = 0;
  lanes_.clear();
  bool alone = false;
  for (LaneWork& work : lanes) {
    LaneReads& lane = lanes_.emplace_back();
    lane.work = &work;
    lane.reads.reserve(work.records.size());
    for (const InRecord& record : work.records) {
      lane.reads.push_back(decode(record));
      if (lane.reads.back().event < 0) continue;
      const Kind kind = events_[event_count_ - 1].kind;
      alone = alone || kind == Kind::retraction || kind == Kind::erasure;
    }
  }
  return alone;
}

InputConsumer::Read InputConsumer::decode(const InRecord& record) {
  Read read;
  if (record.tombstone || record.value.empty()) {
    read.error = std::make_unique<base::Error>(base::Error{"invalid_json", "the record has no value", ""});
    return read;
  }
  if (record.value.size() > options_.record_bytes_max) {
    read.error = std::make_unique<base::Error>(base::Error{"too_large", "the event is larger than what can be passed on", ""});
    return read;
  }
  if (event_count_ == events_.size()) events_.emplace_back();
  core::InputEvent& event = events_[event_count_];
  const auto decoded = decode_record(spec_.inputs[record.input], record, event);
  if (!decoded) {
    read.error = std::make_unique<base::Error>(decoded.error());
    return read;
  }
  read.scope = message_scope(options_.hash_key, event.topic, options_.one_writer_per_topic ? std::string_view{} : std::string_view(event.source),
                             event.record_key, event.message_id, scope_text_);
  read.event = static_cast<std::int32_t>(event_count_++);
  return read;
}

void InputConsumer::look_up_ids() {
  std::vector<Hash128> ids;
  for (LaneReads& lane : lanes_) {
    ids.clear();
    for (const Read& read : lane.reads) ids.push_back(read.scope);
    const std::vector<bool> known = ids_.known(lane.work->lane, ids);
    for (std::size_t i = 0; i < known.size(); ++i) lane.reads[i].known = known[i];
  }
}

void InputConsumer::handle_lane(LaneReads& lane) {
  static auto& accepted = counted("accepted");
  static auto& repeated = counted("repeated");
  LaneWork& work = *lane.work;
  LaneState& state = *work.state;
  std::size_t input_bytes = 0;
  for (const InRecord& record : work.records) input_bytes += record.value.size() + kEnvelopeBytes;
  work.out.reserve(input_bytes);
  InputContext context;
  bool merged = false, silent = true;
  const auto tick_where_silent = [&] {
    core::LeadRecord out;
    out.kind = core::RecordKind::tick;
    if (options_.ticks_where_silent && silent) context.emit(out);
  };
  context.emit = [this, &work, &context, &merged, &silent](const core::LeadRecord& out) {
    merged = merged || out.kind == core::RecordKind::merged;
    silent = false;
    return emitter_.emit(work, out, context.log_time);
  };
  for (std::size_t i = 0; i < lane.reads.size(); ++i) {
    const InRecord& record = work.records[i];
    const Read& read = lane.reads[i];
    work.taken = i + 1;
    if (read.event < 0) {
      refuse(work, record, *read.error);
      continue;
    }
    const core::InputEvent& event = events_[static_cast<std::size_t>(read.event)];
    const bool tick = event.kind == Kind::tick;
    if (!tick && (read.known || ids_.accepted_now(work.lane, read.scope))) {
      repeated.add();
      silent = true;
      context.log_time = record.log_time;
      tick_where_silent();
      continue;
    }
    const Instant now = std::max(state.now, record.log_time);
    context.now = now;
    context.log_time = record.log_time;
    context.scope = read.scope;
    silent = true;
    const auto done = handler_.handle(event, context);
    if (!done) {
      refuse(work, record, done.error());
      continue;
    }
    state.now = now;
    tick_where_silent();
    if (!tick) ids_.accept(work.lane, read.scope);
    accepted.add();
    if (merged && options_.ends_with_merge) return;
  }
}

void InputConsumer::refuse(LaneWork& work, const InRecord& record, const base::Error& error) {
  static auto& refused = counted("refused");
  refused.add();
  work.dead_letters.push_back(dead_letter_of(spec_, record, error));
}

void InputConsumer::save() {
  for (const LaneReads& lane : lanes_) ids_.save(lane.work->lane, lane.work->state->batch_no, lane.work->state->now);
  handler_.save();
}

}  // namespace scoreline::flow
