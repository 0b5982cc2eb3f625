#include "flow/lane_queue.hpp"

#include <iterator>

#include "flow/stream_check.hpp"
#include "wire/place_text.hpp"

namespace scoreline::flow {
namespace {

using core::Place;

/// What must be handled together: a record with what was found from it, or one lead of a sweep.
bool together(const InRecord& a, const InRecord& b) {
  return a.order.offset == b.order.offset && a.order.phase == b.order.phase && a.order.day == b.order.day &&
         a.order.lead == b.order.lead;
}

/// The first place behind a mark.
Place behind(const Place& mark) {
  if (mark.phase == Place::Phase::rulebook) return {mark.offset + 1, Place::Phase::day, {INT32_MIN}, {}, 0};
  return Place::of_rulebook(mark.offset, {});
}

}  // namespace

LaneQueue::LaneQueue(const std::vector<InputPosition>& inputs) : inputs_(inputs.size()) {
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    inputs_[i].last_seq = inputs[i].last_seq;
    inputs_[i].next = {INT64_MIN, Place::Phase::day, {INT32_MIN}, {}, 0};
  }
  // The log itself says where its next record stands.
  inputs_[0].next = Place::end_of_record(inputs[0].next_offset);
}

void LaneQueue::place(InRecord& record, Input& input) {
  const bool applies = judge(record.place, input.last_seq) == Arrival::apply;
  if (&input == &inputs_[0]) {
    record.order = Place::end_of_record(record.offset);
    input.next = Place::end_of_record(record.offset + 1);
    return;
  }
  const auto peeked = applies ? wire::peek_place(record.value) : std::nullopt;
  record.loose = !peeked;
  if (record.loose) return;
  record.mark = peeked->mark;
  record.order = std::max(peeked->place, input.next);
  input.next = record.mark ? behind(record.order) : record.order;
}

void LaneQueue::push(InRecord record) {
  ++size_;
  if (inputs_.empty()) {
    record.order = Place::end_of_record(record.offset);
    released_.push_back(std::move(record));
    return;
  }
  Input& input = inputs_[record.input];
  ++input.count;
  place(record, input);
  input.pending.push_back(std::move(record));
  release();
}

const Place& LaneQueue::candidate(std::size_t input) const {
  return inputs_[input].pending.empty() ? inputs_[input].next : inputs_[input].pending.front().order;
}

// Whose turn it is; the others wait for it if nothing of it is here.
std::size_t LaneQueue::first_input() const {
  std::size_t first = 0;
  for (std::size_t i = 0; i < inputs_.size(); ++i)
    if (!inputs_[i].pending.empty() && inputs_[i].pending.front().loose) return i;
  for (std::size_t i = 1; i < inputs_.size(); ++i) {
    const Place &mine = candidate(i), &best = candidate(first);
    if (mine < best || (mine == best && rank(i) < rank(first))) first = i;
  }
  return first;
}

void LaneQueue::release() {
  for (std::size_t i = first_input(); !inputs_[i].pending.empty(); i = first_input()) {
    InRecord& next = inputs_[i].pending.front();
    if (next.loose) next.order = last_released_;
    last_released_ = next.order;
    released_.push_back(std::move(next));
    inputs_[i].pending.pop_front();
  }
}

std::vector<InRecord> LaneQueue::take(std::size_t max) {
  std::vector<InRecord> records;
  while (!released_.empty()) {
    InRecord& next = released_.front();
    const bool full = records.size() >= std::max<std::size_t>(1, max);
    if (full && (inputs_.empty() || !together(records.back(), next))) break;
    if (!inputs_.empty()) --inputs_[next.input].count;
    records.push_back(std::move(next));
    released_.pop_front();
    --size_;
  }
  return records;
}

void LaneQueue::put_back(std::vector<InRecord> records, std::size_t handled) {
  for (std::size_t k = records.size(); k > handled; --k) {
    ++size_;
    if (!inputs_.empty()) ++inputs_[records[k - 1].input].count;
    released_.push_front(std::move(records[k - 1]));
  }
}

void LaneQueue::clear() {
  released_.clear();
  for (Input& input : inputs_) {
    input.pending.clear();
    input.count = 0;
  }
  size_ = 0;
}

Place LaneQueue::horizon() const {
  if (!released_.empty()) return released_.front().order;
  return inputs_.empty() ? Place::end() : candidate(first_input());
}

int LaneQueue::waits_for() const {
  if (inputs_.empty() || !released_.empty()) return -1;
  const std::size_t first = first_input();
  for (const Input& input : inputs_)
    if (!input.pending.empty()) return static_cast<int>(first);
  return -1;
}

}  // namespace scoreline::flow
