#include "base/check.hpp"

#include <fmt/core.h>

#include <cstdio>
#include <cstdlib>

namespace scoreline::base {

void check_failed(std::string_view condition, std::string_view message, const char* file, int line) {
  fmt::print(stderr, "{}:{}: check failed: {} ({})\n", file, line, message, condition);
  std::fflush(stderr);
  std::abort();
}

}  // namespace scoreline::base
