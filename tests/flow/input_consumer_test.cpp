#include "flow/input_consumer.hpp"

#include <doctest/doctest.h>

#include <string>

#include "flow/memory_broker.hpp"
#include "flow/memory_identity.hpp"
#include "flow/runner.hpp"

using namespace scoreline;
using namespace scoreline::flow;

namespace {

/// Emits one activity per event, for lead 1; refuses events named "No".
struct Everybody final : InputHandler {
  void load(std::span<const core::InputEvent>) override {}
  base::Result<bool> handle(const core::InputEvent& event, const InputContext& context) override {
    if (event.name == "No") return base::Error{"refused", "for a test", "/event"};
    core::LeadRecord record;
    record.kind = event.kind == core::InputEvent::Kind::tick ? core::RecordKind::tick : core::RecordKind::activity;
    record.lead = {1};
    record.activity.name = event.name;
    record.activity.type = event.type;
    record.activity.message_id = event.message_id;
    context.emit(record);
    return true;
  }
  void save() override {}
};

struct House {
  MemoryBroker broker{2};
  MemoryDatabase database;
  MemorySession session{database};
  std::vector<Topic> inputs{Topic::tracking_events, Topic::crm_events, Topic::erp_changes};
  MemorySource source{broker, "identity", inputs};
  MemoryReader reader{broker};
  MemorySink sink{broker};
  MemoryLanes lanes{session};
  MemoryOutbox outbox{session};
  MemoryDeadLetters letters{session};
  MemoryMessageIds ids{session};
  Everybody handler;
  InputConsumer consumer{{"identity", inputs, 2, LockMode::none}, handler, ids, {base::HashKey{}, false, 2'000}};
  Runner runner{consumer, consumer, {source, reader, sink, session, lanes, outbox, letters}, options()};

  static RunnerOptions options() {
    RunnerOptions made;
    made.group = "identity";
    made.poll_wait = std::chrono::milliseconds(0);
    return made;
  }
  House() { source.assign({0, 1}); }
  void put(const std::string& value, const std::string& write_key = "web", std::int64_t time_us = 1'000'000,
           Topic topic = Topic::tracking_events) {
    StoredRecord record;
    record.time = {time_us};
    record.value = value;
    record.write_key = write_key;
    broker.append(topic, 0, record);
  }
  void run() {
    for (int i = 0; i < 20; ++i) runner.step();
  }
  std::size_t passed_on() {
    return broker.log(Topic::lead_activities, 0).size() + broker.log(Topic::lead_activities, 1).size();
  }
};

std::string event(const std::string& message, const std::string& user, const std::string& name = "Seen") {
  return R"({"type":"track","event":")" + name + R"(","messageId":")" + message + R"(","userId":")" + user + R"("})";
}

}  // namespace

TEST_CASE("input consumer: a message id counts once per topic, write key and record key, in one batch or in many") {
  House house;
  house.put(event("m", "u"));
  house.put(event("m", "u"));
  house.run();
  house.put(event("m", "u"));
  house.run();
  CHECK(house.passed_on() == 1);
  house.put(event("m", "v"));
  house.put(event("m", "u"), "app");
  house.run();
  CHECK(house.passed_on() == 3);
}

TEST_CASE("input consumer: what never works is a dead letter, moves no clock, and its message id is not remembered") {
  House house;
  house.put(event("m", "u", "No"), "web", 9'000'000);
  house.put("{", "web", 9'000'000);
  house.put("", "web", 9'000'000);
  house.put(event("large", std::string(3'000, 'x')), "web", 9'000'000);
  house.put(event("m", "u"), "web", 2'000'000);
  house.run();
  CHECK(house.passed_on() == 1);
  REQUIRE(house.database.dead_letters.size() == 4);
  CHECK(house.database.dead_letters[0].code == "refused");
  CHECK(house.database.dead_letters[3].code == "too_large");
  CHECK(house.database.lanes[{"identity", 0}].state.now.us == 2'000'000);
}

TEST_CASE("input consumer: ticks go to every partition and are never taken for repeated") {
  House house;
  for (const std::int64_t time_us : {5'000'000, 5'000'000})
    house.put(R"({"event":"time.tick","messageId":"tick","receivedAt":"1970-01-01T00:00:05Z"})", "", time_us,
              Topic::crm_events);
  house.run();
  for (const std::int32_t p : {0, 1}) CHECK(house.broker.log(Topic::lead_activities, p).size() == 2);
}

TEST_CASE("input consumer: whoever takes a lane over knows what was accepted before") {
  House house;
  house.put(event("m", "u"));
  house.run();
  house.source.assign({1});
  house.run();
  house.source.assign({0, 1});
  house.put(event("m", "u"));
  house.run();
  CHECK(house.passed_on() == 1);
}
