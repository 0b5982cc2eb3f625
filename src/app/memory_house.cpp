#include "app/memory_house.hpp"

namespace scoreline::app {
namespace {

flow::LeadConsumerOptions options_of(const MemoryHouse& house, const std::string& name) {
  flow::LeadConsumerOptions options = lead_options(name);
  options.sweep_leads = house.sweep_leads;
  options.count_back_records = house.count_back_records;
  options.ignore_rulebook_records = house.ignores_rulebooks;
  options.lane.forwards = options.lane.forwards && !house.replays_log;
  return options;
}

flow::ChangeConsumerOptions change_options_of(const MemoryHouse& house, const std::string& name) {
  flow::ChangeConsumerOptions options = change_options(name);
  options.hands_over = !house.replays_log;
  options.part_bytes = house.part_bytes;
  return options;
}

}  // namespace

std::set<std::int32_t> MemoryHouse::all_lanes() const {
  std::set<std::int32_t> lanes;
  for (std::int32_t lane = 0; lane < partitions; ++lane) lanes.insert(lane);
  return lanes;
}

MemoryProcess::MemoryProcess(MemoryHouse& house, const std::string& name)
    : spec_(spec_of(name, house.partitions)),
      house_(house),
      session(house.database),
      source(house.broker, name, spec_.inputs),
      reader(house.broker),
      sink(house.broker),
      lanes_(session),
      outbox_(session),
      dead_letters_(session) {
  if (house.replays_log) sink.forgets.insert(flow::Topic::lead_activities);
}

void MemoryProcess::run(flow::Consumer& consumer, flow::LaneCache& cache) {
  flow::RunnerOptions options = house_.runner;
  options.group = spec_.name;
  options.steady_us = [this] { return house_.steady_us; };
  const flow::RunnerPorts ports{source, reader, sink, session, lanes_, outbox_, dead_letters_};
  runner_ = std::make_unique<flow::Runner>(consumer, cache, ports, std::move(options));
}

MemoryIdentityProcess::MemoryIdentityProcess(MemoryHouse& house)
    : MemoryProcess(house, "identity"),
      leads_(session),
      identifiers_(session),
      activities_(session),
      retractions_(session),
      documents_(session),
      message_ids_(session),
      handler_({leads_, identifiers_, activities_, retractions_, documents_},
               identity_options(house.hash_key, house.dense_ids ? 1 : 64)),
      consumer_(spec_, handler_, message_ids_,
                {house.hash_key, house.one_writer_per_topic, 256 * 1024, house.settles_merges, house.settles_merges}) {
  run(consumer_, consumer_);
}

MemoryLeadProcess::MemoryLeadProcess(MemoryHouse& house, const std::string& name)
    : MemoryProcess(house, name),
      leads_(session, name),
      held_(session, name),
      table_(session),
      deal_table_(session),
      deals_(deal_table_),
      books_(&table_, house.book, lead_handlers(name, deals_)),
      consumer_(
          spec_, {leads_, held_, books_, &reader, &deals_}, lead_output(name, house.part_bytes),
          [&house] { return house.steady_us; }, options_of(house, name)) {
  run(consumer_, consumer_);
}

MemoryChangeProcess::MemoryChangeProcess(MemoryHouse& house, const std::string& name)
    : MemoryProcess(house, name),
      leads_(session, name),
      table_(session),
      firings_(session),
      actions_(session),
      mails_(session),
      buffers_{flow::FiringRows(firings_, actions_), flow::MailRows(mails_)},
      books_(&table_, house.book, {}),
      consumer_(
          spec_, leads_, books_, buffers_.of(name), change_handlers(name, buffers_),
          [&house] { return house.steady_us; }, change_options_of(house, name)) {
  run(consumer_, consumer_);
}

std::unique_ptr<MemoryProcess> make_memory_process(MemoryHouse& house, const std::string& name) {
  if (name == "identity") return std::make_unique<MemoryIdentityProcess>(house);
  const flow::ConsumerDeclaration* declared = flow::find_consumer(name);
  if (declared != nullptr && declared->by_lead) return std::make_unique<MemoryLeadProcess>(house, name);
  return std::make_unique<MemoryChangeProcess>(house, name);
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
