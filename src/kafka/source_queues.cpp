#include "kafka/source_queues.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "kafka/client.hpp"

namespace scoreline::kafka {

PartitionQueues::~PartitionQueues() {
  for (const auto& part : parts_)
    if (part) mute(*part);
}

// On a thread of librdkafka, which holds the queue's lock: after mute() it cannot run any more.
void PartitionQueues::on_filled(rd_kafka_t*, void* raw) {
  auto* part = static_cast<Part*>(raw);
  PartitionQueues& owner = *part->owner;
  const std::lock_guard lock(owner.mutex_);
  owner.signalled_.push_back(part);
  owner.came_.notify_one();
}

void PartitionQueues::mute(Part& part) {
  if (part.queue) rd_kafka_queue_cb_event_enable(part.queue.get(), nullptr, nullptr);
}

void PartitionQueues::note_filled(Part& part) {
  if (part.filled) return;
  part.filled = true;
  filled_.push_back(&part);
}

void PartitionQueues::separate(std::size_t place, const std::string& topic, std::int32_t partition) {
  if (place >= parts_.size()) parts_.resize(place + 1);
  if (!parts_[place]) parts_[place] = std::make_unique<Part>(Part{this, place, {}, false});
  Part& part = *parts_[place];
  mute(part);
  part.queue.reset(rd_kafka_queue_get_partition(reader_, topic.c_str(), partition));
  SCORELINE_CHECK(part.queue, "a reader has a queue for every partition");
  rd_kafka_queue_forward(part.queue.get(), nullptr);
  rd_kafka_queue_cb_event_enable(part.queue.get(), on_filled, &part);
  // What is left of an earlier assignment: records that are outdated, errors that librdkafka does not know to be.
  while (read_one(part, 1'000, [](const Message&) {}) > 0) continue;
  note_filled(part);
}

void PartitionQueues::read(std::size_t max, const std::function<bool(std::size_t place)>& wants,
                           const std::function<void(Message)>& take) {
  {
    const std::lock_guard lock(mutex_);
    for (Part* part : signalled_) note_filled(*part);
    signalled_.clear();
  }
  const auto is_empty = [](const Part* part) { return !part->filled; };
  turn_.clear();
  for (Part* part : filled_)
    if (wants(part->place)) turn_.push_back(part);
  while (max > 0 && !turn_.empty()) {
    const std::size_t share = std::max<std::size_t>(1, max / turn_.size());
    for (Part* part : turn_) {
      const std::size_t asked = std::min(share, max);
      if (asked == 0) break;
      const std::size_t count = read_one(*part, asked, take);
      max -= count;
      part->filled = count == asked;
    }
    std::erase_if(turn_, is_empty);
  }
  std::erase_if(filled_, is_empty);
  // Another one begins the next time, so that a small `max` comes to everybody, too.
  if (!filled_.empty()) std::rotate(filled_.begin(), filled_.begin() + 1, filled_.end());
}

// Fewer than `max`: the queue was empty at that moment.
std::size_t PartitionQueues::read_one(Part& part, std::size_t max, const std::function<void(Message)>& take) {
  if (buffer_.size() < max) buffer_.resize(max);
  const ssize_t count = rd_kafka_consume_batch_queue(part.queue.get(), 0, buffer_.data(), max);
  for (ssize_t i = 0; i < count; ++i) take(Message(buffer_[static_cast<std::size_t>(i)]));
  return count > 0 ? static_cast<std::size_t>(count) : 0;
}

void PartitionQueues::wait(std::chrono::milliseconds limit) {
  std::unique_lock lock(mutex_);
  came_.wait_for(lock, limit, [this] { return !signalled_.empty(); });
}

}  // namespace scoreline::kafka
