#pragma once
/// Publishes committed batches, in order, until the broker has them (design 5, Batch 3). Keeps what is not acknowledged
/// in memory; after a producer died everything unacknowledged goes again, oldest first. Readers drop what comes twice.
#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>

#include "flow/ports.hpp"

namespace scoreline::flow {

struct PublisherOptions {
  std::size_t batches_max = 8;               // unacknowledged per lane before it waits
  std::size_t bytes_max = 64 * 1024 * 1024;  // unacknowledged per lane before it waits
};

class Publisher {
 public:
  Publisher(Sink& sink, std::string consumer, PublisherOptions options) : sink_(sink), consumer_(std::move(consumer)), options_(options) {}

  /// Sends a committed batch. Batches of one lane come in order of their numbers.
  void publish(BatchId id, OutBatch batch);
  /// Takes in what the broker acknowledged; starts a dead producer anew. True when something happened.
  bool poll(std::chrono::milliseconds wait);
  /// The newest batch of the lane up to which everything is acknowledged (0: nothing since adopt()).
  std::uint64_t acknowledged(std::int32_t lane) const;
  /// The lane is ours; what lies up to `acked_batch` needs nothing. Had we owned it before with batches still on their
  /// way, the producer starts anew, so that no two sends of one batch are under way.
  void adopt(std::int32_t lane, std::uint64_t acked_batch);
  /// The lane is not ours any more: its batches are the next owner's business. Ones on their way may still arrive.
  void drop(std::int32_t lane) { lanes_.erase(lane); }
  bool full(std::int32_t lane) const;
  bool idle() const;

 private:
  struct Waiting {
    std::uint64_t batch_no = 0;
    bool acknowledged = false;
    std::shared_ptr<OutBatch> batch;  // shared: a dropped lane's bytes live until the producer is done with them
  };
  struct Lane {
    std::uint64_t acknowledged = 0;
    std::size_t bytes = 0;
    std::deque<Waiting> waiting;
  };

  void start_anew();
  void send(std::int32_t lane, const Waiting& waiting);
  void acknowledge(BatchId id);

  Sink& sink_;
  std::string consumer_;
  PublisherOptions options_;
  std::map<std::int32_t, Lane> lanes_;
  std::map<std::pair<std::int32_t, std::uint64_t>, std::shared_ptr<OutBatch>> in_flight_;
};

}  // namespace scoreline::flow
