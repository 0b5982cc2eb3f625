#pragma once
/// A consumer of lead.activities and of what two others found in it; its handler writes down what it was told.
#include <fmt/format.h>

#include <string>
#include <vector>

#include "flow/lead_consumer.hpp"
#include "flow/memory_broker.hpp"
#include "flow/memory_identity.hpp"
#include "flow/runner.hpp"
#include "wire/fact_record.hpp"
#include "wire/lead_record.hpp"

namespace scoreline::flow::facts {

using core::FactRecord;
using core::LeadRecord;
using core::Place;
using core::RecordKind;

constexpr std::int64_t kStartUs = 20'000 * base::kDayUs + 3'600 * base::kSecondUs;  // one o'clock
inline const base::Day kDay{20'000};

/// Rows that the database refuses where an activity "poison" was counted.
struct Poisoned final : RowBuffer {
  void save() override {
    if (poisoned) throw base::Refused("no such thing");
  }
  void clear() override { poisoned = false; }
  bool poisoned = false;
};

/// Keeps the activities it counted and the tiers it learned, as a text. Wants to be woken on the next day by "wake".
struct Listener final : LeadHandler {
  explicit Listener(Poisoned& rows) : rows(rows) {}
  Poisoned& rows;
  void count(const core::Activity& activity, int sign, CountFor which, LeadData& lead) override {
    if (!which.active) return;
    rows.poisoned = rows.poisoned || activity.name == "poison";
    lead.state += (sign > 0 ? "+" : "-") + activity.name;
    if (activity.name == "wake") lead.wake_on = base::day_of(activity.at) + 1;
  }
  void learn(const FactRecord& fact, LeadData& lead) override { lead.state += "(" + fact.to + ")"; }
  void evaluate(const LeadContext& context, LeadData& lead) override {
    lead.wake_on.reset();
    if (lead.state.ends_with("+wake")) lead.wake_on = base::day_of(context.now) + 1;
    context.emit("value",
                 fmt::format("{}@{}.{}={}", context.lead.value, context.place.offset,
                             context.place.phase == Place::Phase::record
                                 ? std::to_string(context.place.n)
                                 : (context.place.phase == Place::Phase::day ? base::format_date(context.place.day)
                                                                             : std::string("rulebook")),
                             lead.state));
  }
  void merge(const LeadContext&, LeadData& other, LeadData& lead) override { lead.state += "[" + other.state + "]"; }
  void encode(LeadData&) override {}
};

/// stages' place: the log, and two who find something in it.
struct House {
  std::vector<Topic> inputs{Topic::lead_activities, Topic::lead_scores, Topic::lead_intents};
  MemoryBroker broker{1};
  MemoryDatabase database;
  MemorySession session{database};
  MemorySource source{broker, "stages", inputs};
  MemoryReader reader{broker};
  MemorySink sink{broker};
  MemoryLanes lanes{session};
  MemoryOutbox outbox{session};
  MemoryDeadLetters letters{session};
  MemoryLeads leads{session, "stages"};
  MemoryHeld held{session, "stages"};
  MemoryRuleBooks table{session};
  Poisoned rows;
  RuleBooks books{&table, std::make_shared<core::RuleBook>(),
                  [this](auto, auto) { return std::make_unique<Listener>(rows); }};
  std::int64_t clock_us = 1;
  LeadConsumer consumer;
  Runner runner;
  std::map<Topic, std::uint64_t> seq;

  explicit House(std::size_t sweep_leads = 100, std::size_t lane_records = 100)
      : consumer(
            {"stages", inputs, 1, LockMode::none, true}, {leads, held, books, &reader, &rows},
            std::make_unique<ChangeOutput>(), [this] { return clock_us; }, options(sweep_leads)),
        runner(consumer, consumer, {source, reader, sink, session, lanes, outbox, letters},
               runner_options(lane_records)) {
    source.assign({0});
  }
  static LeadConsumerOptions options(std::size_t sweep_leads) {
    LeadConsumerOptions made;
    made.lane.output = Topic::lead_changes;
    made.sweep_leads = sweep_leads;
    return made;
  }
  RunnerOptions runner_options(std::size_t lane_records) {
    RunnerOptions made;
    made.group = "stages";
    made.lane_records = lane_records;
    made.poll_wait = std::chrono::milliseconds(0);
    made.steady_us = [this] { return clock_us; };
    return made;
  }

  void put(const LeadRecord& record, std::int64_t time_us) {
    StoredRecord stored;
    stored.time = {time_us};
    stored.value = wire::encode(record);
    broker.append(Topic::lead_activities, 0, stored);
  }
  /// An activity of the given name; days after the start.
  void put(std::uint64_t lead, const std::string& name, std::int64_t days = 0) {
    LeadRecord record;
    record.lead = {lead};
    record.activity.name = name;
    record.activity.type = "track";
    record.activity.message_id = "m";
    record.activity.at = {kStartUs + days * base::kDayUs};
    put(record, record.activity.at.us);
  }
  void put(RecordKind kind, std::uint64_t lead, std::uint64_t other) {
    LeadRecord record;
    record.kind = kind;
    record.lead = {lead};
    record.other = {other};
    put(record, kStartUs);
  }
  void find(Topic topic, FactRecord fact) {
    StoredRecord stored;
    wire::encode(fact, stored.value);
    stored.stream = std::string(declaration(topic).name) + "/0";
    stored.seq = ++seq[topic];
    broker.append(topic, 0, stored);
  }
  void fact(Topic topic, const Place& place, std::uint64_t lead, const std::string& tier) {
    FactRecord fact;
    fact.lead = {lead};
    fact.cause = place;
    fact.now = {kStartUs};
    fact.from = "cold";
    fact.to = tier;
    fact.value = "1.00";
    find(topic, fact);
  }
  void mark(Topic topic, const Place& place) {
    FactRecord fact;
    fact.kind = FactRecord::Kind::mark;
    fact.cause = place;
    fact.now = {kStartUs};
    find(topic, fact);
  }
  void marks(std::int64_t offset) {
    for (const Topic topic : {Topic::lead_scores, Topic::lead_intents}) mark(topic, Place::end_of_record(offset));
  }
  void run(int steps = 60) {
    for (int i = 0; i < steps; ++i) runner.step();
  }
  std::string written() {
    std::string all;
    for (const StoredRecord& record : broker.log(Topic::lead_changes, 0))
      if (record.type == "value") all += record.value + " ";
    return all;
  }
  std::int64_t handled(std::size_t input = 0) {
    return database.lanes[{"stages", 0}].state.inputs.at(input).next_offset;
  }
  std::string halted() { return database.lanes[{"stages", 0}].halted; }
};

}  // namespace scoreline::flow::facts
