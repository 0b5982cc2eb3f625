/// LeadConsumer with several inputs: what others found from a record is learned before that is evaluated.
#include <doctest/doctest.h>

#include "flow/facts_house.hpp"
#include "wire/lead_change.hpp"

using namespace scoreline;
using namespace scoreline::flow;
using namespace scoreline::flow::facts;
using enum Topic;

TEST_CASE("facts: those found from a record are learned before it is evaluated, in the order of the inputs") {
  for (const std::size_t lane_records : {1, 100}) {
    House house(100, lane_records);
    house.put(1, "a");
    house.put(2, "b");
    house.put(1, "c");
    house.fact(lead_intents, Place::of_record(0), 1, "sure");
    house.fact(lead_scores, Place::of_record(0), 1, "hot");
    house.fact(lead_scores, Place::of_record(2), 1, "cold");
    house.run();
    CHECK(house.written() == "");
    house.marks(2);
    house.run();
    CHECK(house.written() == "1@0.0=(hot)(sure)+a 2@1.0=+b 1@2.0=(hot)(sure)+a(cold)+c ");
    for (std::size_t input = 0; input < 3; ++input) CHECK(house.handled(input) == (input == 2 ? 2 : 3));
  }
}

TEST_CASE("facts: nothing is handled while one of those who find them is behind, and the lane does not spin") {
  House house;
  house.put(1, "a");
  house.put(1, "b");
  house.mark(lead_scores, Place::end_of_record(1));
  house.mark(lead_intents, Place::end_of_record(0));
  house.run();
  CHECK(house.written() == "1@0.0=+a ");
  const auto batches = house.database.lanes[{"stages", 0}].state.batch_no;
  house.clock_us += 60 * base::kSecondUs;
  house.run();
  CHECK(house.database.lanes[{"stages", 0}].state.batch_no == batches);
  CHECK_FALSE(house.runner.step());
  house.mark(lead_intents, Place::end_of_record(1));
  house.run();
  CHECK(house.written() == "1@0.0=+a 1@1.0=+a+b ");
}

TEST_CASE("facts: a midnight takes in whom others found changed, beside its own, lead by lead, in chunks of any size") {
  for (const std::size_t chunk : {1, 2, 100})
    for (const std::size_t lane_records : {1, 3, 100}) {
      House house(chunk, lane_records);
      for (const std::uint64_t lead : {1, 2, 3, 4}) house.put(lead, lead % 2 == 0 ? "wake" : "sleep");
      house.put(9, "next", 2);
      house.marks(3);
      for (std::uint64_t lead : {1, 2}) house.fact(lead_scores, Place::of_day(4, kDay + 1, {lead}), lead, "hot");
      house.fact(lead_intents, Place::of_day(4, kDay + 1, {3}), 3, "sure");
      house.fact(lead_scores, Place::of_day(4, kDay + 2, {3}), 3, "cold");
      house.marks(4);
      house.run(200);
      CHECK(house.written() ==
            "1@0.0=+sleep 2@1.0=+wake 3@2.0=+sleep 4@3.0=+wake "
            "1@4.2024-10-05=+sleep(hot) 2@4.2024-10-05=+wake(hot) 3@4.2024-10-05=+sleep(sure) 4@4.2024-10-05=+wake "
            "3@4.2024-10-06=+sleep(sure)(cold) 4@4.2024-10-06=+wake 9@4.0=+next ");
      CHECK(house.halted() == "");
    }
}

TEST_CASE("facts: a sweep goes as far as is known; a later lead waits for whoever is behind") {
  House house;
  for (const std::uint64_t lead : {1, 2, 3}) house.put(lead, "wake");
  house.put(9, "next", 1);
  house.marks(2);
  house.mark(lead_scores, Place::end_of_record(3));
  house.fact(lead_intents, Place::of_day(3, kDay + 1, {2}), 2, "sure");
  house.run();
  // Of lead 2 more may come.
  CHECK(house.written() == "1@0.0=+wake 2@1.0=+wake 3@2.0=+wake 1@3.2024-10-05=+wake ");
  house.mark(lead_intents, Place::end_of_record(3));
  house.run();
  CHECK(house.written().ends_with("1@3.2024-10-05=+wake 2@3.2024-10-05=+wake(sure) 3@3.2024-10-05=+wake 9@3.0=+next "));
}

