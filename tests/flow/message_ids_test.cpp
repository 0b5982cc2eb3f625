#include "flow/message_ids.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "flow/memory_identity.hpp"

using namespace scoreline;
using namespace scoreline::flow;

namespace {

Hash128 id(int n) { return base::keyed_hash({}, "id" + std::to_string(n)); }

struct Fixture {
  MemoryDatabase database;
  MemorySession session{database};
  MemoryMessageIds table{session};
  std::uint64_t batch_no = 0;

  /// One batch: which of [from, to) are new is accepted. Returns how many were.
  int batch(MessageIds& ids, int from, int to, base::Instant now = {}, bool commit = true) {
    std::vector<Hash128> wanted;
    for (int n = from; n < to; ++n) wanted.push_back(id(n));
    const std::vector<bool> known = ids.known(0, wanted);
    int accepted = 0;
    for (std::size_t i = 0; i < wanted.size(); ++i)
      if (!known[i] && ids.accept(0, wanted[i])) ++accepted;
    session.begin(LockMode::none);
    ids.save(0, ++batch_no, now);
    if (commit)
      session.commit();
    else
      session.rollback();
    ids.finish(commit);
    return accepted;
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "message ids: an id counts once, across batches, segments and take-overs") {
  MessageIds ids(table, 100);
  ids.adopt(0);
  for (int n = 0; n < 20; ++n) CHECK(batch(ids, n * 30, n * 30 + 30) == 30);
  CHECK(batch(ids, 0, 600) == 0);
  CHECK(batch(ids, 590, 610) == 10);
  CHECK(database.message_ids[0].closed.size() >= 4);

  MessageIds next_owner(table, 100);
  next_owner.adopt(0);
  CHECK(batch(next_owner, 0, 610) == 0);
  CHECK(batch(next_owner, 610, 620) == 10);
}

TEST_CASE_FIXTURE(Fixture, "message ids: what a rolled back batch accepted is not known") {
  MessageIds ids(table, 100);
  ids.adopt(0);
  CHECK(batch(ids, 0, 10, {}, false) == 10);
  CHECK(batch(ids, 0, 10) == 10);
  CHECK(batch(ids, 0, 10) == 0);
}

TEST_CASE_FIXTURE(Fixture, "message ids: segments older than 35 days go, younger ones stay") {
  MessageIds ids(table, 50);
  ids.adopt(0);
  const auto day = [](int n) { return base::midnight(base::Day{n}); };
  batch(ids, 0, 60, day(1000));
  batch(ids, 60, 120, day(1020));   // closes the first segment as of day 1020
  batch(ids, 120, 180, day(1040));  // closes the second as of day 1040
  batch(ids, 180, 240, day(1057));  // the first is older than 35 days now
  CHECK(batch(ids, 60, 240, day(1057)) == 0);
  CHECK(batch(ids, 0, 10, day(1057)) == 10);
}

TEST_CASE("message ids: the filter has no false negatives and few false positives") {
  std::vector<Hash128> in;
  for (int n = 0; n < 10'000; ++n) in.push_back(id(n));
  const std::string filter = make_filter(in);
  CHECK(std::all_of(in.begin(), in.end(), [&](const Hash128& one) { return maybe_in(filter, one); }));
  int wrong = 0;
  for (int n = 10'000; n < 110'000; ++n) wrong += maybe_in(filter, id(n)) ? 1 : 0;
  CHECK(wrong < 200);
}
