#include "app/composition.hpp"

#include <fmt/core.h>

#include "base/check.hpp"
#include "base/errors.hpp"
#include "consumers/customers.hpp"
#include "consumers/intent.hpp"
#include "consumers/scoring.hpp"
#include "consumers/sequences.hpp"
#include "consumers/stages.hpp"
#include "consumers/triggers.hpp"
#include "wire/input_event.hpp"
#include "wire/lead_record.hpp"

namespace scoreline::app {

using Book = std::shared_ptr<const core::RuleBook>;

flow::ConsumerSpec spec_of(const std::string& name, std::int32_t partitions) {
  const flow::ConsumerDeclaration* declared = flow::find_consumer(name);
  if (declared == nullptr) {
    std::string known;
    for (const flow::ConsumerDeclaration& one : flow::consumers())
      known += (known.empty() ? "" : ", ") + std::string(one.name);
    throw base::UsageError(fmt::format("unknown consumer `{}`; known are {}", name, known));
  }
  return {name, declared->inputs, partitions, flow::LockMode::none, declared->ordered};
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

flow::MakeLeadHandler lead_handlers(const std::string& name, flow::DealRows& deals) {
  if (name == "customers")
    return [](const Book& active, const Book&) { return std::make_unique<consumers::CustomersHandler>(active); };
  if (name == "scoring")
    return [](Book active, Book prepared) {
      return std::make_unique<consumers::ScoringHandler>(std::move(active), std::move(prepared));
    };
  if (name == "intent")
    return [](Book active, Book prepared) {
      return std::make_unique<consumers::IntentHandler>(std::move(active), std::move(prepared));
    };
  SCORELINE_CHECK(name == "stages", "a consumer of leads without a handler");
  return [&deals](Book active, Book prepared) {
    return std::make_unique<consumers::StagesHandler>(std::move(active), std::move(prepared), deals);
  };
}

std::unique_ptr<flow::LeadOutput> lead_output(const std::string& name, std::size_t part_bytes) {
  if (name == "stages") return std::make_unique<flow::ChangeOutput>(part_bytes);
  return std::make_unique<flow::FactOutput>(part_bytes);
}

flow::LeadConsumerOptions lead_options(const std::string& name) {
  flow::LeadConsumerOptions options;
  options.lane.output = flow::find_consumer(name)->output;
  options.lane.forwards = name == "scoring";
  options.sparse = name == "customers" || name == "intent";
  options.counts_back = name != "customers";
  return options;
}

flow::ChangeRows& EffectBuffers::of(const std::string& name) {
  if (name == "triggers") return firings;
  return mails;
}

flow::MakeChangeHandler change_handlers(const std::string& name, EffectBuffers& buffers) {
  if (name == "triggers")
    return [&rows = buffers.firings](Book book) {
      return std::make_unique<consumers::TriggersHandler>(std::move(book), rows);
    };
  SCORELINE_CHECK(name == "sequences", "a consumer of changes without a handler");
  return [&rows = buffers.mails](Book book) {
    return std::make_unique<consumers::SequencesHandler>(std::move(book), rows);
  };
}

flow::ChangeConsumerOptions change_options(const std::string& name) {
  flow::ChangeConsumerOptions options;
  options.writes_firings = name == "triggers";
  return options;
}

}  // namespace scoreline::app
