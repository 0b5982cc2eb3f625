#include "flow/lead_consumer.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "flow/memory_broker.hpp"
#include "flow/memory_identity.hpp"
#include "flow/runner.hpp"
#include "wire/fact_record.hpp"
#include "wire/lead_record.hpp"

using namespace scoreline;
using namespace scoreline::flow;
using core::LeadRecord;
using core::RecordKind;

namespace {

/// Keeps a number per lead: activities, and what other leads brought.
struct Counter final : LeadHandler {
  static int value(const LeadData& lead) { return lead.state.empty() ? 0 : std::stoi(lead.state); }
  void count(const core::Activity&, int sign, CountFor which, LeadData& lead) override {
    if (which.active) lead.state = std::to_string(value(lead) + sign);
  }
  void evaluate(const LeadContext& context, LeadData& lead) override {
    context.emit("value", std::to_string(context.lead.value) + "=" + (lead.state.empty() ? "0" : lead.state));
  }
  void merge(const LeadContext&, LeadData& other, LeadData& lead) override {
    lead.state = std::to_string(value(lead) + value(other));
  }
  void encode(LeadData&) override {}
};

struct House {
  MemoryBroker broker{1};
  MemoryDatabase database;
  MemorySession session{database};
  MemorySource source{broker, "scoring", {Topic::lead_activities}};
  MemoryReader reader{broker};
  MemorySink sink{broker};
  MemoryLanes lanes{session};
  MemoryOutbox outbox{session};
  MemoryDeadLetters letters{session};
  MemoryLeads leads{session, "scoring"};
  MemoryHeld held{session, "scoring"};
  MemoryRuleBooks table{session};
  RuleBooks books{&table, std::make_shared<core::RuleBook>(), [](auto, auto) { return std::make_unique<Counter>(); }};
  std::int64_t clock_us = 1;
  LeadConsumer consumer{{"scoring", {Topic::lead_activities}, 1, LockMode::none},
                        {leads, held, books, &reader, nullptr},
                        std::make_unique<FactOutput>(4),
                        [this] { return clock_us; },
                        options()};
  Runner runner{consumer, consumer, {source, reader, sink, session, lanes, outbox, letters}, runner_options()};

  static LeadConsumerOptions options() {
    LeadConsumerOptions made;
    made.lane.forwards = true;
    return made;
  }
  RunnerOptions runner_options() {
    RunnerOptions made;
    made.group = "scoring";
    made.poll_wait = std::chrono::milliseconds(0);
    made.steady_us = [this] { return clock_us; };
    return made;
  }
  House() { source.assign({0}); }

  void put(const LeadRecord& record) {
    StoredRecord stored;
    stored.time = {1'000'000};
    stored.value = wire::encode(record);
    broker.append(Topic::lead_activities, 0, stored);
  }
  void put(RecordKind kind, std::uint64_t lead, std::uint64_t other = 0) {
    LeadRecord record;
    record.kind = kind;
    record.lead = {lead};
    record.other = {other};
    if (kind == RecordKind::activity) {
      record.activity.name = record.activity.type = "page";
      record.activity.message_id = "m";
    }
    put(record);
  }
  void put_book(RecordKind kind, std::uint64_t version) {
    database.rulebooks[version] = {version, "", "", "", {{"book.toml", ""}}};
    LeadRecord record;
    record.kind = kind;
    record.version = version;
    put(record);
  }
  void run() {
    for (int i = 0; i < 100; ++i) runner.step();
  }
  const LeadRow& row(std::uint64_t lead) { return database.leads["scoring"].at({lead}); }
  std::string written() {
    std::string all;
    for (const StoredRecord& record : broker.log(Topic::lead_scores, 0))
      if (record.type == "value") all += record.value + " ";
    return all;
  }
  /// The parts that were kept for a lead that is merged away, put together: what whoever stands at the end hands over.
  std::string kept(std::uint64_t lead, std::uint64_t other) {
    std::string payload;
    std::uint32_t next = 0;
    for (const StoredRecord& record : broker.log(Topic::lead_scores, 0)) {
      if (record.type != "scoreline.lead.part.v1") continue;
      const auto part = wire::decode_fact_record(record.value);
      REQUIRE(part.ok());
      if (part->lead.value != lead) continue;
      CHECK(part->other.value == other);
      CHECK(part->part == next++);
      payload += part->payload;
    }
    return payload;
  }
  void hand_over(std::uint64_t to, std::uint64_t from) {
    LeadRecord record;
    record.kind = RecordKind::handover;
    record.lead = {to};
    record.other = {from};
    record.payload = kept(from, to);
    put(record);
  }
};

LeadRecord part_of_handover(std::uint64_t to, std::uint64_t from, const std::string& whole, std::uint32_t part) {
  LeadRecord record;
  record.kind = RecordKind::handover;
  record.lead = {to};
  record.other = {from};
  record.part = part;
  record.parts = 2;
  record.payload = part == 0 ? whole.substr(0, 3) : whole.substr(3);
  return record;
}

}  // namespace

