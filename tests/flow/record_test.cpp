#include "flow/record.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace scoreline::flow {
namespace {

struct Copy {
  Topic topic;
  std::int32_t partition;
  std::uint64_t seq;
  std::int64_t time_us;
  std::string key, value, type;
  bool operator==(const Copy&) const = default;
};

Copy copy_of(const OutRecord& r) {
  return {r.topic, r.partition, r.seq, r.time.us, std::string(r.key), std::string(r.value), std::string(r.type)};
}

OutRecord view_of(const Copy& c) {
  return {c.topic, c.partition, c.seq, base::Instant{c.time_us}, c.key, c.value, c.type};
}

std::vector<Copy> samples() {
  return {
      {Topic::lead_activities, 0, 1, 0, "", "", ""},
      {Topic::lead_scores, 23, UINT64_MAX, INT64_MIN, "42", "{}", "scoreline.lead.score.v1"},
      {Topic::tracking_events, INT32_MAX, 0, INT64_MAX, std::string("a\0b", 3), std::string(100'000, 'x'), "t"},
  };
}

OutBatch batch_of(const std::vector<Copy>& records) {
  OutBatch batch;
  for (const Copy& record : records) batch.append(view_of(record));
  return batch;
}

TEST_CASE("a batch gives back what was appended, in order, also from its bytes") {
  const std::vector<Copy> records = samples();
  const OutBatch batch = batch_of(records);
  for (const OutBatch& read : {batch, OutBatch(batch.bytes())}) {
    std::vector<Copy> found;
    CHECK(read.for_each([&](const OutRecord& record) { found.push_back(copy_of(record)); }));
    CHECK(found == records);
  }
}

TEST_CASE("views point into the batch") {
  const OutBatch batch = batch_of(samples());
  const char* begin = batch.bytes().data();
  const char* end = begin + batch.bytes().size();
  batch.for_each([&](const OutRecord& record) {
    CHECK(record.value.data() >= begin);
    CHECK(record.value.data() + record.value.size() <= end);
  });
}

TEST_CASE("an empty batch has no records and is not broken") {
  const OutBatch batch;
  CHECK(batch.empty());
  int records = 0;
  CHECK(batch.for_each([&](const OutRecord&) { ++records; }));
  CHECK(records == 0);
}

TEST_CASE("bytes cut anywhere but between records are broken") {
  const std::vector<Copy> records{{Topic::lead_scores, 3, 300, 1'700'000'000'000'000, "key", "value", "type"},
                                  {Topic::lead_scores, 4, 1, 1'700'000'000'000'000, "key", "value", "type"}};
  const std::string whole = batch_of(records).bytes();
  const std::size_t first = batch_of({records[0]}).bytes().size();
  for (std::size_t length = 0; length <= whole.size(); ++length) {
    const bool between = length == 0 || length == first || length == whole.size();
    CHECK(OutBatch(whole.substr(0, length)).for_each([](const OutRecord&) {}) == between);
  }
}

TEST_CASE("an unknown topic or a negative partition is broken") {
  CHECK_FALSE(
      batch_of({{static_cast<Topic>(kTopics.size()), 0, 1, 0, "k", "v", "t"}}).for_each([](const OutRecord&) {}));
  CHECK_FALSE(batch_of({{Topic::lead_scores, -1, 1, 0, "k", "v", "t"}}).for_each([](const OutRecord&) {}));
}

}  // namespace
}  // namespace scoreline::flow
