#include "app/erasure.hpp"

#include <doctest/doctest.h>

#include "wire/input_event.hpp"
#include "wire/json.hpp"

using namespace scoreline;
using namespace scoreline::app;

TEST_CASE("erasure: identity reads the record as the erasure of that lead, and keys it the same") {
  const base::HashKey key{5};
  const auto record = erasure_record({17}, *base::parse_rfc3339("2026-05-04T09:00:00Z"), key);
  CHECK(record.topic == flow::Topic::crm_events);
  const auto event = wire::decode_crm(record.value, {0});
  REQUIRE(event.ok());
  CHECK(event->kind == core::InputEvent::Kind::erasure);
  CHECK(event->lead == core::LeadId{17});
  CHECK(record.key == base::to_hex(base::keyed_hash(key, event->record_key)));
}

TEST_CASE("erasure: asked twice it is one message") {
  const auto id = [](std::int64_t us) {
    return wire::decode_crm(erasure_record({17}, {us}, {}).value, {0})->message_id;
  };
  CHECK(id(1'000'000) == id(2'000'000));
}

namespace {

/// Consumers that handle it one after the other, one with each look.
struct Slow {
  std::vector<std::string> left{"identity", "scoring", "sequences"};
  std::vector<std::string> lines;
  std::int64_t now = 0, waits = 0, stop_after = 100;

  ErasureWorld world() {
    return {[this] {
              const auto waiting = left;
              if (!left.empty()) left.erase(left.begin());
              return waiting;
            },
            [this](const std::string& line) { lines.push_back(line); },
            [this] {
              now += 10;
              return ++waits < stop_after;
            },
            [this] { return now; }};
  }
};

}  // namespace

TEST_CASE("erasure: it is done when every consumer has handled it") {
  Slow slow;
  CHECK(await_erasure(slow.world(), 1'000).empty());
  CHECK(slow.lines == std::vector<std::string>{"waiting for identity, scoring, sequences",
                                               "waiting for scoring, sequences", "waiting for sequences"});
}

TEST_CASE("erasure: who has not handled it in time is named") {
  Slow slow;
  CHECK(await_erasure(slow.world(), 10) == std::vector<std::string>{"scoring", "sequences"});
  Slow stopped;
  stopped.stop_after = 1;
  CHECK(await_erasure(stopped.world(), 1'000).size() == 3);
}

TEST_CASE("erasure: what is gone, in words and as JSON") {
  Erased erased{{17}, 1, 4, 0, 131, 2, 1, 0};
  CHECK(to_text(erased) ==
        "1 lead merged into it, 4 identifiers, 131 activities' personal data, 2 deals, 1 waiting mail");
  CHECK(to_text(Erased{}) == "nothing was kept of it");
  const std::string json = to_json(erased, {"intent"});
  CHECK(wire::check_json(json).ok());
  CHECK(json.find(R"("erased":false)") != std::string::npos);
  CHECK(json.find(R"("waiting_for":["intent"])") != std::string::npos);
}
