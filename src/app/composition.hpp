#pragma once
/// How consumers are put together, whatever keeps their rows: the live processes and the in-memory house use the same.
#include <memory>
#include <string>

#include "consumers/identity.hpp"
#include "flow/change_consumer.hpp"
#include "flow/effect_rows.hpp"
#include "flow/lead_consumer.hpp"
#include "flow/topology.hpp"

namespace scoreline::app {

/// Throws base::UsageError for a name that is none of flow::consumers().
flow::ConsumerSpec spec_of(const std::string& name, std::int32_t partitions);

/// How identity reads and writes records.
consumers::IdentityOptions identity_options(const base::HashKey& key, std::size_t id_chunk);

/// The handlers of customers, scoring, intent and stages; `deals` is stages' and must outlive them.
flow::MakeLeadHandler lead_handlers(const std::string& name, flow::DealRows& deals);
std::unique_ptr<flow::LeadOutput> lead_output(const std::string& name, std::size_t part_bytes = flow::kPartBytes);
flow::LeadConsumerOptions lead_options(const std::string& name);

/// What triggers and sequences keep beside their rows per lead.
struct EffectBuffers {
  flow::FiringRows firings;
  flow::MailRows mails;
  flow::ChangeRows& of(const std::string& name);
};
flow::MakeChangeHandler change_handlers(const std::string& name, EffectBuffers& buffers);
flow::ChangeConsumerOptions change_options(const std::string& name);

}  // namespace scoreline::app
