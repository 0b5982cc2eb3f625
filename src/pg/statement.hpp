#pragma once
#include <cstdint>
#include <string>

#include "base/time.hpp"

namespace scoreline::pg {

/// A named statement, prepared when a connection is made: a wrong one stops the process before it takes any lane.
struct Statement {
  std::string name;
  std::string sql;
};

/// A backend of PostgreSQL: the pid alone may have been given to somebody else meanwhile.
struct Backend {
  std::int32_t pid = 0;
  base::Instant start;
};

}  // namespace scoreline::pg
