#include "support/house_world.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>

#include "base/hash.hpp"
#include "core/identity.hpp"
#include "flow/emit.hpp"
#include "flow/topology.hpp"
#include "wire/lead_record.hpp"

namespace scoreline::test::house {

using flow::Topic;

namespace {

std::map<std::string, World::Processes> no_processes() {
  std::map<std::string, World::Processes> all;
  for (const flow::ConsumerDeclaration& consumer : flow::consumers()) all[std::string(consumer.name)];
  return all;
}

}  // namespace

World::World(std::int32_t partitions, const std::string& toml)
    : house(partitions, book_of(toml)),
      processes_(no_processes()),
      identity(processes_.at("identity")),
      scoring(processes_.at("scoring")),
      toml_(toml) {
  house.runner.backoff_us_min = 1'000;
  house.runner.poll_wait = std::chrono::milliseconds(0);
}

app::MemoryProcess& World::add(const std::string& consumer) {
  return *of(consumer).emplace_back(app::make_memory_process(house, consumer));
}

void World::start_others() {
  for (const flow::ConsumerDeclaration& consumer : flow::consumers())
    if (of(std::string(consumer.name)).empty()) add(std::string(consumer.name)).assign(house.all_lanes());
}

void World::start_lane_by_lane() {
  for (const flow::ConsumerDeclaration& consumer : flow::consumers())
    for (std::int32_t p = 0; p < house.partitions; ++p)
      if (consumer.name != "identity") add(std::string(consumer.name)).assign({p});
}

std::vector<app::MemoryProcess*> World::alive() {
  std::vector<app::MemoryProcess*> all;
  for (const flow::ConsumerDeclaration& consumer : flow::consumers())
    for (const auto& process : of(std::string(consumer.name))) all.push_back(process.get());
  return all;
}

void World::follow(int steps) {
  for (int i = 0; i < steps; ++i)
    for (app::MemoryProcess* process : alive())
      if (process->name() != "identity") process->runner().step();
}

void World::follow_lane(std::int32_t lane, int steps) {
  for (int i = 0; i < steps; ++i)
    for (const flow::ConsumerDeclaration& consumer : flow::consumers())
      if (consumer.name != "identity")
        of(std::string(consumer.name)).at(static_cast<std::size_t>(lane))->runner().step();
}

void World::feed(const Fed& fed) { feed_into(base::partition_of(fed.key, house.partitions), fed); }

void World::feed(const std::vector<Fed>& all) {
  for (const Fed& fed : all) feed(fed);
}

void World::feed_into(std::int32_t partition, const Fed& fed) {
  flow::StoredRecord record;
  record.time = fed.time;
  record.key = fed.key;
  record.value = fed.value;
  record.write_key = "default";
  house.broker.append(fed.topic, partition, std::move(record));
}

void World::tick(base::Instant time) {
  const Fed fed = clock_tick(time);
  for (std::int32_t p = 0; p < house.partitions; ++p) feed_into(p, fed);
}

void World::store_book(std::uint64_t version, const std::string& toml) {
  flow::StoredRuleBook stored;
  stored.version = version;
  stored.files = book_files(toml);
  house.database.rulebooks[version] = stored;
}

void World::announce(core::RecordKind kind, std::uint64_t version, base::Instant time,
                     const std::set<std::int32_t>& partitions, bool fire) {
  core::LeadRecord record;
  record.kind = kind;
  record.version = version;
  record.fire = fire;
  for (const std::int32_t p : partitions.empty() ? house.all_lanes() : partitions) {
    flow::StoredRecord stored;
    stored.time = time;
    stored.value = wire::encode(record);
    house.broker.append(Topic::lead_activities, p, std::move(stored));
  }
}

bool World::ready(std::uint64_t version) const {
  for (const std::string& consumer : flow::counting_consumers())
    for (const std::int32_t lane : house.all_lanes()) {
      const auto progress = house.database.progress.find({version, consumer, lane});
      if (progress == house.database.progress.end() || !progress->second.ready) return false;
    }
  return true;
}

void World::settle(const std::set<std::string>& asleep) {
  std::vector<app::MemoryProcess*> all = alive();
  std::erase_if(all, [&](const app::MemoryProcess* process) { return asleep.contains(process->name()); });
  int quiet = 0;
  for (int round = 0; round < 20'000; ++round) {
    bool busy = false;
    for (app::MemoryProcess* process : all) busy = process->runner().step() || busy;
    for (app::MemoryProcess* process : all) busy = busy || !process->runner().trouble().empty();
    house.steady_us += busy ? 1'000 : 4 * base::kSecondUs;
    quiet = busy ? 0 : quiet + 1;
    if (quiet == 4) return;
  }
  std::string busy;
  for (app::MemoryProcess* process : all) {
    if (!process->runner().step()) continue;
    busy += fmt::format(" {} ({}):", process->name(), process->runner().trouble());
    for (const flow::LaneView& lane : process->runner().view())
      busy += fmt::format(" {} at batch {}", lane.lane, lane.state.batch_no);
  }
  FAIL("the house does not come to rest:", busy);
}

std::size_t World::fired(const std::string& trigger, const std::string& suppressed) const {
  std::size_t times = 0;
  for (const auto& [key, row] : house.database.firings.all())
    times += row.trigger == trigger && row.suppressed == suppressed ? 1 : 0;
  return times;
}

std::vector<std::string> World::mails(const std::string& sequence) const {
  std::vector<std::string> texts;
  for (const auto& [key, row] : house.database.mails.all()) {
    if (row.sequence != sequence) continue;
    const char* status = row.status == flow::MailRow::Status::queued
                             ? "queued"
                             : (row.status == flow::MailRow::Status::moving ? "moving" : "cancelled");
    texts.push_back(fmt::format("{} {} '{}' {}", row.step, status, row.reason, row.lead.value));
  }
  std::sort(texts.begin(), texts.end());
  return texts;
}

std::int32_t World::partition_of(core::LeadId lead) const { return flow::partition_of(lead, house.partitions); }

core::LeadId World::lead_of(const std::string& identifier) const {
  for (const auto& [id, row] : house.database.identities) {
    if (row.merged_into || row.erased) continue;
    const auto known = core::decode_identity(row.personal);
    REQUIRE(known.has_value());
    for (const core::Identifier& mine : known->identifiers)
      if (core::to_text(mine) == identifier) return id;
  }
  return {};
}

std::string World::key_in(std::int32_t partition, const std::string& stem) const {
  for (int i = 0;; ++i) {
    std::string key = stem + std::to_string(i);
    if (base::partition_of(key, house.partitions) == partition) return key;
  }
}

}  // namespace scoreline::test::house