TEST_CASE("lead consumer: a survivor waits for its part, others do not; what was held comes in order") {
  House house;
  house.put(RecordKind::absorbs, 1, 2);
  house.put(RecordKind::activity, 1);
  house.put(RecordKind::activity, 3);
  house.run();
  CHECK(house.written() == "3=1 ");
  CHECK(house.row(1).holding);
  house.put(RecordKind::activity, 2);
  house.put(RecordKind::merged, 2, 1);
  house.put(RecordKind::activity, 2);
  house.run();
  CHECK(house.written() == "3=1 2=1 ");
  const auto kept = decode_handover(house.kept(2, 1));
  REQUIRE(kept.has_value());
  REQUIRE(kept->parts.size() == 1);
  CHECK(kept->parts[0].consumer == "scoring");
  CHECK(kept->parts[0].state == "1");
  house.hand_over(1, 2);
  house.run();
  CHECK(house.written() == "3=1 2=1 1=2 1=3 ");
  CHECK_FALSE(house.row(1).holding);
  CHECK(house.row(2).forward_to == LeadId{1});
}

TEST_CASE(
    "lead consumer: parts of a handover that came before the lead was merged away itself meet the others at the "
    "survivor") {
  const std::string whole = encode(Handover{{{"scoring", "70", ""}}, {}});
  for (const std::uint32_t first : {0U, 1U}) {
    House house;
    house.put(part_of_handover(2, 3, whole, first));
    house.put(RecordKind::absorbs, 1, 2);
    house.put(RecordKind::merged, 2, 1);
    house.put(part_of_handover(2, 3, whole, 1 - first));
    house.put(RecordKind::absorbs, 2, 3);
    house.put(RecordKind::activity, 2);
    house.run();
    house.hand_over(1, 2);
    house.run();
    CHECK(house.row(1).state == "71");
    CHECK_FALSE(house.row(1).holding);
  }
}

TEST_CASE("lead consumer: what a count-back found and another lane sent on late is evaluated behind the switch") {
  House house;
  house.put(RecordKind::activity, 1);
  house.put_book(RecordKind::rulebook_prepared, 1);
  house.put_book(RecordKind::rulebook_activated, 1);
  house.run();
  CHECK(house.database.lanes[{"scoring", 0}].state.rulebook_version == 1);
  CHECK(house.written() == "1=1 1=1 ");
  LeadRecord late;
  late.kind = RecordKind::count_back;
  late.lead = {1};
  late.other = {2};
  late.version = 1;
  late.consumer = "scoring";
  late.payload = "5";
  house.put(late);
  house.run();
  CHECK(house.written() == "1=1 1=1 1=6 ");
}

TEST_CASE("lead consumer: a book that was never prepared halts the lane; bytes that are no record do not") {
  House house;
  StoredRecord broken;
  broken.time = {1'000'000};
  broken.value = "{";
  house.broker.append(Topic::lead_activities, 0, broken);
  house.put(RecordKind::activity, 1);
  house.run();
  CHECK(house.written() == "1=1 ");
  CHECK(house.database.dead_letters.size() == 1);
  house.put_book(RecordKind::rulebook_activated, 4);
  house.put(RecordKind::activity, 1);
  house.run();
  CHECK(house.written() == "1=1 ");
  CHECK(house.database.lanes[{"scoring", 0}].halted.find("never prepared") != std::string::npos);
}

TEST_CASE("lead consumer: erasure ends waiting; what comes late for an erased lead is dropped") {
  House house;
  house.put(RecordKind::activity, 2);
  house.put(RecordKind::absorbs, 1, 2);
  house.put(RecordKind::activity, 1);
  house.put(RecordKind::erased, 1);
  house.run();
  CHECK(house.row(1).erased);
  CHECK_FALSE(house.row(1).holding);
  house.put(RecordKind::merged, 2, 1);
  house.put(RecordKind::activity, 1);
  house.run();
  house.hand_over(1, 2);
  house.run();
  CHECK(house.row(1).state.empty());
  CHECK(house.database.held["scoring"].empty());
}
