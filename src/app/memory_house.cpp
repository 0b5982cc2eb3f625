#include "app/memory_house.hpp"

#include "wire/input_event.hpp"
#include "wire/lead_record.hpp"

namespace scoreline::app {

std::set<std::int32_t> MemoryHouse::all_lanes() const {
  std::set<std::int32_t> lanes;
  for (std::int32_t lane = 0; lane < partitions; ++lane) lanes.insert(lane);
  return lanes;
}

MemoryProcess::MemoryProcess(MemoryHouse& house, std::string name, std::vector<flow::Topic> inputs)
    : session(house.database),
      source(house.broker, name, inputs),
      reader(house.broker),
      sink(house.broker),
      spec_{std::move(name), std::move(inputs), house.partitions, flow::LockMode::none},
      house_(house),
      lanes_(session),
      outbox_(session),
      dead_letters_(session) {}

void MemoryProcess::run(flow::Consumer& consumer, flow::LaneCache& cache) {
  flow::RunnerOptions options = house_.runner;
  options.group = spec_.name;
  options.steady_us = [this] { return house_.steady_us; };
  const flow::RunnerPorts ports{source, reader, sink, session, lanes_, outbox_, dead_letters_};
  runner_ = std::make_unique<flow::Runner>(consumer, cache, ports, std::move(options));
}

consumers::IdentityOptions identity_options(const base::HashKey& key, std::size_t id_chunk) {
  consumers::IdentityOptions options;
  options.hash_key = key;
  options.id_chunk = id_chunk;
  options.decode = [](std::string_view bytes) -> std::optional<core::LeadRecord> {
    auto record = wire::decode_lead_record(bytes);
    if (!record.ok()) return std::nullopt;
    return std::move(*record);
  };
  options.forget_email = wire::forget_email;
  return options;
}

MemoryIdentityProcess::MemoryIdentityProcess(MemoryHouse& house)
    : MemoryProcess(house, "identity", {flow::Topic::tracking_events, flow::Topic::crm_events, flow::Topic::erp_changes}),
      leads_(session),
      identifiers_(session),
      activities_(session),
      retractions_(session),
      documents_(session),
      message_ids_(session),
      handler_({leads_, identifiers_, activities_, retractions_, documents_}, identity_options(house.hash_key, house.dense_ids ? 1 : 64)),
      consumer_(spec_, handler_, message_ids_, {house.hash_key, house.one_writer_per_topic, 256 * 1024}) {
  run(consumer_, consumer_);
}

MemoryScoringProcess::MemoryScoringProcess(MemoryHouse& house)
    : MemoryProcess(house, "scoring", {flow::Topic::lead_activities}),
      leads_(session, "scoring"),
      held_(session, "scoring"),
      table_(session),
      books_(&table_, house.book,
             [](std::shared_ptr<const core::RuleBook> active, std::shared_ptr<const core::RuleBook> prepared) {
               return std::make_unique<consumers::ScoringHandler>(std::move(active), std::move(prepared));
             }),
      consumer_(spec_, leads_, held_, books_, &reader, [&house] { return house.steady_us; }, house.scoring) {
  run(consumer_, consumer_);
}

bool run_until_quiet(std::span<MemoryProcess* const> processes, int rounds_max) {
  for (int round = 0; round < rounds_max; ++round) {
    bool busy = false;
    for (MemoryProcess* process : processes) busy = process->runner().step() || busy;
    if (!busy) return true;
  }
  return false;
}

}  // namespace scoreline::app
