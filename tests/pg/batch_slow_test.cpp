// What a batch costs in PostgreSQL alone: the floor that the consumers are measured against. The numbers are printed,
// not checked: machines differ. What is checked is that everything is there afterwards.
#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <functional>
#include <random>
#include <sstream>
#include <string>

#include "pg/activities.hpp"
#include "pg/lanes.hpp"
#include "pg/lead_rows.hpp"
#include "pg/outbox.hpp"
#include "support/live_pg.hpp"

namespace scoreline::pg {
namespace {

constexpr std::int32_t kLanes = 24;
constexpr std::uint64_t kLeads = 100'000;
constexpr std::size_t kEvents = 5'000;
constexpr int kBatches = 60, kWarmUp = 20;

// CPU that a process has used, in microseconds; 0 where it cannot be seen (a backend on another machine).
double cpu_us(std::int32_t pid) {
  std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
  std::string text;
  std::getline(stat, text);
  std::istringstream fields(text.substr(std::min(text.size(), text.rfind(')') + 1)));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  double user = 0, system = 0;
  fields >> user >> system;
  return (user + system) * 1e6 / static_cast<double>(sysconf(_SC_CLK_TCK));
}

struct Bench {
  explicit Bench(const std::string& dsn) : session({dsn, "scoreline bench", ""}) {
    for (std::int32_t lane = 0; lane < kLanes; ++lane) {
      rows.push_back(lanes.take_over("scoring", lane));
      rows.back().state.inputs.resize(1);
    }
    record.assign(600, 'r');
  }

  void claim(bool with_outbox) {
    std::vector<flow::LaneState> next;
    for (const flow::LaneRow& row : rows) {
      next.push_back(row.state);
      ++next.back().batch_no;
      next.back().acked_batch = row.state.batch_no;
    }
    std::vector<flow::LaneMove> moves;
    std::vector<flow::OutboxRow> outgoing;
    std::vector<flow::BatchId> acknowledged;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      moves.push_back({rows[i].lane, rows[i].epoch, rows[i].state.batch_no, &next[i]});
      outgoing.push_back({rows[i].lane, next[i].batch_no, &out});
      acknowledged.push_back({rows[i].lane, rows[i].state.batch_no});
    }
    REQUIRE(lanes.claim("scoring", moves).empty());
    if (with_outbox) {
      outbox.append("scoring", outgoing);
      outbox.remove("scoring", acknowledged);
    }
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i].state = std::move(next[i]);
  }

  void append_activities() {
    std::vector<flow::ActivityRow> activities_rows;
    activities_rows.reserve(kEvents);
    for (std::size_t i = 0; i < kEvents; ++i)
      activities_rows.push_back({{1 + random() % kLeads},
                                 {random(), random()},
                                 base::Instant{1},
                                 base::Instant{1},
                                 true,
                                 "page",
                                 "web",
                                 record});
    activities.append(activities_rows);
  }

  // Loads and saves the leads of as many events.
  std::size_t update_leads() {
    std::vector<LeadId> wanted;
    for (std::size_t i = 0; i < kEvents; ++i) wanted.push_back({1 + random() % kLeads});
    std::sort(wanted.begin(), wanted.end());
    wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
    std::vector<flow::LeadRow> loaded = leads.load(wanted);
    std::vector<flow::LeadRow> saved;
    auto at = loaded.begin();
    for (const LeadId lead : wanted) {
      flow::LeadRow row;
      if (at != loaded.end() && at->lead == lead) row = std::move(*at++);
      row.lead = lead;
      row.lane = static_cast<std::int32_t>(lead.value % kLanes);
      row.state.assign(200, 's');
      row.wake_on = base::Day{20'000};
      saved.push_back(std::move(row));
    }
    leads.save(saved);
    return saved.size();
  }

  // Events per second of the batches after warming up, and what they cost.
  void measure(const std::string& what, const std::function<void()>& batch) {
    auto begin = std::chrono::steady_clock::now();
    double mine_us = 0, backend_us = 0;
    for (int i = 0; i < kBatches + kWarmUp; ++i) {
      if (i == kWarmUp) {
        begin = std::chrono::steady_clock::now();
        mine_us = cpu_us(getpid());
        backend_us = cpu_us(session.backend().pid);
      }
      session.begin(flow::LockMode::none);
      batch();
      REQUIRE(session.commit());
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    constexpr double kAll = static_cast<double>(kEvents) * kBatches;
    MESSAGE(what << ": " << static_cast<long>(kAll / took.count()) << " events/s; CPU us per event: here "
                 << (cpu_us(getpid()) - mine_us) / kAll << ", backend "
                 << (cpu_us(session.backend().pid) - backend_us) / kAll);
  }

  PgSession session;
  PgLanes lanes{session};
  PgOutbox outbox{session};
  PgLeads leads{session, "scoring"};
  PgActivities activities{session};
  std::vector<flow::LaneRow> rows;
  std::string record;
  flow::OutBatch out;
  std::mt19937_64 random{1};
};

TEST_CASE("pg batches: the floor of each table and of all together") {
  const std::string& dsn = live::fresh_tables();
  Bench bench(dsn);
  for (std::uint64_t n = 0; n < kEvents / kLanes / 20; ++n)
    bench.out.append({flow::Topic::lead_scores, 1, n + 1, base::Instant{1}, "123456", std::string(300, 'v'),
                      "scoreline.lead.tier_changed.v1"});
  bench.measure("claim of 24 lanes", [&] { bench.claim(false); });
  bench.measure("COPY of activities, 600 bytes each", [&] { bench.append_activities(); });
  bench.measure("load and upsert of leads, 200 bytes each", [&] { bench.update_leads(); });
  bench.measure("claim, activities, leads, outbox", [&] {
    bench.claim(true);
    bench.append_activities();
    bench.update_leads();
  });
  constexpr int kRounds = kBatches + kWarmUp;
  CHECK(live::ask(dsn, "SELECT count(*) FROM activities") == std::to_string(2 * kRounds * kEvents));
  CHECK(live::ask(dsn, "SELECT min(batch_no) FROM lanes") == std::to_string(2 * kRounds));
  CHECK(live::ask(dsn, "SELECT count(*) FROM outbox") == std::to_string(kLanes));
  CHECK(live::ask(dsn, "SELECT count(*) FROM scoring_leads WHERE length(state) = 200") ==
        live::ask(dsn, "SELECT count(*) FROM scoring_leads"));
}

}  // namespace
}  // namespace scoreline::pg
