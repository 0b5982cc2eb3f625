#include "flow/change_consumer.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>
#include <vector>

#include "flow/memory_broker.hpp"
#include "flow/memory_identity.hpp"
#include "flow/runner.hpp"
#include "wire/firing_record.hpp"
#include "wire/lead_change.hpp"
#include "wire/lead_record.hpp"

using namespace scoreline;
using namespace scoreline::flow;
using core::FiringRecord;
using core::LeadChange;
using core::Place;
using Kind = core::LeadChange::Kind;
using enum Topic;

namespace {

/// Keeps the causes it was told of, with what triggers made of each.
struct Diary final : ChangeHandler {
  void decide(const ChangeContext& context, const LeadChange& change, LeadData& lead) override {
    lead.state += change.kind == Kind::erased ? "erased" : change.cause_key;
    for (const FiringRecord& firing : context.firings)
      if (firing.kind == FiringRecord::Kind::fired) lead.state += "<" + firing.trigger;
    lead.state += " ";
    if (context.emit && change.kind == Kind::changed) emit(context, change);
  }
  static void emit(const ChangeContext& context, const LeadChange& change) {
    FiringRecord record;
    record.lead = context.lead;
    record.trigger = "t" + change.cause_key;
    record.key = std::string(32, 'a');
    record.cause_key = std::string(32, 'b');
    record.cause = Place::of_record(context.offset);
    record.now = context.now;
    std::string value;
    wire::encode(record, value);
    context.emit("fired", value);
  }
  void hand_over(const ChangeContext&, LeadData& lead) override { lead.state += "leaves "; }
  void merge(const ChangeContext&, LeadData& other, LeadData& lead) override { lead.state += "[" + other.state + "]"; }
  void encode(LeadData&) override {}
};

struct NoRows final : ChangeRows {
  void load(std::span<const LeadId> merging) override { loaded.insert(loaded.end(), merging.begin(), merging.end()); }
  void save() override {}
  void clear() override {}
  std::vector<LeadId> loaded;
};

/// Triggers or sequences.
struct House {
  bool triggers;
  std::vector<Topic> inputs;
  std::string name;
  MemoryBroker broker{1};
  MemoryDatabase database;
  MemorySession session{database};
  MemorySource source{broker, name, inputs};
  MemoryReader reader{broker};
  MemorySink sink{broker};
  MemoryLanes lanes{session};
  MemoryOutbox outbox{session};
  MemoryDeadLetters letters{session};
  MemoryLeads leads{session, name};
  NoRows rows;
  RuleBooks books{nullptr, std::make_shared<core::RuleBook>(), {}};
  ChangeConsumer consumer;
  Runner runner;
  std::uint64_t change_seq = 0, firing_seq = 0;

