#include "app/change_log.hpp"

#include <doctest/doctest.h>

#include "wire/lead_change.hpp"

using namespace scoreline;
using namespace scoreline::app;

namespace {

/// One partition; counts what is read of it.
class Log final : public flow::LogReader {
 public:
  struct Entry {
    std::string key, value;
    base::Instant time;
  };
  std::vector<Entry> entries;
  std::int64_t begin = 0;
  std::int64_t reads = 0;

  void add(std::uint64_t lead, std::int64_t second, core::LeadChange::Kind kind = core::LeadChange::Kind::retracted) {
    core::LeadChange change;
    change.kind = kind;
    const auto offset = static_cast<std::int64_t>(entries.size());
    change.cause =
        kind == core::LeadChange::Kind::mark ? core::Place::end_of_record(offset) : core::Place::of_record(offset);
    if (kind != core::LeadChange::Kind::mark) change.lead = {lead};
    change.cause_key = "0123456789abcdef0123456789abcdef";
    change.now = change.log_time = {second * base::kSecondUs};
    std::string value;
    wire::encode(change, value);
    entries.push_back({kind == core::LeadChange::Kind::mark ? "" : std::to_string(lead), std::move(value), change.now});
  }

  flow::LogState state(flow::Topic topic, std::int32_t, const std::string&) override {
    CHECK(topic == flow::Topic::lead_changes);
    return {"id", begin, static_cast<std::int64_t>(entries.size()), -1};
  }
  std::vector<flow::InRecord> read(flow::Topic, std::int32_t partition, std::int64_t from, std::int64_t to,
                                   std::size_t max) override {
    std::vector<flow::InRecord> records;
    for (std::int64_t offset = std::max(from, begin);
         offset < std::min(to, static_cast<std::int64_t>(entries.size())) && records.size() < max; ++offset) {
      const Entry& entry = entries[static_cast<std::size_t>(offset)];
      flow::InRecord& record = records.emplace_back();
      record.lane = partition;
      record.offset = offset;
      record.log_time = entry.time;
      record.key = entry.key;
      record.value = entry.value;
      ++reads;
    }
    return records;
  }
};

std::vector<std::int64_t> offsets_of(const ChangesFound& found) {
  std::vector<std::int64_t> offsets;
  for (const SeenChange& seen : found.changes) offsets.push_back(seen.offset);
  return offsets;
}

using Offsets = std::vector<std::int64_t>;

/// A hundred records, one a second; every tenth is of lead 7.
Log a_log() {
  Log log;
  for (std::int64_t n = 0; n < 100; ++n) log.add(n % 10 == 0 ? 7 : 70, n);
  return log;
}

ChangeSearch search_for(std::uint64_t lead) {
  ChangeSearch search;
  search.leads = {{lead}};
  search.since = {0};
  search.chunk = 15;
  return search;
}

}  // namespace

TEST_CASE("change log: those of the leads, in the order of the log, however it is cut") {
  Log log = a_log();
  for (const std::int64_t chunk : {1, 7, 15, 1'000}) {
    auto search = search_for(7);
    search.chunk = chunk;
    const auto found = find_changes(log, 3, search);
    CHECK(offsets_of(found) == Offsets{0, 10, 20, 30, 40, 50, 60, 70, 80, 90});
    CHECK(found.records == 100);
    CHECK(found.complete);
    CHECK(found.changes[0].partition == 3);
  }
}

TEST_CASE("change log: the newest are found first, and enough is enough") {
  Log log = a_log();
  auto search = search_for(7);
  search.enough = 2;
  const auto found = find_changes(log, 3, search);
  CHECK(offsets_of(found) == Offsets{70, 80, 90});
  CHECK(log.reads == 30);
  CHECK(found.complete);
}

TEST_CASE("change log: what is older than the leads is not read") {
  Log log = a_log();
  auto search = search_for(7);
  search.since = {71 * base::kSecondUs};
  CHECK(offsets_of(find_changes(log, 3, search)) == Offsets{70, 80, 90});
  CHECK(log.reads == 30);
}

TEST_CASE("change log: a limit of records is said") {
  Log log = a_log();
  auto search = search_for(7);
  search.records_max = 30;
  const auto found = find_changes(log, 3, search);
  CHECK(found.records == 30);
  CHECK(!found.complete);
  search.records_max = 100;
  CHECK(find_changes(log, 3, search).complete);
}

TEST_CASE("change log: marks, foreign bytes and what retention has taken are passed over") {
  Log log = a_log();
  log.begin = 85;
  log.add(0, 100, core::LeadChange::Kind::mark);
  log.entries.push_back({"7", "nonsense", {101 * base::kSecondUs}});
  CHECK(offsets_of(find_changes(log, 3, search_for(7))) == Offsets{90});
  Log empty;
  CHECK(find_changes(empty, 3, search_for(7)).changes.empty());
}
