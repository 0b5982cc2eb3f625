#include "flow/input_consumer.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "base/metrics.hpp"
#include "wire/input_event.hpp"

namespace scoreline::flow {
namespace {

using Kind = core::InputEvent::Kind;

base::metrics::Counter& counted(const char* outcome) {
  return base::metrics::counter("input_events_total", "events read from input topics by what became of them", {{"outcome", outcome}});
}

base::Result<core::InputEvent> decode_record(Topic topic, const InRecord& record) {
  switch (topic) {
    case Topic::tracking_events: {
      const wire::TrackingContext context{std::string(record.write_key.empty() ? "default" : record.write_key), !record.untrusted, record.log_time};
      return wire::decode_tracking(record.value, context);
    }
    case Topic::crm_events: return wire::decode_crm(record.value, record.log_time);
    case Topic::erp_changes: return wire::decode_erp(record.value, record.log_time);
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
  handler_.load(events_);
  for (LaneReads& lane : lanes_) handle_lane(lane);
  return lock;
}

// True when the batch must be alone: a retraction looks for its activity in what all lanes have accepted (design 5).
bool InputConsumer::decode_all(std::span<LaneWork> lanes) {
  events_.clear();
  lanes_.clear();
  bool alone = false;
  for (LaneWork& work : lanes) {
    LaneReads& lane = lanes_.emplace_back();
    lane.work = &work;
    lane.reads.reserve(work.records.size());
    for (const InRecord& record : work.records) {
      lane.reads.push_back(decode(record));
      if (lane.reads.back().event < 0) continue;
      const Kind kind = events_.back().kind;
      alone = alone || kind == Kind::retraction || kind == Kind::erasure;
    }
  }
  return alone;
}

InputConsumer::Read InputConsumer::decode(const InRecord& record) {
  Read read;
  if (record.tombstone || record.value.empty()) {
    read.error = {"invalid_json", "the record has no value", ""};
    return read;
  }
  if (record.value.size() > options_.record_bytes_max) {
    read.error = {"too_large", "the event is larger than what can be passed on", ""};
    return read;
  }
  auto decoded = decode_record(spec_.inputs[record.input], record);
  if (!decoded) {
    read.error = decoded.error();
    return read;
  }
  const core::InputEvent& event = *decoded;
  scope_text_.clear();
  base::ByteWriter out(scope_text_);
  out.u64(static_cast<std::uint64_t>(event.topic));
  out.text(options_.one_writer_per_topic || event.topic == core::InputTopic::crm ? std::string_view{} : std::string_view(event.source));
  out.text(event.record_key);
  out.text(event.message_id);
  read.scope = base::keyed_hash(options_.hash_key, scope_text_);
  read.event = static_cast<std::int32_t>(events_.size());
  events_.push_back(std::move(*decoded));
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
  for (std::size_t i = 0; i < lane.reads.size(); ++i) {
    const InRecord& record = work.records[i];
    const Read& read = lane.reads[i];
    work.taken = i + 1;
    if (read.event < 0) {
      refuse(work, record, read.error);
      continue;
    }
    const core::InputEvent& event = events_[static_cast<std::size_t>(read.event)];
    const bool tick = event.kind == Kind::tick;
    if (!tick && (read.known || ids_.accepted_now(work.lane, read.scope))) {
      repeated.add();
      continue;
    }
    const Instant now = std::max(state.now, record.log_time);
    const InputContext context{now, record.log_time, read.scope,
                               [&](const core::LeadRecord& out) { emitter_.emit(work, out, record.log_time); }};
    const auto done = handler_.handle(event, context);
    if (!done) {
      refuse(work, record, done.error());
      continue;
    }
    state.now = now;
    if (!tick) ids_.accept(work.lane, read.scope);
    accepted.add();
  }
}

void InputConsumer::refuse(LaneWork& work, const InRecord& record, const base::Error& error) {
  static auto& refused = counted("refused");
  refused.add();
  work.dead_letters.push_back({spec_.name, spec_.inputs[record.input], record.lane, record.offset, record.log_time, error.code, error.message,
                               error.where, std::string(record.key), std::string(record.value)});
}

void InputConsumer::save() {
  for (const LaneReads& lane : lanes_) ids_.save(lane.work->lane, lane.work->state->batch_no, lane.work->state->now);
  handler_.save();
}

}  // namespace scoreline::flow