TEST_CASE("facts: of a rule book's sweep they are learned behind the record that activated it") {
  for (const std::size_t chunk : {1, 100}) {
    House house(chunk);
    house.put(1, "a");
    house.put(2, "a");
    for (const RecordKind kind : {RecordKind::rulebook_prepared, RecordKind::rulebook_activated}) {
      house.database.rulebooks[1] = {1, "", "", "", {{"book.toml", ""}}};
      LeadRecord record;
      record.kind = kind;
      record.version = 1;
      house.put(record, kStartUs);
    }
    house.put(1, "b");
    house.marks(2);
    house.run();
    house.mark(lead_scores, Place::end_of_record(3));
    house.fact(lead_scores, Place::of_rulebook(3, {2}), 2, "hot");
    house.mark(lead_scores, Place::end_of_rulebook(3));
    house.mark(lead_intents, Place::end_of_rulebook(3));
    // Its own end mark for the count-back stands behind: offset 5.
    house.marks(5);
    house.run(100);
    CHECK(house.halted() == "");
    CHECK(house.written() == "1@0.0=+a 2@1.0=+a 1@3.rulebook=+a 2@3.rulebook=+a(hot) 1@4.0=+a+b ");
  }
}

TEST_CASE("facts: what waited for a merge is evaluated with what was found from it, one by one") {
  House house;
  house.put(RecordKind::absorbs, 1, 2);
  house.put(1, "a");
  house.put(1, "b");
  house.marks(2);
  LeadRecord handover;
  handover.kind = RecordKind::handover;
  handover.lead = {1};
  handover.other = {2};
  handover.payload = encode(Handover{{{"stages", "+x", "", 0}}, {}});
  house.put(handover, kStartUs);
  house.fact(lead_scores, Place::of_record(3, 1), 1, "warm");
  house.fact(lead_scores, Place::of_record(3, 2), 1, "hot");
  house.fact(lead_intents, Place::of_record(3, 2), 1, "sure");
  house.marks(3);
  house.run();
  CHECK(house.written() == "1@3.1=[+x](warm)+a 1@3.2=[+x](warm)+a(hot)(sure)+b ");
}

TEST_CASE("facts: of a lead that is merged away, what the others kept for it goes with it, pieces put together") {
  House house;
  house.put(2, "a");
  house.put(RecordKind::merged, 2, 1);
  house.marks(0);
  const std::string whole = encode(Handover{{{"scoring", "score", "secret", 5}}, {}});
  for (const Topic topic : {lead_scores, lead_intents})
    for (std::uint32_t part = 0; part < 2; ++part) {
      if (topic == lead_intents && part == 1) continue;
      FactRecord fact;
      fact.kind = FactRecord::Kind::part;
      fact.lead = {2};
      fact.other = {1};
      fact.cause = Place::of_record(1);
      fact.now = {kStartUs};
      fact.part = part;
      fact.parts = topic == lead_scores ? 2 : 1;
      fact.payload = topic == lead_intents ? encode(Handover{{{"intent", "i", "", 0}}, {}})
                     : part == 0           ? whole.substr(0, 4)
                                           : whole.substr(4);
      house.find(topic, fact);
    }
  house.marks(1);
  house.run();
  std::optional<Handover> kept;
  for (const StoredRecord& record : house.broker.log(lead_changes, 0)) {
    const auto change = wire::decode_lead_change(record.value);
    if (change && change->kind == core::LeadChange::Kind::merged) kept = decode_handover(change->payload);
  }
  REQUIRE(kept.has_value());
  std::string texts;
  for (const Handover::Part& part : kept->parts) texts += part.consumer + ":" + part.state + ":" + part.personal + " ";
  CHECK(texts == "intent:i: scoring:score:secret stages:+a: ");
}

