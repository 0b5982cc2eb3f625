#pragma once
/// CHECK: for what can only be false when our own code is wrong. On in release builds; logs and aborts, because a
/// restarted process repeats the work harmlessly (design: lanes) while a wrong one would spread the damage.
#include <string_view>

namespace scoreline::base {

[[noreturn]] void check_failed(std::string_view condition, std::string_view message, const char* file, int line);

}  // namespace scoreline::base

#define SCORELINE_CHECK(condition, message)                                           \
  do {                                                                                \
    if (!(condition)) [[unlikely]]                                                    \
      ::scoreline::base::check_failed(#condition, (message), __FILE__, __LINE__);     \
  } while (false)
