#pragma once
/// The batch loop: one process of one consumer, over all lanes that Kafka assigns to it (design 5).
///
/// step() does one round and never waits long; a process calls it in a loop, a test interleaves the steps of several
/// runners. One transaction spans the batches of all lanes; lanes that were lost meanwhile are dropped and the rest is
/// repeated. Derived records are published from memory after the commit while the next batch goes on.
///
/// Not thread-safe: one thread owns a runner.
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/errors.hpp"
#include "flow/consumer.hpp"
#include "flow/lane_queue.hpp"
#include "flow/publisher.hpp"

namespace scoreline::flow {

struct RunnerPorts {
  Source& source;
  LogReader& reader;
  Sink& sink;
  Session& session;
  LaneTable& lanes;
  OutboxTable& outbox;
  DeadLetterTable& dead_letters;
};

struct RunnerOptions {
  std::string group;                        // for anchors: the group whose hints are compared
  std::size_t batch_records = 10'000;       // over all lanes
  std::size_t lane_records = 5'000;         // of one lane
  std::size_t waiting_records = 50'000;     // ordered consumers: over all lanes and inputs, while one input is behind
  std::chrono::milliseconds poll_wait{20};
  std::chrono::milliseconds retake_after{3'000};  // a lane that was fenced and is still assigned
  std::int64_t backoff_us_min = 100'000, backoff_us_max = 30 * base::kSecondUs;
  PublisherOptions publisher;
  std::function<std::int64_t()> steady_us = base::steady_us;
};

/// What a lane is doing, for readiness and logs.
struct LaneView {
  std::int32_t lane = 0;
  bool running = false;
  std::string halted;                       // why it stands still
  LaneState state;
};

class Runner {
 public:
  Runner(Consumer& consumer, LaneCache& cache, RunnerPorts ports, RunnerOptions options);

  /// One round: acknowledgements, assignment, records, at most one batch. True when something was done.
  bool step();
  /// Finishes what is committed: waits for the broker at most `limit`, notes what it acknowledged. Leaves nothing open.
  void shut_down(std::chrono::milliseconds limit);
  std::vector<LaneView> view() const;
  /// Why nothing moves at present (a peer is away), "" when all is well.
  const std::string& trouble() const { return trouble_; }

 private:
  struct Lane {
    std::uint64_t epoch = 0;
    LaneState state;
    LaneQueue queue;
    std::vector<std::string> topic_ids;      // per input
    bool more = true;                        // has work without new records
    bool stalled = false;                    // could do nothing with what is there
    std::size_t reach = 0;                   // takes so many records at least: those of one decision are handled together
    std::int64_t looked_at_us = 0;           // ordered: since when nobody looked whether a gap is overdue
    std::string halted;
    std::uint64_t last_output = 0;           // the newest batch of ours that wrote records
  };
  struct Attempt {
    std::vector<LaneWork> works;
    std::vector<LaneState> states;           // the copies that the works point to
    std::vector<std::vector<InRecord>> records;
    std::vector<core::Place> horizons;
    bool single = false;                     // one record, with all that belongs to it
  };
  enum class Result : std::uint8_t { done, again, nothing, idle };

  PollRequest poll_request(bool overdue, bool busy) const;
  void take_events(PollResult polled);
  void gain_lanes();
  void gain(std::int32_t lane);
  std::string anchor_problem(const LaneRow& row, std::vector<LogState>& logs);
  std::string input_problem(const InputPosition& input, Topic topic, std::int32_t lane, const LogState& log);
  void drop(std::int32_t lane);
  void halt(std::int32_t lane, const std::string& reason);
  void note_halts();

  bool work();
  bool waits_too_long(Lane& lane) const;
  Attempt prepare();
  Result run(Attempt& attempt);
  Result decide(Attempt& attempt);
  bool drop_halted(Attempt& attempt);
  Result drop_idle(Attempt& attempt);
  bool does_nothing(const LaneWork& work) const;
  Result resolve_lost(Attempt& attempt, const std::vector<std::int32_t>& lost);
  void resolve_doubt(Attempt& attempt);
  void apply(Attempt& attempt);
  void give_back(Attempt& attempt);
  void advance(Lane& lane, LaneWork& work, std::vector<InRecord>& records);
  void refuse(Attempt& attempt, const std::string& why);
  void skip(Attempt& attempt, const InRecord& record, const std::string& why);
  void back_off(const std::string& why);

  Consumer& consumer_;
  LaneCache& cache_;
  RunnerPorts ports_;
  RunnerOptions options_;
  Publisher publisher_;
  std::map<std::int32_t, Lane> lanes_;
  std::map<std::int32_t, std::int64_t> wanted_;  // assigned, not taken over yet: when to try
  std::set<std::int32_t> unnoted_;               // halted or going on again, not written down yet
  LockMode lock_;
  int conflicts_ = 0;
  std::size_t single_ = 0;                       // records that are still to be handled one by one
  std::int64_t wait_until_us_ = 0;
  std::int64_t last_poll_us_ = 0;
  std::int64_t backoff_us_ = 0;
  std::string trouble_;
};

}  // namespace scoreline::flow