  explicit House(bool of_triggers, std::size_t lane_records = 100, std::size_t part_bytes = 1'000)
      : triggers(of_triggers),
        inputs(triggers ? std::vector<Topic>{lead_changes} : std::vector<Topic>{lead_changes, lead_firings}),
        name(triggers ? "triggers" : "sequences"),
        consumer(
            {name, inputs, 1, LockMode::none, !triggers}, leads, books, rows,
            [](auto) { return std::make_unique<Diary>(); }, [] { return std::int64_t{1}; },
            {triggers, true, part_bytes, 30 * base::kSecondUs}),
        runner(consumer, consumer, {source, reader, sink, session, lanes, outbox, letters}, options(lane_records)) {
    source.assign({0});
  }
  RunnerOptions options(std::size_t lane_records) const {
    RunnerOptions made;
    made.group = name;
    made.lane_records = made.batch_records = lane_records;
    made.poll_wait = std::chrono::milliseconds(0);
    made.steady_us = [] { return std::int64_t{1}; };
    return made;
  }
  void send(const LeadChange& change, std::uint64_t seq) {
    StoredRecord stored;
    wire::encode(change, stored.value);
    stored.stream = "stages/0";
    stored.seq = seq;
    broker.append(lead_changes, 0, stored);
  }
  static LeadChange change_of(Kind kind, std::uint64_t lead, const std::string& cause = "") {
    LeadChange change;
    change.kind = kind;
    change.lead = {lead};
    change.cause_key = cause;
    change.cause = kind == Kind::mark ? Place::end_of_record(0) : Place::of_record(0);
    change.now = change.log_time = {1'000'000};
    if (kind == Kind::changed)
      change.signals.push_back({core::Signal::Kind::tier, "", "cold", "hot", "1.00", "", "", false});
    return change;
  }
  void put(Kind kind, std::uint64_t lead, const std::string& cause = "") {
    send(change_of(kind, lead, cause), ++change_seq);
  }
  /// A change in so many parts: merged away into `other`, or `other` taken in.
  std::vector<LeadChange> parts_of(Kind kind, std::uint64_t lead, std::uint64_t other, const Handover& handover,
                                   std::size_t bytes) {
    std::vector<LeadChange> all;
    LeadChange change = change_of(kind, lead);
    change.other = {other};
    change.merge_id = "m";
    for_each_part(encode(handover), bytes, [&](std::uint32_t part, std::uint32_t parts, std::string payload) {
      change.part = part;
      change.parts = parts;
      change.payload = std::move(payload);
      all.push_back(change);
    });
    return all;
  }
  void fire(FiringRecord record) {
    StoredRecord stored;
    record.now = {1'000'000};
    wire::encode(record, stored.value);
    stored.stream = "triggers/0";
    stored.seq = ++firing_seq;
    broker.append(lead_firings, 0, stored);
  }
  void fired(std::int64_t offset, std::uint64_t lead, const std::string& trigger) {
    FiringRecord record;
    record.lead = {lead};
    record.trigger = trigger;
    record.key = std::string(32, 'a');
    record.cause_key = std::string(32, 'b');
    record.cause = Place::of_record(offset);
    fire(record);
  }
  void part_of_triggers(std::int64_t offset, std::uint64_t lead, std::uint64_t other, const Handover& handover,
                        std::size_t bytes) {
    FiringRecord record;
    record.kind = FiringRecord::Kind::part;
    record.lead = {lead};
    record.other = {other};
    record.cause = Place::of_record(offset);
    for_each_part(encode(handover), bytes, [&](std::uint32_t part, std::uint32_t parts, std::string payload) {
      record.part = part;
      record.parts = parts;
      record.payload = std::move(payload);
      fire(record);
    });
  }
  void triggers_are_at(std::int64_t offset) {
    FiringRecord record;
    record.kind = FiringRecord::Kind::mark;
    record.cause = Place::end_of_record(offset);
    fire(record);
  }
  void run() {
    for (int i = 0; i < 100; ++i) runner.step();
  }
  const LeadRow& row(std::uint64_t lead) { return database.leads[name].at({lead}); }
  std::int64_t handled(std::size_t input = 0) { return database.lanes[{name, 0}].state.inputs.at(input).next_offset; }
  std::optional<core::LeadRecord> handover() {
    std::optional<core::LeadRecord> whole;
    for (const StoredRecord& stored : broker.log(lead_activities, 0)) {
      auto record = wire::decode_lead_record(stored.value);
      REQUIRE(record.ok());
      CHECK(record->kind == core::RecordKind::handover);
      if (whole)
        whole->payload += record->payload;
      else
        whole = *record;
    }
    return whole;
  }
};

std::string texts(const Handover& handover) {
  std::string all;
  for (const Handover::Part& part : handover.parts) all += part.consumer + ":" + part.state + ":" + part.personal + " ";
  return all;
}

const Handover kKept{{{"scoring", std::string(40, 's'), "p", 3}, {"stages", "t", "", 3}}, {17}};

}  // namespace

TEST_CASE("changes: sequences decide on each with what triggers made of it, and not before that is known") {
  House house(false);
  house.put(Kind::changed, 1, "a");
  house.put(Kind::changed, 1, "b");
  house.put(Kind::changed, 2, "c");
  house.fired(1, 1, "t");
  house.fired(1, 1, "u");
  house.run();
  CHECK(house.row(1).state == "a ");
  house.triggers_are_at(1);
  house.run();
  CHECK(house.row(1).state == "a b<t<u ");
  CHECK_FALSE(house.database.leads["sequences"].contains({2}));
  house.triggers_are_at(2);
  house.run();
  CHECK(house.row(2).state == "c ");
}

TEST_CASE("changes: triggers write what they decide, and how far they have come, where others can wait for it") {
  House house(true);
  house.put(Kind::changed, 1, "a");
  house.put(Kind::mark, 0);
  house.run();
  std::string all;
  for (const StoredRecord& record : house.broker.log(lead_firings, 0)) all += record.type + " ";
  CHECK(all == "fired scoreline.mark.v1 ");
  const auto mark = wire::decode_firing_record(house.broker.log(lead_firings, 0).back().value);
  REQUIRE(mark.ok());
  CHECK(mark->cause == Place::end_of_record(1));
}

TEST_CASE("changes: a merge in parts is one change, however the parts lie in batches, also when they are sent again") {
  for (const std::size_t bytes : {3, 20, 1'000})
    for (const std::size_t lane_records : {1, 2, 5, 100})
      for (const std::size_t again : {0, 1, 2, 3}) {
        CAPTURE(bytes);
        CAPTURE(lane_records);
        CAPTURE(again);
        House house(true, lane_records);
        house.put(Kind::changed, 1, "a");
        house.put(Kind::changed, 2, "b");
        const auto parts =
            house.parts_of(Kind::taken, 1, 2, Handover{{{"triggers", "x", "", 0}, {"stages", "no", "", 0}}, {}}, bytes);
        const std::uint64_t first = house.change_seq + 1;
        // Whoever writes them dies after some, and sends all of them again.
        for (std::size_t i = 0; i < std::min(again, parts.size()); ++i) house.send(parts[i], first + i);
        for (std::size_t i = 0; i < parts.size(); ++i) house.send(parts[i], first + i);
        house.change_seq += parts.size();
        house.put(Kind::changed, 1, "c");
        house.run();
        house.run();
        CHECK(house.row(1).state == "a [x]c ");
        CHECK(house.handled() == static_cast<std::int64_t>(house.broker.log(lead_changes, 0).size()));
        CHECK(house.database.lanes[{"triggers", 0}].halted == "");
      }
}

TEST_CASE("changes: parts that are not all here wait, and what stands before them is decided") {
  House house(true, 2);
  house.put(Kind::changed, 1, "a");
  const auto parts = house.parts_of(Kind::taken, 1, 2, Handover{{{"triggers", "x", "", 0}}, {}}, 3);
  REQUIRE(parts.size() > 3);
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) house.send(parts[i], ++house.change_seq);
  house.run();
  CHECK(house.row(1).state == "a ");
  CHECK(house.handled() == 1);
  CHECK_FALSE(house.runner.step());
  house.send(parts.back(), ++house.change_seq);
  house.run();
  CHECK(house.row(1).state == "a [x]");
}

TEST_CASE("changes: of a lead that is merged away triggers write their part; then nothing more is decided for it") {
  for (const std::size_t part_bytes : {2, 1'000}) {
    House house(true, 100, part_bytes);
    house.put(Kind::changed, 2, "a");
    for (const LeadChange& part : house.parts_of(Kind::merged, 2, 1, kKept, 20)) house.send(part, ++house.change_seq);
    house.put(Kind::changed, 2, "late");
    house.run();
    CHECK(house.rows.loaded == std::vector<LeadId>{{2}});
    CHECK(house.row(2).forward_to == LeadId{1});
    CHECK(house.row(2).state.empty());
    std::string payload;
    std::uint32_t pieces = 0;
    for (const StoredRecord& stored : house.broker.log(lead_firings, 0)) {
      const auto record = wire::decode_firing_record(stored.value);
      REQUIRE(record.ok());
      if (record->kind != FiringRecord::Kind::part) continue;
      CHECK(record->part == pieces++);
      CHECK(record->other == LeadId{1});
      payload += record->payload;
    }
    CHECK((pieces > 1) == (part_bytes == 2));
    const auto kept = decode_handover(payload);
    REQUIRE(kept.has_value());
    CHECK(texts(*kept) == "triggers:a leaves : ");
  }
}

TEST_CASE(
    "changes: sequences put together what everybody kept and hand it to the survivor, in parts where it is large") {
  for (const std::size_t lane_records : {1, 100})
    for (const std::size_t part_bytes : {30, 1'000}) {
      House house(false, lane_records, part_bytes);
      house.put(Kind::changed, 2, "a");
      const auto parts = house.parts_of(Kind::merged, 2, 1, kKept, 20);
      for (const LeadChange& part : parts) house.send(part, ++house.change_seq);
      house.part_of_triggers(1, 2, 1, Handover{{{"triggers", "fired", "", 3}}, {}}, 5);
      house.run();
      CHECK_FALSE(house.handover().has_value());
      house.triggers_are_at(static_cast<std::int64_t>(parts.size()));
      house.run();
      const auto handover = house.handover();
      REQUIRE(handover.has_value());
      CHECK(handover->lead == LeadId{1});
      CHECK(handover->other == LeadId{2});
      CHECK(handover->merge_id == "m");
      CHECK((handover->parts > 1) == (part_bytes == 30));
      const auto kept = decode_handover(handover->payload);
      REQUIRE(kept.has_value());
      CHECK(texts(*kept) == "scoring:" + std::string(40, 's') + ":p stages:t: triggers:fired: sequences:a leaves : ");
      CHECK(kept->early == std::vector<std::uint64_t>{17});
      CHECK(kept->parts[0].rulebook == 3);
    }
}

TEST_CASE("changes: an erasure is decided also for who is merged away already; for who is erased nothing is any more") {
  House house(false);
  house.put(Kind::changed, 1, "a");
  house.put(Kind::erased, 1);
  house.put(Kind::changed, 1, "late");
  for (const LeadChange& part : house.parts_of(Kind::merged, 2, 3, kKept, 1'000)) house.send(part, ++house.change_seq);
  house.put(Kind::erased, 2);
  house.part_of_triggers(3, 2, 3, {}, 1'000);
  house.triggers_are_at(10);
  house.run();
  for (const std::uint64_t lead : {1, 2}) {
    CHECK(house.row(lead).erased);
    CHECK(house.row(lead).state.empty());
  }
}

TEST_CASE("changes: one that cannot be read is a dead letter; what comes again is not decided twice") {
  House house(true);
  house.put(Kind::changed, 1, "a");
  StoredRecord broken;
  broken.value = R"({"parts":)";
  house.broker.append(lead_changes, 0, broken);
  house.change_seq = 0;
  house.put(Kind::changed, 1, "a");
  house.put(Kind::changed, 1, "b");
  house.run();
  CHECK(house.row(1).state == "a b ");
  CHECK(house.database.dead_letters.size() == 1);
}

TEST_CASE("changes: a rule book that is not there halts the lane before anything is decided by it") {
  House house(true);
  LeadChange change = House::change_of(Kind::changed, 1, "a");
  change.rulebook = 4;
  house.send(change, 1);
  house.run();
  CHECK(house.database.lanes[{"triggers", 0}].halted.find("rule book 4 is not in the table") != std::string::npos);
  CHECK(house.database.leads["triggers"].empty());
}
