#include "flow/lane_queue.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "wire/fact_record.hpp"

using namespace scoreline;
using namespace scoreline::flow;
using core::FactRecord;
using core::Place;

namespace {

struct Text {
  std::string value, stream;
};

InRecord record_of(std::size_t input, std::int64_t offset, std::string value, std::string stream = "",
                   std::uint64_t seq = 0) {
  auto text = std::make_unique<Text>(Text{std::move(value), std::move(stream)});
  InRecord record;
  record.input = static_cast<std::uint8_t>(input);
  record.offset = offset;
  record.value = text->value;
  record.place = {text->stream, seq};
  record.owner = {text.release(), [](void* memory) { delete static_cast<Text*>(memory); }};
  return record;
}

/// "lead" is named where the place does not (phase record).
std::string fact_at(const Place& place, std::uint64_t lead = 7) {
  FactRecord record;
  record.lead = place.phase == Place::Phase::record ? core::LeadId{lead} : place.lead;
  record.cause = place;
  record.now = {0};
  record.from = "cold";
  record.to = "hot";
  record.value = "1.00";
  std::string value;
  wire::encode(record, value);
  return value;
}

std::string mark_at(const Place& place) {
  FactRecord record;
  record.kind = FactRecord::Kind::mark;
  record.cause = place;
  record.now = {0};
  std::string value;
  wire::encode(record, value);
  return value;
}

const base::Day kDay{20'000};

/// A queue over the log and `finders` inputs; records by name.
struct Queue {
  explicit Queue(std::size_t finders) : queue(std::vector<InputPosition>(1 + finders)), next(1 + finders) {}

  void log(int records = 1) {
    for (; records > 0; --records) push(0, "activity");
  }
  void fact(std::size_t input, const Place& place) { push(input, fact_at(place)); }
  void mark(std::size_t input, const Place& place) { push(input, mark_at(place)); }
  void push(std::size_t input, const std::string& value) {
    queue.push(record_of(input, next[input]++, value, fmt::format("s{}", input), ++seq[input]));
  }
  void send(std::size_t input, std::uint64_t number, const std::string& value) {
    queue.push(record_of(input, next[input]++, value, fmt::format("s{}", input), number));
  }
  /// "input@offset", marks with an m, loose ones with a question mark.
  std::string take(std::size_t max = 100) {
    std::string text;
    for (const InRecord& record : queue.take(max))
      text += fmt::format("{}@{}{} ", record.input, record.offset, record.mark ? "m" : (record.loose ? "?" : ""));
    return text;
  }

  LaneQueue queue;
  std::vector<std::int64_t> next;
  std::uint64_t seq[4] = {0, 0, 0, 0};
};

}  // namespace

TEST_CASE("lane queue: a plain one gives what came first, as many as are asked for") {
  LaneQueue queue;
  for (std::int64_t offset = 0; offset < 3; ++offset) queue.push(record_of(0, offset, "x"));
  CHECK(queue.size() == 3);
  std::vector<InRecord> two = queue.take(2);
  REQUIRE(two.size() == 2);
  CHECK(queue.size() == 1);
  queue.put_back(std::move(two), 1);
  CHECK(queue.size() == 2);
  CHECK(queue.take(10).front().offset == 1);
  CHECK(queue.empty());
  CHECK(queue.waits_for() == -1);
}

TEST_CASE("lane queue: a record goes behind what was found from it, and not before everybody has passed it") {
  Queue q(2);
  q.log(2);
  CHECK(q.take() == "");
  CHECK(q.queue.waits_for() == 1);
  q.fact(1, Place::of_record(0));
  CHECK(q.take() == "");
  CHECK(q.queue.waits_for() == 2);
  q.mark(2, Place::end_of_record(0));
  CHECK(q.take() == "1@0 ");
  q.mark(1, Place::end_of_record(1));
  CHECK(q.take() == "2@0m 0@0 ");
  q.mark(2, Place::end_of_record(1));
  CHECK(q.take() == "1@1m 2@1m 0@1 ");
  CHECK(q.queue.size() == 0);
}

TEST_CASE("lane queue: what was found from one record goes in the order of the inputs, whoever came first") {
  Queue q(3);
  q.fact(3, Place::of_record(0));
  q.fact(2, Place::of_record(0));
  q.fact(1, Place::of_record(0));
  q.log();
  for (const std::size_t input : {3, 2, 1}) q.mark(input, Place::end_of_record(0));
  CHECK(q.take() == "1@0 2@0 3@0 1@1m 2@1m 3@1m 0@0 ");
}

TEST_CASE(
    "lane queue: midnights go before the record that began the day, lead by lead; rule books' sweeps behind theirs") {
  Queue q(2);
  q.log(2);
  q.fact(1, Place::of_day(0, kDay, {5}));
  q.fact(1, Place::of_day(0, kDay + 1, {3}));
  q.fact(1, Place::of_record(0));
  q.mark(1, Place::end_of_record(0));
  q.fact(1, Place::of_rulebook(0, {9}));
  q.mark(1, Place::end_of_rulebook(0));
  q.fact(2, Place::of_day(0, kDay, {4}));
  q.fact(2, Place::of_day(0, kDay, {6}));
  q.mark(2, Place::end_of_record(0));
  q.fact(2, Place::of_rulebook(0, {8}));
  q.mark(2, Place::end_of_rulebook(0));
  CHECK(q.take() == "2@0 1@0 2@1 1@1 1@2 1@3m 2@2m 0@0 2@3 1@4 1@5m 2@4m ");
  CHECK(q.queue.waits_for() == 1);
}

TEST_CASE("lane queue: a mark of a record leaves room for a sweep behind it, one of a sweep does not") {
  Queue q(1);
  q.log(2);
  q.mark(1, Place::end_of_record(0));
  CHECK(q.take() == "1@0m 0@0 ");
  CHECK(q.queue.horizon() == Place::of_rulebook(0, {}));
  q.fact(1, Place::of_rulebook(0, {1}));
  CHECK(q.take() == "1@1 ");
  CHECK(q.queue.horizon() == Place::of_rulebook(0, {1}));
  q.mark(1, Place::end_of_rulebook(0));
  CHECK(q.take() == "1@2m ");
  CHECK(q.queue.horizon() < Place::of_day(1, kDay, {}));
  CHECK(Place::end_of_rulebook(0) < q.queue.horizon());
}

TEST_CASE("lane queue: the horizon is where the next record can stand, also of those that were not taken") {
  Queue q(1);
  CHECK(q.queue.horizon() < Place::of_day(0, base::Day{-100'000}, {}));
  q.log(2);
  q.fact(1, Place::of_day(0, kDay, {5}));
  q.fact(1, Place::of_day(0, kDay, {6}));
  CHECK(q.queue.horizon() == Place::of_day(0, kDay, {5}));
  CHECK(q.take(1) == "1@0 ");
  CHECK(q.queue.horizon() == Place::of_day(0, kDay, {6}));
  CHECK(q.take(1) == "1@1 ");
  CHECK(q.queue.horizon() == Place::of_day(0, kDay, {6}));  // more of that lead may come
  q.mark(1, Place::end_of_record(0));
  CHECK(q.queue.horizon() == Place::end_of_record(0));
}

TEST_CASE("lane queue: what belongs to one place is never separated, nor what has waited for it") {
  Queue q(2);
  q.log(2);
  for (const std::size_t input : {1, 2}) {
    q.fact(input, Place::of_record(0));
    q.fact(input, Place::of_record(0, 1));
    q.mark(input, Place::end_of_record(1));
  }
  CHECK(q.take(1) == "1@0 2@0 1@1 2@1 0@0 ");
  std::vector<InRecord> rest = q.queue.take(1);
  CHECK(rest.size() == 3);
  q.queue.put_back(std::move(rest), 0);
  CHECK(q.take(1) == "1@2m 2@2m 0@1 ");
}

TEST_CASE("lane queue: records that come again, or lie beyond a gap, or are none, go at once and hold nobody up") {
  Queue q(2);
  q.log(3);
  q.mark(1, Place::end_of_record(0));
  q.mark(2, Place::end_of_record(0));
  CHECK(q.take() == "1@0m 2@0m 0@0 ");
  q.send(1, 1, mark_at(Place::end_of_record(0)));  // again
  CHECK(q.take() == "1@1? ");
  q.send(2, 3, fact_at(Place::of_record(1)));  // 2 is missing
  CHECK(q.take() == "2@1? ");
  CHECK(q.queue.horizon() == Place::of_rulebook(0, {}));
  q.send(2, 2, "{");
  CHECK(q.take() == "2@2? ");
  q.send(2, 3, fact_at(Place::of_record(1)));
  q.send(2, 4, mark_at(Place::end_of_record(1)));
  q.send(1, 2, mark_at(Place::end_of_record(1)));
  CHECK(q.take() == "2@3 1@2m 2@4m 0@1 ");
}

TEST_CASE("lane queue: a repeated record of the log keeps its place") {
  Queue q(1);
  q.send(0, 1, "a");
  q.send(0, 1, "a");
  q.send(0, 3, "c");
  q.mark(1, Place::end_of_record(2));
  CHECK(q.take() == "0@0 0@1 1@0m 0@2 ");
}

TEST_CASE("lane queue: it goes on where a lane was left, and knows what that had applied") {
  std::vector<InputPosition> positions(2);
  positions[0].next_offset = 10;
  positions[1].next_offset = 4;
  positions[1].last_seq["s"] = 4;
  LaneQueue queue(positions);
  queue.push(record_of(1, 4, mark_at(Place::end_of_record(9)), "s", 4));
  CHECK(queue.take(10).size() == 1);
  queue.push(record_of(0, 10, "activity"));
  CHECK(queue.empty());
  queue.push(record_of(1, 5, mark_at(Place::end_of_record(10)), "s", 5));
  CHECK(queue.take(10).size() == 2);
}

TEST_CASE("lane queue: it counts what waits of each input, taken and put back, and forgets all when it is cleared") {
  Queue q(2);
  q.log(5);
  q.mark(1, Place::end_of_record(4));
  CHECK(q.queue.size_of(0) == 5);
  CHECK(q.queue.size_of(1) == 1);
  q.mark(2, Place::end_of_record(4));
  std::vector<InRecord> taken = q.queue.take(2);
  CHECK(q.queue.size_of(0) == 3);
  q.queue.put_back(std::move(taken), 1);
  CHECK(q.queue.size_of(0) == 4);
  CHECK(q.queue.size() == 6);
  q.queue.clear();
  CHECK(q.queue.size() == 0);
  CHECK(q.queue.size_of(0) == 0);
  CHECK(q.queue.empty());
}

namespace {

struct Sent {
  std::size_t input = 0;
  std::string value, stream;
  std::uint64_t seq = 0;
  Place place;
  bool loose = false;
};

/// A log of random length, what random finders found in it, marks where their batches ended, and what they sent again.
struct RandomLogs {
  explicit RandomLogs(unsigned start) : random(start), inputs(2 + roll(3)) {
    const int length = 1 + static_cast<int>(roll(12));
    std::vector<bool> rulebook;
    for (int o = 0; o < length; ++o) rulebook.push_back(roll(6) == 0);
    for (int o = 0; o < length; ++o) {
      const Place place = Place::end_of_record(o);
      inputs[0].push_back({0, "activity", "identity/0", inputs[0].size() + 1, place});
    }
    for (std::size_t i = 1; i < inputs.size(); ++i) find(i, length, rulebook);
  }

  std::size_t roll(std::size_t sides) { return random() % sides; }

  void find(std::size_t input, int length, const std::vector<bool>& rulebook) {
    for (int o = 0; o < length; ++o) {
      for (std::int32_t day = 0; day < 2; ++day)
        for (std::uint64_t lead = 1; lead < 4; ++lead)
          if (roll(5) == 0) add(input, Place::of_day(o, kDay + day, {lead}));
      for (std::uint32_t n = 0; n < 3; ++n)
        for (std::size_t facts = roll(3); facts > 0; --facts) add(input, Place::of_record(o, n));
      const bool last = o + 1 == length;
      if (rulebook[static_cast<std::size_t>(o)]) {
        if (roll(2) == 0) add_mark(input, Place::end_of_record(o));
        for (std::uint64_t lead = 1; lead < 4; ++lead)
          if (roll(3) == 0) add(input, Place::of_rulebook(o, {lead}));
        if (last || roll(2) == 0) add_mark(input, Place::end_of_rulebook(o));
      } else if (last || roll(3) == 0) {
        add_mark(input, Place::end_of_record(o));
      }
    }
  }
  void add(std::size_t input, const Place& place) { add(input, place, fact_at(place)); }
  void add_mark(std::size_t input, const Place& place) { add(input, place, mark_at(place)); }
  // Now and then the finder dies, and all since its last acknowledgement comes again.
  void add(std::size_t input, const Place& place, const std::string& value) {
    auto& mine = inputs[input];
    mine.push_back({input, value, fmt::format("finder/{}", input), ++seq[input], place});
    if (roll(12) != 0) return;
    const std::size_t from = mine.size() - 1 - roll(std::min<std::size_t>(4, mine.size()));
    const std::vector<Sent> again(mine.begin() + static_cast<std::ptrdiff_t>(from), mine.end());
    for (Sent sent : again) {
      sent.loose = true;
      mine.push_back(std::move(sent));
    }
  }

  std::mt19937 random;
  std::vector<std::vector<Sent>> inputs;
  std::uint64_t seq[8] = {};
};

}  // namespace

TEST_CASE("lane queue: whatever comes when, it is a sort by place, groups stay whole, and each input keeps its order") {
  for (unsigned start = 1; start <= 3'000; ++start) {
    CAPTURE(start);
    RandomLogs logs(start);
    // A stable sort by place, and at one place by input, the log last.
    std::vector<std::pair<std::pair<Place, std::size_t>, std::pair<std::size_t, std::int64_t>>> wanted;
    for (std::size_t i = 0; i < logs.inputs.size(); ++i)
      for (std::size_t k = 0; k < logs.inputs[i].size(); ++k)
        if (!logs.inputs[i][k].loose)
          wanted.push_back({{logs.inputs[i][k].place, i == 0 ? 99 : i}, {i, static_cast<std::int64_t>(k)}});
    std::stable_sort(wanted.begin(), wanted.end(), [](const auto& a, const auto& b) { return a.first < b.first; });

    LaneQueue queue(std::vector<InputPosition>(logs.inputs.size()));
    std::vector<std::size_t> pushed(logs.inputs.size(), 0);
    std::vector<std::int64_t> taken(logs.inputs.size(), 0);
    std::vector<InRecord> got;
    bool whole = true, in_order = true;
    const auto group = [](const Place& p) { return std::tuple(p.offset, p.phase, p.day, p.lead); };
    const auto take = [&] {
      const Place horizon = queue.horizon();
      Place last;
      for (InRecord& record : queue.take(1 + logs.roll(4))) {
        in_order = in_order && record.offset == taken[record.input]++ && record.order >= horizon;
        last = record.order;
        if (!record.loose) got.push_back(std::move(record));
      }
      whole = whole && (queue.empty() || group(queue.horizon()) != group(last));
    };
    for (bool more = true; more;) {
      more = false;
      for (std::size_t i = 0; i < logs.inputs.size(); ++i) more = more || pushed[i] < logs.inputs[i].size();
      const std::size_t i = logs.roll(logs.inputs.size());
      for (std::size_t n = 1 + logs.roll(5); n > 0 && pushed[i] < logs.inputs[i].size(); --n) {
        const Sent& sent = logs.inputs[i][pushed[i]];
        queue.push(record_of(i, static_cast<std::int64_t>(pushed[i]++), sent.value, sent.stream, sent.seq));
      }
      if (logs.roll(2) == 0) take();
    }
    while (!queue.empty()) take();
    CHECK(queue.size() == 0);
    CHECK(in_order);
    REQUIRE(got.size() == wanted.size());
    bool sorted = true;
    for (std::size_t k = 0; k < got.size(); ++k)
      sorted = sorted && got[k].input == wanted[k].second.first && got[k].offset == wanted[k].second.second;
    CHECK(sorted);
    CHECK(whole);
  }
}
