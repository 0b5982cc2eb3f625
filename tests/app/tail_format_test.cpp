#include "app/tail_format.hpp"

#include <doctest/doctest.h>

#include "app/simulate_lines.hpp"

using namespace scoreline;
using namespace scoreline::app;

namespace {

kafka::TailRecord record_of(std::string_view value) {
  kafka::TailRecord record;
  record.topic = "acme.tracking.events";
  record.partition = 3;
  record.offset = 42;
  record.time_type = "logappend";
  record.time_ms = 1'780'000'000'250;
  record.broker = 1;
  record.key = "k";
  record.payload = value;
  return record;
}

}  // namespace

TEST_CASE("a record in kcat's form, headers flat") {
  auto record = record_of("{\"a\":\"ü\"}");
  CHECK(
      kcat_line(record) ==
      R"({"topic":"acme.tracking.events","partition":3,"offset":42,"tstype":"logappend","ts":1780000000250,"broker":1,"key":"k","payload":"{\"a\":\"ü\"}"})");
  record.headers = {{"ce_type", "t"}, {"empty", std::nullopt}};
  record.key = std::nullopt;
  record.payload = std::nullopt;
  CHECK(
      kcat_line(record) ==
      R"({"topic":"acme.tracking.events","partition":3,"offset":42,"tstype":"logappend","ts":1780000000250,"broker":1,"headers":["ce_type","t","empty",null],"key":null,"payload":null})");
}

TEST_CASE("bytes that are no UTF-8 do not break the line") {
  for (const std::string_view bad : {"\xff", "\xc3", "\xed\xa0\x80", "\xc0\xaf", "\xf4\x90\x80\x80"}) {
    const std::string line = kcat_line(record_of(bad));
    CHECK(line.find("\uFFFD") != std::string::npos);
    CHECK(line.find('\xff') == std::string::npos);
  }
}

TEST_CASE("what kcat's form shows of lead.activities can be read back") {
  auto record = record_of(R"({"kind":"tick"})");
  record.headers = {{"ce_source", "/scoreline/identity/3"}, {"ce_sequence", "7"}};
  const auto back = read_activity_line(kcat_line(record));
  REQUIRE(back.ok());
  CHECK(back->offset == 42);
  CHECK(back->record.stream == "identity/3");
  CHECK(back->record.seq == 7);
  CHECK(back->record.value == R"({"kind":"tick"})");
}

TEST_CASE("values become lines that simulate reads") {
  auto record = record_of("{\"messageId\":\"m\",\n \"type\":\"page\"}");
  record.headers = {{"ce_trusted", "false"}, {"ce_writekey", "web"}};
  const auto line = simulate_line("tracking.events", record);
  REQUIRE(line);
  CHECK(line->find('\n') == std::string::npos);
  const auto read = read_event_line(*line);
  REQUIRE(read.ok());
  CHECK(read->record.untrusted);
  CHECK(read->record.write_key == "web");
  CHECK(base::format_rfc3339(read->record.time) == "2026-05-28T20:26:40.25Z");
  CHECK(read->topic == flow::Topic::tracking_events);
}

TEST_CASE("ticks, tombstones and foreign bytes give simulate nothing") {
  auto tick = record_of("{}");
  tick.headers = {{"ce_type", "scoreline.time.tick.v1"}};
  CHECK(!simulate_line("crm.events", tick));
  CHECK(!simulate_line("crm.events", record_of("nonsense")));
  CHECK(!simulate_line("crm.events", record_of("[1]")));
  auto tombstone = record_of("");
  tombstone.payload = std::nullopt;
  CHECK(!simulate_line("crm.events", tombstone));
}

TEST_CASE("people see one line, whatever the value holds") {
  auto record = record_of("{\"a\":\n\033[31m1}");
  const std::string line = people_line(flow::Topic::tracking_events, record, false);
  CHECK(line.find('\n') == std::string::npos);
  CHECK(line.find('\033') == std::string::npos);
  CHECK(line.starts_with("2026-05-28T20:26:40.25Z 3/42  k  "));
}

TEST_CASE("places to begin at") {
  using Kind = kafka::TailPlace::Kind;
  CHECK(parse_tail_place("begin")->kind == Kind::begin);
  CHECK(parse_tail_place("end")->kind == Kind::end);
  CHECK(parse_tail_place("17")->offset == 17);
  CHECK(parse_tail_place("2026-05-01")->kind == Kind::time);
  CHECK(parse_tail_place("2026-05-01T10:00:00+02:00")->time == *base::parse_rfc3339("2026-05-01T08:00:00Z"));
  for (const char* bad : {"", "-1", "yesterday", "1x"}) CHECK(!parse_tail_place(bad).ok());
}
