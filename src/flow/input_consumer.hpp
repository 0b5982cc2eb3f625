#pragma once
/// The consumer of the input topics: decodes, drops what was accepted before, keeps what never works as dead letters,
/// and lets an InputHandler (identity) decide the rest, one event after the other.
#include <memory>
#include <string>
#include <vector>

#include "base/hash.hpp"
#include "flow/consumer.hpp"
#include "flow/emit.hpp"
#include "flow/input_handler.hpp"
#include "flow/message_ids.hpp"

namespace scoreline::flow {

struct InputConsumerOptions {
  base::HashKey hash_key{};
  /// Simulations: all lines of a topic count as one write key or connector (semantics 10).
  bool one_writer_per_topic = false;
  std::size_t record_bytes_max = 256 * 1024;  // larger inputs are dead letters: what follows from them must fit, too
  /// Simulations: a batch ends with a merge, so that it is settled before the next event (semantics 1.1).
  bool ends_with_merge = false;
};

class InputConsumer final : public Consumer, public LaneCache {
 public:
  InputConsumer(ConsumerSpec spec, InputHandler& handler, MessageIdTable& ids, InputConsumerOptions options);

  const ConsumerSpec& spec() const override { return spec_; }
  LockMode handle(std::span<LaneWork> lanes, LockMode lock) override;
  void save() override;
  void finish(bool committed) override { ids_.finish(committed); }
  void adopt(const LaneRow& row) override { ids_.adopt(row.lane); }
  void drop(std::int32_t lane) override { ids_.drop(lane); }

 private:
  struct Read {
    std::int32_t event = -1;      // index into events_, -1: refused
    std::unique_ptr<const base::Error> error;  // of a refused one
    Hash128 scope;
    bool known = false;
  };
  struct LaneReads {
    LaneWork* work = nullptr;
    std::vector<Read> reads;
  };

  bool decode_all(std::span<LaneWork> lanes);
  Read decode(const InRecord& record);
  void look_up_ids();
  void handle_lane(LaneReads& lane);
  void refuse(LaneWork& work, const InRecord& record, const base::Error& error);

  ConsumerSpec spec_;
  InputHandler& handler_;
  MessageIds ids_;
  InputConsumerOptions options_;
  ActivityEmitter emitter_;
  std::vector<core::InputEvent> events_;  // of the batch: the first event_count_; their strings are used again
  std::size_t event_count_ = 0;
  std::vector<LaneReads> lanes_;
  std::string scope_text_;
};

}  // namespace scoreline::flow
