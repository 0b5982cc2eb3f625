#include "app/status_facts.hpp"

#include <algorithm>

#include "app/process.hpp"
#include "flow/topology.hpp"
#include "pg/migrations.hpp"

namespace scoreline::app {
namespace {

LaneStatus lane_of(const pg::LaneView& view) {
  LaneStatus lane;
  lane.consumer = view.consumer;
  lane.lane = view.lane;
  lane.there = true;
  lane.owned = view.owned;
  lane.owner = view.owner;
  lane.halted = view.halted;
  lane.now = view.now;
  lane.next = view.next_offsets;
  lane.batch_no = view.batch_no;
  lane.acked_batch = view.acked_batch;
  lane.rulebook_version = view.rulebook_version;
  lane.outbox_rows = view.unpublished;
  return lane;
}

RuleBookStatus rulebook_status(Store& store, std::int32_t partitions) {
  using State = flow::StoredRuleBook::State;
  RuleBookStatus status;
  for (const pg::RuleBookView& book : store.views().rulebooks()) {
    if (book.state == State::activated) {
      status.active = book.version;
      status.active_note = book.note;
    }
    if (book.state == State::prepared) status.preparing = book.version;
  }
  if (status.preparing == 0) return status;
  status.lanes = partitions;
  for (const flow::CountBackProgress& lane : store.views().progress(status.preparing)) {
    status.done += lane.done;
    status.total += lane.total;
    status.lanes_ready += lane.ready ? 1 : 0;
  }
  return status;
}

}  // namespace

MigrationStatus collect_migrations(const Settings& settings) {
  pg::MigrationOptions options;
  options.dsn = settings.postgres_dsn;
  const pg::Migrations migrations(std::move(options));
  MigrationStatus status;
  for (const pg::MigrationStatus& row : migrations.status()) {
    if (row.state == pg::MigrationStatus::State::pending)
      ++status.pending;
    else
      status.version = std::max(status.version, row.version);
  }
  const auto problems = migrations.verify();
  if (!problems.empty()) status.problem = problems.front();
  return status;
}

// Lanes and outboxes first, all in one look, and the ends of the logs after them: no lag then means that every record up
// to those ends had been handled, and what followed from it published, before we looked.
Status collect_status(const Settings& settings, Store& store) {
  Status status;
  const auto partitions = static_cast<std::int32_t>(settings.kafka_partitions);
  for (const pg::LaneView& view : store.views().lanes()) status.lanes.push_back(lane_of(view));
  std::vector<flow::Topic> topics;
  for (const flow::ConsumerDeclaration& consumer : flow::consumers()) topics.insert(topics.end(), consumer.inputs.begin(), consumer.inputs.end());
  const auto ranges = kafka::log_ranges(kafka_settings_of(settings), topics, partitions);
  std::size_t first = 0;
  const base::Instant wall = base::wall_clock();
  for (const flow::ConsumerDeclaration& consumer : flow::consumers()) {
    const auto begin = ranges.begin() + static_cast<std::ptrdiff_t>(first);
    settle_lag(status.lanes, std::string(consumer.name), {begin, begin + static_cast<std::ptrdiff_t>(consumer.inputs.size())}, wall);
    first += consumer.inputs.size();
  }
  settle_waits(status.lanes, flow::consumers());
  for (const pg::DeadLetterView& letters : store.views().dead_letters())
    status.dead_letters.push_back({letters.consumer, letters.code, letters.count});
  status.rulebook = rulebook_status(store, partitions);
  status.migrations = collect_migrations(settings);
  return status;
}

}  // namespace scoreline::app
