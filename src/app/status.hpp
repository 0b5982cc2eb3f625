#pragma once
/// How far everything has come: what `scoreline status` shows. collecting is apart from showing.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "flow/topology.hpp"
#include "kafka/log_ends.hpp"

namespace scoreline::app {

struct LaneStatus {
  std::string consumer;
  std::int32_t lane = 0;
  bool there = false;  // a lane row; without one the whole log waits
  bool owned = false;  // the owner's connection lives
  std::string owner, halted;
  base::Instant now = base::kNever;      // largest log time handled
  std::vector<std::int64_t> next, ends;  // per input topic
  std::int64_t lag_records = 0, lag_seconds = 0;
  std::uint64_t batch_no = 0, acked_batch = 0, rulebook_version = 0;
  std::int64_t outbox_rows = 0;  // committed and not yet acknowledged by Kafka
  std::vector<std::string> waits_for;  // consumers without which it cannot go on, see settle_waits()
};

struct DeadLetterCount {
  std::string consumer, code;
  std::int64_t count = 0;
};

struct RuleBookStatus {
  std::uint64_t active = 0;  // 0: none
  std::string active_note;
  std::uint64_t preparing = 0;       // 0: none
  std::int64_t done = 0, total = 0;  // records counted back
  std::int32_t lanes_ready = 0, lanes = 0;
};

struct MigrationStatus {
  std::string version;  // the last one that was applied, "" = none
  std::int64_t pending = 0;
  std::string problem;  // changed files and the like
};

struct Status {
  std::vector<LaneStatus> lanes;  // by consumer, lane
  std::vector<DeadLetterCount> dead_letters;
  RuleBookStatus rulebook;
  MigrationStatus migrations;
  std::int64_t lag_records() const;  // over all lanes, plus what lies unpublished in outboxes
  std::int64_t lag_seconds() const;  // of the slowest lane
  std::int64_t outbox_rows() const;
  std::int64_t halted() const;
};

/// `ranges`: per input of the consumer and partition. Adds lanes that have no row. A lane's lag in seconds is the age of
/// what it handled last, 0 when nothing waits.
void settle_lag(std::vector<LaneStatus>& lanes, const std::string& consumer, const std::vector<std::vector<kafka::PartitionRange>>& ranges,
                base::Instant wall);

/// Who waits for whom (design 5, One order for decisions): the lane of a consumer that merges its inputs by cause waits for
/// each of those that write its other inputs and have not passed the record of the common log at which it stands, while
/// that log has more. After settle_lag() of all consumers.
void settle_waits(std::vector<LaneStatus>& lanes, const std::vector<flow::ConsumerDeclaration>& consumers);

std::string to_json(const Status& status);
struct StatusText {
  bool colours = false;
  bool all_lanes = false;  // else only what is behind, halted or unowned when there are many
};
std::string to_text(const Status& status, const StatusText& how);

}  // namespace scoreline::app
