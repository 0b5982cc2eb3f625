#pragma once
/// Can a condition of a rule book hold at all? For `rulebook check`: `any = []`, a number above 5 and below 3, a tier
/// that is two tiers, an advance that asks for a stage behind its target. Pure and thread-safe; in doubt the answer is
/// yes, so that nothing useful is ever reported.
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/condition.hpp"

namespace scoreline::core {

/// The ordered ids that conditions compare with: tiers, levels by intent, stages by pipeline.
struct Ladders {
  std::vector<std::string> tiers;
  std::map<std::string, std::vector<std::string>> intents, pipelines;
};

/// What is known beside the condition: the lead's newest deal in `pipeline` stands before `position`.
struct StageBefore {
  std::string_view pipeline;
  std::size_t position = 0;
};

bool can_hold(const Condition& condition, const Ladders& ladders, std::optional<StageBefore> before = {});

}  // namespace scoreline::core
