#pragma once
/// The parts of a lead's report (semantics 10) that are not its score: read from the rows of customers, intent, stages,
/// triggers and sequences; decides nothing.
#include <string>
#include <vector>

#include "core/customer_figures.hpp"
#include "core/deal.hpp"
#include "core/enrolment.hpp"
#include "core/intent.hpp"
#include "flow/effect_ports.hpp"
#include "flow/ports.hpp"
#include "wire/json_writer.hpp"

namespace scoreline::app {

/// Rows of one lead as they are; "" where a consumer keeps nothing for it.
struct LeadRows {
  std::string documents;                  // customers: the sealable part
  std::string intent, stages, sequences;  // the `state` of each
  std::vector<flow::FiringRow> firings;   // in order
};

/// Decoded. Throws base::UsageError for rows of a newer program.
struct LeadParts {
  std::optional<core::CustomerFigures> customer;  // as of the day
  std::vector<core::IntentValue> intents;         // every declared one, in rule-book order
  core::IntentState intent_state;
  core::Deals deals;
  core::SequenceState sequences;
  std::vector<flow::FiringRow> firings;
  base::Instant at;
};
LeadParts read_parts(const LeadRows& rows, std::shared_ptr<const core::RuleBook> book, base::Instant at);

/// `sent` once due, else `queued`, or `cancelled`.
std::string_view mail_status(const core::EnrolledStep& step, base::Instant at);

/// The members intents, deals, firings, emails, customer.
void write_parts(wire::JsonWriter& json, const LeadParts& parts, const core::RuleBook& book);

}  // namespace scoreline::app