TEST_CASE(
    "facts: one that cannot be read is a dead letter and holds nobody up; one that comes again is not learned twice") {
  House house;
  house.put(1, "a");
  StoredRecord broken;
  broken.value = "{";
  house.broker.append(lead_intents, 0, broken);
  house.fact(lead_scores, Place::of_record(0), 1, "hot");
  house.seq[lead_scores] = 0;
  house.fact(lead_scores, Place::of_record(0), 1, "hot");
  house.marks(0);
  house.run();
  CHECK(house.written() == "1@0.0=(hot)+a ");
  REQUIRE(house.database.dead_letters.size() == 1);
  CHECK(house.database.dead_letters[0].topic == lead_intents);
  CHECK(house.halted() == "");
}

TEST_CASE("facts: a finder that published again what is known already does not hold up the lane, nor stop it") {
  House house;
  house.put(1, "a");
  house.marks(0);
  house.run();
  house.seq[lead_scores] = house.seq[lead_intents] = 0;
  house.marks(0);
  house.run();
  CHECK(house.halted() == "");
  CHECK(house.handled(1) == 2);
  CHECK(house.handled(2) == 2);
  house.put(1, "b");
  house.marks(1);
  house.run();
  CHECK(house.written() == "1@0.0=+a 1@1.0=+a+b ");
}

TEST_CASE("facts: a gap that nobody fills halts the lane although it can handle nothing meanwhile") {
  House house;
  house.put(1, "a");
  house.seq[lead_scores] = 4;
  house.mark(lead_scores, Place::end_of_record(0));
  house.mark(lead_intents, Place::end_of_record(0));
  house.run();
  CHECK(house.halted() == "");
  house.clock_us += 31 * base::kSecondUs;
  house.run();
  CHECK_MESSAGE(house.halted().find("records 1 to 4 of stream lead.scores/0 are missing") != std::string::npos,
                house.halted());
}

TEST_CASE("facts: an activity that the database refuses is set aside, with the marks that came to its place") {
  for (const std::size_t lane_records : {1, 100}) {
    House house(100, lane_records);
    for (const char* name : {"a", "poison", "b"}) house.put(1, name);
    for (std::int64_t offset = 0; offset < 3; ++offset) house.marks(offset);
    house.run();
    CHECK(house.written() == "1@0.0=+a 1@2.0=+a+b ");
    REQUIRE(house.database.dead_letters.size() == 1);
    CHECK(house.database.dead_letters[0].topic == lead_activities);
    CHECK(house.database.dead_letters[0].offset == 1);
    for (std::size_t input = 0; input < 3; ++input) CHECK(house.handled(input) == 3);
  }
}

TEST_CASE("facts: what others found from a refused activity must not be lost: the lane stands still") {
  House house;
  for (const char* name : {"a", "poison", "b"}) house.put(1, name);
  house.fact(lead_scores, Place::of_record(1), 1, "hot");
  house.marks(2);
  house.run();
  CHECK(house.written() == "1@0.0=+a ");
  CHECK(house.halted() == "the database refuses what this lane writes: no such thing");
  CHECK(house.database.dead_letters.empty());
}

TEST_CASE("facts: of an input that is far ahead only so much is kept in memory") {
  House house;
  for (int i = 0; i < 500; ++i) {
    house.put(1, "a");
    house.mark(lead_scores, Place::end_of_record(i));
  }
  // 50,000 records over all lanes and inputs is the usual bound; here it is the smallest.
  RunnerOptions options = house.runner_options(100);
  options.waiting_records = 1;
  options.batch_records = 10;
  MemorySource source(house.broker, "stages", house.inputs);
  house.source.assign({});
  source.assign({0});
  Runner runner(house.consumer, house.consumer,
                {source, house.reader, house.sink, house.session, house.lanes, house.outbox, house.letters}, options);
  for (int i = 0; i < 200; ++i) {
    runner.step();
    for (std::size_t input = 0; input < 2; ++input) CHECK(source.read_up_to(0, input) <= 64 + 10);
  }
  CHECK(source.read_up_to(0, 1) >= 64);
  for (int i = 0; i < 500; ++i) house.mark(lead_intents, Place::end_of_record(i));
  for (int i = 0; i < 500; ++i) {
    runner.step();
    for (std::size_t input = 0; input < 3; ++input)
      CHECK(source.read_up_to(0, input) - house.handled(input) <= 64 + 10);
  }
  CHECK(house.handled() == 500);
}
