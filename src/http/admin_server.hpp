#pragma once
/// What operators and their tools ask a process, on a port of its own that should be bound to a private address:
/// GET /livez (200 while the process runs), GET /readyz (200 or 503, with reasons), GET /metrics (Prometheus text).
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "http/server.hpp"

namespace scoreline::http {

/// One thing that must be so before the process can do its work.
struct Check {
  std::string name;             // "kafka"
  bool ok = false;
  std::string reason;           // why not, and what to do; "" when ok. Holds no secrets and nothing personal.
};

/// Called for each GET /readyz on the admin server's thread: should answer within a second. Ready: all checks are ok.
/// An exception counts as a failed check.
using Readiness = std::function<std::vector<Check>()>;

class AdminServer {
 public:
  /// Serves from one thread of its own. Throws base::Unavailable when the address cannot be had.
  AdminServer(const std::string& address, std::uint16_t port, Readiness readiness);
  std::uint16_t port() const { return server_.port(); }

 private:
  Server server_;
};

}  // namespace scoreline::http
