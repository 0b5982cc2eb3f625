#pragma once
/// `scoreline doctor`: what is missing, and how to mend it. Each check stands for itself: one that cannot be made says so
/// and the others go on.
#include <string>
#include <vector>

#include "app/commands.hpp"

namespace scoreline::app {

struct Finding {
  std::string what;  // "Kafka topics"
  bool ok = false;
  std::string detail;
  std::string mend;  // "" when ok
};

std::vector<Finding> examine(const CommandContext& context);
std::string findings_text(const std::vector<Finding>& findings, bool colours);
std::string findings_json(const std::vector<Finding>& findings);

}  // namespace scoreline::app
