#include "flow/publisher.hpp"

#include <doctest/doctest.h>

#include "flow/memory_broker.hpp"

using namespace scoreline::flow;
using namespace std::chrono_literals;

namespace {

OutBatch batch_of(std::uint64_t first_seq, int count) {
  OutBatch batch;
  for (int i = 0; i < count; ++i) batch.append({Topic::lead_scores, 0, first_seq + static_cast<std::uint64_t>(i), {}, "k", "v", "t"});
  return batch;
}

std::vector<std::uint64_t> sequence(MemoryBroker& broker) {
  std::vector<std::uint64_t> result;
  for (const StoredRecord& record : broker.log(Topic::lead_scores, 0)) result.push_back(record.seq);
  return result;
}

}  // namespace

TEST_CASE("publisher: after a producer died everything unacknowledged goes again, in order") {
  MemoryBroker broker(1);
  MemorySink sink(broker);
  Publisher publisher(sink, "scoring", {});
  publisher.adopt(0, 0);
  sink.fail_after = 3;
  publisher.publish({0, 1}, batch_of(1, 2));
  publisher.publish({0, 2}, batch_of(3, 2));
  CHECK(publisher.acknowledged(0) == 0);
  publisher.poll(0ms);
  publisher.poll(0ms);
  CHECK(publisher.acknowledged(0) == 2);
  CHECK(publisher.idle());
  CHECK(sequence(broker) == std::vector<std::uint64_t>{1, 2, 3, 1, 2, 3, 4});
}

TEST_CASE("publisher: a lane waits when too much of it is unacknowledged") {
  MemoryBroker broker(1);
  MemorySink sink(broker);
  Publisher publisher(sink, "scoring", {3, 1 << 20});
  publisher.adopt(0, 0);
  sink.withhold_acks = true;
  for (std::uint64_t n = 1; n <= 3; ++n) {
    CHECK_FALSE(publisher.full(0));
    publisher.publish({0, n}, batch_of(n, 1));
  }
  CHECK(publisher.full(0));
  sink.withhold_acks = false;
  publisher.poll(0ms);
  CHECK_FALSE(publisher.full(0));
  CHECK(publisher.acknowledged(0) == 3);
}

TEST_CASE("publisher: batches without records are acknowledged at once, but never before earlier ones") {
  MemoryBroker broker(1);
  MemorySink sink(broker);
  Publisher publisher(sink, "scoring", {});
  publisher.adopt(0, 4);
  publisher.publish({0, 5}, batch_of(1, 1));
  publisher.publish({0, 6}, OutBatch{});
  CHECK(publisher.acknowledged(0) == 4);
  publisher.poll(0ms);
  CHECK(publisher.acknowledged(0) == 6);
}
