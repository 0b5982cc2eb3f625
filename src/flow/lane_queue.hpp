#pragma once
/// Records of one lane on their way from the source to the consumer. Plain: first come, first served. Ordered (design
/// 5, One order for decisions): a merge of the inputs by cause. A record is let go when every other input has passed
/// its place; marks tell how far an input has come that has nothing to say.
///
/// In an ordered lane the first input is the log that the others were derived from. Its records stand at the end of
/// their own offset, behind those of the other inputs: what was found from a record is known before it is handled.
///
/// Records of the other inputs that were published again, lie beyond a gap or cannot be read have no place: they are
/// loose (InRecord) and let go at once, for the consumer to drop. Nobody waits for them, and their order says nothing.
/// Not thread-safe.
#include <cstddef>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "core/place.hpp"
#include "flow/lane_state.hpp"
#include "flow/record.hpp"

namespace scoreline::flow {

class LaneQueue {
 public:
  LaneQueue() = default;
  /// An ordered queue of a lane that goes on at `inputs`.
  explicit LaneQueue(const std::vector<InputPosition>& inputs);

  void push(InRecord record);
  /// Up to `max` records (at least one), in order; an ordered queue never separates what belongs to one place.
  std::vector<InRecord> take(std::size_t max);
  /// Records that were taken and not handled, in the same order, back to the front.
  void put_back(std::vector<InRecord> records, std::size_t handled);
  void clear();

  /// Is there anything to take?
  bool empty() const { return released_.empty(); }
  std::size_t size() const { return size_; }
  /// How many records of an input wait here; they are not to grow without bound.
  std::size_t size_of(std::size_t input) const { return input < inputs_.size() ? inputs_[input].count : size_; }
  /// Nothing comes any more at a place before this one, but what is still in here.
  core::Place horizon() const;
  /// The input that holds up the others; -1: none.
  int waits_for() const;

 private:
  struct Input {
    std::deque<InRecord> pending;
    core::Place next;       // nothing comes before this place any more
    std::size_t count = 0;  // pending and released
    std::map<std::string, std::uint64_t, std::less<>> last_seq;
  };
  void place(InRecord& record, Input& input);
  void release();
  std::size_t rank(std::size_t input) const { return input == 0 ? inputs_.size() : input; }
  const core::Place& candidate(std::size_t input) const;
  std::size_t first_input() const;

  std::vector<Input> inputs_;  // none: a plain queue
  std::deque<InRecord> released_;
  core::Place last_released_;  // loose records go along with it
  std::size_t size_ = 0;
};

}  // namespace scoreline::flow
