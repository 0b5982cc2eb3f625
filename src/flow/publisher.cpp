#include "flow/publisher.hpp"

#include "base/log.hpp"

namespace scoreline::flow {

void Publisher::publish(BatchId id, OutBatch batch) {
  Lane& lane = lanes_[id.lane];
  Waiting waiting{id.batch_no, batch.empty(), std::make_shared<OutBatch>(std::move(batch))};
  lane.bytes += waiting.batch->bytes().size();
  if (!waiting.acknowledged) send(id.lane, waiting);
  lane.waiting.push_back(std::move(waiting));
  if (lane.waiting.back().acknowledged) acknowledge(id);
}

void Publisher::send(std::int32_t lane, const Waiting& waiting) {
  in_flight_[{lane, waiting.batch_no}] = waiting.batch;
  sink_.send(consumer_ + "/" + std::to_string(lane), {lane, waiting.batch_no}, *waiting.batch);
}

void Publisher::acknowledge(BatchId id) {
  const auto found = lanes_.find(id.lane);
  if (found == lanes_.end()) return;
  Lane& lane = found->second;
  for (Waiting& waiting : lane.waiting)
    if (waiting.batch_no == id.batch_no) waiting.acknowledged = true;
  while (!lane.waiting.empty() && lane.waiting.front().acknowledged) {
    lane.acknowledged = lane.waiting.front().batch_no;
    lane.bytes -= lane.waiting.front().batch->bytes().size();
    lane.waiting.pop_front();
  }
}

bool Publisher::poll(std::chrono::milliseconds wait) {
  const SinkEvents events = sink_.poll(wait);
  for (const BatchId& id : events.acknowledged) {
    in_flight_.erase({id.lane, id.batch_no});
    acknowledge(id);
  }
  if (!events.failed) return !events.acknowledged.empty();
  base::log::warn("producer failed; starting a new one behind what is acknowledged",
                  {{"consumer", consumer_}, {"reason", events.reason}, {"next", "nothing unless this repeats: then look at the broker"}});
  start_anew();
  return true;
}

void Publisher::start_anew() {
  sink_.reset();
  in_flight_.clear();
  for (auto& [number, lane] : lanes_)
    for (const Waiting& waiting : lane.waiting)
      if (!waiting.batch->empty()) send(number, waiting);
}

std::uint64_t Publisher::acknowledged(std::int32_t lane) const {
  const auto found = lanes_.find(lane);
  return found == lanes_.end() ? 0 : found->second.acknowledged;
}

void Publisher::adopt(std::int32_t lane, std::uint64_t acked_batch) {
  lanes_[lane] = Lane{};
  lanes_[lane].acknowledged = acked_batch;
  const auto first = in_flight_.lower_bound({lane, 0});
  if (first != in_flight_.end() && first->first.first == lane) start_anew();
}

bool Publisher::full(std::int32_t lane) const {
  const auto found = lanes_.find(lane);
  if (found == lanes_.end()) return false;
  return found->second.waiting.size() >= options_.batches_max || found->second.bytes >= options_.bytes_max;
}

bool Publisher::idle() const {
  for (const auto& [number, lane] : lanes_)
    if (!lane.waiting.empty()) return false;
  return true;
}

}  // namespace scoreline::flow
