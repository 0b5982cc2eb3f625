#pragma once
/// Values of derived topics in words, for `scoreline tail`. Pure.
#include <optional>
#include <string>
#include <string_view>

#include "flow/topics.hpp"

namespace scoreline::app {

/// "tier cold -> warm (score 35.00); by record 17" of lead.scores, lead.intents, lead.customers, lead.changes and
/// lead.firings. nullopt: another topic, or bytes that are no record of it: show them as they are.
std::optional<std::string> tail_words(flow::Topic topic, std::string_view value);

}  // namespace scoreline::app
