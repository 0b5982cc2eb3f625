#pragma once
/// The parts of a lead's page that are not its score: intents, deals, figures as a customer, what fired, mails. Pure.
#include <string>

#include "app/lead_parts.hpp"
#include "core/rulebook.hpp"

namespace scoreline::app {

/// Short sections, each beginning with an empty line; "" where nothing is kept.
std::string lead_sections(const LeadParts& parts, const core::RuleBook& book, bool colours);

}  // namespace scoreline::app
