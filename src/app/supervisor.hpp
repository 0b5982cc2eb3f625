#pragma once
/// `scoreline up`: runs processes as children, restarts what dies with back-off, shows one status line per process.
#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace scoreline::app {

struct ChildCommand {
  std::string name;                    // "identity", "identity-2"
  std::vector<std::string> arguments;  // of this very program: {"consume", "identity", "--set", "admin.port=..."}
};

struct SupervisorOptions {
  std::int64_t backoff_ms_min = 500, backoff_ms_max = 30'000;  // doubled with each death in a row
  std::int64_t settled_ms = 10'000;    // a child that lived that long starts again at the smallest back-off
  std::int64_t stop_ms = 20'000;       // after SIGTERM, until SIGKILL
  std::int64_t status_ms = 1'000;      // status lines on a terminal; elsewhere only changes are printed
};

/// Runs until SIGINT or SIGTERM, then stops all children. Returns the exit status: 0 when all of them ended well.
/// Children die with their supervisor (PR_SET_PDEATHSIG), so nothing is left behind whatever happens to it.
int supervise(const std::vector<ChildCommand>& commands, const SupervisorOptions& options);

}  // namespace scoreline::app
